"""The plugin's process: it serves the engine that started it, and ends with it."""

from __future__ import annotations

import asyncio
import logging
import os
import signal
import sys
from typing import TYPE_CHECKING, Final

import grpc
import grpc.aio
from pulumi.runtime.proto import provider_pb2_grpc

from pulumi_resource_railway.engine_log import EngineConnection
from pulumi_resource_railway.servicer import RailwayServicer

if TYPE_CHECKING:
    from collections.abc import Sequence

# Pulumi's own limit for a message, 400 MB; gRPC's default of 4 MB is too little for large states.
_LARGEST_MESSAGE: Final = 400 * 1024 * 1024
_OPTIONS: Final = (
    ("grpc.max_receive_message_length", _LARGEST_MESSAGE),
    ("grpc.max_send_message_length", _LARGEST_MESSAGE),
    ("grpc.so_reuseport", 0),
)
_PARENT_INTERVAL_SECONDS: Final = 1.0
_ENGINE_PATIENCE_SECONDS: Final = 3.0
_FAREWELL_SECONDS: Final = 1.5


async def start(servicer: RailwayServicer, port: int = 0) -> tuple[grpc.aio.Server, int]:
    """Serve on a loopback port, a free one by default; return the server and the port."""
    server = grpc.aio.server(options=_OPTIONS)
    provider_pb2_grpc.add_ResourceProviderServicer_to_server(servicer, server)
    bound = server.add_insecure_port(f"127.0.0.1:{port}")
    await server.start()
    return server, bound


async def serve(servicer: RailwayServicer, engine: EngineConnection, engine_address: str) -> None:
    """Serve until a signal comes or the engine is gone.

    Args:
        servicer: What is served.
        engine: The connection to the engine.
        engine_address: The engine's address; empty when the process was started by hand and is attached to.
    """
    # Whoever started this process is its parent; when that one dies, another takes its place. Asked later, it may be
    # dead already.
    parent = os.getppid()
    engine.connect(engine_address)
    server, port = await start(servicer)
    # The engine reads the port from the first line; nothing else may ever be written to standard output.
    sys.stdout.write(f"{port}\n")
    sys.stdout.flush()
    ends = [asyncio.create_task(_signal())]
    if engine_address:
        ends += [asyncio.create_task(_orphaned(parent)), asyncio.create_task(_engine_gone(engine))]
    await asyncio.wait(ends, return_when=asyncio.FIRST_COMPLETED)
    for end in ends:
        end.cancel()
    await servicer.close()
    await server.stop(_FAREWELL_SECONDS)


async def _signal() -> None:
    came = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, came.set)
    await came.wait()


async def _orphaned(parent: int) -> None:
    while os.getppid() == parent:  # noqa: ASYNC110 - the kernel tells nobody
        await asyncio.sleep(_PARENT_INTERVAL_SECONDS)


async def _engine_gone(engine: EngineConnection) -> None:
    channel = engine.channel
    if channel is None:
        return
    ready = grpc.ChannelConnectivity.READY
    while True:
        state = channel.get_state(try_to_connect=True)
        if state == ready:
            await channel.wait_for_state_change(ready)
            continue
        try:
            async with asyncio.timeout(_ENGINE_PATIENCE_SECONDS):
                await channel.channel_ready()
        except TimeoutError:
            return


def main(arguments: Sequence[str]) -> int:
    """Run the plugin; the engine passes its own address as the first argument.

    Returns:
        The exit code.
    """
    from pulumi_resource_railway.functions import FUNCTIONS
    from pulumi_resource_railway.railway.session import Session
    from pulumi_resource_railway.resources import RESOURCES

    logging.basicConfig(level=logging.WARNING, stream=sys.stderr)
    address = next((argument for argument in arguments if not argument.startswith("-")), "")

    async def run() -> None:
        engine = EngineConnection()
        await serve(RailwayServicer(RESOURCES, Session.open, engine, FUNCTIONS), engine, address)

    asyncio.run(run())
    return 0
