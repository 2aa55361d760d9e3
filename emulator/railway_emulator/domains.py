"""Domains as Railway shows them: ports from the document, certificates and DNS records from the record."""

from .configuration import services
from .core import SERVICE_DOMAIN_SUFFIX, Railway
from .state import Document, Domain


def entry(railway: Railway, domain: Domain) -> Document:
    """Returns what the document says of a domain: its target port, if it has one."""
    config = services(railway.state.environments[domain.environment_id].config)[domain.service_id]
    section = "serviceDomains" if domain.kind == "service" else "customDomains"
    found: Document = config["networking"][section][domain.domain]
    return found


def _common(railway: Railway, domain: Domain) -> Document:
    environment = railway.state.environments[domain.environment_id]
    return {
        "id": domain.id,
        "domain": domain.domain,
        "createdAt": domain.created_at.isoformat(),
        "updatedAt": domain.updated_at.isoformat(),
        "deletedAt": None,
        "projectId": environment.project_id,
        "environmentId": domain.environment_id,
        "serviceId": domain.service_id,
        "targetPort": entry(railway, domain).get("port"),
        "syncStatus": "ACTIVE",
    }


def service_domain(railway: Railway, domain: Domain) -> Document:
    """Returns a generated domain as GraphQL shows it."""
    return {
        **_common(railway, domain),
        "suffix": SERVICE_DOMAIN_SUFFIX,
        "newDomainName": None,
        "newHostLabel": None,
    }


def custom_domain(railway: Railway, domain: Domain) -> Document:
    """Returns a custom domain as GraphQL shows it."""
    return {**_common(railway, domain), "isRailwayDomain": False, "status": _status(domain)}


def _status(domain: Domain) -> Document:
    failed = domain.certificate_status == "ISSUE_FAILED"
    host = _split(domain.domain.removeprefix("*."))[0]
    return {
        "certificateStatus": f"CERTIFICATE_STATUS_TYPE_{domain.certificate_status}",
        "certificateStatusDetailed": None,
        "certificateErrorMessage": "The certificate could not be issued" if failed else None,
        "certificateErrorType": "CERTIFICATE_ERROR_TYPE_DNS_VALIDATION" if failed else None,
        "certificateRetryable": True if failed else None,
        "verified": _verified(domain),
        "verificationDnsHost": "_railway-verify" + (f".{host}" if host else ""),
        "verificationToken": domain.verification_token,
        "dnsRecords": dns_records(domain),
    }


def _verified(domain: Domain) -> bool:
    return domain.certificate_status in ("ISSUING", "VALID")


def _split(domain: str) -> tuple[str, str]:
    """Returns the host's labels and the zone, taking the last two labels for the zone."""
    labels = domain.split(".")
    return ".".join(labels[:-2]), ".".join(labels[-2:])


def dns_records(domain: Domain) -> list[Document]:
    """Returns the records a user has to set, the route first; ownership has fields of its own."""
    host, zone = _split(domain.domain)
    records = [_record(domain, host, zone, domain.route_target, "TRAFFIC_ROUTE")]
    if domain.domain.startswith("*."):
        challenge = host.replace("*", "_acme-challenge", 1)
        target = f"{domain.id[:8]}.authorize.railwaydns.net"
        records.append(_record(domain, challenge, zone, target, "ACME_DNS01_CHALLENGE"))
    return records


def _record(domain: Domain, host: str, zone: str, target: str, purpose: str) -> Document:
    verified = _verified(domain)
    return {
        "recordType": "DNS_RECORD_TYPE_CNAME",
        "hostlabel": host,
        "zone": zone,
        "fqdn": f"{host}.{zone}" if host else zone,
        "requiredValue": target,
        "currentValue": target if verified else "",
        "status": "DNS_RECORD_STATUS_PROPAGATED" if verified else "DNS_RECORD_STATUS_REQUIRES_UPDATE",
        "purpose": f"DNS_RECORD_PURPOSE_{purpose}",
    }
