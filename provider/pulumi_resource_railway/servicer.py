# ruff: noqa: N802 - the protocol names its calls
"""Pulumi's resource provider protocol, for the resources and functions that are declared.

The protocol is documented at pulumi.com/docs/iac/guides/building-extending/providers/implementers and in
proto/pulumi/provider.proto of github.com/pulumi/pulumi. Everything here is asynchronous: the engine makes
hundreds of calls at once, and each may wait for minutes.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, TypeVar

from google.protobuf import empty_pb2
from pulumi.runtime.proto import provider_pb2

from pulumi_resource_railway import preview
from pulumi_resource_railway.check import check_function, check_resource
from pulumi_resource_railway.declaration import properties_of
from pulumi_resource_railway.diff import compare
from pulumi_resource_railway.errors import PartialFailure, UserError
from pulumi_resource_railway.function import ANSWER_SECONDS
from pulumi_resource_railway.messages import (
    check_failures,
    complete_inputs,
    diff_response,
    naming,
    plain_inputs,
    plain_state,
    recorded_inputs,
    sentence,
    to_answer,
)
from pulumi_resource_railway.outputs import recorded_outputs
from pulumi_resource_railway.plugin_calls import PluginCalls
from pulumi_resource_railway.resource import DEFAULT_TIMEOUT, Context, Resource
from pulumi_resource_railway.secretness import keep_secrets, mark_secrets
from pulumi_resource_railway.values import UNKNOWN, contains_unknown, from_struct, reveal, to_struct
from pulumi_resource_railway.version import VERSION

if TYPE_CHECKING:
    from collections.abc import Coroutine

    import grpc.aio

    Peer = grpc.aio.ServicerContext[Any, Any]

T = TypeVar("T")


class RailwayServicer(PluginCalls):
    """The provider as the engine sees it."""

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
                    session=await self._knowing_session(),
                    log=self._engine.hiding(self._hidden(request)),
                )
                arguments = function.arguments.from_properties(reveal(checked.properties))
                answer = (await function.call(operation, arguments)).to_properties()
                return to_answer(recorded_outputs(function.result, answer))

            return await self._operations.run(work(), ANSWER_SECONDS)

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

    # What the calls of resources share.

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
            session=await self._knowing_session(),
            log=self._engine.hiding(self._hidden(request)),
        )

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
