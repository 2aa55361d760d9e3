"""Records and documents as GraphQL objects: mappings, with functions where a field costs or takes something.

A view is built for one caller; what a caller doesn't ask for is never computed.
"""

from datetime import datetime
from typing import Any

from . import domains as domain_views
from .access import Access
from .configuration import count_changes, etag, masked, services
from .core import WORKSPACE_ID, WORKSPACE_NAME
from .deployments import ACTIVE, of_service
from .members import members
from .pagination import connection
from .repositories import access_to
from .state import (
    Bucket,
    BucketInstance,
    Deployment,
    Document,
    EgressAssociation,
    Environment,
    LogLine,
    Patch,
    Project,
    Service,
    ServiceInstance,
    TcpProxy,
    Token,
    Volume,
    VolumeInstance,
)


def timestamp(moment: datetime | None) -> str | None:
    """Returns a time as Railway writes it."""
    return None if moment is None else moment.isoformat(timespec="microseconds").replace("+00:00", "Z")


def project(access: Access, record: Project) -> Document:
    """Returns a project's view."""
    railway = access.railway
    ordered = sorted(railway.environments(record.id), key=lambda e: e.created_at)
    visible = [e for e in railway.listed(ordered) if access.caller.reaches(record.id, e.id)]
    lasting = [e.id for e in ordered if not e.is_ephemeral]

    def environments(_info: Any, **arguments: Any) -> Document:
        chosen = _ephemeral(visible, arguments.pop("isEphemeral", None))
        if arguments.pop("sort", None) == "desc":
            chosen.reverse()
        return connection(chosen, lambda e: environment(access, e), **arguments)

    return {
        "id": record.id,
        "name": record.name,
        "description": record.description,
        "createdAt": timestamp(record.created_at),
        "updatedAt": timestamp(record.updated_at),
        "deletedAt": timestamp(record.deleted_at),
        "expiredAt": None,
        "isPublic": record.is_public,
        "isTempProject": False,
        "prDeploys": record.pr_deploys,
        "botPrEnvironments": record.bot_pr_environments,
        "focusedPrEnvironments": record.focused_pr_environments,
        "baseEnvironmentId": record.base_environment_id,
        "baseEnvironment": lambda _info: (
            environment(access, railway.environment(record.base_environment_id))
            if record.base_environment_id
            else None
        ),
        "subscriptionType": railway.state.plan,
        "primaryEnvironmentId": lasting[0] if lasting else None,
        "workspaceId": WORKSPACE_ID,
        "workspace": lambda _info: _workspace(access),
        "members": lambda _info: members(railway),
        "environments": environments,
        "services": lambda _info, **page: connection(
            railway.listed(railway.project_services(record.id)), lambda s: service(access, s), **page
        ),
        "volumes": lambda _info, **page: connection(
            railway.listed(railway.project_volumes(record.id)), lambda v: volume(access, v), **page
        ),
        "buckets": lambda _info, **page: connection(
            railway.listed(railway.project_buckets(record.id)), lambda b: bucket(access, b), **page
        ),
    }


def _workspace(access: Access) -> Document:
    access.require_account()
    return {"id": WORKSPACE_ID, "name": WORKSPACE_NAME, "members": members(access.railway)}


def _ephemeral(environments: list[Environment], wanted: bool | None) -> list[Environment]:
    return [e for e in environments if wanted is None or e.is_ephemeral == wanted]


