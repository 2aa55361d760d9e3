# ruff: noqa: N802 - the protocol names its calls
"""Pulumi's resource provider protocol, for the resources that are declared.

The protocol is documented at pulumi.com/docs/iac/guides/building-extending/providers/implementers and in
proto/pulumi/provider.proto of github.com/pulumi/pulumi. Everything here is asynchronous: the engine makes
hundreds of calls at once, and each may wait for minutes.
"""

from __future__ import annotations

import asyncio
import inspect
from collections.abc import Mapping
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING, Any, NoReturn, TypeVar

import grpc
import grpc.aio
from google.protobuf import empty_pb2
from pulumi.runtime.proto import plugin_pb2, provider_pb2, provider_pb2_grpc

from pulumi_resource_railway import preview
from pulumi_resource_railway.check import check_function, check_properties, check_resource
from pulumi_resource_railway.configuration import ProviderInputs
from pulumi_resource_railway.declaration import properties_of
from pulumi_resource_railway.diff import compare
from pulumi_resource_railway.engine_log import EngineConnection
from pulumi_resource_railway.errors import PartialFailure, UserError
from pulumi_resource_railway.function import ANSWER_SECONDS
from pulumi_resource_railway.messages import (
    check_failures,
    complete_inputs,
    configuration_failures,
    diff_response,
    naming,
    plain_inputs,
    plain_state,
    recorded_inputs,
    sentence,
    to_answer,
)
from pulumi_resource_railway.operations import Operations, abort, forget
from pulumi_resource_railway.outputs import recorded_outputs
from pulumi_resource_railway.resource import DEFAULT_TIMEOUT, Context, Resource
from pulumi_resource_railway.schema import schema_text
from pulumi_resource_railway.secretness import keep_secrets, mark_secrets
from pulumi_resource_railway.values import (
    UNKNOWN,
    contains_unknown,
    from_struct,
    reveal,
    secret_texts,
    secret_texts_in,
    to_struct,
)
from pulumi_resource_railway.version import VERSION

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Awaitable, Callable, Coroutine, Sequence

    from google.protobuf.message import Message

    from pulumi_resource_railway.function import Function

    Peer = grpc.aio.ServicerContext[Any, Any]

T = TypeVar("T")


