"""What an interrupted run leaves is found again, and nobody else's is taken for it."""

from __future__ import annotations

import asyncio
import json
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import httpx
import pytest

from pulumi_resource_railway.errors import PartialFailure
from pulumi_resource_railway.railway.errors import AnswerLost, CommitUnseen, Conflict, RailwayError
from pulumi_resource_railway.resources.bucket import Bucket, BucketInputs
from pulumi_resource_railway.resources.environment import Environment, EnvironmentInputs
from pulumi_resource_railway.resources.project import Project, ProjectInputs
from pulumi_resource_railway.resources.project_token import ProjectToken, ProjectTokenInputs
from pulumi_resource_railway.resources.service import Service
from pulumi_resource_railway.resources.service_model import ServiceInputs, ServiceSource
from pulumi_resource_railway.resources.shared_variables import SharedVariables, SharedVariablesInputs
from pulumi_resource_railway.resources.tcp_proxy import TcpProxy, TcpProxyInputs
from pulumi_resource_railway.resources.volume import Volume, VolumeInputs
from railway_emulator import ManualClock
from tests.provider.resources.cases import Place
from tests.provider.resources.harness import World
from tests.provider.resources.interruptions import StandingClock
from tests.provider.resources.runs import Held, Killed, KillingTransport, up

if TYPE_CHECKING:
    from pathlib import Path

    from pulumi_resource_railway.declaration import Model
    from pulumi_resource_railway.resource import Resource

pytestmark = pytest.mark.anyio
COMMIT = (
    "mutation ($e: String!, $p: EnvironmentConfig) { environmentPatchCommit(environmentId: $e, patch: $p) }"
)


async def another_environment(world: World, place: Place) -> Place:
    inputs = EnvironmentInputs(project_id=place.project_id, name="staging")
    made = await Environment().create(world.context("staging", "Environment"), inputs)
    return Place(place.project_id, made.id)


class KilledBefore(httpx.AsyncBaseTransport):
    """Ends the process just before a request is sent."""

    def __init__(self, inner: httpx.AsyncBaseTransport, operation: str) -> None:
        self.inner = inner
        self.operation = operation

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        if json.loads(request.content)["operationName"] == self.operation:
            raise Killed
        return await self.inner.handle_async_request(request)


class KilledBehindRateLimit(httpx.AsyncBaseTransport):
    """Ends the process when a creation was carried out at last."""

    def __init__(self, inner: httpx.AsyncBaseTransport) -> None:
        self.inner = inner
        self.killed = False

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        response = await self.inner.handle_async_request(request)
        is_made = response.is_success and json.loads(request.content)["operationName"] == "volumeCreate"
        if is_made and not self.killed:
            self.killed = True
            raise Killed
        return response


class NetworkGone(httpx.AsyncBaseTransport):
    """Loses the network when an operation is to be sent, until it is brought back."""

    def __init__(self, inner: httpx.AsyncBaseTransport, operation: str) -> None:
        self.inner = inner
        self.operation = operation
        self.is_down = False

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        self.is_down = self.is_down or json.loads(request.content)["operationName"] == self.operation
        if self.is_down:
            raise httpx.ConnectError("no network")
        return await self.inner.handle_async_request(request)


def web(place: Place, **changes: Any) -> ServiceInputs:
    return ServiceInputs(
        **place.environment, **{"name": "web", "source": ServiceSource(image="nginx:1"), **changes}
    )


def attached(place: Place, kind: str) -> tuple[Resource[Any, Any], Model]:
    match kind:
        case "Service":
            return Service(), web(place)
        case "Volume":
            return Volume(), VolumeInputs(**place.environment, name="data")
        case _:
            return Bucket(), BucketInputs(**place.environment, name="pictures", region="ams")


@pytest.mark.parametrize("kind", ["Service", "Volume"])
async def test_what_exists_elsewhere_in_the_project_is_gone_on_with(
    world: World, place: Place, kind: str
) -> None:
    resource, inputs = attached(place, kind)
    first = await resource.create(world.context("production", kind), inputs)
    there = await another_environment(world, place)
    resource, inputs = attached(there, kind)
    inner, held = world.transport, Held()
    world.transport = KillingTransport(inner, "environmentPatchCommit")
    assert not await up(world, resource, inputs, held)
    world.transport = inner
    assert await up(world, resource, inputs, held)
    assert held.id == first.id
    assert len((await world.state())["projects"][0][f"{kind.lower()}s"]) == 1