def environment(access: Access, record: Environment) -> Document:
    """Returns an environment's view."""
    railway = access.railway

    def deployments(_info: Any, **page: Any) -> Document:
        found = [d for d in railway.state.deployments.values() if d.environment_id == record.id]
        found.sort(key=lambda d: d.created_at, reverse=True)
        return connection(found, lambda d: deployment(access, d), **page)

    def source(_info: Any) -> Document | None:
        found = railway.state.environments.get(record.source_environment_id or "")
        return environment(access, found) if found else None

    def unmerged(_info: Any) -> int:
        patch = railway.state.patches.get(record.staged_patch_id or "")
        return count_changes(patch.document) if patch else 0

    def instances(_info: Any, **page: Any) -> Document:
        found = railway.listed(railway.instances(record.id).values())
        return connection(found, lambda i: service_instance(access, i), **page)

    def volumes(_info: Any, **page: Any) -> Document:
        found = railway.listed(railway.volume_instances(record.id).values())
        return connection(found, lambda i: volume_instance(access, i), **page)

    def triggers(_info: Any, **page: Any) -> Document:
        found = [i for i in railway.instances(record.id).values() if trigger(access, i)]
        return connection(railway.listed(found), lambda i: trigger(access, i), **page)

    return {
        "id": record.id,
        "name": record.name,
        "projectId": record.project_id,
        "canAccess": True,
        "isEphemeral": record.is_ephemeral,
        "createdAt": timestamp(record.created_at),
        "updatedAt": timestamp(record.updated_at),
        "deletedAt": None,
        "config": lambda _info, **decrypt: masked(
            record.config, decrypt=bool(decrypt.get("decryptVariables"))
        ),
        "configEtag": lambda _info: etag(record.config),
        "unmergedChangesCount": unmerged,
        "sourceEnvironment": source,
        "deployments": deployments,
        "deploymentTriggers": triggers,
        "serviceInstances": instances,
        "volumeInstances": volumes,
    }


def service(access: Access, record: Service) -> Document:
    """Returns a service's view."""
    railway = access.railway
    return {
        "id": record.id,
        "name": record.name,
        "icon": record.icon,
        "projectId": record.project_id,
        "project": lambda _info: project(access, railway.project(record.project_id)),
        "createdAt": timestamp(record.created_at),
        "updatedAt": timestamp(record.updated_at),
        "deletedAt": None,
        "groupId": None,
        "isRestricted": False,
        "templateId": record.template_id,
        "templateServiceId": record.template_service_id,
        "serviceInstances": lambda _info, **page: connection(
            railway.listed(railway.instances_of(record.id)), lambda i: service_instance(access, i), **page
        ),
    }


def service_instance(access: Access, record: ServiceInstance) -> Document:
    """The instance as a view of the document; regions, branch and limits aren't readable, as on Railway."""
    railway = access.railway
    owner = railway.state.services[record.service_id]
    config = services(railway.state.environments[record.environment_id].config)[record.service_id]
    source, build, deploy = (config.get(group) or {} for group in ("source", "build", "deploy"))

    def latest(_info: Any) -> Document | None:
        found = of_service(railway, record.environment_id, record.service_id)
        return deployment(access, found[0]) if found else None

    def active(_info: Any) -> list[Document]:
        found = of_service(railway, record.environment_id, record.service_id)
        return [deployment(access, d) for d in found if d.status in ACTIVE]

    has_source = source.get("image") or source.get("repo")
    return {
        "id": record.id,
        "serviceId": record.service_id,
        "serviceName": owner.name,
        "service": lambda _info: service(access, owner),
        "environmentId": record.environment_id,
        "createdAt": timestamp(record.created_at),
        "updatedAt": timestamp(record.updated_at),
        "deletedAt": None,
        "isUpdatable": True,
        "source": {"image": source.get("image"), "repo": source.get("repo")} if has_source else None,
        "rootDirectory": source.get("rootDirectory", ""),
        "upstreamUrl": source.get("upstreamUrl"),
        "railwayConfigFile": config.get("configFile", ""),
        # The enumeration of the API knows no Dockerfile, unlike the document.
        "builder": build["builder"] if build["builder"] != "DOCKERFILE" else "RAILPACK",
        "buildCommand": build.get("buildCommand"),
        "dockerfilePath": build.get("dockerfilePath"),
        "nixpacksPlan": build.get("nixpacksPlan"),
        "watchPatterns": build.get("watchPatterns") or [],
        "startCommand": deploy.get("startCommand"),
        "preDeployCommand": deploy.get("preDeployCommand"),
        "healthcheckPath": deploy.get("healthcheckPath"),
        "healthcheckTimeout": deploy.get("healthcheckTimeout"),
        "restartPolicyType": deploy["restartPolicyType"],
        "restartPolicyMaxRetries": deploy["restartPolicyMaxRetries"],
        "cronSchedule": deploy.get("cronSchedule"),
        "nextCronRunAt": None,
        "sleepApplication": deploy.get("sleepApplication"),
        "ipv6EgressEnabled": deploy.get("ipv6EgressEnabled"),
        "overlapSeconds": deploy.get("overlapSeconds"),
        "drainingSeconds": deploy.get("drainingSeconds"),
        "numReplicas": 1,
        "region": None,
        "domains": lambda _info: all_domains(access, record.environment_id, record.service_id),
        "latestDeployment": latest,
        "activeDeployments": active,
    }


