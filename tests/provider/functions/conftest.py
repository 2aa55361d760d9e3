from __future__ import annotations

from typing import TYPE_CHECKING

import grpc.aio
import pytest
from pulumi.runtime.proto import provider_pb2_grpc

from pulumi_resource_railway.engine_log import EngineConnection
from pulumi_resource_railway.functions import FUNCTIONS
from pulumi_resource_railway.resources import RESOURCES
from pulumi_resource_railway.server import start
from pulumi_resource_railway.servicer import RailwayServicer
from tests.provider.functions.asking import Asker
from tests.provider.resources.harness import World

if TYPE_CHECKING:
    from collections.abc import AsyncIterator
    from pathlib import Path


@pytest.fixture
def anyio_backend() -> str:
    return "asyncio"


@pytest.fixture
async def world(tmp_path: Path) -> AsyncIterator[World]:
    world = World(tmp_path / "journal")
    yield world
    await world.close()


@pytest.fixture
async def asker(world: World) -> AsyncIterator[Asker]:
    servicer = RailwayServicer(RESOURCES, lambda _: world.session, EngineConnection(), FUNCTIONS)
    server, port = await start(servicer)
    async with grpc.aio.insecure_channel(f"127.0.0.1:{port}") as channel:
        yield Asker(world, provider_pb2_grpc.ResourceProviderStub(channel))
    await servicer.close()
    await server.stop(0)
