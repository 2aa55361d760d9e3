"""What the workspace's plan can't hold is refused before the resource's first mutation, with the remedy."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any

import pytest

from pulumi_resource_railway.railway.errors import BeyondPlan
from pulumi_resource_railway.railway.plans import plan_named
from pulumi_resource_railway.resources.volume import Volume, VolumeInputs
from tests.provider.resources.cases import Place

if TYPE_CHECKING:
    from pulumi_resource_railway.resource import Created
    from pulumi_resource_railway.resources.volume import VolumeOutputs
    from tests.provider.resources.harness import World

pytestmark = pytest.mark.anyio


@pytest.fixture
async def place(world: World) -> Place:
    return Place(*await world.project())


async def create(
    world: World, place: Place, name: str = "data", size: int | None = None
) -> Created[VolumeOutputs]:
    inputs = VolumeInputs(**place.environment, name=name, size_mb=size)
    return await Volume().create(world.context(name, "Volume"), inputs)


async def mutations(world: World) -> list[str]:
    changes = [row for row in await world.requests() if row["document"].lstrip().startswith("mutation")]
    return [row["operation"] for row in changes if row["operation"] != "projectCreate"]


@pytest.mark.parametrize(("plan", "most"), [("free", 0.5), ("trial", 0.5), ("hobby", 5)])
async def test_a_volume_that_is_too_large(world: World, place: Place, plan: str, most: float) -> None:
    await world.control("plan", {"plan": plan})
    with pytest.raises(BeyondPlan, match=f"sizeMb of volume 'data' is 10000.* {most:g} GB") as refusal:
        await create(world, place, size=10_000)
    assert "Change the workspace's plan" in str(refusal.value)
    assert "or lower sizeMb" in str(refusal.value)
    assert await mutations(world) == []


@pytest.mark.parametrize(("plan", "most"), [("free", 1), ("trial", 3), ("hobby", 10)])
async def test_one_volume_too_many_at_once(world: World, place: Place, plan: str, most: int) -> None:
    await world.control("plan", {"plan": plan})
    names = [f"data{number}" for number in range(most + 1)]
    done: list[Any] = await asyncio.gather(
        *(create(world, place, name) for name in names), return_exceptions=True
    )
    (refusal,) = [one for one in done if isinstance(one, BaseException)]
    assert isinstance(refusal, BeyondPlan)
    assert f"number {most + 1} of its project" in str(refusal)
    assert "remove a volume" in str(refusal)
    assert (await mutations(world)).count("volumeCreate") == most


async def test_growing_beyond_the_plan(world: World, place: Place) -> None:
    await world.control("plan", {"plan": "hobby"})
    made = await create(world, place, size=5000)
    before = await mutations(world)
    larger = VolumeInputs(**place.environment, name="renamed", size_mb=6000)
    with pytest.raises(BeyondPlan, match="6000"):
        await Volume().update(world.context("data", "Volume"), made.id, made.outputs, larger)
    assert await mutations(world) == before


async def test_a_volume_that_is_larger_already_may_change_otherwise(world: World, place: Place) -> None:
    made = await create(world, place, size=50_000)
    await world.restart()
    await world.control("plan", {"plan": "hobby"})
    renamed = VolumeInputs(**place.environment, name="renamed", size_mb=50_000)
    changed = await Volume().update(world.context("data", "Volume"), made.id, made.outputs, renamed)
    assert changed.name == "renamed"


async def test_a_deleted_volume_makes_room(world: World, place: Place) -> None:
    await world.control("plan", {"plan": "free"})
    made = await create(world, place)
    await Volume().delete(world.context("data", "Volume"), made.id, made.outputs)
    await create(world, place, "other")


async def test_what_railway_raises_on_request_is_only_warned_of(world: World, place: Place) -> None:
    await create(world, place, size=300_000)
    assert "Pro plan holds volumes of 250 GB" in world.messages.text
    assert "raises this on request" in world.messages.text


@pytest.mark.parametrize("plan", [None, "", "enterprise"])
async def test_a_plan_that_is_not_known_holds_everything(world: World, plan: str | None) -> None:
    context = world.context("data", "Volume")
    await plan_named(plan).count_volume(context, 500, "data")
    await plan_named(plan).size_volume(context, 1_000_000, "data")
    assert world.messages.lines == []


async def test_the_plan_costs_no_call(world: World, place: Place) -> None:
    await create(world, place, size=5000)
    reads = [row for row in await world.requests() if "subscriptionType" in row["document"]]
    assert [row["operation"] for row in reads] == ["environment, project"]
