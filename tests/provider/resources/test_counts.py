"""How many HTTP requests things cost; those that only poll are left out where it says so."""

from __future__ import annotations

import asyncio
from collections import Counter
from typing import TYPE_CHECKING, Any

import pytest

from pulumi_resource_railway.resources.environment import Environment, EnvironmentInputs
from pulumi_resource_railway.resources.project import Project, ProjectInputs
from pulumi_resource_railway.resources.service import Service
from pulumi_resource_railway.resources.service_model import ServiceDeploy, ServiceInputs, ServiceSource
from pulumi_resource_railway.resources.volume import Volume, VolumeInputs

if TYPE_CHECKING:
    from tests.provider.resources.cases import Place
    from tests.provider.resources.harness import World

pytestmark = pytest.mark.anyio
POLLING = {"workflowStatus, environment", "deployments"}


def inputs(place: Place, name: str = "web", **changes: Any) -> ServiceInputs:
    return ServiceInputs(
        **place.environment, name=name, **{"source": ServiceSource(image="nginx:1"), **changes}
    )


async def since(world: World, count: int) -> Counter[str]:
    rows = (await world.requests())[count:]
    return Counter(row["operation"] for row in rows)


async def test_create_of_a_service(world: World, place: Place) -> None:
    start = len(await world.requests())
    await Service().create(world.context(), inputs(place, variables={"A": "1"}))
    calls = await since(world, start)
    assert sum(count for operation, count in calls.items() if operation not in POLLING) <= 3
    assert len(await world.deployments()) == 1


async def test_ten_services_at_once(world: World, place: Place) -> None:
    start = len(await world.requests())
    await asyncio.gather(
        *(Service().create(world.context(f"s{number}"), inputs(place, f"s{number}")) for number in range(10))
    )
    calls = await since(world, start)
    assert calls["environmentPatchCommit"] == 1
    assert calls["serviceCreate"] == 10
    assert calls["environment, project"] == 1
    assert calls.total() <= 16
    assert len(await world.deployments()) == 10


async def test_services_and_volumes_at_once(world: World, place: Place) -> None:
    start = len(await world.requests())
    volumes = [
        Volume().create(world.context(f"v{number}"), VolumeInputs(**place.environment, name=f"v{number}"))
        for number in range(3)
    ]
    await asyncio.gather(*volumes)
    calls = await since(world, start)
    assert (calls["volumeCreate"], calls["volumeUpdate"]) == (3, 3)
    assert calls["environmentPatchCommit"] <= 2
    state = await world.state()
    assert sorted(volume["name"] for volume in state["projects"][0]["volumes"]) == ["v0", "v1", "v2"]


async def test_update_of_a_service(world: World, place: Place) -> None:
    created = await Service().create(world.context(), inputs(place, variables={"A": "1", "B": "2"}))
    await world.restart()
    start = len(await world.requests())
    await Service().update(
        world.context(), created.id, created.outputs, inputs(place, variables={"A": "1", "B": "3"})
    )
    calls = await since(world, start)
    assert calls["environmentPatchCommit"] == 1
    assert sum(count for operation, count in calls.items() if operation not in POLLING) == 2
    assert len(await world.deployments()) == 2
    (patch,) = [
        row["variables"]["patch"] for row in (await world.requests())[start:] if "Commit" in row["operation"]
    ]
    assert patch == {"services": {created.id: {"variables": {"B": {"value": "*****"}}}}}


async def test_a_rename_deploys_nothing(world: World, place: Place) -> None:
    created = await Service().create(world.context(), inputs(place))
    await world.restart()
    start = len(await world.requests())
    await Service().update(world.context(), created.id, created.outputs, inputs(place, "other"))
    assert await since(world, start) == {"environment, project": 1, "serviceUpdate": 1}
    assert len(await world.deployments()) == 1


async def test_changed_triggers_redeploy_once(world: World, place: Place) -> None:
    created = await Service().create(world.context(), inputs(place, redeploy_triggers={"db": "1"}))
    await world.restart()
    start = len(await world.requests())
    await Service().update(
        world.context(), created.id, created.outputs, inputs(place, redeploy_triggers={"db": "2"})
    )
    calls = await since(world, start)
    assert calls["serviceInstanceRedeploy"] == 1
    assert calls["environmentPatchCommit"] == 0
    assert len(await world.deployments()) == 2


async def test_what_isnt_waited_for_isnt_asked_for(world: World, place: Place) -> None:
    start = len(await world.requests())
    await Service().create(world.context(), inputs(place, await_deployment=False))
    assert (await since(world, start))["deployments"] == 0


async def test_a_service_without_a_source_waits_for_nothing(world: World, place: Place) -> None:
    created = await Service().create(world.context(), inputs(place, source=None, variables={"A": "1"}))
    await Service().update(world.context(), created.id, created.outputs, inputs(place, source=None))
    assert world.clock.slept < 5
    assert await world.deployments() == []


async def test_waiting_services_share_their_questions(world: World, place: Place) -> None:
    await world.faults(
        *({"deployment": f"s{number}", "outcome": "SUCCESS", "secondsPerState": 0.02} for number in range(5))
    )
    start = len(await world.requests())
    await asyncio.gather(
        *(Service().create(world.context(f"s{number}"), inputs(place, f"s{number}")) for number in range(5))
    )
    asked = (await since(world, start))["deployments"]
    assert 1 <= asked <= 15


async def test_refresh_of_a_large_environment(world: World, place: Place) -> None:
    names = [f"s{number}" for number in range(50)]
    created = await asyncio.gather(
        *(
            Service().create(world.context(name), inputs(place, name, await_deployment=False))
            for name in names
        )
    )
    volume = await Volume().create(world.context("data"), VolumeInputs(**place.environment, name="data"))
    await world.restart()
    start = len(await world.requests())
    reads: list[Any] = [
        Service().read(world.context(name), made.id, inputs(place, name, await_deployment=False))
        for name, made in zip(names, created, strict=True)
    ]
    reads.append(
        Volume().read(world.context("data"), volume.id, VolumeInputs(**place.environment, name="data"))
    )
    reads.append(Project().read(world.context(), place.project_id, ProjectInputs(name="shop")))
    reads.append(
        Environment().read(
            world.context(),
            place.environment_id,
            EnvironmentInputs(project_id=place.project_id, name="production"),
        )
    )
    found = await asyncio.gather(*reads)
    assert all(found)
    assert (await since(world, start)).total() <= 6


async def test_many_at_once_share_one_client(world: World, place: Place) -> None:
    await asyncio.gather(
        *(
            Service().create(
                world.context(f"s{number}"),
                inputs(place, f"s{number}", source=None, deploy=ServiceDeploy(start_command="x")),
            )
            for number in range(30)
        )
    )
    assert (await world.counted())["environmentPatchCommit"] <= 4
