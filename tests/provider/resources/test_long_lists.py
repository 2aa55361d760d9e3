"""What doesn't fit on one page is seen all the same, above all before anything is deleted."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from pulumi_resource_railway.railway.errors import StagedChanges
from pulumi_resource_railway.resources import project as projects
from pulumi_resource_railway.resources import service as services
from pulumi_resource_railway.resources import volume as volumes
from pulumi_resource_railway.resources.environment import Environment, EnvironmentInputs
from pulumi_resource_railway.resources.project import Project, ProjectInputs
from pulumi_resource_railway.resources.service import Service
from pulumi_resource_railway.resources.service_model import ServiceInputs, ServiceSource
from pulumi_resource_railway.resources.volume import Volume, VolumeInputs
from tests.provider.resources.cases import Place

if TYPE_CHECKING:
    from pulumi_resource_railway.resource import Resource
    from tests.provider.resources.harness import World

pytestmark = pytest.mark.anyio


@pytest.fixture(autouse=True)
def short_pages(monkeypatch: pytest.MonkeyPatch) -> None:
    for module in (projects, services, volumes):
        monkeypatch.setattr(module, "PAGE", 1)


@pytest.fixture
async def places(world: World) -> list[Place]:
    first = Place(*await world.project())
    found = [first]
    for name in ("staging", "testing"):
        inputs = EnvironmentInputs(project_id=first.project_id, name=name)
        made = await Environment().create(world.context(name, "Environment"), inputs)
        found.append(Place(first.project_id, made.id))
    return found


@pytest.mark.parametrize("kind", ["service", "volume"])
async def test_what_is_in_other_environments_stays_there(
    world: World, places: list[Place], kind: str
) -> None:
    resource: Resource[Any, Any] = Service() if kind == "service" else Volume()
    made = []
    for number, place in enumerate(places):
        inputs = (
            ServiceInputs(**place.environment, name="web", source=ServiceSource(image="nginx:1"))
            if kind == "service"
            else VolumeInputs(**place.environment, name="data")
        )
        made.append(await resource.create(world.context(str(number), kind.title()), inputs))
    assert len({one.id for one in made}) == 1
    for left in (2, 1, 0):
        # The oldest instance, which is the one on the first page, goes first.
        place, gone = places[2 - left], made[2 - left]
        await world.restart()
        await resource.delete(world.context(str(2 - left), kind.title()), gone.id, gone.outputs)
        # Only for the last may it be what deletes the record, which can reach the other environments as well.
        assert (await world.counted())[f"{kind}Delete"] == (0 if left else 1)
        environments = (await world.state())["projects"][0]["environments"]
        assert sum(len(environment[f"{kind}Instances"]) for environment in environments) == left
        assert all(
            not environment[f"{kind}Instances"]
            for environment in environments
            if environment["id"] == place.environment_id
        )


async def test_staged_changes_in_a_later_environment_stop_a_projects_deletion(world: World) -> None:
    made = await Project().create(world.context("shop", "Project"), ProjectInputs(name="shop"))
    inputs = EnvironmentInputs(project_id=made.id, name="staging")
    staging = await Environment().create(world.context("staging", "Environment"), inputs)
    stage = (
        "mutation ($e: String!, $i: EnvironmentConfig!) {"
        " environmentStageChanges(environmentId: $e, input: $i) { id } }"
    )
    await world.graphql(stage, e=staging.id, i={"sharedVariables": {"A": {"value": "theirs"}}})
    await world.restart()
    with pytest.raises(StagedChanges):
        await Project().delete(world.context("shop", "Project"), made.id, made.outputs)
    assert len((await world.state())["projects"]) == 1
