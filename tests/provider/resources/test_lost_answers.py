"""A creation whose answer is lost is looked up within the same run: it succeeds, and is sent once."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.provider.resources.cases import CASES, readable

if TYPE_CHECKING:
    from tests.provider.resources.harness import World

pytestmark = pytest.mark.anyio
CREATIONS = [
    ("Project", "projectCreate"),
    ("Environment", "environmentCreate"),
    ("Service", "serviceCreate"),
    ("Volume", "volumeCreate"),
    ("ServiceDomain", "serviceDomainCreate"),
    ("CustomDomain", "customDomainCreate"),
    ("TcpProxy", "environmentPatchCommit"),
    ("SharedVariables", "environmentPatchCommit"),
    ("Bucket", "bucketCreate"),
    ("EgressGateway", "egressGatewayAssociationCreate"),
]


@pytest.mark.parametrize(("kind", "operation"), CREATIONS)
async def test_what_was_created_is_found(world: World, kind: str, operation: str) -> None:
    case = CASES[kind]
    place = await case.prepare(world)
    await world.restart()
    before = (await world.counted())[operation]
    await world.faults({"operation": operation, "loseAnswer": True})
    created = await case.resource.create(world.context(), case.first(place))
    assert (await world.counted())[operation] == before + 1
    await world.restart()
    found = await case.resource.read(world.context(), created.id, case.first(place))
    assert found is not None
    assert (found.inputs, found.outputs) == (case.first(place), readable(case, created.outputs))


@pytest.mark.parametrize("kind", ["Service", "CustomDomain"])
async def test_what_was_not_created_is_created_where_names_are_unique(world: World, kind: str) -> None:
    case, operation = CASES[kind], dict(CREATIONS)[kind]
    place = await case.prepare(world)
    await world.restart()
    before = (await world.counted())[operation]
    await world.faults({"operation": operation, "status": 502})
    created = await case.resource.create(world.context(), case.first(place))
    assert (await world.counted())[operation] == before + 2
    assert await case.resource.read(world.context(), created.id, case.first(place)) is not None
