"""What an environment holds, read in one query for everybody who asks at the same time."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final, Literal

from pulumi_resource_railway.railway.client import Status, unheard
from pulumi_resource_railway.railway.documents import PAGE
from pulumi_resource_railway.railway.documents.environments import (
    MORE_SERVICE_INSTANCES,
    MORE_SERVICES,
    MORE_VOLUME_INSTANCES,
    MORE_VOLUMES,
    SNAPSHOT,
)
from pulumi_resource_railway.railway.errors import NotFound

if TYPE_CHECKING:
    from collections.abc import Mapping

    from pulumi_resource_railway.railway.clock import Clock
    from pulumi_resource_railway.railway.documents import Document

Section = Literal["services", "volumes"]
Read = Callable[["Document", "Mapping[str, Any]", Status], Awaitable[dict[str, Any]]]

_LAG_PAUSES: Final = (1, 2, 4, 8, 15)
"""Seconds between looks at lists that lag behind: up to 28 have been reported."""
_FRESH_SECONDS: Final = 5
"""A refresh reads everything at once; older than this, a snapshot may miss what somebody else did."""


@dataclass
class Snapshot:
    """One environment, and its project's records. Deleted objects are left out.

    Attributes:
        environment: The environment's own fields.
        configuration: Its configuration document, as Railway keeps it.
        staged: How many changes somebody has staged in it.
        services: The project's services by id; each has `name` and `icon`.
        volumes: The project's volumes by id; each has `name` and `createdAt`.
        service_instances: What runs in this environment, by the service's id, with its domains.
        volume_instances: The volumes' instances in this environment, by the volume's id.
        pending_volumes: The volumes whose instance in this environment is being deleted.
        plan: The plan that the project is on, as Railway names it.
    """

    environment: dict[str, Any]
    configuration: dict[str, Any]
    staged: int
    services: dict[str, dict[str, Any]] = field(default_factory=dict)
    volumes: dict[str, dict[str, Any]] = field(default_factory=dict)
    service_instances: dict[str, dict[str, Any]] = field(default_factory=dict)
    volume_instances: dict[str, dict[str, Any]] = field(default_factory=dict)
    pending_volumes: set[str] = field(default_factory=set)
    plan: str | None = None

    def domains(self, service_id: str, kind: str) -> list[dict[str, Any]]:
        """Return a service's domains in this environment; `kind` is `serviceDomains` or `customDomains`."""
        domains = (self.service_instances.get(service_id) or {}).get("domains") or {}
        return [domain for domain in domains.get(kind) or [] if not _is_gone(domain)]

    def lags(self, section: Section, id_: str) -> bool:
        """Say whether the lists lack what the configuration has: Railway's lists lag behind."""
        if id_ not in (self.configuration.get(section) or {}):
            return False
        if section == "volumes":
            return id_ not in self.volumes or id_ not in self.volume_instances
        if id_ not in self.services or id_ not in self.service_instances:
            return True
        networking = self.configuration["services"][id_].get("networking") or {}
        return any(
            len(networking.get(kind) or {}) > len(self.domains(id_, kind))
            for kind in ("serviceDomains", "customDomains")
        )


