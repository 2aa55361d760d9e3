from __future__ import annotations

from contextlib import asynccontextmanager
from typing import TYPE_CHECKING, Any

import grpc.aio
import pytest
from pulumi.runtime.proto import engine_pb2_grpc, provider_pb2_grpc

from pulumi_resource_railway.engine_log import EngineConnection
from pulumi_resource_railway.server import start
from pulumi_resource_railway.servicer import RailwayServicer
from tests.provider.protocol.client import Client, Engine
from tests.provider.protocol.fakes import Box, Store

if TYPE_CHECKING:
    from collections.abc import AsyncIterator


@pytest.fixture
def anyio_backend() -> str:
    return "asyncio"


@pytest.fixture
def store() -> Store:
    return Store()


@asynccontextmanager
async def serving(store: Store) -> AsyncIterator[Client]:
    opened: list[Any] = []

    def open_session(configuration: Any) -> Store:
        opened.append(configuration)
        return store

    servicer = RailwayServicer((Box(),), open_session, EngineConnection())
    server, port = await start(servicer)
    async with grpc.aio.insecure_channel(f"127.0.0.1:{port}") as channel:
        yield Client(provider_pb2_grpc.ResourceProviderStub(channel), servicer, opened)
    await servicer.close()
    await server.stop(0)


@pytest.fixture
async def provider(store: Store) -> AsyncIterator[Client]:
    async with serving(store) as client:
        yield client


@pytest.fixture
async def engine() -> AsyncIterator[Engine]:
    engine = Engine()
    server = grpc.aio.server()
    engine_pb2_grpc.add_EngineServicer_to_server(engine, server)
    engine.address = f"127.0.0.1:{server.add_insecure_port('127.0.0.1:0')}"
    await server.start()
    yield engine
    await server.stop(0)
