"""What the workspace's plan can't hold is refused before the resource's first mutation, with the remedy."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any

import pytest

from pulumi_resource_railway.railway.errors import BeyondPlan
from pulumi_resource_railway.railway.plans import plan_named
from pulumi_resource_railway.resources.custom_domain import CustomDomain, CustomDomainInputs
from pulumi_resource_railway.resources.service import Service
from pulumi_resource_railway.resources.service_model import (
    ContainerLimits,
    LimitOverride,
    RegionReplicas,
    ServiceDeploy,
    ServiceInputs,
    ServiceSource,
)
from pulumi_resource_railway.resources.volume import Volume, VolumeInputs

if TYPE_CHECKING:
    from pulumi_resource_railway.resource import Created
    from pulumi_resource_railway.resources.volume import VolumeOutputs
    from tests.provider.resources.cases import Place
    from tests.provider.resources.harness import World

pytestmark = pytest.mark.anyio


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
    await create(world, place, size=1_000_000)
    assert [text for severity, text in world.messages.lines if severity == "warning"] == []
    await plan_named("pro").count_volume(world.context("data", "Volume").warn, 20, "data")
    assert "number 21 of its project, and Railway's Pro plan holds 20" in world.messages.text
    assert "raises this on request" in world.messages.text


@pytest.mark.parametrize("plan", [None, "", "enterprise"])
async def test_a_plan_that_is_not_known_holds_everything(world: World, plan: str | None) -> None:
    context = world.context("data", "Volume")
    await plan_named(plan).count_volume(context.warn, 500, "data")
    await plan_named(plan).size_volume(context.warn, 1_000_000, "data")
    await plan_named(plan).count_service(context.warn, 500, "web")
    await plan_named(plan).count_replicas(context.warn, 50, "web")
    await plan_named(plan).limit_replica(context.warn, 64, 10**12, "web")
    await plan_named(plan).count_domain(context.warn, 500, "shop.example")
    assert world.messages.lines == []


async def test_the_plan_costs_no_call(world: World, place: Place) -> None:
    await create(world, place, size=5000)
    reads = [row for row in await world.requests() if "subscriptionType" in row["document"]]
    assert [row["operation"] for row in reads] == ["environment, project"]


def web(place: Place, name: str = "web", **deploy: Any) -> ServiceInputs:
    return ServiceInputs(
        **place.environment,
        name=name,
        source=ServiceSource(image="nginx:1"),
        deploy=ServiceDeploy(**deploy) if deploy else None,
        await_deployment=False,
    )


def replicas(*counts: int) -> dict[str, RegionReplicas]:
    regions = ("us-west2", "europe-west4-drams3a")
    return {
        region: RegionReplicas(num_replicas=count) for region, count in zip(regions, counts, strict=False)
    }


@pytest.mark.parametrize(
    ("plan", "counts", "most"), [("free", (2,), 1), ("trial", (2, 1), 2), ("hobby", (4, 3), 6)]
)
async def test_more_replicas_than_the_plan_runs(
    world: World, place: Place, plan: str, counts: tuple[int, ...], most: int
) -> None:
    await world.control("plan", {"plan": plan})
    with pytest.raises(BeyondPlan, match=rf"asks for {sum(counts)} replicas.* runs {most} ") as refusal:
        await Service().create(world.context(), web(place, multi_region_config=replicas(*counts)))
    assert "deploy.multiRegionConfig" in str(refusal.value)
    assert "lower numReplicas" in str(refusal.value)
    assert await mutations(world) == []


async def test_an_update_beyond_the_plan_changes_nothing(world: World, place: Place) -> None:
    await world.control("plan", {"plan": "hobby"})
    made = await Service().create(world.context(), web(place, multi_region_config=replicas(6)))
    before = await mutations(world)
    more = web(place, "renamed", multi_region_config=replicas(7))
    with pytest.raises(BeyondPlan, match="7 replicas"):
        await Service().update(world.context(), made.id, made.outputs, more)
    assert await mutations(world) == before


async def test_what_the_plan_does_not_hold_any_more_may_change_otherwise(world: World, place: Place) -> None:
    made = await Service().create(world.context(), web(place, multi_region_config=replicas(10)))
    await world.restart()
    await world.control("plan", {"plan": "hobby"})
    renamed = web(place, "renamed", multi_region_config=replicas(10))
    changed = await Service().update(world.context(), made.id, made.outputs, renamed)
    assert changed.name == "renamed"


async def test_many_replicas_on_pro_are_only_warned_of(world: World, place: Place) -> None:
    await Service().create(world.context(), web(place, multi_region_config=replicas(43)))
    assert "asks for 43 replicas, and Railway's Pro plan runs 42" in world.messages.text


@pytest.mark.parametrize(
    ("limits", "words"),
    [
        ({"cpu": 9}, "cpu is 9, and Railway's Hobby plan gives a replica 8 vCPU"),
        (
            {"memory_bytes": 10 * 1024**3},
            "memoryBytes is 10737418240, and Railway's Hobby plan gives a replica 8 GB",
        ),
    ],
)
async def test_limits_above_the_plans_are_warned_of(
    world: World, place: Place, limits: dict[str, Any], words: str
) -> None:
    await world.control("plan", {"plan": "hobby"})
    override = LimitOverride(containers=ContainerLimits(**limits))
    await Service().create(world.context(), web(place, limit_override=override))
    assert words in world.messages.text
    within = LimitOverride(containers=ContainerLimits(cpu=8, memory_bytes=8 * 1024**3))
    world.messages.lines.clear()
    await Service().create(world.context("other"), web(place, "other", limit_override=within))
    assert [text for severity, text in world.messages.lines if severity == "warning"] == []


async def test_one_service_too_many_at_once(world: World, place: Place) -> None:
    await world.control("plan", {"plan": "trial"})
    names = [f"s{number}" for number in range(6)]
    work = (Service().create(world.context(name), web(place, name)) for name in names)
    done: list[Any] = await asyncio.gather(*work, return_exceptions=True)
    (refusal,) = [one for one in done if isinstance(one, BaseException)]
    assert isinstance(refusal, BeyondPlan)
    assert "would be number 6 of its project, and Railway's Trial plan holds 5" in str(refusal)
    assert (await mutations(world)).count("serviceCreate") == 5


@pytest.mark.parametrize(("plan", "most"), [("trial", 1), ("hobby", 2)])
async def test_one_domain_too_many(world: World, place: Place, plan: str, most: int) -> None:
    await world.control("plan", {"plan": plan})
    made = await Service().create(world.context(), web(place))
    domains = [
        CustomDomainInputs(**place.environment, service_id=made.id, domain=f"d{number}.example.com")
        for number in range(most + 1)
    ]
    work = (CustomDomain().create(world.context(one.domain, "CustomDomain"), one) for one in domains)
    done: list[Any] = await asyncio.gather(*work, return_exceptions=True)
    (refusal,) = [one for one in done if isinstance(one, BaseException)]
    assert isinstance(refusal, BeyondPlan)
    assert f"number {most + 1} of its service" in str(refusal)
    assert (await mutations(world)).count("customDomainCreate") == most
    await world.restart()
    with pytest.raises(BeyondPlan, match=f"number {most + 1} of its service"):
        await CustomDomain().create(world.context("again", "CustomDomain"), domains[-1])


async def test_a_service_that_is_gone_makes_room(world: World, place: Place) -> None:
    await world.control("plan", {"plan": "trial"})
    made = [await Service().create(world.context(f"s{n}"), web(place, f"s{n}")) for n in range(5)]
    await world.restart()
    await Service().delete(world.context("s0"), made[0].id, made[0].outputs)
    await Service().create(world.context("new"), web(place, "new"))
