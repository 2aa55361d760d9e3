"""The plugin as a process of its own, as the engine starts and ends it."""

from __future__ import annotations

import asyncio
import os
import signal
import sys
from contextlib import asynccontextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import grpc.aio
import pytest
from google.protobuf import empty_pb2
from pulumi.runtime.proto import engine_pb2_grpc, provider_pb2_grpc

from pulumi_resource_railway.version import VERSION
from tests.provider.protocol.client import Engine

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

pytestmark = pytest.mark.anyio

PROVIDER = Path(__file__).resolve().parents[3] / "provider"


@asynccontextmanager
async def plugin(*arguments: str) -> AsyncIterator[tuple[asyncio.subprocess.Process, int]]:
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        "-u",
        str(PROVIDER),
        *arguments,
        stdin=asyncio.subprocess.DEVNULL,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
    )
    try:
        assert process.stdout is not None
        port = int(await asyncio.wait_for(process.stdout.readline(), 60))
        yield process, port
    finally:
        if process.returncode is None:
            process.kill()
            await process.wait()


async def version(port: int) -> str:
    async with grpc.aio.insecure_channel(f"127.0.0.1:{port}") as channel:
        answer = await provider_pb2_grpc.ResourceProviderStub(channel).GetPluginInfo(empty_pb2.Empty())
        return str(answer.version)


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
async def test_serves_until_it_is_told_to_stop(number: signal.Signals) -> None:
    async with plugin() as (process, port):
        assert await version(port) == VERSION
        process.send_signal(number)
        output, errors = await asyncio.wait_for(process.communicate(), 15)
        assert process.returncode == 0
        # The engine reads standard output and shows standard error: neither holds anything but the port.
        assert (output, errors) == (b"", b"")


async def test_ends_when_the_engine_is_gone() -> None:
    engine = Engine()
    server = grpc.aio.server()
    engine_pb2_grpc.add_EngineServicer_to_server(engine, server)
    address = f"127.0.0.1:{server.add_insecure_port('127.0.0.1:0')}"
    await server.start()
    async with plugin(address) as (process, port):
        assert await version(port) == VERSION
        await server.stop(0)
        await asyncio.wait_for(process.wait(), 30)
        assert process.returncode == 0


async def test_ends_when_its_parent_dies(engine: Engine, tmp_path: Path) -> None:
    # A shell in between stands for the language host; -9 leaves it no time to say goodbye.
    output = tmp_path / "port"
    command = f'"{sys.executable}" -u "{PROVIDER}" {engine.address} >"{output}" 2>/dev/null & echo $!; wait'
    shell = await asyncio.create_subprocess_exec("sh", "-c", command, stdout=asyncio.subprocess.PIPE)
    assert shell.stdout is not None
    child = int(await shell.stdout.readline())
    try:
        async with asyncio.timeout(60):
            while not output.exists() or not output.read_text():  # noqa: ASYNC110 - another process writes it
                await asyncio.sleep(0.05)
        shell.kill()
        await shell.wait()
        async with asyncio.timeout(30):
            while _alive(child):  # noqa: ASYNC110 - it isn't ours to wait for any more
                await asyncio.sleep(0.05)
    finally:
        if _alive(child):
            os.kill(child, signal.SIGKILL)


def _alive(process: int) -> bool:
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return False
    state = Path(f"/proc/{process}/stat")
    return not state.exists() or state.read_text().rpartition(")")[2].split()[0] != "Z"
