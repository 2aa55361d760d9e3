"""Services: rows of a project, which run as instances in its environments."""

from typing import Any

from railway_emulator import views
from railway_emulator.access import Access, required_name
from railway_emulator.changes import change
from railway_emulator.core import Railway
from railway_emulator.errors import AlreadyExists, InvalidInput, NotFound
from railway_emulator.state import Document, Service
from railway_emulator.templates import TEMPLATES

from .registry import UNSET, mutation, query


@query("service")
def service(access: Access, identifier: str) -> Document:
    """Answers one service."""
    return views.service(access, access.service(identifier))


def _check_name(railway: Railway, project_id: str, name: str, itself: str | None = None) -> None:
    if any(s.name == name and s.id != itself for s in railway.project_services(project_id)):
        raise AlreadyExists("service", name)


def _check_template(template_id: str | None, service_id: str | None) -> None:
    if (template_id is None) != (service_id is None):
        raise InvalidInput("templateId and templateServiceId are required together")
    if template_id is None:
        return
    found = next((one for one in TEMPLATES if one.id == template_id), None)
    if found is None:
        raise NotFound("Template")
    if service_id not in found.config["services"]:
        raise InvalidInput("The template has no such service")


@mutation("serviceCreate")
def service_create(access: Access, given: Document) -> Document:
    """Absent `environmentId`: an instance in every environment that isn't a fork; null: only the row."""
    railway, owner = access.railway, access.project(given["projectId"])
    name = required_name(given.get("name") or f"service-{railway.new_id()[:8]}", "Service")
    _check_name(railway, owner.id, name)
    environment_id: Any = given.get("environmentId", UNSET)
    _check_template(given.get("templateId"), given.get("templateServiceId"))
    source = {key: value for key, value in (given.get("source") or {}).items() if value is not None}
    if given.get("branch") is not None:
        if "repo" not in source:
            raise InvalidInput("branch requires a repository")
        source["branch"] = given["branch"]
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
        icon=given.get("icon"),
        template_id=given.get("templateId"),
        template_service_id=given.get("templateServiceId"),
    )
    settings = _instance_patch(source, given)
    railway.state.services[record.id] = record
    try:
        for environment in targets:
            change(railway, environment, {"services": {record.id: settings}}, "serviceCreate")
    except Exception:
        del railway.state.services[record.id]
        raise
    return views.service(access, record)


def _instance_patch(source: Document, given: Document) -> Document:
    patch: Document = {"isCreated": True, "source": source}
    if given.get("variables"):
        patch["variables"] = {name: {"value": value} for name, value in given["variables"].items()}
    if given.get("registryCredentials"):
        patch["deploy"] = {"registryCredentials": dict(given["registryCredentials"])}
    return patch


@mutation("serviceUpdate")
def service_update(access: Access, identifier: str, given: Document) -> Document:
    """Renames a service, or sets its icon. References to its name don't follow."""
    record = access.service(identifier)
    if given.get("name") is not None:
        name = required_name(given["name"], "Service")
        _check_name(access.railway, record.project_id, name, itself=record.id)
        record.name = name
    if "icon" in given:
        record.icon = given["icon"]
    record.updated_at = access.railway.now()
    return views.service(access, record)


@mutation("serviceDelete")
def service_delete(access: Access, identifier: str, environment_id: str | None = None) -> bool:
    """Removes the instance in one environment, or in all but forks; the row goes with the last one."""
    railway, record = access.railway, access.service(identifier)
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
def service_connect(access: Access, identifier: str, given: Document) -> Document:
    """Connects a service to a source in all environments but forks, and deploys it."""
    record = access.service(identifier)
    if bool(given.get("image")) == bool(given.get("repo")):
        raise InvalidInput("Connect either an image or a repository")
    source: Document = {"image": given.get("image"), "repo": given.get("repo"), "branch": given.get("branch")}
    if given.get("repo") and not given.get("branch"):
        del source["branch"]
    _set_source(access, record, source, "serviceConnect", deploys=True)
    return views.service(access, record)


@mutation("serviceDisconnect")
def service_disconnect(access: Access, identifier: str) -> Document:
    """Takes a service's source away; what runs goes on running."""
    record = access.service(identifier)
    _set_source(
        access, record, {"image": None, "repo": None, "branch": None}, "serviceDisconnect", deploys=False
    )
    return views.service(access, record)


def _set_source(access: Access, record: Service, source: Document, cause: str, *, deploys: bool) -> None:
    for environment in access.target_environments(record.project_id, None):
        if record.id in access.railway.instances(environment.id):
            patch = {"services": {record.id: {"source": source}}}
            change(access.railway, environment, patch, cause, deploys=deploys)