def all_domains(access: Access, environment_id: str, service_id: str) -> Document:
    """Returns a service's domains in one environment."""
    found = access.railway.listed(access.railway.domains(environment_id, service_id))
    return {
        "serviceDomains": [
            domain_views.service_domain(access.railway, d) for d in found if d.kind == "service"
        ],
        "customDomains": [domain_views.custom_domain(access.railway, d) for d in found if d.kind == "custom"],
    }


def trigger(access: Access, record: ServiceInstance) -> Document | None:
    """A push to a branch deploys where the document names both; the instance's id serves as the trigger's."""
    where = access.railway.state.environments[record.environment_id]
    source = services(where.config)[record.service_id].get("source") or {}
    if not (source.get("repo") and source.get("branch")):
        return None
    if access_to(access.railway, source["repo"]) != "app":
        return None
    return {
        "id": record.id,
        "provider": "github",
        "repository": source["repo"],
        "branch": source["branch"],
        "checkSuites": bool(source.get("checkSuites")),
        "validCheckSuites": 0,
        "projectId": where.project_id,
        "environmentId": where.id,
        "serviceId": record.service_id,
        "baseEnvironmentOverrideId": None,
    }


def volume(access: Access, record: Volume) -> Document:
    """Returns a volume's view."""
    railway = access.railway
    return {
        "id": record.id,
        "name": record.name,
        "projectId": record.project_id,
        "project": lambda _info: project(access, railway.project(record.project_id)),
        "createdAt": timestamp(record.created_at),
        "volumeInstances": lambda _info, **page: connection(
            railway.listed(i for i in railway.state.volume_instances.values() if i.volume_id == record.id),
            lambda i: volume_instance(access, i),
            **page,
        ),
    }


def volume_instance(access: Access, record: VolumeInstance) -> Document:
    """Returns a volume instance's view: size and region from the document, the path from the mount."""
    railway = access.railway
    where = railway.state.environments[record.environment_id]
    config = where.config["volumes"][record.volume_id]
    owner = mounted_by(where, record.volume_id)
    return {
        "id": record.id,
        "volumeId": record.volume_id,
        "volume": lambda _info: volume(access, railway.state.volumes[record.volume_id]),
        "environmentId": record.environment_id,
        "environment": lambda _info: environment(access, where),
        "serviceId": owner,
        "service": lambda _info: service(access, railway.state.services[owner]) if owner else None,
        "mountPath": record.mount_path,
        "region": config.get("region"),
        "sizeMB": config["sizeMB"],
        "currentSizeMB": 0.0,
        "state": "ERROR" if record.broken else "READY",
        "externalId": f"vol_{record.id.replace('-', '')[:20]}",
        "createdAt": timestamp(record.created_at),
        "deletedAt": None,
        "isPendingDeletion": False,
    }


def mounted_by(where: Environment, volume_id: str) -> str | None:
    """Returns the service that has a volume mounted in an environment."""
    owners = (i for i, s in services(where.config).items() if volume_id in (s.get("volumeMounts") or {}))
    return next(owners, None)


def deployment(access: Access, record: Deployment) -> Document:
    """Returns a deployment's view."""
    railway = access.railway
    finished = record.status in ("SUCCESS", "SLEEPING", "FAILED", "CRASHED", "REMOVED")
    domains = record.snapshot.domains
    url = domains[0] if domains and record.status in ACTIVE else None
    return {
        "id": record.id,
        "status": record.status,
        "statusUpdatedAt": timestamp(record.status_at),
        "deploymentStopped": record.stopped or record.status in ("REMOVED", "FAILED", "CRASHED"),
        "canRedeploy": finished,
        "canRollback": record.status == "REMOVED",
        "createdAt": timestamp(record.created_at),
        "updatedAt": timestamp(record.updated_at),
        "projectId": record.project_id,
        "environmentId": record.environment_id,
        "environment": lambda _info: environment(access, railway.environment(record.environment_id)),
        "serviceId": record.service_id,
        "service": lambda _info: service(access, railway.state.services[record.service_id]),
        "snapshotId": record.snapshot.id,
        "instances": [],
        "staticUrl": url,
        "url": url,
        "suggestAddServiceDomain": False,
        "meta": _deployment_meta(record),
    }


