"""Services: rows of a project, which run as instances in its environments."""

from typing import Any

from .. import views
from ..access import Access, required_name
from ..changes import change
from ..core import Railway
from ..errors import AlreadyExists, InvalidInput, NotFound
from ..state import Document, Service
from .registry import UNSET, mutation, query


@query("service")
def service(access: Access, id: str) -> Document:
    return views.service(access, access.service(id))


def _check_name(railway: Railway, project_id: str, name: str, itself: str | None = None) -> None:
    if any(s.name == name and s.id != itself for s in railway.project_services(project_id)):
        raise AlreadyExists("service", name)


@mutation("serviceCreate")
def service_create(access: Access, input: Document) -> Document:
    """Absent `environmentId`: an instance in every environment that isn't a fork; null: a row, no instance."""
    railway, owner = access.railway, access.project(input["projectId"])
    name = required_name(input.get("name") or f"service-{railway.new_id()[:8]}", "Service")
    _check_name(railway, owner.id, name)
    environment_id: Any = input.get("environmentId", UNSET)
    source = {key: value for key, value in (input.get("source") or {}).items() if value is not None}
    if input.get("branch") is not None:
        if "repo" not in source:
            raise InvalidInput("branch requires a repository")
        source["branch"] = input["branch"]
    targets = []
    if environment_id is not None:
        named = None if environment_id is UNSET else environment_id
        targets = access.target_environments(owner.id, named)
    now = railway.now()
    record = Service(
        id=railway.new_id(),
        created_at=now,
        updated_at=now,
        project_id=owner.id,
        name=name,
        icon=input.get("icon"),
    )
    settings = _instance_patch(source, input)
    railway.state.services[record.id] = record
    try:
        for environment in targets:
            change(railway, environment, {"services": {record.id: settings}}, "serviceCreate")
    except Exception:
        del railway.state.services[record.id]
        raise
    return views.service(access, record)


def _instance_patch(source: Document, input: Document) -> Document:
    patch: Document = {"isCreated": True, "source": source}
    if input.get("variables"):
        patch["variables"] = {name: {"value": value} for name, value in input["variables"].items()}
    if input.get("registryCredentials"):
        patch["deploy"] = {"registryCredentials": dict(input["registryCredentials"])}
    return patch


@mutation("serviceUpdate")
def service_update(access: Access, id: str, input: Document) -> Document:
    record = access.service(id)
    if input.get("name") is not None:
        name = required_name(input["name"], "Service")
        _check_name(access.railway, record.project_id, name, itself=record.id)
        record.name = name
    if "icon" in input:
        record.icon = input["icon"]
    record.updated_at = access.railway.now()
    return views.service(access, record)


@mutation("serviceDelete")
def service_delete(access: Access, id: str, environment_id: str | None = None) -> bool:
    """Removes the instance in one environment, or in all that aren't forks; the row goes with the last one."""
    railway, record = access.railway, access.service(id)
    if environment_id is None:
        access.require_account()
    existing = {instance.environment_id for instance in railway.instances_of(record.id)}
    targets = access.target_environments(record.project_id, environment_id)
    if environment_id is not None and existing and environment_id not in existing:
        raise NotFound("ServiceInstance")
    for environment in targets:
        if environment.id in existing:
            change(railway, environment, {"services": {record.id: {"isDeleted": True}}}, "serviceDelete")
    if not railway.instances_of(record.id):
        railway.forget(railway.state.services, record.id)
    return True


@mutation("serviceConnect")
def service_connect(access: Access, id: str, input: Document) -> Document:
    record = access.service(id)
    if bool(input.get("image")) == bool(input.get("repo")):
        raise InvalidInput("Connect either an image or a repository")
    source: Document = {"image": input.get("image"), "repo": input.get("repo"), "branch": input.get("branch")}
    if input.get("repo") and not input.get("branch"):
        del source["branch"]
    _set_source(access, record, source, "serviceConnect", deploys=True)
    return views.service(access, record)


@mutation("serviceDisconnect")
def service_disconnect(access: Access, id: str) -> Document:
    record = access.service(id)
    _set_source(access, record, {"image": None, "repo": None, "branch": None}, "serviceDisconnect", deploys=False)
    return views.service(access, record)


def _set_source(access: Access, record: Service, source: Document, cause: str, *, deploys: bool) -> None:
    for environment in access.target_environments(record.project_id, None):
        if record.id in access.railway.instances(environment.id):
            patch = {"services": {record.id: {"source": source}}}
            change(access.railway, environment, patch, cause, deploys=deploys)
