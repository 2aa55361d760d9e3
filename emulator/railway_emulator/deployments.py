"""Deployments: made from a frozen snapshot, then led through Railway's states by the clock."""

from datetime import datetime, timedelta

from .configuration import has_source, services
from .core import Railway
from .errors import Refusal
from .faults import DeploymentFault
from .references import Renderer
from .repositories import access_to
from .state import Deployment, Document, Environment, LogLine, Service, Snapshot, Transition

PATH = ("QUEUED", "INITIALIZING", "BUILDING", "DEPLOYING", "SUCCESS")
BUILDING = frozenset({"QUEUED", "INITIALIZING", "BUILDING", "WAITING", "NEEDS_APPROVAL"})
ACTIVE = frozenset({"SUCCESS", "SLEEPING", "DEPLOYING", "CRASHED"})
STOPPED = "STOPPED"
"""Not one of Railway's states: the moment from which a finished job's `deploymentStopped` is true."""

_LAST_STATE_BEFORE = {
    "FAILED": "BUILDING",
    "STUCK": "INITIALIZING",
    "WAITING": "QUEUED",
    "NEEDS_APPROVAL": "QUEUED",
    "SKIPPED": "QUEUED",
}


def of_service(railway: Railway, environment_id: str, service_id: str) -> list[Deployment]:
    """Returns a service's deployments in one environment, the newest first."""
    found = [
        deployment
        for deployment in railway.state.deployments.values()
        if deployment.environment_id == environment_id and deployment.service_id == service_id
    ]
    return sorted(found, key=lambda deployment: deployment.created_at, reverse=True)


def deploy(
    railway: Railway, environment: Environment, service_id: str, cause: str, commit_sha: str | None = None
) -> Deployment | None:
    """Starts a deployment of a service as it is configured now; None where there is nothing to deploy."""
    service = railway.state.services[service_id]
    if not has_source(services(environment.config)[service_id]):
        return None
    fault = railway.faults.of_deployment(service.name)
    if fault is not None and fault.outcome == "NONE":
        return None
    deployment = _created(railway, environment, service, cause, commit_sha)
    for older in of_service(railway, environment.id, service_id):
        if older.status in BUILDING:
            _set_status(older, "REMOVED", deployment.created_at)
            older.planned.clear()
    railway.state.deployments[deployment.id] = deployment
    _plan(railway, deployment, fault)
    _record(railway, deployment)
    return deployment


def _created(
    railway: Railway, environment: Environment, service: Service, cause: str, commit_sha: str | None
) -> Deployment:
    now = railway.now()
    identifier, snapshot_id = railway.new_id(), railway.new_id()
    own = {"RAILWAY_DEPLOYMENT_ID": identifier, "RAILWAY_SNAPSHOT_ID": snapshot_id}
    config = services(environment.config)[service.id]
    if commit_sha:
        own["RAILWAY_GIT_COMMIT_SHA"] = commit_sha
    rendered = Renderer(railway, environment, {service.id: own}).service(service.id, system=True)
    mounts = [
        {"volumeId": volume_id, **mount} for volume_id, mount in (config.get("volumeMounts") or {}).items()
    ]
    snapshot = Snapshot(
        id=snapshot_id,
        source=config.get("source") or {},
        build=config.get("build") or {},
        deploy=config.get("deploy") or {},
        variables=rendered,
        volume_mounts=mounts,
        domains=[domain.domain for domain in railway.domains(environment.id, service.id)],
    ).model_copy(deep=True)
    return Deployment(
        id=identifier,
        created_at=now,
        updated_at=now,
        project_id=environment.project_id,
        environment_id=environment.id,
        service_id=service.id,
        service_name=service.name,
        cause=cause,
        status=PATH[0],
        status_at=now,
        stops_when_done=is_job(snapshot.deploy),
        history=[Transition(at=now, status=PATH[0])],
        snapshot=snapshot,
        commit_sha=commit_sha,
    )


def is_job(settings: Document) -> bool:
    """Whether a service runs to its end: by a schedule, or once and never again."""
    return bool(settings.get("cronSchedule")) or settings.get("restartPolicyType") == "NEVER"