def _deployment_meta(record: Deployment) -> Document:
    source = record.snapshot.source
    meta: Document = {
        "serviceManifest": {
            "build": record.snapshot.build,
            "deploy": _without_credentials(record.snapshot.deploy),
        },
        "reason": "deploy",
    }
    for key in ("image", "repo", "branch", "rootDirectory"):
        if source.get(key):
            meta[key] = source[key]
    if record.commit_sha:
        meta["commitHash"] = record.commit_sha
    return meta


def _without_credentials(deploy: Document) -> Document:
    return {key: value for key, value in deploy.items() if key != "registryCredentials"}


def log(record: Deployment, line: LogLine) -> Document:
    """Returns a log line's view."""
    return {
        "message": line.message,
        "severity": line.severity,
        "timestamp": timestamp(line.at),
        "attributes": [{"key": "level", "value": line.severity}],
        "tags": {
            "deploymentId": record.id,
            "deploymentInstanceId": None,
            "environmentId": record.environment_id,
            "projectId": record.project_id,
            "serviceId": record.service_id,
            "snapshotId": record.snapshot.id,
        },
    }


def patch(access: Access, record: Patch) -> Document:
    """Returns a patch's view."""
    where = access.railway.environment(record.environment_id)
    return {
        "id": record.id,
        "status": record.status,
        "message": record.message,
        "createdAt": timestamp(record.created_at),
        "updatedAt": timestamp(record.updated_at),
        "appliedAt": timestamp(record.applied_at),
        "lastAppliedError": record.error,
        "environmentId": where.id,
        "environment": lambda _info: environment(access, where),
        "patch": lambda _info, **decrypt: masked(
            record.document, decrypt=bool(decrypt.get("decryptVariables"))
        ),
    }


def tcp_proxy(record: TcpProxy) -> Document:
    """Returns a TCP proxy's view."""
    return {
        "id": record.id,
        "applicationPort": record.application_port,
        "proxyPort": record.proxy_port,
        "domain": record.domain,
        "environmentId": record.environment_id,
        "serviceId": record.service_id,
        "syncStatus": "ACTIVE",
        "createdAt": timestamp(record.created_at),
        "updatedAt": timestamp(record.updated_at),
        "deletedAt": None,
    }


def bucket(access: Access, record: Bucket) -> Document:
    """Returns a bucket's view."""
    return {
        "id": record.id,
        "name": record.name,
        "groupId": None,
        "projectId": record.project_id,
        "project": lambda _info: project(access, access.railway.project(record.project_id)),
        "createdAt": timestamp(record.created_at),
        "updatedAt": timestamp(record.updated_at),
    }


def bucket_credentials(record: BucketInstance) -> Document:
    """Returns how S3 clients reach a bucket."""
    return {
        "accessKeyId": record.access_key_id,
        "secretAccessKey": record.secret_access_key,
        "bucketName": record.bucket_name,
        "endpoint": "https://storage.railway.app",
        "region": "auto",
        "urlStyle": "virtual-hosted",
        "createdAt": timestamp(record.updated_at),
    }


def egress_gateway(record: EgressAssociation) -> Document:
    """Returns a static outbound address's view; it has no id."""
    return {"ipv4": record.ipv4, "region": record.region, "zone": None}


def project_token(access: Access, record: Token) -> Document:
    """Returns a project token's view."""
    railway = access.railway
    return {
        "id": record.id,
        "name": record.name,
        "displayToken": record.display,
        "createdAt": timestamp(record.created_at),
        "projectId": record.project_id,
        "project": lambda _info: project(access, railway.project(record.project_id or "")),
        "environmentId": record.environment_id,
        "environment": lambda _info: environment(access, railway.environment(record.environment_id or "")),
    }


def api_token(record: Token) -> Document:
    """Returns an account token's view."""
    return {
        "id": record.id,
        "name": record.name,
        "displayToken": record.display,
        "expiresAt": None,
        "workspaceId": record.workspace_id,
    }
