"""Environments: empty when new, unless made from a source."""

from copy import deepcopy
from typing import Any

from railway_emulator import views
from railway_emulator.access import Access, required_name
from railway_emulator.changes import change
from railway_emulator.commits import stage
from railway_emulator.core import Railway
from railway_emulator.errors import AlreadyExists
from railway_emulator.pagination import connection
from railway_emulator.state import Document, Environment

from .registry import mutation, query


@query("environment")
def environment(access: Access, identifier: str, project_id: str | None = None) -> Document:
    """Answers one environment."""
    return views.environment(access, access.environment(identifier, project_id))


@query("environments")
def environments(access: Access, project_id: str, is_ephemeral: bool | None = None, **page: Any) -> Document:
    """Answers a project's environments."""
    record = access.project(project_id)
    found = [
        e
        for e in access.railway.listed(access.railway.environments(record.id))
        if is_ephemeral in (None, e.is_ephemeral) and access.caller.reaches(record.id, e.id)
    ]
    return connection(found, lambda e: views.environment(access, e), **page)


def new_environment(railway: Railway, project_id: str, name: str) -> Environment:
    """Makes an empty environment."""
    now = railway.now()
    record = Environment(
        id=railway.new_id(),
        created_at=now,
        updated_at=now,
        project_id=project_id,
        name=required_name(name, "Environment"),
    )
    railway.state.environments[record.id] = record
    return record


def _check_name(railway: Railway, project_id: str, name: str, itself: str | None = None) -> None:
    if any(e.name == name and e.id != itself for e in railway.environments(project_id)):
        raise AlreadyExists("environment", name)


@mutation("environmentCreate")
def environment_create(access: Access, given: Document) -> Document:
    """Makes an environment: empty, or with everything of its source."""
    access.require_account()
    railway, owner = access.railway, access.project(given["projectId"])
    name = required_name(given["name"], "Environment")
    _check_name(railway, owner.id, name)
    source_id = given.get("sourceEnvironmentId")
    source = access.environment(source_id, owner.id) if source_id else None
    railway.cool_down(
        "environmentCreate",
        railway.profile.creation_cooldown_seconds,
        "Only one environment can be created per user every 30s",
    )
    record = new_environment(railway, owner.id, name)
    record.is_ephemeral = bool(given.get("ephemeral"))
    if source is not None:
        record.source_environment_id = source.id
        copy = copied(source.config)
        if given.get("stageInitialChanges"):
            stage(railway, record, copy, merge=False)
        else:
            change(railway, record, copy, "environmentCreate", deploys=not given.get("skipInitialDeploys"))
    return views.environment(access, record)


def copied(config: Document) -> Document:
    """Returns a patch that makes an environment like another one; domains and proxies exist only once."""
    patch = deepcopy(config)
    for service in patch.get("services", {}).values():
        service["isCreated"] = True
        service.pop("networking", None)
    for volume in patch.get("volumes", {}).values():
        volume["isCreated"] = True
    for bucket in patch.get("buckets", {}).values():
        bucket["isCreated"] = True
    return patch


@mutation("environmentRename")
def environment_rename(access: Access, identifier: str, given: Document) -> Document:
    """Renames an environment."""
    access.require_account()
    record = access.environment(identifier)
    name = required_name(given["name"], "Environment")
    _check_name(access.railway, record.project_id, name, itself=record.id)
    record.name, record.updated_at = name, access.railway.now()
    return views.environment(access, record)


@mutation("environmentDelete")
def environment_delete(access: Access, identifier: str) -> bool:
    """Removes an environment and everything that exists only in it."""
    access.require_account()
    remove_environment(access.railway, access.environment(identifier))
    return True


def remove_environment(railway: Railway, record: Environment) -> None:
    """Removes an environment with everything that exists only in it."""
    state = railway.state
    owners: tuple[dict[str, Any], ...] = (
        state.service_instances,
        state.volume_instances,
        state.domains,
        state.tcp_proxies,
        state.bucket_instances,
        state.egress_associations,
        state.deployments,
        state.workflows,
        state.patches,
        state.project_tokens,
    )
    for owned in owners:
        here = [identifier for identifier, item in owned.items() if item.environment_id == record.id]
        for identifier in here:
            railway.forget(owned, identifier)
    railway.forget(state.environments, record.id)
