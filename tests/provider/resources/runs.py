"""Runs as the engine makes them: it knows what an operation gave back, and nothing else survives a plugin."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, cast

import httpx

from pulumi_resource_railway.errors import PartialFailure, UserError

if TYPE_CHECKING:
    from pulumi_resource_railway.declaration import Model
    from pulumi_resource_railway.resource import Resource
    from tests.provider.resources.harness import World


class Killed(BaseException):
    """The plugin's process ends here and now."""


class KillingTransport(httpx.AsyncBaseTransport):
    """Passes one change on, and ends the process before its answer comes."""

    def __init__(self, inner: httpx.AsyncBaseTransport, operation: str) -> None:
        self.inner = inner
        self.operation = operation
        self.killed = False

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        response = await self.inner.handle_async_request(request)
        asked = json.loads(request.content)
        if not self.killed and "query" in asked and f"{self.operation}(" in asked["query"].partition("{")[2]:
            self.killed = True
            raise Killed
        return response


@dataclass
class Held:
    """What the engine's state holds of one resource."""

    id: str | None = None
    outputs: Model | None = None
    failed: bool = False
    why: str = ""


async def up(world: World, resource: Resource[Any, Any], inputs: Model, held: Held) -> bool:
    """Bring the resource to its inputs as one `pulumi up` would; return whether that succeeded."""
    await world.restart()
    try:
        if held.id is None:
            created = await resource.create(world.context(kind=type(resource).__name__), inputs)
            held.id, held.outputs = created.id, created.outputs
        else:
            held.outputs = await resource.update(
                world.context(kind=type(resource).__name__), held.id, held.outputs, inputs
            )
    except PartialFailure as failure:
        held.id, held.outputs, held.failed = failure.id, cast("Model", failure.outputs), True
        held.why = "; ".join(failure.reasons)
        return False
    except (UserError, Killed) as error:
        held.why = str(error)
        return False
    held.failed = False
    return True


async def down(world: World, resource: Resource[Any, Any], held: Held) -> bool:
    """Delete the resource as one `pulumi destroy` would; return whether that succeeded."""
    await world.restart()
    assert held.id is not None
    try:
        await resource.delete(world.context(kind=type(resource).__name__), held.id, held.outputs)
    except (UserError, Killed) as error:
        held.why = str(error)
        return False
    held.id = None
    return True