@pytest.mark.parametrize("stale", [timedelta(0), timedelta(minutes=5), timedelta(hours=2)])
async def test_somebody_elses_volume_is_not_adopted(world: World, place: Place, stale: timedelta) -> None:
    there = await another_environment(world, place)
    inner, held = world.transport, Held()
    inputs = VolumeInputs(**place.environment, name="data")
    world.transport = KilledBefore(inner, "volumeCreate")
    assert not await up(world, Volume(), inputs, held)
    world.transport = inner
    _begun_earlier(world, stale)
    data = await world.graphql(
        "mutation ($p: String!, $e: String) {"
        ' volumeCreate(input: {projectId: $p, environmentId: $e, mountPath: "/theirs"}) { id name } }',
        p=place.project_id,
        e=there.environment_id,
    )
    theirs = data["volumeCreate"]
    assert await up(world, Volume(), inputs, held)
    assert held.id != theirs["id"]
    names = {row["id"]: row["name"] for row in (await world.state())["projects"][0]["volumes"]}
    assert names[theirs["id"]] == theirs["name"]


async def test_a_volume_made_meanwhile_in_the_dashboard_is_not_the_lost_one(
    world: World, place: Place
) -> None:
    there = await another_environment(world, place)
    await world.faults({"operation": "volumeCreate", "status": 502})
    inputs = VolumeInputs(**place.environment, name="data")
    task = asyncio.create_task(Volume().create(world.context(kind="Volume"), inputs))
    await world.until(lambda: "looking whether Railway created" in world.messages.text)
    await world.graphql(
        "mutation ($p: String!, $e: String) {"
        ' volumeCreate(input: {projectId: $p, environmentId: $e, mountPath: "/theirs"}) { id } }',
        p=place.project_id,
        e=there.environment_id,
    )
    with pytest.raises(AnswerLost):
        await task


async def test_somebody_elses_token_of_the_same_name_is_not_deleted(world: World, place: Place) -> None:
    inner, held = world.transport, Held()
    inputs = ProjectTokenInputs(**place.environment, name="ci")
    world.transport = KilledBefore(inner, "projectTokenCreate")
    assert not await up(world, ProjectToken(), inputs, held)
    world.transport = inner
    _begun_earlier(world, timedelta(minutes=5))
    await world.graphql(
        "mutation ($i: ProjectTokenCreateInput!) { projectTokenCreate(input: $i) }",
        i={"projectId": place.project_id, "environmentId": place.environment_id, "name": "ci"},
    )
    await world.restart()
    with pytest.raises(Conflict, match="pulumi import railway:index:ProjectToken"):
        await ProjectToken().create(world.context(kind="ProjectToken"), inputs)
    assert len((await world.state())["projects"][0]["projectTokens"]) == 1


async def test_a_project_of_the_same_name_made_much_later_is_not_adopted(world: World) -> None:
    inner, held = world.transport, Held()
    world.transport = KilledBefore(inner, "projectCreate")
    assert not await up(world, Project(), ProjectInputs(name="shop"), held)
    world.transport = inner
    _begun_earlier(world, timedelta(minutes=5))
    theirs, _ = await world.project("shop")
    await world.restart()
    with pytest.raises(Conflict, match=f"pulumi import railway:index:Project <name> {theirs}"):
        await Project().create(world.context(kind="Project"), ProjectInputs(name="shop"))


async def test_of_a_creation_that_was_never_sent_nothing_is_looked_for(world: World, place: Place) -> None:
    context = world.context(kind="Volume")
    world.session.journal.begin(context.urn, f"{place.project_id}/volumes", "volumeCreate", "data", [])
    data = await world.graphql(
        "mutation ($p: String!) {"
        ' volumeCreate(input: {projectId: $p, environmentId: null, mountPath: "/theirs"}) { id } }',
        p=place.project_id,
    )
    await world.restart()
    inputs = VolumeInputs(**place.environment, name="data")
    created = await Volume().create(world.context(kind="Volume"), inputs)
    assert created.id != data["volumeCreate"]["id"]
    assert len((await world.state())["projects"][0]["volumes"]) == 2


@pytest.mark.parametrize("is_killed", [False, True])
async def test_a_creation_that_a_rate_limit_held_back_is_found(tmp_path: Path, *, is_killed: bool) -> None:
    time = ManualClock()
    world = World(tmp_path / "journal", "calm", time)
    world.clock = StandingClock(time)  # type: ignore[assignment]
    await world.restart()
    place, held = Place(*await world.project()), Held()
    await world.faults(
        {"operation": "volumeCreate", "status": 429, "retryAfter": 500},
        *([] if is_killed else [{"operation": "volumeCreate", "loseAnswer": True}]),
    )
    if is_killed:
        world.transport = KilledBehindRateLimit(world.transport)
    inputs = VolumeInputs(**place.environment, name="data")
    assert await up(world, Volume(), inputs, held) is not is_killed
    assert held.id is not None or await up(world, Volume(), inputs, held)
    (made,) = (await world.state())["projects"][0]["volumes"]
    assert held.id == made["id"]
    await world.close()


