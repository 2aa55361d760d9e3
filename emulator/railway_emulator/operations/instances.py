"""Service instances: the older, field by field way to change what a patch changes, and deploys by hand."""

from copy import deepcopy
from typing import Any

from railway_emulator import views
from railway_emulator.access import Access
from railway_emulator.changes import change
from railway_emulator.configuration import services
from railway_emulator.deployments import deploy, of_service, redeploy
from railway_emulator.errors import InvalidInput, Refusal
from railway_emulator.pagination import connection
from railway_emulator.state import Document, Environment

from .registry import mutation, query

_PLACES = {
    "rootDirectory": "source",
    "builder": "build",
    "buildCommand": "build",
    "dockerfilePath": "build",
    "nixpacksPlan": "build",
    "watchPatterns": "build",
    "cronSchedule": "deploy",
    "drainingSeconds": "deploy",
    "healthcheckPath": "deploy",
    "healthcheckTimeout": "deploy",
    "ipv6EgressEnabled": "deploy",
    "multiRegionConfig": "deploy",
    "overlapSeconds": "deploy",
    "preDeployCommand": "deploy",
    "registryCredentials": "deploy",
    "restartPolicyMaxRetries": "deploy",
    "restartPolicyType": "deploy",
    "sleepApplication": "deploy",
    "startCommand": "deploy",
}


@query("serviceInstance")
def service_instance(access: Access, service_id: str, environment_id: str) -> Document:
    """Answers a service's instance in one environment."""
    _, record = access.instance(service_id, environment_id)
    return views.service_instance(access, record)


@query("deploymentTriggers")
def deployment_triggers(
    access: Access, project_id: str, environment_id: str, service_id: str, **page: Any
) -> Document:
    """Answers what a push to deploys the service: at most one repository's branch."""
    access.environment(environment_id, project_id)
    _, record = access.instance(service_id, environment_id)
    found = [record] if views.trigger(access, record) else []
    return connection(access.railway.listed(found), lambda i: views.trigger(access, i), **page)


@mutation("serviceInstanceUpdate")
def service_instance_update(
    access: Access, service_id: str, given: Document, environment_id: str | None = None
) -> bool:
    """Answers false when nothing changed, and true, doing nothing, where the service has no instance."""
    railway, record = access.railway, access.service(service_id)
    targets = access.target_environments(record.project_id, environment_id)
    here = [e for e in targets if record.id in railway.instances(e.id)]
    changed = not here
    for environment in here:
        if (
            railway.profile.healthcheck_needs_deployment
            and any(key.startswith("healthcheck") for key in given)
            and not of_service(railway, environment.id, record.id)
        ):
            raise Refusal("Invalid input")
        before = deepcopy(environment.config)
        patch = {"services": {record.id: instance_patch(environment, record.id, given)}}
        deploys = railway.profile.instance_update_deploys
        change(railway, environment, patch, "serviceInstanceUpdate", deploys=deploys)
        changed = changed or environment.config != before
    return changed


def instance_patch(environment: Environment, service_id: str, given: Document) -> Document:
    """Returns the patch that means the same: absent keeps, null clears."""
    patch: Document = {}
    for key, value in given.items():
        if key in _PLACES:
            patch.setdefault(_PLACES[key], {})[key] = value
    if "source" in given:
        source = given["source"] or {"image": None, "repo": None}
        patch.setdefault("source", {}).update(source)
    if "railwayConfigFile" in given:
        patch["configFile"] = given["railwayConfigFile"]
    if "region" in given or "numReplicas" in given:
        patch.setdefault("deploy", {})["multiRegionConfig"] = _regions(environment, service_id, given)
    return patch


def _regions(environment: Environment, service_id: str, given: Document) -> Document:
    """The legacy pair means one region; all others go."""
    existing: Document = services(environment.config)[service_id]["deploy"]["multiRegionConfig"]
    first = next(iter(existing))
    region = given.get("region") or first
    count = given.get("numReplicas") or existing.get(first, {}).get("numReplicas", 1)
    return {**dict.fromkeys(existing), region: {"numReplicas": count}}


@query("serviceInstanceLimitOverride")
def limit_override(access: Access, service_id: str, environment_id: str) -> Any:
    """Answers the limits set for an instance; null where none are."""
    environment, record = access.instance(service_id, environment_id)
    return services(environment.config)[record.service_id]["deploy"].get("limitOverride")


@query("serviceInstanceLimits")
def limits(access: Access, service_id: str, environment_id: str) -> Document:
    """Answers an instance's limits, the plan's where none are set."""
    override = limit_override(access, service_id, environment_id) or {}
    plan = {"cpu": 8, "memoryBytes": 8_000_000_000}
    return {"containers": {**plan, **override.get("containers", {})}}


@mutation("serviceInstanceLimitsUpdate")
def limits_update(access: Access, given: Document) -> bool:
    """Sets limits; null clears one."""
    environment, record = access.instance(given["serviceId"], given["environmentId"])
    containers: Document = {}
    if "vCPUs" in given:
        containers["cpu"] = given["vCPUs"]
    if "memoryGB" in given:
        memory = given["memoryGB"]
        containers["memoryBytes"] = None if memory is None else int(memory * 1_000_000_000)
    patch = {"services": {record.service_id: {"deploy": {"limitOverride": {"containers": containers}}}}}
    change(access.railway, environment, patch, "serviceInstanceLimitsUpdate", deploys=False)
    return True


@mutation("serviceInstanceRedeploy")
def service_instance_redeploy(access: Access, service_id: str, environment_id: str) -> bool:
    """Deploys again; true, doing nothing, for a service without a source."""
    environment, record = access.instance(service_id, environment_id)
    redeploy(access.railway, environment, record.service_id, "serviceInstanceRedeploy")
    return True


@mutation("serviceInstanceDeployV2")
def service_instance_deploy_v2(
    access: Access, service_id: str, environment_id: str, commit_sha: str | None = None
) -> str:
    """Deploys from the source; answers the deployment's id."""
    environment, record = access.instance(service_id, environment_id)
    started = deploy(access.railway, environment, record.service_id, "serviceInstanceDeployV2", commit_sha)
    if started is None:
        raise InvalidInput("The service has no source to deploy")
    return started.id


@mutation("serviceInstanceDeploy")
def service_instance_deploy(
    access: Access,
    service_id: str,
    environment_id: str,
    commit_sha: str | None = None,
    **_latest: bool | None,
) -> bool:
    """Deploys from the source; answers only true."""
    service_instance_deploy_v2(access, service_id, environment_id, commit_sha)
    return True
