"""What a service has: its domains and its TCP proxy are named, found and deleted alike."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal, Protocol

from pulumi_resource_railway.railway.errors import NotFound
from pulumi_resource_railway.resources.common import import_parts, session_of
from pulumi_resource_railway.resources.parents import deletion

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from pulumi_resource_railway.railway.documents import Document
    from pulumi_resource_railway.railway.session import EnvironmentSession
    from pulumi_resource_railway.railway.snapshots import Snapshot
    from pulumi_resource_railway.resource import Context

Row = dict[str, Any]
DomainKind = Literal["serviceDomains", "customDomains"]


class Part(Protocol):
    """The inputs or outputs of something that a service has."""

    @property
    def project_id(self) -> str:
        """The project's id."""

    @property
    def environment_id(self) -> str:
        """The environment's."""

    @property
    def service_id(self) -> str:
        """The service's."""


@dataclass(frozen=True)
class Whereabouts:
    """Where something that a service has is found.

    Attributes:
        project_id: The project's id.
        environment_id: The environment's.
        service_id: The service's.
        id: Its own.
    """

    project_id: str
    environment_id: str
    service_id: str
    id: str

    @property
    def service(self) -> dict[str, str]:
        """The three ids that are inputs, by their attributes."""
        return {
            "project_id": self.project_id,
            "environment_id": self.environment_id,
            "service_id": self.service_id,
        }


def whereabouts(id_: str, inputs: Part | None, form: str) -> Whereabouts:
    """Return where something is found: by its recorded inputs, or by the composite id of an import.

    Raises:
        UserError: When an import's id doesn't have the form.
    """
    if inputs is None:
        project_id, environment_id, service_id, id_ = import_parts(id_, form)
        return Whereabouts(project_id, environment_id, service_id, id_)
    return Whereabouts(inputs.project_id, inputs.environment_id, inputs.service_id, id_)


def domain_of(snapshot: Snapshot, kind: DomainKind, service_id: str, id_: str) -> Row | None:
    """Return a domain's row, if the snapshot has it."""
    return next((row for row in snapshot.domains(service_id, kind) if row["id"] == id_), None)


async def read_domain(context: Context, kind: DomainKind, where: Whereabouts) -> Row | None:
    """Return a domain as Railway shows it, once its lists have what the configuration has; None if it is gone.

    Raises:
        RailwayError: When it can't be read; that says nothing about whether it exists.
    """

    def seen(snapshot: Snapshot) -> Row | None:
        return domain_of(snapshot, kind, where.service_id, where.id)

    place = session_of(context).environment(where.project_id, where.environment_id)
    try:
        return seen(await place.snapshots.settled("services", where.service_id, context.status, seen=seen))
    except NotFound:
        return None


async def has_domain(context: Context, kind: DomainKind, part: Part, id_: str) -> bool:
    """Look whether a domain exists."""
    place = session_of(context).environment(part.project_id, part.environment_id)
    place.snapshots.invalidate()
    snapshot = await place.snapshots.fresh(context.status)
    return domain_of(snapshot, kind, part.service_id, id_) is not None


async def delete_part(
    context: Context,
    document: Document,
    id_: str,
    part: Part,
    scope: str,
    exists: Callable[[], Awaitable[bool]],
) -> None:
    """Delete something that a service has; what is gone is deleted.

    Args:
        context: The operation.
        document: The mutation, which takes the id.
        id_: Its id.
        part: Its outputs.
        scope: Where its creation is journalled.
        exists: Looks whether it exists.

    Raises:
        RailwayError: When it wasn't deleted.
    """
    session = session_of(context)
    place: EnvironmentSession = session.environment(part.project_id, part.environment_id)
    async with deletion(context, part.project_id, part.environment_id, exists):
        await place.ready_for_changes(context.status, {part.service_id})
        session.journal.close(context.urn, scope)
        await session.client.send(document, {"id": id_}, context.status)
    place.snapshots.invalidate()
