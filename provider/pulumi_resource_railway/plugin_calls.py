# ruff: noqa: N802 - the protocol names its calls
"""The calls about the plugin itself, and about its configuration."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NoReturn

import grpc
import grpc.aio
from google.protobuf import empty_pb2
from pulumi.runtime.proto import plugin_pb2, provider_pb2

from pulumi_resource_railway.check import check_properties
from pulumi_resource_railway.configuration import ProviderInputs
from pulumi_resource_railway.declaration import properties_of
from pulumi_resource_railway.messages import check_failures, configuration_failures
from pulumi_resource_railway.operations import Operations
from pulumi_resource_railway.schema import schema_text
from pulumi_resource_railway.secretness import mark_secrets
from pulumi_resource_railway.serving import Serving
from pulumi_resource_railway.values import from_struct, reveal, secret_texts, to_struct
from pulumi_resource_railway.version import VERSION

if TYPE_CHECKING:
    from google.protobuf.message import Message

    Peer = grpc.aio.ServicerContext[Any, Any]


class PluginCalls(Serving):
    """Serves what the engine asks before it asks for a resource."""

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
            await self._close_session()
            return provider_pb2.ConfigureResponse(
                acceptSecrets=True,
                supportsPreview=True,
                acceptResources=False,
                acceptOutputs=False,
                supports_autonaming_configuration=True,
            )


async def _unimplemented(context: Peer, message: str) -> NoReturn:
    await context.abort(grpc.StatusCode.UNIMPLEMENTED, message)
