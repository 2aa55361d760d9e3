"""What all calls of the engine share: one session with Railway, and errors in the form that the engine takes."""

from __future__ import annotations

import asyncio
import inspect
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING, Any

from pulumi.runtime.proto import provider_pb2_grpc

from pulumi_resource_railway.configuration import ProviderInputs
from pulumi_resource_railway.engine_log import EngineConnection
from pulumi_resource_railway.operations import Operations, abort, forget
from pulumi_resource_railway.values import secret_texts_in

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Awaitable, Callable, Sequence

    import grpc.aio
    from google.protobuf.message import Message

    from pulumi_resource_railway.function import Function
    from pulumi_resource_railway.resource import Resource

    Peer = grpc.aio.ServicerContext[Any, Any]


class Serving(provider_pb2_grpc.ResourceProviderServicer):
    """The state behind the calls."""

    def __init__(
        self,
        resources: Sequence[Resource[Any, Any]],
        open_session: Callable[[ProviderInputs], Any | Awaitable[Any]],
        engine: EngineConnection | None = None,
        functions: Sequence[Function[Any, Any]] = (),
    ) -> None:
        """Serve resources and functions.

        Args:
            resources: The resources.
            open_session: Makes what all operations share; called once, when the first operation needs it.
            engine: Where messages go.
            functions: The functions.
        """
        self._resources = {resource.token: resource for resource in resources}
        self._functions = {function.token: function for function in functions}
        self._open_session = open_session
        self._engine = engine or EngineConnection()
        self._operations = Operations()
        self._configuration = ProviderInputs()
        self._configuration_secrets: set[str] = set()
        self._secrets_met: set[str] = set()
        self._session: asyncio.Future[Any] | None = None

    async def close(self) -> None:
        """End everything that is shared."""
        self._operations.cancel()
        await self._close_session()
        await self._engine.close()

    async def _opened_session(self) -> Any:
        # One future for all: calls that arrive together wait for the same session.
        if self._session is None:
            self._session = asyncio.ensure_future(self._open())
            self._session.add_done_callback(forget)
        session = self._session
        try:
            return await asyncio.shield(session)
        except Exception:
            # The next operation tries again: what was wrong may have been mended by then.
            if self._session is session:
                self._session = None
            raise

    async def _knowing_session(self) -> Any:
        """Return the session, which then knows every secret that the engine has sent so far.

        A service's log may show what another service got from its program, also what doesn't look like a secret.
        """
        session = await self._opened_session()
        session.redact.remember(self._secrets_met)
        self._secrets_met = set()
        return session

    async def _open(self) -> Any:
        session = self._open_session(self._configuration)
        return await session if inspect.isawaitable(session) else session

    async def _close_session(self) -> None:
        session, self._session = self._session, None
        if session is not None and session.done() and not session.exception():
            close = getattr(session.result(), "close", None)
            outcome = close() if close is not None else None
            if inspect.isawaitable(outcome):
                await outcome

    @asynccontextmanager
    async def _errors(self, context: Peer, request: Message) -> AsyncIterator[None]:
        self._secrets_met |= self._hidden(request)
        try:
            yield
        except Exception as error:  # noqa: BLE001 - every error must reach the engine in its own form
            await abort(context, error, self._hidden(request))

    def _hidden(self, request: Message) -> set[str]:
        """Return the texts that no message may hold: every secret of the request and of the configuration."""
        texts = set(self._configuration_secrets)
        for descriptor, value in request.ListFields():
            message_type = descriptor.message_type
            if message_type is not None and message_type.full_name == "google.protobuf.Struct":
                texts |= secret_texts_in(value)
        return texts
