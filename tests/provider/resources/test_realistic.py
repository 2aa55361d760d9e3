"""The same lives on a Railway with its delays, lags, cooldowns, rate limits and odd words."""

from __future__ import annotations

import asyncio
import time
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import pytest

from pulumi_resource_railway.railway.errors import NotAuthorized
from pulumi_resource_railway.resources.environment import Environment
from pulumi_resource_railway.resources.project import Project
from railway_emulator import REALISTIC
from tests.provider.resources.cases import CASES, Case, readable
from tests.provider.resources.harness import World

if TYPE_CHECKING:
    from pathlib import Path

pytestmark = pytest.mark.anyio
SPEED = 20


class HurriedTime:
    """The local Railway's clock, as fast as the provider's."""

    def __init__(self) -> None:
        self.begun = time.monotonic()
        self.latest = datetime.min.replace(tzinfo=UTC)

    def now(self) -> datetime:
        passed = timedelta(seconds=(time.monotonic() - self.begun) * SPEED)
        self.latest = max(datetime(2026, 1, 1, tzinfo=UTC) + passed, self.latest + timedelta(microseconds=1))
        return self.latest

    async def sleep(self, seconds: float) -> None:
        await asyncio.sleep(seconds / SPEED)


@pytest.mark.parametrize("case", CASES.values(), ids=CASES.keys())
async def test_life_of_a_resource(tmp_path: Path, case: Case) -> None:
    profile = replace(REALISTIC, deployment_seconds_per_state=0.5)
    hurried = HurriedTime()
    world = World(tmp_path, profile, hurried)
    world.clock.speed = SPEED
    world.clock.now = hurried.now  # type: ignore[method-assign]
    place = await case.prepare(world)
    first, second = case.first(place), case.second(place)
    await world.restart()
    created = await case.resource.create(world.context(timeout=600), first)
    await world.restart()
    found = await case.resource.read(world.context(), created.id, first)
    assert found is not None
    assert (found.inputs, found.outputs) == (first, readable(case, created.outputs))
    await world.restart()
    updated = await case.resource.update(world.context(timeout=600), created.id, created.outputs, second)
    await world.restart()
    found = await case.resource.read(world.context(), created.id, second)
    assert found is not None
    assert (found.inputs, found.outputs) == (second, readable(case, updated))
    await world.restart()
    await case.resource.delete(world.context(), created.id, updated)
    await world.clock.sleep(4)
    await world.restart()
    if type(case.resource) in {Project, Environment}:
        # Railway may deny what was deleted; that isn't the same as saying that it doesn't exist.
        with pytest.raises(NotAuthorized):
            await case.resource.read(world.context(), created.id, second)
    else:
        assert await case.resource.read(world.context(), created.id, second) is None
    await case.resource.delete(world.context(), created.id, updated)
    await world.close()
