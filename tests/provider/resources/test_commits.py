"""Changes that travel together: what becomes of eight when one of them, or the commit itself, goes wrong."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest

from pulumi_resource_railway.railway.errors import NotFound, Refused, WorkflowFailed
from railway_emulator import Profile
from tests.provider.resources.cases import Place
from tests.provider.resources.harness import World  # noqa: TC001 - it is also built here

pytestmark = pytest.mark.anyio
MEMBERS = 8


@pytest.fixture
async def services(world: World) -> tuple[Place, list[str]]:
    place = Place(*await world.project())
    ids = []
    for number in range(MEMBERS):
        data = await world.graphql(
            "mutation ($p: String!, $n: String) {"
            " serviceCreate(input: {projectId: $p, name: $n, environmentId: null}) { id } }",
            p=place.project_id,
            n=f"s{number}",
        )
        ids.append(data["serviceCreate"]["id"])
    return place, ids


def patch(service_id: str, number: int) -> dict[str, Any]:
    return {
        "services": {
            service_id: {
                "isCreated": True,
                "source": {"image": "nginx:1"},
                "variables": {"NUMBER": {"value": str(number)}},
            }
        }
    }


async def submit_all(world: World, place: Place, patches: list[dict[str, Any]]) -> list[Any]:
    commits = world.session.environment(place.project_id, place.environment_id).commits
    return await asyncio.gather(
        *(commits.submit(one, f"s{number}") for number, one in enumerate(patches)), return_exceptions=True
    )


async def variables(world: World) -> list[str]:
    state = await world.state()
    services = state["projects"][0]["environments"][0]["config"].get("services") or {}
    return sorted(service["variables"]["NUMBER"]["value"] for service in services.values())


async def commits_sent(world: World) -> int:
    return (await world.counted())["environmentPatchCommit"]


async def test_all_in_one(world: World, services: tuple[Place, list[str]]) -> None:
    place, ids = services
    outcomes = await submit_all(world, place, [patch(id_, number) for number, id_ in enumerate(ids)])
    assert not [outcome for outcome in outcomes if isinstance(outcome, BaseException)]
    assert await commits_sent(world) == 1
    assert len(await variables(world)) == MEMBERS


async def test_what_has_begun_is_waited_for(world: World, services: tuple[Place, list[str]]) -> None:
    place, ids = services
    commits = world.session.environment(place.project_id, place.environment_id).commits

    async def late(number: int) -> None:
        with commits.expected():
            await world.clock.sleep(number * 0.3)
        await commits.submit(patch(ids[number], number), f"s{number}")

    await asyncio.gather(*(late(number) for number in range(MEMBERS)))
    assert await commits_sent(world) == 1
    assert len(await variables(world)) == MEMBERS


async def test_what_never_comes_is_not_waited_for_long(
    world: World, services: tuple[Place, list[str]]
) -> None:
    place, ids = services
    commits = world.session.environment(place.project_id, place.environment_id).commits
    with commits.expected():
        before = world.clock.monotonic()
        await commits.submit(patch(ids[0], 0), "s0")
        assert world.clock.monotonic() - before >= 5
    assert await commits_sent(world) == 1


async def test_only_the_refused_member_fails(world: World, services: tuple[Place, list[str]]) -> None:
    place, ids = services
    patches = [patch(id_, number) for number, id_ in enumerate(ids)]
    patches[3] = {"services": {ids[3]: {"isCreated": True, "deploy": {"cronSchedule": "nonsense"}}}}
    outcomes = await submit_all(world, place, patches)
    failed = {
        number: outcome for number, outcome in enumerate(outcomes) if isinstance(outcome, BaseException)
    }
    assert failed.keys() == {3}
    assert isinstance(failed[3], Refused)
    assert "cron" in str(failed[3])
    assert await variables(world) == ["0", "1", "2", "4", "5", "6", "7"]
    assert await commits_sent(world) == 1 + MEMBERS
    assert len(await world.deployments()) == MEMBERS - 1


async def test_a_member_whose_service_is_gone_fails_alone(
    world: World, services: tuple[Place, list[str]]
) -> None:
    place, ids = services
    patches = [
        patch(id_, number) for number, id_ in enumerate([*ids[:7], "00000000-0000-0000-0000-000000000000"])
    ]
    outcomes = await submit_all(world, place, patches)
    assert isinstance(outcomes[7], NotFound)
    assert not [outcome for outcome in outcomes[:7] if isinstance(outcome, BaseException)]


async def test_a_workflow_that_ends_in_an_error(world: World, services: tuple[Place, list[str]]) -> None:
    place, ids = services
    await world.faults({"operation": "environmentPatchCommit", "workflowError": "no capacity"})
    outcomes = await submit_all(world, place, [patch(id_, number) for number, id_ in enumerate(ids)])
    assert not [outcome for outcome in outcomes if isinstance(outcome, BaseException)]
    assert len(await variables(world)) == MEMBERS
    assert len(await world.deployments()) == MEMBERS


async def test_a_workflow_that_ends_in_an_error_for_one(
    world: World, services: tuple[Place, list[str]]
) -> None:
    place, ids = services
    await world.faults({"operation": "environmentPatchCommit", "workflowError": "no capacity"})
    (outcome,) = await submit_all(world, place, [patch(ids[0], 0)])
    assert isinstance(outcome, WorkflowFailed)
    assert "no capacity" in str(outcome)


async def test_a_lost_answer_is_looked_up(world: World, services: tuple[Place, list[str]]) -> None:
    place, ids = services
    await world.faults({"operation": "environmentPatchCommit", "loseAnswer": True})
    outcomes = await submit_all(world, place, [patch(id_, number) for number, id_ in enumerate(ids)])
    assert not [outcome for outcome in outcomes if isinstance(outcome, BaseException)]
    assert await commits_sent(world) == 1
    assert len(await world.deployments()) == MEMBERS


async def test_what_didnt_arrive_is_sent_again(world: World, services: tuple[Place, list[str]]) -> None:
    place, ids = services
    await world.faults({"operation": "environmentPatchCommit", "status": 502})
    outcomes = await submit_all(world, place, [patch(id_, number) for number, id_ in enumerate(ids)])
    assert not [outcome for outcome in outcomes if isinstance(outcome, BaseException)]
    assert await commits_sent(world) == 2
    assert len(await world.deployments()) == MEMBERS


async def test_cancelling_one_leaves_the_others(world: World, services: tuple[Place, list[str]]) -> None:
    place, ids = services
    await world.faults({"operation": "environmentPatchCommit", "delaySeconds": 0.3})
    commits = world.session.environment(place.project_id, place.environment_id).commits
    tasks = [
        asyncio.create_task(commits.submit(patch(id_, number), f"s{number}"))
        for number, id_ in enumerate(ids)
    ]
    await world.until(lambda: commits_sent(world))
    tasks[0].cancel()
    outcomes = await asyncio.gather(*tasks, return_exceptions=True)
    assert not [outcome for outcome in outcomes[1:] if isinstance(outcome, BaseException)]
    assert await commits_sent(world) == 1
    assert len(await variables(world)) == MEMBERS


async def test_what_is_cancelled_before_it_is_sent_is_taken_back(
    world: World, services: tuple[Place, list[str]]
) -> None:
    place, ids = services
    commits = world.session.environment(place.project_id, place.environment_id).commits
    tasks = [
        asyncio.create_task(commits.submit(patch(id_, number), f"s{number}"))
        for number, id_ in enumerate(ids)
    ]
    await asyncio.sleep(0)
    tasks[0].cancel()
    await asyncio.gather(*tasks, return_exceptions=True)
    assert await variables(world) == [str(number) for number in range(1, MEMBERS)]


async def test_changes_of_the_same_place_go_one_after_the_other(
    world: World, services: tuple[Place, list[str]]
) -> None:
    place, ids = services
    outcomes = await submit_all(world, place, [patch(ids[0], 1), patch(ids[0], 2), patch(ids[1], 3)])
    assert await commits_sent(world) == 2
    assert not [outcome for outcome in outcomes if isinstance(outcome, BaseException)]
    assert await variables(world) == ["2", "3"]


async def test_a_commit_that_lags_behind(tmp_path: Any) -> None:
    from tests.provider.resources.harness import World

    lagging = Profile("lagging", workflow_seconds=0.1, workflow_lag_seconds=0.05)
    world = World(tmp_path, lagging)
    place = Place(*await world.project())
    data = await world.graphql(
        "mutation ($p: String!) { serviceCreate(input: {projectId: $p, environmentId: null}) { id } }",
        p=place.project_id,
    )
    (outcome,) = await submit_all(world, place, [patch(data["serviceCreate"]["id"], 0)])
    assert not isinstance(outcome, BaseException)
    assert await variables(world) == ["0"]
    await world.close()
