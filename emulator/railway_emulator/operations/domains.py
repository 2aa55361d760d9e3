"""Domains: generated ones under Railway's suffix, whose label is chosen afterwards, and custom ones."""

from railway_emulator import views
from railway_emulator.access import Access
from railway_emulator.changes import change, checked, domain_taken
from railway_emulator.core import SERVICE_DOMAIN_SUFFIX, Railway
from railway_emulator.domains import custom_domain, entry, service_domain
from railway_emulator.errors import InvalidInput, NotFound
from railway_emulator.state import Document, Domain, Environment
from railway_emulator.text import is_host_name, is_port, slug

from .registry import UNSET, mutation, query


@query("domains")
def domains(access: Access, project_id: str, environment_id: str, service_id: str) -> Document:
    """Answers a service's domains in one environment."""
    access.environment(environment_id, project_id)
    access.instance(service_id, environment_id)
    return views.all_domains(access, environment_id, service_id)


@query("customDomain")
def custom_domain_by_id(access: Access, identifier: str, project_id: str) -> Document:
    """Answers one custom domain."""
    record = access.domain(identifier, "custom")
    access.environment(record.environment_id, project_id)
    return custom_domain(access.railway, record)


def _available(railway: Railway, name: str) -> Document:
    if not is_host_name(name):
        return {"available": False, "message": "Invalid domain"}
    if any(d.domain == name for d in railway.state.domains.values()):
        return {"available": False, "message": "Domain is already taken"}
    return {"available": True, "message": "Domain is available"}


@query("serviceDomainAvailable")
def service_domain_available(access: Access, domain: str) -> Document:
    """Answers whether a generated domain's name is free."""
    return _available(access.railway, domain)


@query("customDomainAvailable")
def custom_domain_available(access: Access, domain: str) -> Document:
    """Answers whether a custom domain is free."""
    return _available(access.railway, domain)


def _check_new(railway: Railway, name: str) -> None:
    if not is_host_name(name):
        raise InvalidInput(f"{name} is not a valid domain")
    if not _available(railway, name)["available"]:
        raise domain_taken(name)


def _check_port(port: int | None) -> None:
    if port is not None and not is_port(port):
        raise InvalidInput("targetPort must be between 1 and 65535")


def _patch(service_id: str, section: str, entries: Document) -> Document:
    return {"services": {service_id: {"networking": {section: entries}}}}


def _port(port: int | None) -> Document:
    return {} if port is None else {"port": port}


def _created(railway: Railway, environment: Environment, service_id: str, name: str) -> Domain:
    return next(d for d in railway.domains(environment.id, service_id) if d.domain == name)


@mutation("serviceDomainCreate")
def service_domain_create(access: Access, given: Document) -> Document:
    """Makes a domain whose name Railway chooses."""
    railway, port = access.railway, given.get("targetPort")
    environment, record = access.instance(given["serviceId"], given["environmentId"])
    _check_port(port)
    name = railway.state.services[record.service_id].name
    label = f"{slug(name)[:30]}-{slug(environment.name)[:20]}-{railway.new_id()[:4]}"
    domain = f"{label}.{SERVICE_DOMAIN_SUFFIX}"
    patch = _patch(record.service_id, "serviceDomains", {domain: _port(port)})
    change(railway, environment, patch, "serviceDomainCreate")
    return service_domain(railway, _created(railway, environment, record.service_id, domain))


@mutation("serviceDomainUpdate")
def service_domain_update(access: Access, given: Document) -> bool:
    """Takes the full name. An absent `targetPort` keeps the port; null clears it."""
    railway, name = access.railway, given["domain"]
    record = access.domain(given["serviceDomainId"], "service")
    if (record.service_id, record.environment_id) != (given["serviceId"], given["environmentId"]):
        raise NotFound("Domain")
    port = given.get("targetPort", UNSET)
    if port is UNSET:
        port = entry(railway, record).get("port")
    _check_port(port)
    if name != record.domain:
        if (
            not name.endswith(f".{SERVICE_DOMAIN_SUFFIX}")
            or name.count(".") != SERVICE_DOMAIN_SUFFIX.count(".") + 1
        ):
            raise InvalidInput(f"A service domain ends with .{SERVICE_DOMAIN_SUFFIX}")
        _check_new(railway, name)
    environment = access.environment(record.environment_id)
    settings = {"port": port}
    patch = _patch(record.service_id, "serviceDomains", {record.domain: None, name: settings})
    checked(railway, environment, patch)
    record.domain, record.updated_at = name, railway.now()
    change(railway, environment, patch, "serviceDomainUpdate")
    return True


@mutation("serviceDomainDelete")
def service_domain_delete(access: Access, identifier: str) -> bool:
    """Removes a generated domain."""
    return _delete(access, access.domain(identifier, "service"), "serviceDomains")


@mutation("customDomainCreate")
def custom_domain_create(access: Access, given: Document) -> Document:
    """Registers a domain; its certificate comes later, its DNS records are known at once."""
    railway, port, name = access.railway, given.get("targetPort"), given["domain"]
    access.project(given["projectId"])
    environment, record = access.instance(given["serviceId"], given["environmentId"])
    _check_port(port)
    if name.endswith(f".{SERVICE_DOMAIN_SUFFIX}"):
        raise InvalidInput("A custom domain can't be a Railway domain")
    _check_new(railway, name)
    patch = _patch(record.service_id, "customDomains", {name: _port(port)})
    change(railway, environment, patch, "customDomainCreate")
    return custom_domain(railway, _created(railway, environment, record.service_id, name))


@mutation("customDomainUpdate")
def custom_domain_update(
    access: Access, identifier: str, environment_id: str, target_port: int | None = None
) -> bool:
    """Sets the target port; absent or null clears it."""
    record = access.domain(identifier, "custom")
    if record.environment_id != environment_id:
        raise NotFound("Domain")
    _check_port(target_port)
    environment = access.environment(environment_id)
    patch = _patch(record.service_id, "customDomains", {record.domain: {"port": target_port}})
    change(access.railway, environment, patch, "customDomainUpdate")
    record.updated_at = access.railway.now()
    return True


@mutation("customDomainDelete")
def custom_domain_delete(access: Access, identifier: str) -> bool:
    """Removes a custom domain."""
    return _delete(access, access.domain(identifier, "custom"), "customDomains")


def _delete(access: Access, record: Domain, section: str) -> bool:
    environment = access.environment(record.environment_id)
    patch = _patch(record.service_id, section, {record.domain: None})
    change(access.railway, environment, patch, f"{section} delete")
    return True


@mutation("customDomainIssueCertificate")
def custom_domain_issue_certificate(access: Access, identifier: str) -> bool:
    """Tries a failed certificate again."""
    record = access.domain(identifier, "custom")
    if record.certificate_status == "ISSUE_FAILED":
        record.certificate_status = "ISSUING"
    return True
