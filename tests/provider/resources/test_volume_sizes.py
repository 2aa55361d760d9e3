"""A volume never becomes smaller, whatever the program knows of it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from pulumi_resource_railway.railway.errors import Refused
from pulumi_resource_railway.resources.volume import Volume, VolumeInputs
from tests.provider.resources.cases import Place

if TYPE_CHECKING:
    from tests.provider.resources.harness import World

pytestmark = pytest.mark.anyio


async def size(world: World) -> int:
    (environment,) = (await world.state())["projects"][0]["environments"]
    (instance,) = environment["volumeInstances"]
    megabytes: int = instance["sizeMB"]
    return megabytes


@pytest.mark.parametrize("size_mb", [None, 5000], ids=["size left to Railway", "grown in the dashboard"])
async def test_what_has_become_larger_outside_the_program_is_not_made_smaller(
    world: World, size_mb: int | None
) -> None:
    place = Place(*await world.project())
    first = VolumeInputs(**place.environment, name="data", size_mb=size_mb)
    created = await Volume().create(world.context(), first)
    if size_mb is not None:
        await world.graphql(
            "mutation ($e: String!, $p: EnvironmentConfig) { environmentPatchCommit(environmentId: $e, patch: $p) }",
            e=place.environment_id,
            p={"volumes": {created.id: {"sizeMB": 50_000}}},
        )
    live = await size(world)
    await world.restart()
    before = await world.counted()
    smaller = VolumeInputs(**place.environment, name="renamed", size_mb=live - 1000)
    with pytest.raises(
        Refused, match=f"sizeMb: volume 'renamed' has {live} MB .* Set sizeMb to {live} or more"
    ):
        await Volume().update(world.context(), created.id, created.outputs, smaller)
    sent = await world.counted() - before
    assert not {name for name in sent if name.startswith(("volume", "environmentPatch"))}
    assert await size(world) == live
    same = VolumeInputs(**place.environment, name="data", size_mb=live)
    updated = await Volume().update(world.context(), created.id, created.outputs, same)
    assert updated.size_mb == live