async def test_what_an_old_run_really_made_is_found(world: World, place: Place) -> None:
    inner, held = world.transport, Held()
    inputs = VolumeInputs(**place.environment, name="data")
    world.transport = KillingTransport(inner, "volumeCreate")
    assert not await up(world, Volume(), inputs, held)
    world.transport = inner
    (made,) = (await world.state())["projects"][0]["volumes"]
    assert await up(world, Volume(), inputs, held)
    assert held.id == made["id"]


@pytest.mark.parametrize("kind", ["SharedVariables", "TcpProxy"])
async def test_a_commit_that_could_not_be_watched_is_gone_on_with(
    world: World, place: Place, kind: str
) -> None:
    service = await Service().create(world.context("web"), web(place))
    resource: Resource[Any, Any] = SharedVariables() if kind == "SharedVariables" else TcpProxy()
    inputs: Model = (
        SharedVariablesInputs(**place.environment, variables={"A": "1"})
        if kind == "SharedVariables"
        else TcpProxyInputs(**place.environment, service_id=service.id, application_port=5432)
    )
    inner = world.transport
    world.transport = NetworkGone(inner, "commitProgress")
    await world.restart()
    with pytest.raises(CommitUnseen, match="The change may have been made"):
        await resource.create(world.context(kind=kind), inputs)
    world.transport = inner
    await world.restart()
    created = await resource.create(world.context(kind=kind), inputs)
    await world.restart()
    found = await resource.read(world.context(kind=kind), created.id, inputs)
    assert found is not None
    assert (found.inputs, found.outputs) == (inputs, created.outputs)


async def test_a_sealed_value_is_sent_again_when_nobody_can_say_that_it_arrived(
    world: World, place: Place
) -> None:
    first = web(place, source=None, variables={"KEY": "the old value"})
    created = await Service().create(world.context(), first)
    sealed = {"services": {created.id: {"variables": {"KEY": {"isSealed": True}}}}}
    await world.graphql(COMMIT, e=place.environment_id, p=sealed)
    await world.restart()
    before = (await world.counted())["environmentPatchCommit"]
    await world.faults({"operation": "environmentPatchCommit", "status": 502})
    second = web(place, source=None, variables={"KEY": "the new value"})
    await Service().update(world.context(), created.id, created.outputs, second)
    assert (await world.counted())["environmentPatchCommit"] == before + 2
    (environment,) = (await world.state())["projects"][0]["environments"]
    assert environment["config"]["services"][created.id]["variables"]["KEY"]["value"] == "the new value"


async def test_a_commit_that_nobody_waits_for_any_more_is_not_sent(world: World, place: Place) -> None:
    world.clock.speed = 1
    await world.faults({"operation": "environmentPatchCommit", "status": 429, "retryAfter": 1})
    task = asyncio.create_task(Service().create(world.context(), web(place)))
    await world.until(lambda: "waiting 1 s" in world.messages.text)
    task.cancel()
    with pytest.raises(PartialFailure):
        await task
    await asyncio.sleep(2)
    assert (await world.counted())["environmentPatchCommit"] == 1
    assert await world.deployments() == []


async def test_a_workflow_that_does_not_end_is_not_committed_beside(world: World, place: Place) -> None:
    class Endless(httpx.AsyncBaseTransport):
        def __init__(self, inner: httpx.AsyncBaseTransport) -> None:
            self.inner = inner

        async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
            response = await self.inner.handle_async_request(request)
            if json.loads(request.content)["operationName"] != "commitProgress":
                return response
            await response.aread()
            answer = response.json()
            answer["data"]["workflowStatus"] = {"status": "Running", "error": None}
            return httpx.Response(200, json=answer)

    world.transport = Endless(world.transport)
    world.clock.speed = 10_000
    await world.restart()
    outcomes = await asyncio.gather(
        *(Service().create(world.context(name), web(place, name=name)) for name in ("one", "two")),
        return_exceptions=True,
    )
    assert all("still running after 600 s" in str(outcome) for outcome in outcomes)
    assert (await world.counted())["environmentPatchCommit"] == 1


async def test_each_referrer_that_failed_is_told(world: World, place: Place) -> None:
    for name in ("one", "two"):
        await Service().create(world.context(name), web(place, name=name, variables={"X": "${{shared.KEY}}"}))
        await world.faults({"deployment": name, "outcome": "CRASHED", "log": [f"the log of {name}"]})
    inputs = SharedVariablesInputs(**place.environment, variables={"KEY": "1"})
    with pytest.raises((PartialFailure, RailwayError)) as failure:
        await SharedVariables().create(world.context(kind="SharedVariables"), inputs)
    assert "the log of one" in str(failure.value)
    assert "the log of two" in str(failure.value)


def _begun_earlier(world: World, how_much: timedelta) -> None:
    """Let every journalled creation have begun that much earlier."""
    for path in world.directory.rglob("*.json"):
        entry = json.loads(path.read_text())
        begun = world.session.client.railways_time() - how_much
        path.write_text(json.dumps({**entry, "begun": begun.isoformat(), "sent": begun.isoformat()}))
