"""A service's row in its project: what is named, and what all environments share."""

# ruff: noqa: S105 - a token: a resource's type

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from pulumi_resource_railway.railway.creation import Creation, create_once, name_exists, take
from pulumi_resource_railway.railway.documents.services import SERVICE_CREATE, SERVICE_UPDATE
from pulumi_resource_railway.railway.plans import plan_named
from pulumi_resource_railway.resources.common import session_of

if TYPE_CHECKING:
    from collections.abc import Collection

    from pulumi_resource_railway.railway.client import Status
    from pulumi_resource_railway.railway.session import EnvironmentSession
    from pulumi_resource_railway.resource import Context
    from pulumi_resource_railway.resources.service_model import ServiceInputs

TOKEN: Final = "railway:index:Service"
"""The resource's type."""


def scope_of(inputs: ServiceInputs) -> str:
    """Return where the creation of a service is journalled."""
    return f"{inputs.project_id}/{inputs.environment_id}/services"


def creation_of(context: Context, inputs: ServiceInputs, place: EnvironmentSession) -> Creation:
    """Return what makes the row."""
    row: dict[str, Any] = {"projectId": inputs.project_id, "name": inputs.name, "environmentId": None}
    if inputs.icon is not None:
        row["icon"] = inputs.icon
    if inputs.template is not None:
        row |= {"templateId": inputs.template.template_id, "templateServiceId": inputs.template.service_id}

    async def existing(status: Status) -> Collection[str]:
        place.snapshots.invalidate()
        return (await place.snapshots.fresh(status)).services.keys()

    async def candidates(status: Status) -> list[dict[str, Any]]:
        await existing(status)
        services = (await place.snapshots.known(status)).services
        return [service for service in services.values() if service["name"] == inputs.name]

    return Creation(
        urn=context.urn,
        scope=scope_of(inputs),
        kind="service",
        name=inputs.name,
        document=SERVICE_CREATE,
        variables={"input": row},
        existing=existing,
        candidates=candidates,
        import_id=f"{inputs.project_id}/{inputs.environment_id}/{{id}}",
        type_token=TOKEN,
        name_is_unique=True,
    )


async def row_of(
    context: Context, inputs: ServiceInputs, place: EnvironmentSession, creation: Creation
) -> str:
    """Return the id of the service's row: one that isn't in this environment yet, or a new one.

    Raises:
        Conflict: When a service of the name is in this environment.
        BeyondPlan: When the plan holds no more services.
        RailwayError: When the row wasn't made, or it isn't known whether it was.
    """
    snapshot = await place.snapshots.known(context.status)
    same_name = [id_ for id_, row in snapshot.services.items() if row["name"] == inputs.name]
    for id_ in same_name:
        if id_ in snapshot.service_instances:
            raise name_exists(creation, id_)
        await context.info(
            f"Service {inputs.name!r} exists in another environment of the project; adding it to this one."
        )
        if inputs.icon is not None and inputs.icon != snapshot.services[id_].get("icon"):
            variables = {"id": id_, "input": {"icon": inputs.icon}}
            await session_of(context).client.send(SERVICE_UPDATE, variables, context.status)
        return take(session_of(context), creation, id_, snapshot.services.keys())
    session = session_of(context)
    names = [row["name"] for row in snapshot.services.values()]
    number = session.room.number(f"{inputs.project_id}/services", names, inputs.name)
    await plan_named(snapshot.plan).count_service(context.warn, number, inputs.name)
    id_ = await create_once(session, creation, snapshot.services.keys(), context.status)
    place.snapshots.invalidate()
    snapshot.services[id_] = {"id": id_, "name": inputs.name, "icon": inputs.icon}
    return id_
