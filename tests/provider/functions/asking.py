"""The engine's side of a function's call, and a project to ask about."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import grpc.aio
from pulumi.runtime.proto import provider_pb2

from pulumi_resource_railway.resources.service import Service
from pulumi_resource_railway.resources.service_model import ServiceInputs, ServiceSource, VolumeMount
from pulumi_resource_railway.resources.volume import Volume, VolumeInputs
from pulumi_resource_railway.values import from_struct, to_struct

if TYPE_CHECKING:
    from tests.provider.resources.harness import World


class RefusedError(Exception):
    """The engine shows its text."""


@dataclass
class Asker:
    """Asks the provider over gRPC."""

    world: World
    stub: Any

    async def ask(self, function: str, /, **arguments: Any) -> dict[str, Any]:
        """Return the answer; refused arguments and failures become one error."""
        request = provider_pb2.InvokeRequest(tok=f"railway:index:{function}", args=to_struct(arguments))
        try:
            answer = await self.stub.Invoke(request)
        except grpc.aio.AioRpcError as error:
            raise RefusedError(error.details()) from error
        if answer.failures:
            failures = [f"{failure.property} {failure.reason}".strip() for failure in answer.failures]
            raise RefusedError("\n".join(failures))
        return from_struct(getattr(answer, "return"))

    async def calls(self) -> int:
        """Return how many calls of Railway's API were made so far."""
        return len(await self.world.requests())


@dataclass(frozen=True)
class Shop:
    """A project with a service that has a volume."""

    project_id: str
    environment_id: str
    service_id: str
    volume_id: str

    @property
    def place(self) -> dict[str, str]:
        return {"projectId": self.project_id, "environmentId": self.environment_id}


async def shop(world: World) -> Shop:
    project_id, environment_id = await world.project("shop")
    place: dict[str, Any] = {"project_id": project_id, "environment_id": environment_id}
    volume = await Volume().create(
        world.context("data", "Volume"), VolumeInputs(**place, name="data", size_mb=5000)
    )
    service = await Service().create(
        world.context("db"),
        ServiceInputs(
            **place,
            name="db",
            source=ServiceSource(image="postgres:16"),
            variables={"PASSWORD": "hunter22-hunter22", "URL": "${{PASSWORD}}@x"},
            volume_mounts=[VolumeMount(volume_id=volume.id, mount_path="/data")],
        ),
    )
    return Shop(project_id, environment_id, service.id, volume.id)
