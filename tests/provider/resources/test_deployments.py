"""A change waits for its deployment: the design's table, row by row."""

from __future__ import annotations

import asyncio
import time
from typing import TYPE_CHECKING, Any

import httpx
import pytest

from pulumi_resource_railway.errors import PartialFailure
from pulumi_resource_railway.railway.clock import Clock
from pulumi_resource_railway.railway.deployments import Kind, Settled, judge, moment
from pulumi_resource_railway.resources.service import Service
from pulumi_resource_railway.resources.service_model import ServiceDeploy, ServiceInputs, ServiceSource

if TYPE_CHECKING:
    from tests.provider.resources.cases import Place
    from tests.provider.resources.harness import World

pytestmark = pytest.mark.anyio
DONE, FAILED, GOING_ON = "done", "failed", "going on"


def web(place: Place, **changes: Any) -> ServiceInputs:
    return ServiceInputs(
        **place.environment, **{"name": "web", "source": ServiceSource(image="nginx:1"), **changes}
    )


async def deploy_anew(world: World, place: Place, service_id: str) -> None:
    """Do what somebody in the dashboard may do meanwhile: set a variable, which deploys."""
    await world.graphql(
        "mutation ($input: VariableUpsertInput!) { variableUpsert(input: $input) }",
        input={**_place(place), "serviceId": service_id, "name": "ELSEWHERE", "value": "1"},
    )


def _place(place: Place) -> dict[str, str]:
    return {"projectId": place.project_id, "environmentId": place.environment_id}


@pytest.mark.parametrize(
    ("kind", "status", "stopped", "expected"),
    [
        (Kind.LONG_RUNNING, "SUCCESS", False, DONE),
        (Kind.LONG_RUNNING, "SLEEPING", False, DONE),
        (Kind.LONG_RUNNING, "FAILED", False, FAILED),
        (Kind.LONG_RUNNING, "CRASHED", False, FAILED),
        (Kind.LONG_RUNNING, "REMOVED", False, FAILED),
        (Kind.ONE_OFF, "SUCCESS", False, GOING_ON),
        (Kind.ONE_OFF, "SUCCESS", True, DONE),
        (Kind.ONE_OFF, "CRASHED", True, FAILED),
        (Kind.CRON, "SUCCESS", False, DONE),
        (Kind.CRON, "FAILED", False, FAILED),
        *((kind, "SKIPPED", False, DONE) for kind in Kind),
        *(
            (kind, status, False, GOING_ON)
            for kind in Kind
            for status in (
                "QUEUED",
                "INITIALIZING",
                "BUILDING",
                "DEPLOYING",
                "NEEDS_APPROVAL",
                "WAITING",
                "REMOVING",
            )
        ),
    ],
)
def test_the_table(kind: Kind, status: str, stopped: bool, expected: str) -> None:
    verdict = judge({"id": "d", "status": status, "deploymentStopped": stopped}, kind)
    found = GOING_ON if verdict is None else DONE if isinstance(verdict, Settled) else FAILED
    assert found == expected


@pytest.mark.parametrize("outcome", ["FAILED", "CRASHED"])
async def test_a_failed_deployment_ends_with_its_log(world: World, place: Place, outcome: str) -> None:
    await world.faults({"deployment": "web", "outcome": outcome, "log": ["starting", "no such table: users"]})
    with pytest.raises(PartialFailure) as failure:
        await Service().create(world.context(), web(place, variables={"A": "1"}))
    (deployment,) = await world.deployments()
    text = str(failure.value)
    assert outcome in text
    assert "no such table: users" in text
    assert deployment["id"] in text
    assert "http://127.0.0.1:8790/project/" in text
    assert failure.value.outputs == Service.outputs(**web(place, variables={"A": "1"}).model_dump())


async def test_the_log_shows_no_secret(world: World, place: Place) -> None:
    password, elsewhere, within = "hunter2-hunter2", "another-services-word", "inside-an-address"
    log = [f"can't log in with {password}", f"db says {elsewhere}", f"{within} is no password"]
    await world.faults({"deployment": "web", "outcome": "FAILED", "log": log})
    variables = {"DB_PASSWORD": elsewhere, "QUEUE": f"amqp://user:{within}@queue.railway.internal:5672/"}
    await Service().create(
        world.context("db"), ServiceInputs(**place.environment, name="db", variables=variables)
    )
    await world.restart()
    with pytest.raises(PartialFailure) as failure:
        await Service().create(world.context(), web(place, variables={"PASSWORD": password}))
    assert "can't log in with *****" in str(failure.value)
    assert "***** is no password" in str(failure.value)
    for secret in (password, elsewhere, within):
        assert secret not in str(failure.value)


async def test_a_failed_deployment_is_deployed_again_by_the_next_up(world: World, place: Place) -> None:
    await world.faults({"deployment": "web", "outcome": "CRASHED"})
    with pytest.raises(PartialFailure) as failure:
        await Service().create(world.context(), web(place))
    await world.restart()
    outputs: Any = failure.value.outputs
    assert await Service().update(world.context(), failure.value.id, outputs, web(place)) == outputs
    statuses = [deployment["status"] for deployment in await world.deployments()]
    assert len(statuses) == 2
    assert "SUCCESS" in statuses
    counted = await world.counted()
    assert (counted["serviceCreate"], counted["environmentPatchCommit"]) == (1, 1)


