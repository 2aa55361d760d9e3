"""Railway says "Not Authorized" also of what is gone: only a look tells whether a deletion was refused."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from pulumi_resource_railway.railway.errors import NotAuthorized
from tests.provider.resources.cases import CASES

if TYPE_CHECKING:
    from tests.provider.resources.harness import World

pytestmark = pytest.mark.anyio
DELETIONS = {
    "ServiceDomain": "serviceDomainDelete",
    "CustomDomain": "customDomainDelete",
    "TcpProxy": "tcpProxyDelete",
}


@pytest.mark.parametrize("kind", DELETIONS)
async def test_a_refused_deletion_is_no_deletion(world: World, kind: str) -> None:
    case = CASES[kind]
    place = await case.prepare(world)
    made = await case.resource.create(world.context(kind=kind), case.first(place))
    await world.faults({"operation": DELETIONS[kind], "error": "Not Authorized"})
    with pytest.raises(NotAuthorized):
        await case.resource.delete(world.context(kind=kind), made.id, made.outputs)
    assert await case.resource.read(world.context(kind=kind), made.id, case.first(place)) is not None
    await case.resource.delete(world.context(kind=kind), made.id, made.outputs)
    await world.restart()
    assert await case.resource.read(world.context(kind=kind), made.id, case.first(place)) is None


@pytest.mark.parametrize("kind", DELETIONS)
async def test_what_somebody_else_deleted_meanwhile_is_deleted(world: World, kind: str) -> None:
    case = CASES[kind]
    place = await case.prepare(world)
    made = await case.resource.create(world.context(kind=kind), case.first(place))
    world.clock.speed = 1  # what was looked at is still fresh
    assert await case.resource.read(world.context(kind=kind), made.id, case.first(place)) is not None
    await world.graphql(f"mutation ($id: String!) {{ {DELETIONS[kind]}(id: $id) }}", id=made.id)
    await world.faults({"operation": DELETIONS[kind], "error": "Not Authorized"})
    await case.resource.delete(world.context(kind=kind), made.id, made.outputs)
    assert (await world.state())["faults"] == []
