"""A volume as it is in an environment, with what moves by itself: how full it is."""

# ruff: noqa: S105 - a token: a function's name

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar

from pulumi_resource_railway.declaration import Model, field
from pulumi_resource_railway.function import Function, exactly_one
from pulumi_resource_railway.functions.common import ask_all, only
from pulumi_resource_railway.railway import questions

if TYPE_CHECKING:
    from collections.abc import Mapping

    from pulumi_resource_railway.errors import CheckFailure
    from pulumi_resource_railway.resource import Context


class GetVolumeArguments(Model):
    """Which volume is meant, and where."""

    project_id: str = field(doc="The id of the volume's project.")
    environment_id: str = field(doc="The id of the environment.")
    id: str | None = field(doc="The volume's id; or give its name or its service.", default=None)
    name: str | None = field(doc="The volume's name; or give its id or its service.", default=None)
    service_id: str | None = field(
        doc="The service that the volume is mounted in; or give its id or name.", default=None
    )


class GetVolumeResult(Model):
    """A volume as it is in one environment."""

    id: str = field(doc="The volume's id.")
    project_id: str = field(doc="The id of its project.")
    environment_id: str = field(doc="The id of the environment.")
    instance_id: str = field(doc="The id of the volume in this environment, which Railway's backups go by.")
    name: str = field(doc="Its name.")
    size_mb: int = field(doc="Its size in megabytes.")
    used_mb: float = field(doc="How much of it is used, in megabytes.")
    region: str | None = field(doc="The region that it is in.", default=None)
    state: str = field(
        doc="`READY`, `UPDATING`, `MIGRATING`, `MIGRATION_PENDING`, `RESTORING`, `ERROR` or `UNKNOWN`."
    )
    service_id: str | None = field(doc="The service that it is mounted in.", default=None)
    mount_path: str | None = field(doc="Where it is mounted in that service.", default=None)


class GetVolume(Function[GetVolumeArguments, GetVolumeResult]):
    """Asks for all volumes of the environment and picks it out: Railway has no question for one volume."""

    token: ClassVar[str] = "railway:index:getVolume"
    arguments: ClassVar[type[Model]] = GetVolumeArguments
    result: ClassVar[type[Model]] = GetVolumeResult
    description: ClassVar[str] = (
        "A volume that exists, as it is in one environment: how large and how full it is, where it is and "
        "which service has it."
    )
    example: ClassVar[str] = """
import pulumi
import pulumiverse_railway as railway

project = railway.Project("shop")
place = {"project_id": project.id, "environment_id": project.default_environment_id}
data = railway.Volume("data", size_mb=5000, **place)
state = railway.get_volume_output(id=data.id, **place)
pulumi.export("used", pulumi.Output.concat(state.used_mb.apply(str), " MB"))
"""
    calls: ClassVar[str] = "1 for each 500 volumes of the environment."
    railway_page: ClassVar[str] = "https://docs.railway.com/reference/volumes"

    def check(self, properties: Mapping[str, Any]) -> list[CheckFailure]:
        """Ask for an id, a name or a service."""
        return exactly_one(properties, "id", "name", "serviceId")

    async def call(self, context: Context, arguments: GetVolumeArguments) -> GetVolumeResult:
        """Read the volume."""
        instances = await ask_all(
            context,
            questions.VOLUMES,
            lambda answer: answer["environment"]["volumeInstances"],
            projectId=arguments.project_id,
            environmentId=arguments.environment_id,
        )
        if arguments.id is not None:
            what, found = arguments.id, [row for row in instances if row["volumeId"] == arguments.id]
        elif arguments.name is not None:
            what = f"named {arguments.name!r}"
            found = [row for row in instances if row["volume"]["name"] == arguments.name]
        else:
            what = f"of service {arguments.service_id}"
            found = [row for row in instances if row["serviceId"] == arguments.service_id]
        row = only(found, f"volume {what} in environment {arguments.environment_id}", "volumeId")
        return GetVolumeResult(
            id=row["volumeId"],
            project_id=arguments.project_id,
            environment_id=arguments.environment_id,
            instance_id=row["id"],
            name=row["volume"]["name"],
            size_mb=row["sizeMB"],
            used_mb=float(row["currentSizeMB"]),
            region=row["region"],
            state=row["state"] or "UNKNOWN",
            service_id=row["serviceId"],
            # A volume that is mounted nowhere keeps a path that means nothing.
            mount_path=row["mountPath"] if row["serviceId"] else None,
        )
