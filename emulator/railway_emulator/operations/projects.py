"""Projects: each comes with its first environment."""

from typing import Any

from railway_emulator import views
from railway_emulator.access import Access, required_name
from railway_emulator.core import WORKSPACE_ID
from railway_emulator.errors import NotAuthorized
from railway_emulator.pagination import PAGE_ARGUMENTS, connection
from railway_emulator.state import Document, Project

from .environments import new_environment, remove_environment
from .registry import mutation, query


@query("project")
def project(access: Access, identifier: str) -> Document:
    """Answers one project."""
    return views.project(access, access.project(identifier))


@query("projects")
def projects(
    access: Access,
    workspace_id: str | None = None,
    order_by: str | None = None,
    include_deleted: bool | None = None,
    **page: Any,
) -> Document:
    """Answers the account's projects, on request with those that were deleted."""
    access.require_account()
    _check_workspace(workspace_id)
    page = {key: value for key, value in page.items() if key in PAGE_ARGUMENTS}
    state = access.railway.state
    found = access.railway.listed(
        [*state.projects.values(), *(state.deleted_projects if include_deleted else ())]
    )
    if order_by == "NAME_ASC":
        found.sort(key=lambda p: p.name)
    elif order_by == "UPDATED_AT_DESC":
        found.sort(key=lambda p: p.updated_at, reverse=True)
    else:
        found.reverse()
    return connection(found, lambda p: views.project(access, p), **page)


def _check_workspace(workspace_id: str | None) -> None:
    if workspace_id not in (None, WORKSPACE_ID):
        raise NotAuthorized


@mutation("projectCreate")
def project_create(access: Access, given: Document) -> Document:
    """Makes a project with one environment."""
    access.require_account()
    railway = access.railway
    _check_workspace(given.get("workspaceId"))
    name = required_name(given["name"], "Project")
    railway.cool_down(
        "projectCreate",
        railway.profile.creation_cooldown_seconds,
        "You are creating projects too quickly: 1 project per 30 seconds. Try again in a bit",
    )
    now = railway.now()
    record = Project(
        id=railway.new_id(),
        created_at=now,
        updated_at=now,
        name=name,
        description=given.get("description"),
        workspace_id=WORKSPACE_ID,
        is_public=bool(given.get("isPublic")),
        pr_deploys=bool(given.get("prDeploys")),
    )
    railway.state.projects[record.id] = record
    new_environment(railway, record.id, given.get("defaultEnvironmentName") or "production")
    return views.project(access, record)


_UPDATABLE = {
    "description": "description",
    "isPublic": "is_public",
    "prDeploys": "pr_deploys",
    "botPrEnvironments": "bot_pr_environments",
    "focusedPrEnvironments": "focused_pr_environments",
    "baseEnvironmentId": "base_environment_id",
}


@mutation("projectUpdate")
def project_update(access: Access, identifier: str, given: Document) -> Document:
    """Changes what is given; null clears a description."""
    access.require_account()
    record = access.project(identifier)
    if given.get("name") is not None:
        record.name = required_name(given["name"], "Project")
    if given.get("baseEnvironmentId") is not None:
        access.environment(given["baseEnvironmentId"], record.id)
    for key, attribute in _UPDATABLE.items():
        if key in given:
            clearable = key in ("description", "baseEnvironmentId")
            setattr(record, attribute, given[key] if clearable else bool(given[key]))
    record.updated_at = access.railway.now()
    return views.project(access, record)


@mutation("projectDelete")
def project_delete(access: Access, identifier: str) -> bool:
    """Removes a project and everything in it, at once."""
    access.require_account()
    railway, record = access.railway, access.project(identifier)
    for environment in railway.environments(record.id):
        remove_environment(railway, environment)
    for service in railway.project_services(record.id):
        railway.forget(railway.state.services, service.id)
    for volume in railway.project_volumes(record.id):
        railway.forget(railway.state.volumes, volume.id)
    for bucket in railway.project_buckets(record.id):
        railway.forget(railway.state.buckets, bucket.id)
    railway.forget(railway.state.projects, record.id)
    record.deleted_at = railway.now()
    railway.state.deleted_projects.append(record)
    return True