def _plan(railway: Railway, deployment: Deployment, fault: DeploymentFault | None) -> None:
    repository = deployment.snapshot.source.get("repo")
    if repository and access_to(railway, repository) == "none":
        fault = DeploymentFault(
            deployment=deployment.service_name, outcome="FAILED", log=[f"{repository}: repository not found"]
        )
    outcome = fault.outcome if fault else PATH[-1]
    seconds = railway.profile.deployment_seconds_per_state
    if fault is not None and fault.seconds_per_state is not None:
        seconds = fault.seconds_per_state
    stage = "deploy" if outcome != "FAILED" else "build"
    if fault is not None and fault.stage:
        stage = fault.stage
    states = _states(outcome, stage)
    if outcome == "SUCCESS" and deployment.stops_when_done:
        states.append(STOPPED)
    moment = deployment.created_at
    for status in states:
        moment += timedelta(seconds=seconds)
        deployment.planned.append(Transition(at=moment, status=status))
    _write_logs(deployment, states, fault.log if fault else [], stage)


def _states(outcome: str, stage: str) -> list[str]:
    last = _LAST_STATE_BEFORE.get(outcome, "DEPLOYING")
    if outcome == "FAILED" and stage == "deploy":
        last = "DEPLOYING"
    reached = list(PATH[1 : PATH.index(last) + 1])
    if outcome in ("SLEEPING", "REMOVED"):
        reached.append("SUCCESS")
    return reached if outcome == "STUCK" else [*reached, outcome]


def _write_logs(deployment: Deployment, states: list[str], lines: list[str], stage: str) -> None:
    at = deployment.created_at
    source = deployment.snapshot.source
    said = {"build": [f"Building {source.get('image') or source.get('repo')}"], "deploy": []}
    if "DEPLOYING" in states:
        said["build"].append("Build finished")
        said["deploy"].append("Starting container (simulated: the local Railway runs none)")
    said[stage] += lines
    deployment.build_log = [LogLine(at=at, message=message) for message in said["build"]]
    deployment.deploy_log = [LogLine(at=at, message=message) for message in said["deploy"]]


def _record(railway: Railway, deployment: Deployment) -> None:
    if railway.recorder.current is not None:
        railway.recorder.current.deployments.append(
            {"id": deployment.id, "serviceId": deployment.service_id, "serviceName": deployment.service_name}
        )


def settle(railway: Railway, deployment: Deployment) -> None:
    """Makes a deployment's next planned transition."""
    transition = deployment.planned.pop(0)
    if transition.status == STOPPED:
        deployment.stopped = True
        deployment.updated_at = transition.at
        return
    _set_status(deployment, transition.status, transition.at)
    if transition.status == "SUCCESS":
        _retire_older(railway, deployment)


def _set_status(deployment: Deployment, status: str, at: datetime) -> None:
    deployment.status = status
    deployment.status_at = deployment.updated_at = at
    deployment.history.append(Transition(at=at, status=status))


def _retire_older(railway: Railway, newest: Deployment) -> None:
    for older in of_service(railway, newest.environment_id, newest.service_id):
        if older.created_at < newest.created_at and older.status in ACTIVE:
            older.planned.clear()
            retire(railway, older, newest.status_at)


def retire(railway: Railway, deployment: Deployment, at: datetime) -> None:
    """Stops a deployment: REMOVING, then REMOVED once it has drained."""
    _set_status(deployment, "REMOVING", at)
    drained = at + timedelta(seconds=railway.profile.deployment_seconds_per_state)
    deployment.planned = [Transition(at=drained, status="REMOVED")]


def redeploy(railway: Railway, environment: Environment, service_id: str, cause: str) -> Deployment | None:
    """Runs a service again as it is configured now. Raises a `Refusal` while its last one is building."""
    existing = of_service(railway, environment.id, service_id)
    if existing and existing[0].status in BUILDING:
        raise Refusal("Cannot redeploy yet, please wait for the original deployment to finish building")
    return deploy(railway, environment, service_id, cause, existing[0].commit_sha if existing else None)