class Snapshots:
    """The snapshots of one environment."""

    def __init__(self, read: Read, clock: Clock, project_id: str, environment_id: str) -> None:
        """Prepare; nothing is read."""
        self._read = read
        self._clock = clock
        self._project_id = project_id
        self._environment_id = environment_id
        self._loading: asyncio.Task[Snapshot] | None = None
        self._latest: Snapshot | None = None
        self._read_at = float("-inf")

    async def fresh(self, status: Status = unheard) -> Snapshot:
        """Return the environment as it is, read after the last of our own changes.

        Raises:
            NotFound: When the environment or its project doesn't exist.
            RailwayError: When it can't be read; that says nothing about what exists.
        """
        if self._latest is not None and self._clock.monotonic() - self._read_at < _FRESH_SECONDS:
            return self._latest
        if self._loading is None:
            self._loading = asyncio.create_task(self._load(status))
            self._loading.add_done_callback(_retrieve)
        return await asyncio.shield(self._loading)

    async def settled(
        self, section: Section, id_: str, status: Status, *, seen: Callable[[Snapshot], object]
    ) -> Snapshot:
        """Return the environment as it is, once the lists have what the configuration says of an object.

        What is missing from a list that lags behind isn't gone.

        Args:
            section: Where the configuration has it.
            id_: Its id there.
            status: Shows what is being waited for.
            seen: Says whether a snapshot has what is looked for.

        Raises:
            NotFound: When the environment or its project doesn't exist.
            RailwayError: When it can't be read.
        """
        snapshot = await self.fresh(status)
        for pause in _LAG_PAUSES:
            if seen(snapshot) or not snapshot.lags(section, id_):
                break
            await status("waiting for Railway's lists, which lag behind")
            await self._clock.sleep(pause)
            if self._latest is snapshot:
                self.invalidate()
            snapshot = await self.fresh(status)
        return snapshot

    async def known(self, status: Status = unheard) -> Snapshot:
        """Return the environment as this run knows it, together with what this run changed."""
        return self._latest if self._latest is not None else await self.fresh(status)

    def invalidate(self) -> None:
        """Read anew next time: something was changed."""
        self._read_at = float("-inf")
        self._loading = None

    def forget_service(self, service_id: str) -> None:
        """Leave out a service that this run removed from the environment."""
        self.invalidate()
        if self._latest is not None:
            self._latest.services.pop(service_id, None)
            self._latest.service_instances.pop(service_id, None)

    def forget_volume(self, volume_id: str) -> None:
        """Leave out a volume that this run removed from the environment."""
        self.invalidate()
        if self._latest is not None:
            self._latest.volumes.pop(volume_id, None)
            self._latest.volume_instances.pop(volume_id, None)

    async def knowing(self, section: Section, id_: str, status: Status) -> Snapshot:
        """Return what is known, read anew if the record isn't known: somebody may have made it meanwhile.

        Raises:
            NotFound: When the environment or its project doesn't exist.
            RailwayError: When it can't be read.
        """

        def seen(snapshot: Snapshot) -> bool:
            return id_ in (snapshot.services if section == "services" else snapshot.volumes)

        snapshot = await self.known(status)
        if not seen(snapshot):
            snapshot = await self.settled(section, id_, status, seen=seen)
        return snapshot

    def note_configuration(self, configuration: dict[str, Any]) -> None:
        """Keep the configuration that was read back after a commit, and the instances that it makes."""
        if self._latest is None:
            return
        self._latest.configuration = configuration
        for instances, section, key in (
            (self._latest.service_instances, "services", "serviceId"),
            (self._latest.volume_instances, "volumes", "volumeId"),
        ):
            wanted = configuration.get(section) or {}
            for id_ in wanted.keys() - instances.keys():
                instances[id_] = {key: id_}
            for id_ in instances.keys() - wanted.keys():
                del instances[id_]

    async def _load(self, status: Status) -> Snapshot:
        this = asyncio.current_task()
        try:
            started = self._clock.monotonic()
            snapshot = await self._load_all(status)
            if self._loading is this:  # else it was invalidated meanwhile
                self._latest, self._read_at = snapshot, started
            elif self._latest is None:
                self._latest = snapshot
            return snapshot
        finally:
            if self._loading is this:
                self._loading = None

    async def _load_all(self, status: Status) -> Snapshot:
        place = {
            "environmentId": self._environment_id,
            "projectId": self._project_id,
            "first": PAGE,
        }
        data = await self._read(SNAPSHOT, place, status)
        environment, project = data["environment"], data["project"]
        if environment.get("deletedAt"):
            raise NotFound(f"Environment {self._environment_id} is deleted")
        if project.get("deletedAt"):
            raise NotFound(f"Project {self._project_id} is deleted")
        services = await self._all(project["services"], MORE_SERVICES, "project", "services", place)
        volumes = await self._all(project["volumes"], MORE_VOLUMES, "project", "volumes", place)
        instances = await self._all(
            environment["serviceInstances"],
            MORE_SERVICE_INSTANCES,
            "environment",
            "serviceInstances",
            place,
        )
        mounts = await self._all(
            environment["volumeInstances"],
            MORE_VOLUME_INSTANCES,
            "environment",
            "volumeInstances",
            place,
        )
        return Snapshot(
            {
                key: environment[key]
                for key in ("id", "name", "projectId", "isEphemeral", "sourceEnvironment")
            },
            environment["config"],
            environment.get("unmergedChangesCount") or 0,
            {row["id"]: row for row in services if not _is_gone(row)},
            {row["id"]: row for row in volumes},
            {row["serviceId"]: row for row in instances if not _is_gone(row)},
            {row["volumeId"]: row for row in mounts if not _is_gone(row)},
            {row["volumeId"] for row in mounts if _is_gone(row)},
            project.get("subscriptionType"),
        )

    async def _all(
        self, first: dict[str, Any], document: Document, owner: str, name: str, place: dict[str, Any]
    ) -> list[dict[str, Any]]:
        def read_page(after: str) -> Awaitable[dict[str, Any]]:
            accepted = {key: value for key, value in place.items() if f"${key}:" in document.text}
            return self._read(document, {**accepted, "after": after}, unheard)

        rows = [edge["node"] for edge in first["edges"]]
        while first["pageInfo"]["hasNextPage"]:
            first = (await read_page(first["pageInfo"]["endCursor"]))[owner][name]
            rows += [edge["node"] for edge in first["edges"]]
        return rows


def _is_gone(row: Mapping[str, Any]) -> bool:
    return bool(
        row.get("deletedAt")
        or row.get("isPendingDeletion")
        or row.get("state") in {"DELETED", "DELETING"}
        or row.get("syncStatus") in {"DELETED", "DELETING"}
    )


def _retrieve(task: asyncio.Task[Snapshot]) -> None:
    """Take note of the exception, for the case that everybody who waited was cancelled."""
    if not task.cancelled():
        task.exception()
