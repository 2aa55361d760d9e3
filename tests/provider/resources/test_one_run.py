"""Within one run, whatever was changed is read anew, however fresh the reading before it still is."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from tests.provider.resources.cases import CASES, Case, readable
from tests.provider.resources.harness import HurriedClock

if TYPE_CHECKING:
    from tests.provider.resources.harness import World

pytestmark = pytest.mark.anyio


class StillClock(HurriedClock):
    """A clock on which time passes only by waiting, and then too little for a reading to grow old."""

    def monotonic(self) -> float:
        return self.slept / 1000


@pytest.mark.parametrize("case", CASES.values(), ids=CASES.keys())
async def test_what_was_changed_is_read_anew(world: World, case: Case) -> None:
    world.clock = StillClock()
    place = await case.prepare(world)
    await world.restart()

    async def read(id_: str, inputs: Any) -> Any:
        found = await case.resource.read(world.context(), id_, inputs)
        return found and (found.inputs, found.outputs)

    first, second = case.first(place), case.second(place)
    created = await case.resource.create(world.context(), first)
    assert await read(created.id, first) == (first, readable(case, created.outputs))
    updated = await case.resource.update(world.context(), created.id, created.outputs, second)
    assert await read(created.id, second) == (second, readable(case, updated))
    await case.resource.delete(world.context(), created.id, updated)
    assert await read(created.id, second) is None


async def test_what_wasnt_changed_is_read_once(world: World) -> None:
    world.clock = StillClock()
    case = CASES["Service"]
    place = await case.prepare(world)
    created = await case.resource.create(world.context(), case.first(place))
    await world.restart()
    before = (await world.counted())["environment, project"]
    for _ in range(3):
        await case.resource.read(world.context(), created.id, case.first(place))
    assert (await world.counted())["environment, project"] == before + 1
