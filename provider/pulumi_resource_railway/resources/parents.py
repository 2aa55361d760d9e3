"""What contains an object: Railway says "Not Authorized" also of what is gone, and only a look around tells."""

from __future__ import annotations

from contextlib import asynccontextmanager
from typing import TYPE_CHECKING, Any

from pulumi_resource_railway.railway.documents import PAGE
from pulumi_resource_railway.railway.documents.environments import ENVIRONMENTS
from pulumi_resource_railway.railway.documents.projects import PROJECTS
from pulumi_resource_railway.railway.errors import NotAuthorized, NotFound
from pulumi_resource_railway.resources.common import session_of

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Awaitable, Callable

    from pulumi_resource_railway.railway.client import Status
    from pulumi_resource_railway.railway.session import Session
    from pulumi_resource_railway.resource import Context

Row = dict[str, Any]


@asynccontextmanager
async def deletion(
    context: Context, project_id: str, environment_id: str, exists: Callable[[], Awaitable[bool]]
) -> AsyncIterator[None]:
    """Delete within this block; that the object, its environment or its project is gone already is success.

    Args:
        context: The operation.
        project_id: The object's project.
        environment_id: Its environment.
        exists: Looks whether the object exists, where its environment does.

    Raises:
        NotAuthorized: When Railway denies it and nothing shows that it is gone.
        RailwayError: When it wasn't deleted.
    """
    try:
        yield
    except NotFound:
        return
    except NotAuthorized as denied:
        if await _is_gone(context, project_id, environment_id, exists):
            return
        raise NotAuthorized(denied.words, advice=state_deletion(denied, context)) from denied


def state_deletion(denied: NotAuthorized, context: Context) -> str:
    """Return what to do when Railway denies a deletion, also for the case that there is nothing to delete."""
    return (
        f"{denied.remedy} If it was deleted elsewhere, take it out of the state: "
        f"`pulumi state delete '{context.urn}'`."
    )


async def _is_gone(
    context: Context, project_id: str, environment_id: str, exists: Callable[[], Awaitable[bool]]
) -> bool:
    session = session_of(context)
    try:
        return not await exists()
    except NotFound:
        return True
    except NotAuthorized:
        pass
    if session.client.credentials.is_project_token:
        return False  # it is denied all that is beside its own environment
    try:
        rows = await environments_of(session, project_id, context.status)
    except NotFound:
        return True
    except NotAuthorized:
        return await was_deleted(session, project_id, context.status)
    # A restricted environment is denied, too, but it is listed.
    return all(row["id"] != environment_id for row in rows)


async def was_deleted(session: Session, project_id: str, status: Status) -> bool:
    """Say whether a workspace that the token reaches has the project among those that were deleted.

    That it has no such project at all says nothing: it may be in a workspace that the token doesn't reach.

    Raises:
        RailwayError: When the workspaces' projects can't be listed.
    """
    for workspace_id in await session.workspaces(status):
        for row in await projects_of(session, workspace_id, status, deleted=True):
            if row["id"] == project_id:
                return bool(row["deletedAt"])
    return False


async def projects_of(
    session: Session, workspace_id: str | None, status: Status, *, deleted: bool = False
) -> list[Row]:
    """Return the projects of a workspace, on request with those that were deleted.

    Raises:
        RailwayError: When they can't be listed.
    """
    rows: list[Row] = []
    after = None
    while True:
        variables: Row = {"workspaceId": workspace_id, "first": PAGE, "after": after}
        if deleted:
            variables["includeDeleted"] = True
        page = (await session.read(PROJECTS, variables, status))["projects"]
        rows += [edge["node"] for edge in page["edges"] if deleted or not edge["node"]["deletedAt"]]
        if not page["pageInfo"]["hasNextPage"]:
            return rows
        after = page["pageInfo"]["endCursor"]


async def environments_of(session: Session, project_id: str, status: Status) -> list[Row]:
    """Return the environments of a project.

    Raises:
        RailwayError: When they can't be listed.
    """
    rows: list[Row] = []
    after = None
    while True:
        variables = {"projectId": project_id, "first": PAGE, "after": after}
        page = (await session.read(ENVIRONMENTS, variables, status))["environments"]
        rows += [edge["node"] for edge in page["edges"] if not edge["node"]["deletedAt"]]
        if not page["pageInfo"]["hasNextPage"]:
            return rows
        after = page["pageInfo"]["endCursor"]
