# ruff: noqa: A002
"""The engine's side of the protocol, in plain Python."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from google.protobuf import empty_pb2
from pulumi.runtime.proto import engine_pb2, engine_pb2_grpc, provider_pb2, status_pb2

from pulumi_resource_railway.values import from_struct, to_struct

if TYPE_CHECKING:
    from collections.abc import Mapping

    import grpc.aio

    from pulumi_resource_railway.servicer import RailwayServicer

Properties = dict[str, Any]
TYPE = "railway:index:Box"


def urn(name: str = "crate") -> str:
    return f"urn:pulumi:test::project::{TYPE}::{name}"


@dataclass
class Client:
    """Calls the provider over gRPC."""

    stub: Any
    servicer: RailwayServicer
    opened: list[Any]

    async def check(
        self, news: Mapping[str, Any], olds: Mapping[str, Any] | None = None, name: str = "crate", **more: Any
    ) -> tuple[Properties, list[tuple[str, str]]]:
        answer = await self.stub.Check(
            provider_pb2.CheckRequest(
                urn=urn(name), name=name, type=TYPE, news=to_struct(news), olds=to_struct(olds or {}), **more
            )
        )
        return from_struct(answer.inputs), [(failure.property, failure.reason) for failure in answer.failures]

    async def reasons(self, news: Mapping[str, Any], olds: Mapping[str, Any] | None = None) -> list[str]:
        _, failures = await self.check(news, olds)
        return [f"{name} {reason}".strip() for name, reason in failures]

    async def diff(
        self,
        old_inputs: Mapping[str, Any],
        news: Mapping[str, Any],
        ignore: tuple[str, ...] = (),
        olds: Mapping[str, Any] | None = None,
    ) -> provider_pb2.DiffResponse:
        answer = await self.stub.Diff(
            provider_pb2.DiffRequest(
                id="box-1",
                urn=urn(),
                type=TYPE,
                old_inputs=to_struct(old_inputs),
                olds=to_struct(olds or old_inputs),
                news=to_struct(news),
                ignoreChanges=ignore,
            )
        )
        assert isinstance(answer, provider_pb2.DiffResponse)
        return answer

    async def create(
        self, inputs: Mapping[str, Any], *, preview: bool = False, seconds: float = 0, name: str = "crate"
    ) -> tuple[str, Properties]:
        answer = await self.stub.Create(
            provider_pb2.CreateRequest(
                urn=urn(name),
                name=name,
                type=TYPE,
                properties=to_struct(inputs),
                preview=preview,
                timeout=seconds,
            )
        )
        return answer.id, from_struct(answer.properties)

    async def read(
        self, id: str, inputs: Mapping[str, Any] | None = None, state: Mapping[str, Any] | None = None
    ) -> tuple[str, Properties, Properties]:
        answer = await self.stub.Read(
            provider_pb2.ReadRequest(
                id=id,
                urn=urn(),
                type=TYPE,
                inputs=None if inputs is None else to_struct(inputs),
                properties=to_struct(state or {}),
            )
        )
        return answer.id, from_struct(answer.inputs), from_struct(answer.properties)

    async def update(
        self,
        old_inputs: Mapping[str, Any],
        olds: Mapping[str, Any],
        news: Mapping[str, Any],
        *,
        preview: bool = False,
    ) -> Properties:
        answer = await self.stub.Update(
            provider_pb2.UpdateRequest(
                id="box-1",
                urn=urn(),
                type=TYPE,
                old_inputs=to_struct(old_inputs),
                olds=to_struct(olds),
                news=to_struct(news),
                preview=preview,
            )
        )
        return from_struct(answer.properties)

    async def delete(self, id: str, state: Mapping[str, Any]) -> None:
        await self.stub.Delete(
            provider_pb2.DeleteRequest(id=id, urn=urn(), type=TYPE, properties=to_struct(state))
        )

    async def configure(self, properties: Mapping[str, Any]) -> provider_pb2.ConfigureResponse:
        answer = await self.stub.Configure(provider_pb2.ConfigureRequest(args=to_struct(properties)))
        assert isinstance(answer, provider_pb2.ConfigureResponse)
        return answer

    async def cancel(self) -> None:
        await self.stub.Cancel(empty_pb2.Empty())


def init_failure(error: grpc.aio.AioRpcError) -> provider_pb2.ErrorResourceInitFailed | None:
    """Return the partial failure in an error's details, as the engine finds it."""
    metadata: Any = error.trailing_metadata()
    for key, value in metadata or ():
        if key == "grpc-status-details-bin":
            status = status_pb2.Status.FromString(value if isinstance(value, bytes) else value.encode())
            for packed in status.details:
                detail = provider_pb2.ErrorResourceInitFailed()
                if packed.Unpack(detail):
                    return detail
    return None


class Engine(engine_pb2_grpc.EngineServicer):
    """Receives what the provider tells the person at the terminal."""

    def __init__(self) -> None:
        self.address = ""
        self.messages: list[engine_pb2.LogRequest] = []

    async def Log(self, request: engine_pb2.LogRequest, context: Any) -> empty_pb2.Empty:  # noqa: N802
        self.messages.append(request)
        return empty_pb2.Empty()