async def test_a_deployment_that_came_up_meanwhile_is_not_repeated(world: World, place: Place) -> None:
    created = await Service().create(world.context(), web(place, await_deployment=False))
    await world.restart()
    outputs = Service.outputs(**web(place).model_dump())
    await Service().update(world.context(), created.id, outputs, web(place))  # type: ignore[arg-type]
    assert len(await world.deployments()) == 1


async def test_the_states_are_shown(world: World, place: Place) -> None:
    await world.faults({"deployment": "web", "outcome": "SUCCESS", "secondsPerState": 0.05})
    await Service().create(world.context(), web(place))
    assert "deployment success" in world.messages.text
    assert any(
        f"deployment {state}" in world.messages.text for state in ("queued", "initializing", "building")
    )


async def test_a_one_off_job_is_done_when_it_has_stopped(world: World, place: Place) -> None:
    await Service().create(world.context(), web(place, deploy=ServiceDeploy(restart_policy_type="NEVER")))
    (deployment,) = await world.deployments()
    assert deployment["status"] == "SUCCESS"


async def test_a_skipped_deployment_is_noted(world: World, place: Place) -> None:
    await world.faults({"deployment": "web", "outcome": "SKIPPED"})
    await Service().create(world.context(), web(place))
    assert "skipped" in world.messages.text


async def test_no_deployment_is_noted_after_a_while(world: World, place: Place) -> None:
    await world.faults({"deployment": "web", "outcome": "NONE"})
    await Service().create(world.context(), web(place))
    assert "no deployment" in world.messages.text
    assert world.clock.slept > 1


@pytest.mark.parametrize(
    ("outcome", "words"), [("NEEDS_APPROVAL", "approval"), ("WAITING", "checks"), ("STUCK", "")]
)
async def test_what_never_ends_ends_with_the_timeout(
    world: World, place: Place, outcome: str, words: str
) -> None:
    await world.faults({"deployment": "web", "outcome": outcome, "log": ["still pulling"]})
    with pytest.raises(PartialFailure) as failure:
        await Service().create(world.context(timeout=0.4), web(place))
    assert words in world.messages.text
    (deployment,) = await world.deployments()
    assert f"&id={deployment['id']}" in str(failure.value)
    assert "still pulling" in str(failure.value)
    assert ("INITIALIZING" if outcome == "STUCK" else outcome) in str(failure.value)
    assert "custom_timeouts" in str(failure.value)


async def test_an_answer_that_makes_no_sense_reaches_everybody_who_waits(world: World, place: Place) -> None:
    class Nonsense(httpx.AsyncBaseTransport):
        def __init__(self, inner: httpx.AsyncBaseTransport) -> None:
            self.inner = inner

        async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
            if b'"operationName":"deployments"' in request.content.replace(b'": "', b'":"'):
                return httpx.Response(200, json={"data": {"deployments": None}})
            return await self.inner.handle_async_request(request)

    world.transport = Nonsense(world.transport)
    await world.restart()
    async with asyncio.timeout(10):
        outcomes = await asyncio.gather(
            Service().create(world.context("one"), web(place, name="one")),
            Service().create(world.context("two"), web(place, name="two")),
            return_exceptions=True,
        )
    assert [type(outcome) for outcome in outcomes] == [TypeError, TypeError]


async def test_a_superseding_deployment_counts(world: World, place: Place) -> None:
    await world.faults(
        {"deployment": "web", "outcome": "STUCK"},
        {"deployment": "web", "outcome": "FAILED", "log": ["the second one"]},
    )
    task = asyncio.create_task(Service().create(world.context(), web(place)))
    await world.until(world.deployments)
    (deployment,) = await world.deployments()
    await deploy_anew(world, place, deployment["serviceId"])
    with pytest.raises(PartialFailure, match="the second one"):
        await task


async def test_an_earlier_deployment_isnt_taken_for_the_own(world: World, place: Place) -> None:
    created = await Service().create(world.context(), web(place))
    await world.faults({"deployment": "web", "outcome": "FAILED"})
    with pytest.raises(PartialFailure):
        await Service().update(world.context(), created.id, created.outputs, web(place, variables={"A": "1"}))


async def test_cancelling_ends_the_wait_within_a_second_and_keeps_the_state(
    world: World, place: Place
) -> None:
    world.clock.speed = 1
    await world.faults({"deployment": "web", "outcome": "STUCK"})
    task = asyncio.create_task(Service().create(world.context(), web(place)))
    await world.until(lambda: "initializing" in world.messages.text)
    started = time.monotonic()
    task.cancel()
    with pytest.raises(PartialFailure) as failure:
        await task
    assert time.monotonic() - started < 10  # a busy machine; uncancelled, it would wait for minutes
    outputs: Any = failure.value.outputs
    assert outputs.source is not None
    # Should the engine not have heard of it, the next creation takes the same service over.
    world.clock.speed = 100
    await world.restart()
    await deploy_anew(world, place, failure.value.id)
    again = await Service().create(world.context(), web(place))
    assert again.id == failure.value.id
    assert (await world.counted())["serviceCreate"] == 1


@pytest.mark.parametrize(
    ("text", "microsecond"),
    [
        ("2026-01-01T00:00:00Z", 0),
        ("2026-01-01T00:00:00.5Z", 500_000),
        ("2026-01-01T00:00:00.123456789Z", 123_456),
        ("2026-01-01T00:00:00.123+00:00", 123_000),
    ],
)
def test_times(text: str, microsecond: int) -> None:
    found = moment(text)
    assert (found.year, found.microsecond, found.utcoffset()) == (
        2026,
        microsecond,
        Clock().now().utcoffset(),
    )
