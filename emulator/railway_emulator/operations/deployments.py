"""Deployments, their logs and snapshots, and what can be done to one."""

from typing import Any

from railway_emulator import views
from railway_emulator.access import Access
from railway_emulator.deployments import ACTIVE, BUILDING, redeploy, retire
from railway_emulator.errors import InvalidInput, Refusal
from railway_emulator.pagination import connection
from railway_emulator.state import Deployment, Document, LogLine

from .registry import mutation, query

DEFAULT_LOG_LINES = 100
MAXIMUM_LOG_LINES = 5000


@query("deployment")
def deployment(access: Access, identifier: str) -> Document:
    """Answers one deployment."""
    return views.deployment(access, access.deployment(identifier))


@query("deployments")
def deployments(access: Access, given: Document, **page: Any) -> Document:
    """Answers the deployments that fit, the newest first."""
    found = [d for d in access.railway.state.deployments.values() if _wanted(access, d, given)]
    found.sort(key=lambda d: d.created_at, reverse=True)
    return connection(found, lambda d: views.deployment(access, d), **page)


def _wanted(access: Access, record: Deployment, given: Document) -> bool:
    asked = {
        "projectId": record.project_id,
        "environmentId": record.environment_id,
        "serviceId": record.service_id,
    }
    if any(given.get(key) not in (None, value) for key, value in asked.items()):
        return False
    status = given.get("status") or {}
    if status.get("in") is not None and record.status not in status["in"]:
        return False
    if record.status in (status.get("notIn") or []):
        return False
    return access.caller.reaches(record.project_id, record.environment_id)


@query("deploymentSnapshot")
def deployment_snapshot(access: Access, deployment_id: str) -> Document:
    """Answers the variables frozen into a deployment."""
    record = access.deployment(deployment_id)
    return {
        "id": record.snapshot.id,
        "createdAt": views.timestamp(record.created_at),
        "updatedAt": views.timestamp(record.created_at),
        "variables": record.snapshot.variables,
    }


@query("deploymentLogs")
def deployment_logs(access: Access, deployment_id: str, **window: Any) -> list[Document]:
    """Answers the last lines that the deployed containers wrote."""
    record = access.deployment(deployment_id)
    return _last(record, record.deploy_log, **window)


@query("buildLogs")
def build_logs(access: Access, deployment_id: str, **window: Any) -> list[Document]:
    """Answers the last lines of the build."""
    record = access.deployment(deployment_id)
    return _last(record, record.build_log, **window)


def _last(
    record: Deployment,
    lines: list[LogLine],
    limit: int | None = None,
    containing: str | None = None,
    start_date: Any = None,
    end_date: Any = None,
) -> list[Document]:
    """Returns the last lines; one more than asked for, as Railway does."""
    count = DEFAULT_LOG_LINES if limit is None else limit
    if not 0 <= count <= MAXIMUM_LOG_LINES:
        raise InvalidInput(f"limit must be between 0 and {MAXIMUM_LOG_LINES}")
    shown = [views.log(record, line) for line in lines if not containing or containing in line.message]
    shown = [entry for entry in shown if not start_date or entry["timestamp"] >= start_date]
    shown = [entry for entry in shown if not end_date or entry["timestamp"] <= end_date]
    return shown[-(count + 1) :]


@mutation("deploymentRedeploy")
def deployment_redeploy(access: Access, identifier: str, **_build: bool | None) -> Document:
    """Deploys the service again, as it is configured now."""
    record = access.deployment(identifier)
    environment = access.environment(record.environment_id)
    started = redeploy(access.railway, environment, record.service_id, "deploymentRedeploy")
    if started is None:
        raise InvalidInput("The service has no source to deploy")
    return views.deployment(access, started)


@mutation("deploymentRestart")
def deployment_restart(access: Access, identifier: str) -> bool:
    """Restarts an active deployment's containers: nothing that could be seen here."""
    record = access.deployment(identifier)
    if record.status not in ACTIVE:
        raise Refusal("Cannot restart a deployment that is not active")
    return True


@mutation("deploymentRemove")
def deployment_remove(access: Access, identifier: str) -> bool:
    """Takes a deployment down."""
    record = access.deployment(identifier)
    if record.status not in ("REMOVED", "REMOVING"):
        retire(access.railway, record, access.railway.now())
    return True


@mutation("deploymentStop")
def deployment_stop(access: Access, identifier: str) -> bool:
    """Stops an active deployment; its status stays."""
    record = access.deployment(identifier)
    if record.status not in ACTIVE:
        raise Refusal("Cannot stop a deployment that is not active")
    record.stopped, record.updated_at = True, access.railway.now()
    return True


@mutation("deploymentCancel")
def deployment_cancel(access: Access, identifier: str) -> bool:
    """Takes down a deployment that is still being built."""
    record = access.deployment(identifier)
    if record.status not in BUILDING:
        raise Refusal("Cannot cancel a deployment that is not building")
    retire(access.railway, record, access.railway.now())
    return True
