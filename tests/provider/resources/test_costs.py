"""What the pages say that each resource costs is what it costs."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from pulumi_resource_railway.guides import GUIDES, Calls
from tests.provider.resources.cases import CASES, Case

if TYPE_CHECKING:
    from collections.abc import Awaitable

    from tests.provider.resources.harness import World

pytestmark = pytest.mark.anyio
PROGRESS = {"workflowStatus, environment", "deployments"}
SHARED = {"gitHubRepoAccessAvailable, me"}
"""Asked once in a run, however many services there are; see `test_repositories.py`."""


async def counted(world: World, work: Awaitable[Any]) -> tuple[Any, int]:
    before = len(await world.requests())
    done = await work
    rows = (await world.requests())[before:]
    return done, len([row for row in rows if row["operation"] not in PROGRESS | SHARED])


async def cost(world: World, case: Case) -> Calls:
    """What the resource of a case costs, each operation alone in a run of its own."""
    place = await case.prepare(world)
    resource, kind = case.resource, type(case.resource).__name__
    first, second = case.first(place), case.second(place)
    await world.restart()
    made, create = await counted(world, resource.create(world.context(kind=kind), first))
    await world.restart()
    _, read = await counted(world, resource.read(world.context(kind=kind), made.id, first))
    await world.restart()
    changed, update = await counted(
        world, resource.update(world.context(kind=kind), made.id, made.outputs, second)
    )
    await world.restart()
    _, delete = await counted(world, resource.delete(world.context(kind=kind), made.id, changed))
    return Calls(create, read, update, delete)


@pytest.mark.parametrize("name", CASES)
async def test_a_resource_costs_what_its_page_says(world: World, name: str) -> None:
    said = GUIDES[CASES[name].resource.token].calls
    found = await cost(world, CASES[name])
    most = Calls(*map(max, zip(vars(said).values(), vars(found).values(), strict=True)))
    assert most == said
    if name == type(CASES[name].resource).__name__:
        assert found == said
