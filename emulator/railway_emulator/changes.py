"""The one way a configuration changes, whoever asks: checked, kept, made visible, deployed."""

import secrets
from typing import Any

from .configuration import applied, changed_services, services
from .core import SERVICE_DOMAIN_SUFFIX, Railway
from .deployments import deploy
from .errors import NotFound, Refusal
from .rules import check_configuration, check_keys
from .state import (
    BucketInstance,
    Document,
    Domain,
    DomainKind,
    Environment,
    ServiceInstance,
    TcpProxy,
    VolumeInstance,
)
from .text import slug

FIRST_PROXY_PORT = 10_000


def checked(railway: Railway, environment: Environment, patch: Document) -> Document:
    """Returns the configuration a patch leads to; raises a `Refusal` where Railway wouldn't accept it."""
    check_keys(patch)
    _check_records(railway, environment, patch)
    after = applied(environment.config, patch)
    check_configuration(environment.config, after)
    _check_domains(railway, environment, after)
    return after


def change(
    railway: Railway, environment: Environment, patch: Document, cause: str, *, deploys: bool = True
) -> list[str]:
    """Applies a patch to an environment and deploys what it touches; returns the deployed services' ids."""
    before = environment.config
    after = checked(railway, environment, patch)
    environment.config = after
    environment.updated_at = railway.now()
    reconcile(railway, environment)
    touched = changed_services(before, after) if deploys else []
    for service_id in touched:
        deploy(railway, environment, service_id, cause)
    return touched


def _check_records(railway: Railway, environment: Environment, patch: Document) -> None:
    """A patch makes instances of records that exist in the project; it doesn't make records."""
    records: tuple[tuple[str, str, dict[str, Any]], ...] = (
        ("services", "Service", railway.state.services),
        ("volumes", "Volume", railway.state.volumes),
        ("buckets", "Bucket", railway.state.buckets),
    )
    for section, kind, known in records:
        for identifier in patch.get(section) or {}:
            record = known.get(identifier)
            if record is None or record.project_id != environment.project_id:
                raise NotFound(kind)
    mountable = {*(environment.config.get("volumes") or {}), *(patch.get("volumes") or {})}
    for service in (patch.get("services") or {}).values():
        for volume_id, mount in ((service or {}).get("volumeMounts") or {}).items():
            if mount is not None and volume_id not in mountable:
                raise NotFound("Volume")


def _check_domains(railway: Railway, environment: Environment, after: Document) -> None:
    taken = {d.domain: (d.environment_id, d.service_id) for d in railway.state.domains.values()}
    for service_id, service in services(after).items():
        for _, domain, _ in _documented_domains(service):
            if taken.setdefault(domain, (environment.id, service_id)) != (environment.id, service_id):
                raise domain_taken(domain)
        if len((service.get("networking") or {}).get("tcpProxies") or {}) > 1:
            raise Refusal("A service can have only one TCP proxy")


def domain_taken(domain: str) -> Refusal:
    """Returns the refusal for a domain that exists elsewhere."""
    return Refusal(f"Domain {domain} is not available: it already exists")


def _documented_domains(service: Document) -> list[tuple[DomainKind, str, Document]]:
    networking = service.get("networking") or {}
    generated = [("service", name, entry) for name, entry in (networking.get("serviceDomains") or {}).items()]
    custom = [("custom", name, entry) for name, entry in (networking.get("customDomains") or {}).items()]
    return [*generated, *custom]  # type: ignore[list-item]


def reconcile(railway: Railway, environment: Environment) -> None:
    """Gives everything in the document a record with an id, and drops records the document has no more."""
    _reconcile_services(railway, environment)
    _reconcile_volumes(railway, environment)
    _reconcile_buckets(railway, environment)
    _reconcile_domains(railway, environment)
    _reconcile_proxies(railway, environment)


def _reconcile_services(railway: Railway, environment: Environment) -> None:
    state, wanted, existing = railway.state, services(environment.config), railway.instances(environment.id)
    for service_id in [identifier for identifier in wanted if identifier not in existing]:
        now = railway.now()
        instance = ServiceInstance(
            id=railway.new_id(),
            created_at=now,
            updated_at=now,
            service_id=service_id,
            environment_id=environment.id,
            private_name=slug(state.services[service_id].name),
        )
        state.service_instances[instance.id] = instance
    for service_id in existing.keys() - wanted.keys():
        railway.forget(state.service_instances, existing[service_id].id)
        for deployment in list(state.deployments.values()):
            if deployment.environment_id == environment.id and deployment.service_id == service_id:
                railway.forget(state.deployments, deployment.id)
        for association in railway.egress_associations(environment.id, service_id):
            railway.forget(state.egress_associations, association.id)