class RailwayServicer(provider_pb2_grpc.ResourceProviderServicer):
    """The provider as the engine sees it."""

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
        self._session: asyncio.Future[Any] | None = None

    # The plugin itself.

    async def Handshake(
        self, request: provider_pb2.ProviderHandshakeRequest, context: Peer
    ) -> provider_pb2.ProviderHandshakeResponse:
        """Agree with the engine on how values are written."""
        del context
        self._engine.connect(request.engine_address)
        return provider_pb2.ProviderHandshakeResponse(
            accept_secrets=True,
            accept_resources=False,
            accept_outputs=False,
            supports_autonaming_configuration=True,
        )

    async def Attach(self, request: plugin_pb2.PluginAttach, context: Peer) -> empty_pb2.Empty:
        """Serve another engine; called when this process was started by hand (`PULUMI_DEBUG_PROVIDERS`).

        Engines come one after the other, a preview's and an update's among them, and each cancels everything when it
        goes: that, and what was known of Railway then, is none of the next one's.
        """
        del context
        if self._operations.cancelled:
            self._operations = Operations()
            await self._close_session()
        self._engine.connect(request.address)
        return empty_pb2.Empty()

    async def GetPluginInfo(self, request: empty_pb2.Empty, context: Peer) -> plugin_pb2.PluginInfo:
        """Return the version."""
        del request, context
        return plugin_pb2.PluginInfo(version=VERSION)

    async def GetSchema(
        self, request: provider_pb2.GetSchemaRequest, context: Peer
    ) -> provider_pb2.GetSchemaResponse:
        """Return the schema."""
        if request.subpackage_name:
            await context.abort(grpc.StatusCode.INVALID_ARGUMENT, "The Railway provider has no subpackages.")
        return provider_pb2.GetSchemaResponse(
            schema=schema_text(tuple(self._resources.values()), tuple(self._functions.values()))
        )

    async def Cancel(self, request: empty_pb2.Empty, context: Peer) -> empty_pb2.Empty:
        """Cancel all operations, and those still to come."""
        del request, context
        self._operations.cancel()
        return empty_pb2.Empty()

    async def GetMapping(
        self, request: provider_pb2.GetMappingRequest, context: Peer
    ) -> provider_pb2.GetMappingResponse:
        """Return nothing: no other tool's configuration maps to this provider."""
        del request, context
        return provider_pb2.GetMappingResponse()

    async def GetMappings(
        self, request: provider_pb2.GetMappingsRequest, context: Peer
    ) -> provider_pb2.GetMappingsResponse:
        """Return nothing; see `GetMapping`."""
        del request, context
        return provider_pb2.GetMappingsResponse()

    async def Parameterize(self, request: Message, context: Peer) -> NoReturn:
        """Refuse: there is one Railway."""
        del request
        await _unimplemented(context, "The Railway provider takes no parameters.")

    async def Construct(self, request: Message, context: Peer) -> NoReturn:
        """Refuse: there are no components in here."""
        del request
        await _unimplemented(context, "The Railway provider has no components.")

    async def Call(self, request: Message, context: Peer) -> NoReturn:
        """Refuse: resources have no methods."""
        del request
        await _unimplemented(context, "The Railway provider's resources have no methods.")

    async def Invoke(self, request: provider_pb2.InvokeRequest, context: Peer) -> provider_pb2.InvokeResponse:
        """Answer a function; what isn't known yet is asked with, isn't asked, and so isn't known either."""
        async with self._errors(context, request):
            function = self._functions.get(request.tok)
            if function is None:
                raise UserError(
                    f"The Railway provider {VERSION} has no function {request.tok}. Is the SDK newer than the "
                    "provider?"
                )
            given = from_struct(request.args)
            checked = check_function(function, given)
            if checked.failures:
                return provider_pb2.InvokeResponse(failures=check_failures(checked.failures, given))
            if contains_unknown(checked.properties):
                unknown = dict.fromkeys(properties_of(function.result), UNKNOWN)
                return to_answer(mark_secrets(function.result, unknown))

            async def work() -> provider_pb2.InvokeResponse:
                operation = Context(
                    urn="",
                    name=request.tok,
                    timeout=ANSWER_SECONDS,
                    session=await self._opened_session(),
                    log=self._engine.hiding(self._hidden(request)),
                )
                arguments = function.arguments.from_properties(reveal(checked.properties))
                answer = (await function.call(operation, arguments)).to_properties()
                return to_answer(recorded_outputs(function.result, answer))

            return await self._operations.run(work(), ANSWER_SECONDS)

    # The provider's configuration.

    async def CheckConfig(
        self, request: provider_pb2.CheckRequest, context: Peer
    ) -> provider_pb2.CheckResponse:
        """Check the configuration; the engine adds properties of its own, which pass untouched."""
        async with self._errors(context, request):
            given = from_struct(request.news)
            declared = properties_of(ProviderInputs)
            own = {"version", "pluginDownloadURL"}
            engines = {name: value for name, value in given.items() if name in own or name.startswith("__")}
            checked = check_properties(
                ProviderInputs, {name: value for name, value in given.items() if name not in engines}
            )
            known = {name: value for name, value in checked.properties.items() if name in declared}
            if not checked.failures:
                checked.failures += configuration_failures(known)
            return provider_pb2.CheckResponse(
                inputs=to_struct({**engines, **known}), failures=check_failures(checked.failures, given)
            )

    async def DiffConfig(self, request: provider_pb2.DiffRequest, context: Peer) -> provider_pb2.DiffResponse:
        """Report what changed; nothing of it replaces a resource, least of all another token."""
        async with self._errors(context, request):
            old, new = reveal(from_struct(request.old_inputs)), reveal(from_struct(request.news))
            changed = [
                name for name in properties_of(ProviderInputs) if repr(old.get(name)) != repr(new.get(name))
            ]
            return provider_pb2.DiffResponse(
                changes=provider_pb2.DiffResponse.DIFF_SOME
                if changed
                else provider_pb2.DiffResponse.DIFF_NONE,
                diffs=changed,
            )

    async def Configure(
        self, request: provider_pb2.ConfigureRequest, context: Peer
    ) -> provider_pb2.ConfigureResponse:
        """Keep the configuration; nothing is asked of Railway before an operation needs it."""
        async with self._errors(context, request):
            given = from_struct(request.args)
            self._configuration_secrets = secret_texts(mark_secrets(ProviderInputs, given))
            self._configuration = ProviderInputs.from_properties(reveal(given))
            self._session = None
            return provider_pb2.ConfigureResponse(
                acceptSecrets=True,
                supportsPreview=True,
                acceptResources=False,
                acceptOutputs=False,
                supports_autonaming_configuration=True,
            )

    # Resources.

    async def Check(self, request: provider_pb2.CheckRequest, context: Peer) -> provider_pb2.CheckResponse:
        """Check inputs and fill in defaults; a replacement that must not be is refused here."""
        async with self._errors(context, request):
            resource = self._resource(request)
            given = from_struct(request.news)
            old = from_struct(request.olds) or None
            checked = check_resource(resource, given, old, naming(request))
            if old is not None and not checked.failures:
                difference = compare(resource, old, checked.properties)
                if difference.refusal and any(change.known for change in difference.replaces):
                    checked.failures.append(difference.refusal)
            return provider_pb2.CheckResponse(
                inputs=to_struct(checked.properties), failures=check_failures(checked.failures, given)
            )

    async def Diff(self, request: provider_pb2.DiffRequest, context: Peer) -> provider_pb2.DiffResponse:
        """Compare the recorded inputs with the new ones."""
        async with self._errors(context, request):
            resource = self._resource(request)
            difference = compare(
                resource,
                recorded_inputs(request),
                from_struct(request.news),
                ignore=list(request.ignoreChanges),
                state=from_struct(request.olds),
            )
            if difference.refusal:
                # The engine doesn't say which resource a failed comparison is about.
                name = request.name or request.urn.rpartition("::")[2]
                raise UserError(f"{resource.token} {name}: {sentence(difference.refusal)}")
            return diff_response(difference, deletes_first=resource.delete_before_replace)

    async def Create(self, request: provider_pb2.CreateRequest, context: Peer) -> provider_pb2.CreateResponse:
        """Create a resource; in a preview, say what is known of it, without an id."""
        async with self._errors(context, request):
            resource = self._resource(request)
            inputs = from_struct(request.properties)
            if request.preview:
                return provider_pb2.CreateResponse(
                    properties=to_struct(preview.of_creation(resource, inputs))
                )

            async def work() -> provider_pb2.CreateResponse:
                operation = await self._context(request)
                created = await resource.create(operation, plain_inputs(resource, inputs))
                outputs = recorded_outputs(resource.outputs, created.outputs.to_properties(), inputs)
                return provider_pb2.CreateResponse(id=created.id, properties=to_struct(outputs))

            return await self._run(resource, work(), request.timeout, inputs)

    async def Read(self, request: provider_pb2.ReadRequest, context: Peer) -> provider_pb2.ReadResponse:
        """Read a resource, for a refresh or an import; without an answer's id, it is gone."""
        async with self._errors(context, request):
            resource = self._resource(request)
            recorded, state = from_struct(request.inputs), from_struct(request.properties)

            async def work() -> provider_pb2.ReadResponse:
                operation = await self._context(request)
                inputs = complete_inputs(resource, recorded) if recorded else None
                found = await resource.read(operation, request.id, inputs)
                if found is None:
                    return provider_pb2.ReadResponse()
                live, outputs = found.inputs.to_properties(), found.outputs.to_properties()
                outputs |= {name: state[name] for name in resource.shown_once if name in state}
                return provider_pb2.ReadResponse(
                    id=found.id,
                    inputs=to_struct(mark_secrets(resource.inputs, keep_secrets(live, recorded))),
                    properties=to_struct(recorded_outputs(resource.outputs, outputs, recorded, state)),
                )

            return await self._run(resource, work(), request.timeout, recorded, state)

    async def Update(self, request: provider_pb2.UpdateRequest, context: Peer) -> provider_pb2.UpdateResponse:
        """Update a resource; in a preview, say what is known of it."""
        async with self._errors(context, request):
            resource = self._resource(request)
            old, new = from_struct(request.olds), from_struct(request.news)
            if request.preview:
                outputs = preview.of_update(resource, old, recorded_inputs(request), new)
                return provider_pb2.UpdateResponse(properties=to_struct(outputs))

            async def work() -> provider_pb2.UpdateResponse:
                operation = await self._context(request)
                before = plain_state(resource, old)
                after = await resource.update(operation, request.id, before, plain_inputs(resource, new))
                outputs = recorded_outputs(resource.outputs, after.to_properties(), new, old)
                return provider_pb2.UpdateResponse(properties=to_struct(outputs))

            return await self._run(resource, work(), request.timeout, new, old)

    async def Delete(self, request: provider_pb2.DeleteRequest, context: Peer) -> empty_pb2.Empty:
        """Delete a resource."""
        async with self._errors(context, request):
            resource = self._resource(request)
            old = from_struct(request.properties)

            async def work() -> empty_pb2.Empty:
                operation = await self._context(request)
                await resource.delete(operation, request.id, plain_state(resource, old))
                return empty_pb2.Empty()

            return await self._run(resource, work(), request.timeout, old)

    # What the operations share.

    def _resource(self, request: Any) -> Resource[Any, Any]:
        token = request.type or request.urn.split("::")[2].rpartition("$")[2]
        if token not in self._resources:
            raise UserError(
                f"The Railway provider {VERSION} has no resource {token}. Is the SDK newer than the provider?"
            )
        return self._resources[token]

    async def _context(self, request: Any) -> Context:
        return Context(
            urn=request.urn,
            name=request.name or request.urn.rpartition("::")[2],
            timeout=request.timeout or DEFAULT_TIMEOUT,
            session=await self._opened_session(),
            log=self._engine.hiding(self._hidden(request)),
        )

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

    async def _open(self) -> Any:
        session = self._open_session(self._configuration)
        return await session if inspect.isawaitable(session) else session

    async def _run(
        self,
        resource: Resource[Any, Any],
        work: Coroutine[Any, Any, T],
        seconds: float,
        *sources: Mapping[str, Any],
    ) -> T:
        try:
            return await self._operations.run(work, seconds or DEFAULT_TIMEOUT)
        except PartialFailure as failure:
            outputs = failure.outputs
            plain = dict(outputs) if isinstance(outputs, Mapping) else outputs.to_properties()
            raise PartialFailure(
                failure.id, recorded_outputs(resource.outputs, plain, *sources), failure.reasons
            ) from failure

    @asynccontextmanager
    async def _errors(self, context: Peer, request: Message) -> AsyncIterator[None]:
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

    async def close(self) -> None:
        """End everything that is shared."""
        self._operations.cancel()
        await self._close_session()
        await self._engine.close()

    async def _close_session(self) -> None:
        session, self._session = self._session, None
        if session is not None and session.done() and not session.exception():
            close = getattr(session.result(), "close", None)
            outcome = close() if close is not None else None
            if inspect.isawaitable(outcome):
                await outcome


async def _unimplemented(context: Peer, message: str) -> NoReturn:
    await context.abort(grpc.StatusCode.UNIMPLEMENTED, message)
