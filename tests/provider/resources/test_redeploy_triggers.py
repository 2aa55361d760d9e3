"""A redeployment for each value that changed, and none for what only becomes known."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from pulumi_resource_railway.resources.project import Project, ProjectInputs
from pulumi_resource_railway.resources.redeploy_triggers import asks_for_redeployment
from pulumi_resource_railway.resources.service import Service
from pulumi_resource_railway.resources.service_model import ServiceInputs, ServiceOutputs, ServiceSource
from tests.provider.resources.cases import Place

if TYPE_CHECKING:
    from tests.provider.resources.harness import World

pytestmark = pytest.mark.anyio
VARIABLES = {"URL": "${{db.URL}}?x=1", "PLAIN": "1"}


def inputs(place: Place, **changes: Any) -> ServiceInputs:
    return ServiceInputs(
        **place.environment,
        name="web",
        **{"source": ServiceSource(image="nginx:1"), "variables": VARIABLES, **changes},
    )


@pytest.mark.parametrize(
    ("before", "after", "asks"),
    [
        (None, None, False),
        ({"URL": "1"}, {"URL": "1"}, False),
        ({"URL": "1"}, {"URL": "2"}, True),
        (None, {"URL": "1"}, False),
        ({"URL": "1"}, None, False),
        (None, {"restart": "today"}, True),
        ({"restart": "today"}, None, True),
        (None, {"PLAIN": "1"}, True),
        ({"URL": "1"}, {"URL": "1", "restart": "today"}, True),
        ({"restart": "today"}, {"restart": "today", "URL": "1"}, False),
    ],
)
async def test_what_asks_for_a_redeployment(
    before: dict[str, str] | None, after: dict[str, str] | None, asks: bool
) -> None:
    place = Place("p", "e")
    old, new = inputs(place, redeploy_triggers=before), inputs(place, redeploy_triggers=after)
    assert asks_for_redeployment(old, new, others_changed=False) is asks
    assert asks_for_redeployment(old, new, others_changed=True) is (before != after)


@pytest.fixture
async def imported(world: World) -> tuple[Place, str, ServiceOutputs]:
    """A service as an import records it: the variables are known, and no trigger is."""
    place = Place(*await world.project())
    made = await Service().create(world.context(), inputs(place, redeploy_triggers={"URL": "1"}))
    await world.restart()
    import_id = f"{place.project_id}/{place.environment_id}/{made.id}"
    found = await Service().read(world.context(), import_id, None)
    assert found is not None
    assert found.outputs.redeploy_triggers is None
    await world.restart()
    return place, made.id, found.outputs


async def test_the_first_update_after_an_import_deploys_nothing(
    world: World, imported: tuple[Place, str, ServiceOutputs]
) -> None:
    place, id_, old = imported
    new = inputs(place, redeploy_triggers={"URL": "1"})
    before = len(await world.requests())
    reached = await Service().update(world.context(), id_, old, new)
    assert [row["operation"] for row in (await world.requests())[before:]] == ["environment, project"]
    assert reached.redeploy_triggers == {"URL": "1"}
    assert len(await world.deployments()) == 1
    await Service().update(world.context(), id_, reached, inputs(place, redeploy_triggers={"URL": "2"}))
    assert len(await world.deployments()) == 2


async def test_it_deploys_when_the_same_run_changed_something(
    world: World, imported: tuple[Place, str, ServiceOutputs]
) -> None:
    place, id_, old = imported
    project = await Project().read(
        world.context(kind="Project"), place.project_id, ProjectInputs(name="shop")
    )
    assert project is not None
    await Project().update(
        world.context(kind="Project"), place.project_id, project.outputs, ProjectInputs(name="store")
    )
    await Service().update(world.context(), id_, old, inputs(place, redeploy_triggers={"URL": "1"}))
    assert len(await world.deployments()) == 2