def _reconcile_volumes(railway: Railway, environment: Environment) -> None:
    state, existing = railway.state, railway.volume_instances(environment.id)
    wanted = environment.config.get("volumes") or {}
    for volume_id in [identifier for identifier in wanted if identifier not in existing]:
        now = railway.now()
        instance = VolumeInstance(
            id=railway.new_id(),
            created_at=now,
            updated_at=now,
            volume_id=volume_id,
            environment_id=environment.id,
        )
        state.volume_instances[instance.id] = instance
    for volume_id in existing.keys() - wanted.keys():
        railway.forget(state.volume_instances, existing[volume_id].id)
    instances = railway.volume_instances(environment.id)
    for service in services(environment.config).values():
        for volume_id, mount in (service.get("volumeMounts") or {}).items():
            instances[volume_id].mount_path = mount["mountPath"]


def _reconcile_buckets(railway: Railway, environment: Environment) -> None:
    state, existing = railway.state, railway.bucket_instances(environment.id)
    wanted = environment.config.get("buckets") or {}
    for bucket_id in [identifier for identifier in wanted if identifier not in existing]:
        now, identifier = railway.now(), railway.new_id()
        instance = BucketInstance(
            id=identifier,
            created_at=now,
            updated_at=now,
            bucket_id=bucket_id,
            environment_id=environment.id,
            bucket_name=f"{slug(state.buckets[bucket_id].name)}-{identifier[:8]}",
            access_key_id=secrets.token_hex(10),
            secret_access_key=secrets.token_urlsafe(30),
        )
        state.bucket_instances[instance.id] = instance
    for bucket_id in existing.keys() - wanted.keys():
        railway.forget(state.bucket_instances, existing[bucket_id].id)


def _reconcile_domains(railway: Railway, environment: Environment) -> None:
    state = railway.state
    wanted = {
        (service_id, kind, name)
        for service_id, service in services(environment.config).items()
        for kind, name, _ in _documented_domains(service)
    }
    existing = {
        (d.service_id, d.kind, d.domain): d
        for d in state.domains.values()
        if d.environment_id == environment.id
    }
    for service_id, kind, name in sorted(wanted - existing.keys()):
        domain = new_domain(railway, environment.id, service_id, kind, name)
        state.domains[domain.id] = domain
    for key in existing.keys() - wanted:
        railway.forget(state.domains, existing[key].id)


def new_domain(railway: Railway, environment_id: str, service_id: str, kind: DomainKind, name: str) -> Domain:
    """Returns the record of a domain that the document just got."""
    now, identifier = railway.now(), railway.new_id()
    return Domain(
        id=identifier,
        created_at=now,
        updated_at=now,
        kind=kind,
        environment_id=environment_id,
        service_id=service_id,
        domain=name,
        route_target=f"{identifier[:8]}.{SERVICE_DOMAIN_SUFFIX}",
        verification_token=identifier.replace("-", ""),
    )


def _reconcile_proxies(railway: Railway, environment: Environment) -> None:
    state = railway.state
    wanted = {
        (service_id, int(port))
        for service_id, service in services(environment.config).items()
        for port in (service.get("networking") or {}).get("tcpProxies") or {}
    }
    existing = {
        (p.service_id, p.application_port): p
        for p in state.tcp_proxies.values()
        if p.environment_id == environment.id
    }
    for service_id, port in sorted(wanted - existing.keys()):
        now, used = railway.now(), [p.proxy_port for p in state.tcp_proxies.values()]
        proxy = TcpProxy(
            id=railway.new_id(),
            created_at=now,
            updated_at=now,
            environment_id=environment.id,
            service_id=service_id,
            application_port=port,
            proxy_port=max(used, default=FIRST_PROXY_PORT) + 1,
            domain="local.proxy.rlwy.net",
        )
        state.tcp_proxies[proxy.id] = proxy
    for key in existing.keys() - wanted:
        railway.forget(state.tcp_proxies, existing[key].id)
