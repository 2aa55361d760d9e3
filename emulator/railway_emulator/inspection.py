"""The whole state as JSON for the control API: projects, their environments, and what runs in them."""

from typing import Any

from . import domains as domain_views
from .configuration import services
from .core import Railway
from .deployments import of_service
from .recorder import Request
from .state import Deployment, Document, Environment, Project, ServiceInstance
from .views import mounted_by, timestamp


def state(railway: Railway) -> Document:
    """Returns everything, unmasked: `masking.masked` hides what isn't for everybody."""
    ordered = sorted(railway.state.projects.values(), key=lambda p: p.created_at)
    return {
        "profile": railway.profile.name,
        "plan": railway.state.plan,
        "repositories": railway.state.repositories,
        "projects": [_project(railway, project) for project in ordered],
        "workflows": [
            {"id": w.id, "environmentId": w.environment_id, "status": w.state, "error": w.error}
            for w in railway.state.workflows.values()
        ],
        "faults": railway.faults.pending(),
    }


def _project(railway: Railway, project: Project) -> Document:
    environments = sorted(railway.environments(project.id), key=lambda e: e.created_at)
    return {
        "id": project.id,
        "name": project.name,
        "description": project.description,
        "isPublic": project.is_public,
        "prDeploys": project.pr_deploys,
        "environments": [_environment(railway, environment) for environment in environments],
        "services": [
            {"id": s.id, "name": s.name, "icon": s.icon}
            for s in sorted(railway.project_services(project.id), key=lambda s: s.created_at)
        ],
        "volumes": [{"id": v.id, "name": v.name} for v in railway.project_volumes(project.id)],
        "buckets": [{"id": b.id, "name": b.name} for b in railway.project_buckets(project.id)],
        "projectTokens": [
            {"id": t.id, "name": t.name, "environmentId": t.environment_id}
            for t in railway.state.project_tokens.values()
            if t.project_id == project.id
        ],
    }


def _environment(railway: Railway, environment: Environment) -> Document:
    instances = sorted(railway.instances(environment.id).values(), key=lambda i: i.created_at)
    deployments = [d for d in railway.state.deployments.values() if d.environment_id == environment.id]
    patches = [p for p in railway.state.patches.values() if p.environment_id == environment.id]
    return {
        "id": environment.id,
        "name": environment.name,
        "config": environment.config,
        "serviceInstances": [_instance(railway, environment, instance) for instance in instances],
        "volumeInstances": [
            {
                "id": v.id,
                "volumeId": v.volume_id,
                "name": railway.state.volumes[v.volume_id].name,
                "serviceId": mounted_by(environment, v.volume_id),
                "mountPath": v.mount_path,
                **{k: environment.config["volumes"][v.volume_id].get(k) for k in ("sizeMB", "region")},
            }
            for v in railway.volume_instances(environment.id).values()
        ],
        "bucketInstances": [
            {"id": b.id, "bucketId": b.bucket_id, "bucketName": b.bucket_name}
            for b in railway.bucket_instances(environment.id).values()
        ],
        "deployments": [deployment(d) for d in sorted(deployments, key=lambda d: d.created_at)],
        "patches": [
            {"id": p.id, "status": p.status, "message": p.message, "error": p.error, "document": p.document}
            for p in sorted(patches, key=lambda p: p.created_at)
        ],
    }


def _instance(railway: Railway, environment: Environment, instance: ServiceInstance) -> Document:
    latest = next(iter(of_service(railway, environment.id, instance.service_id)), None)
    return {
        "id": instance.id,
        "serviceId": instance.service_id,
        "serviceName": railway.state.services[instance.service_id].name,
        "status": latest.status if latest else None,
        "source": services(environment.config)[instance.service_id].get("source") or {},
        "domains": [
            {
                "id": d.id,
                "kind": d.kind,
                "domain": d.domain,
                "targetPort": domain_views.entry(railway, d).get("port"),
                "certificateStatus": d.certificate_status if d.kind == "custom" else None,
            }
            for d in railway.domains(environment.id, instance.service_id)
        ],
        "tcpProxies": [
            {"id": p.id, "applicationPort": p.application_port, "proxyPort": p.proxy_port, "domain": p.domain}
            for p in railway.tcp_proxies(environment.id, instance.service_id)
        ],
        "egressGateways": [
            {"ipv4": a.ipv4, "region": a.region}
            for a in railway.egress_associations(environment.id, instance.service_id)
        ],
    }


def deployment(record: Deployment) -> Document:
    """Returns a deployment with its history and its snapshot."""
    snapshot = record.snapshot
    return {
        "id": record.id,
        "serviceId": record.service_id,
        "serviceName": record.service_name,
        "status": record.status,
        "stopped": record.stopped,
        "cause": record.cause,
        "commitSha": record.commit_sha,
        "createdAt": timestamp(record.created_at),
        "history": [{"status": t.status, "at": timestamp(t.at)} for t in record.history],
        "snapshot": {
            "id": snapshot.id,
            "source": snapshot.source,
            "build": snapshot.build,
            "deploy": snapshot.deploy,
            "startCommand": snapshot.deploy.get("startCommand"),
            "variables": snapshot.variables,
            "volumeMounts": snapshot.volume_mounts,
            "domains": snapshot.domains,
        },
    }


def request(record: Request) -> dict[str, Any]:
    """Returns a recorded request, unmasked."""
    return {
        "time": timestamp(record.time),
        "operation": record.operation,
        "document": record.document,
        "variables": record.variables,
        "status": record.status,
        "errors": record.errors,
        "deployments": record.deployments,
    }
