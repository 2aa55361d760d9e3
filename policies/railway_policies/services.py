"""What a service's properties say, in the words of the rules."""

import re
from collections.abc import Iterator
from typing import Final

from railway_policies.data_stores import CACHES, DATABASES, OBJECT_STORES, runs
from railway_policies.properties import UNKNOWN, Maybe
from railway_policies.resources import SERVICE, SHARED_VARIABLES, VOLUME, Endpoint, Resource, domains
from railway_policies.secret_looks import REFERENCE, named_like_a_secret

RAILWAY_ZONE: Final = "up.railway.app"
"""The zone in which Railway gives away subdomains."""

BYTES_PER_GB: Final = 1_000_000_000
"""Decimal, as on volumes, where 1000 MB are a GB."""

_WORD = re.compile(r"[A-Za-z_][A-Za-z0-9_]{0,63}")
_LIMITS = ("deploy", "limitOverride", "containers")


def holds_variables(resource: Resource) -> bool:
    """Whether a resource has variables: a service, or those that a whole environment shares."""
    return resource.token in (SERVICE, SHARED_VARIABLES)


def variables(service: Resource) -> Maybe[dict[str, Maybe[str]]]:
    """A service's variables."""
    return service.properties.texts("variables")


def variable(name: str) -> str:
    """A variable's name for a message; one that isn't a plain word might be anything, and isn't told."""
    return name if _WORD.fullmatch(name) else "a variable with an unusual name"


def variable_list(names: "list[str]") -> str:
    """Names of variables for a message."""
    return ", ".join(sorted({variable(name) for name in names}))


def secrets(service: Resource) -> Maybe[dict[str, Maybe[str]]]:
    """The variables that hold secrets of their own, by name: a value with a reference in it does not."""
    found = variables(service)
    if found is UNKNOWN:
        return UNKNOWN
    return {
        name: value
        for name, value in found.items()
        if named_like_a_secret(name) and (value is UNKNOWN or (value and not REFERENCE.search(value)))
    }


def service_name(service: Resource) -> Maybe[str | None]:
    """The name on Railway, by which references and private addresses go."""
    return service.properties.text("name")


def is_from_repository(service: Resource) -> Maybe[bool]:
    """Whether a service is built from a repository."""
    repository = service.properties.text("source", "repo")
    return UNKNOWN if repository is UNKNOWN else bool(repository)


def is_store(service: Resource) -> Maybe[bool]:
    """Whether a service runs a data store, cache or not."""
    return runs(service, (*DATABASES, *CACHES, *OBJECT_STORES))


def is_database(service: Resource) -> Maybe[bool]:
    """Whether a service runs a store that only other services talk to."""
    return runs(service, (*DATABASES, *CACHES))


def has_volume(service: Resource) -> Maybe[bool]:
    """Whether a service mounts a volume."""
    count = service.properties.count("volumeMounts")
    return UNKNOWN if count is UNKNOWN else count > 0


def is_scheduled(service: Resource) -> Maybe[bool]:
    """Whether a service runs by a schedule, and serves nobody."""
    schedule = service.properties.text("deploy", "cronSchedule")
    return UNKNOWN if schedule is UNKNOWN else bool(schedule)


def volumes(service: Resource) -> list[Resource]:
    """The volumes of the same stack that a service mounts."""
    return service.made_from("volumeMounts", VOLUME)


def regions(service: Resource) -> Maybe[dict[str, Maybe[float]]]:
    """Replicas by region; empty where a service leaves it to Railway: one, in the workspace's region."""
    keys = service.properties.keys("deploy", "multiRegionConfig")
    if keys is UNKNOWN:
        return UNKNOWN
    counts = {
        key: service.properties.number("deploy", "multiRegionConfig", key, "numReplicas") for key in keys
    }
    return {key: 1 if count is None else count for key, count in counts.items()}


def replicas(service: Resource) -> Maybe[float]:
    """How many instances of a service run."""
    by_region = regions(service)
    if by_region is UNKNOWN:
        return UNKNOWN
    known = [count for count in by_region.values() if count is not UNKNOWN]
    if len(known) < len(by_region):
        return UNKNOWN
    return sum(known) if known else 1


def vcpu_limit(service: Resource) -> Maybe[float | None]:
    """How many processors one replica may use; None where the plan says."""
    return service.properties.number(*_LIMITS, "cpu")


def memory_limit_gb(service: Resource) -> Maybe[float | None]:
    """How many GB of memory one replica may use; None where the plan says."""
    limit = service.properties.number(*_LIMITS, "memoryBytes")
    return limit if limit is None or limit is UNKNOWN else limit / BYTES_PER_GB


def refers_to(value: str) -> Iterator[tuple[str, str]]:
    """The references in a value: service (empty: the same) and variable."""
    for found in REFERENCE.finditer(value):
        source, dot, name = found.group(1).strip().rpartition(".")
        yield (source.strip(), name.strip()) if dot else ("", name.strip())


def uses(service: Resource, other: Resource) -> Maybe[bool]:
    """Whether a variable of a service refers to another one, or has its private address."""
    own, name = variables(service), service_name(other)
    if own is UNKNOWN or name is UNKNOWN:
        return UNKNOWN
    if not name:
        return False
    private = f"{name}.railway.internal"
    values = list(own.values())
    if any(value is not UNKNOWN and _points_at(value, name, private) for value in values):
        return True
    return UNKNOWN if UNKNOWN in values else False


def _points_at(value: str, name: str, private: str) -> bool:
    return private in value or any(source == name for source, _ in refers_to(value))


def endpoints_of(service: Resource) -> Maybe[list[Endpoint]]:
    """The domains that lead to a service; UNKNOWN when one may, and it can't be told."""
    found = [
        endpoint
        for resource in service.stack.values()
        for endpoint in domains(resource)
        if not endpoint.services or service in endpoint.services
    ]
    certain = [endpoint for endpoint in found if len(endpoint.services) == 1]
    return certain if certain or not found else UNKNOWN


def host_of(domain: Resource) -> Maybe[str | None]:
    """The host name of a domain; None when Railway makes one up."""
    host = domain.properties.text("domain")
    if host is not None and host is not UNKNOWN:
        return host.lower().rstrip(".")
    label = domain.properties.text("subdomain")
    if label is UNKNOWN or not label:
        return host if label is not UNKNOWN else UNKNOWN
    return f"{label.lower()}.{RAILWAY_ZONE}"


def all_holders(resource: Resource) -> list[Resource]:
    """Everything in the stack of a resource that has variables, in the order of the stack."""
    return resource.all_of_type(SERVICE, SHARED_VARIABLES)


def all_services(resource: Resource) -> list[Resource]:
    """Every service of the stack that a resource belongs to."""
    return resource.all_of_type(SERVICE)
