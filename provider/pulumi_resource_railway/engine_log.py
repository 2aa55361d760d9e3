"""Messages to the person at the terminal, through the engine that runs this plugin."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any, Final

import grpc.aio
from pulumi.runtime.proto import engine_pb2, engine_pb2_grpc

from pulumi_resource_railway.values import redact

if TYPE_CHECKING:
    from collections.abc import Mapping

    from pulumi_resource_railway.resource import EngineLog

_SEVERITIES: Final[Mapping[str, Any]] = {
    "debug": engine_pb2.LogSeverity.DEBUG,
    "info": engine_pb2.LogSeverity.INFO,
    "warning": engine_pb2.LogSeverity.WARNING,
    "error": engine_pb2.LogSeverity.ERROR,
}
# A message isn't worth holding up an operation for.
_PATIENCE_SECONDS: Final = 5.0


class EngineConnection:
    """The engine's log. Without an engine, as in some tests, messages go nowhere."""

    def __init__(self) -> None:
        self._channel: grpc.aio.Channel | None = None
        self._stub: Any = None
        self._address = ""

    def connect(self, address: str) -> None:
        """Send messages to the engine at this address from now on; an empty address changes nothing."""
        if address and address != self._address:
            self._address = address
            self._channel = grpc.aio.insecure_channel(address)
            self._stub = engine_pb2_grpc.EngineStub(self._channel)

    @property
    def channel(self) -> grpc.aio.Channel | None:
        """The connection to the engine, if there is one."""
        return self._channel

    async def __call__(self, severity: str, message: str, urn: str, *, ephemeral: bool) -> None:
        """Show a message; see `resource.EngineLog`. That it can't be shown is no reason to fail."""
        if self._stub is None:
            return
        request = engine_pb2.LogRequest(
            severity=_SEVERITIES[severity], message=message, urn=urn, ephemeral=ephemeral
        )
        try:
            async with asyncio.timeout(_PATIENCE_SECONDS):
                await self._stub.Log(request)
        except (grpc.aio.AioRpcError, TimeoutError):
            return

    def hiding(self, texts: set[str]) -> EngineLog:
        """Return a log that masks these texts in every message."""

        async def log(severity: str, message: str, urn: str, *, ephemeral: bool) -> None:
            await self(severity, redact(message, texts), urn, ephemeral=ephemeral)

        return log

    async def close(self) -> None:
        """Close the connection."""
        if self._channel is not None:
            await self._channel.close(None)
