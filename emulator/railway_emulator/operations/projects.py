"""Projects: each comes with its first environment."""

from typing import Any

from .. import views
from ..access import Access, required_name
from ..core import WORKSPACE_ID
from ..errors import NotAuthorized
from ..pagination import connection
from ..state import Document, Project
from .environments import new_environment, remove_environment
from .registry import mutation, query


@query("project")
def project(access: Access, id: str) -> Document:
    return views.project(access, access.project(id))


@query("projects")
def projects(
    access: Access,
    workspace_id: str | None = None,
    order_by: str | None = None,
    include_deleted: bool | None = None,
    user_id: str | None = None,
    **page: Any,
) -> Document:
    access.require_account()
    _check_workspace(workspace_id)
    found = access.railway.listed(access.railway.state.projects.values())
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
def project_create(access: Access, input: Document) -> Document:
    access.require_account()
    railway = access.railway
    _check_workspace(input.get("workspaceId"))
    name = required_name(input["name"], "Project")
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
        description=input.get("description"),
        workspace_id=WORKSPACE_ID,
        is_public=bool(input.get("isPublic")),
        pr_deploys=bool(input.get("prDeploys")),
    )
    railway.state.projects[record.id] = record
    new_environment(railway, record.id, input.get("defaultEnvironmentName") or "production")
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
def project_update(access: Access, id: str, input: Document) -> Document:
    access.require_account()
    record = access.project(id)
    if input.get("name") is not None:
        record.name = required_name(input["name"], "Project")
    if input.get("baseEnvironmentId") is not None:
        access.environment(input["baseEnvironmentId"], record.id)
    for key, attribute in _UPDATABLE.items():
        if key in input:
            clearable = key in ("description", "baseEnvironmentId")
            setattr(record, attribute, input[key] if clearable else bool(input[key]))
    record.updated_at = access.railway.now()
    return views.project(access, record)


@mutation("projectDelete")
def project_delete(access: Access, id: str) -> bool:
    access.require_account()
    railway, record = access.railway, access.project(id)
    for environment in railway.environments(record.id):
        remove_environment(railway, environment)
    for service in railway.project_services(record.id):
        railway.forget(railway.state.services, service.id)
    for volume in railway.project_volumes(record.id):
        railway.forget(railway.state.volumes, volume.id)
    railway.forget(railway.state.projects, record.id)
    return True
