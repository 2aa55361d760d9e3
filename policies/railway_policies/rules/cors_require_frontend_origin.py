"""A server takes requests from its own pages, and from no other."""

import re
from collections.abc import Iterator

from pulumi_policy import Severity

from railway_policies.properties import UNKNOWN, Maybe
from railway_policies.resources import SERVICE, Resource
from railway_policies.rule import About, Configuration, Finding, Rule, Scope, Unjudged, Violation
from railway_policies.services import (
    all_services,
    endpoints_of,
    host_of,
    is_store,
    uses,
    variable,
    variables,
)

_ORIGIN = re.compile(r"https?://[^\s/*]+")


class CorsConfiguration(Configuration):
    """Which variables hold origins."""

    variables: tuple[str, ...] = ("CORS_ORIGIN", "CORS_ORIGINS", "CORS_ALLOWED_ORIGINS", "ALLOWED_ORIGINS")
    """Names of variables with origins, several of them with commas between."""


def judge(service: Resource, configuration: CorsConfiguration) -> Iterator[Finding]:
    """The pages are those of the public services that lead to this one."""
    if service.token != SERVICE:
        return
    own = variables(service)
    if own is UNKNOWN:
        yield Unjudged(service, "its variables are unknown until it is deployed")
        return
    for name in configuration.variables:
        if name not in own:
            continue
        value = own[name]
        if value is UNKNOWN or "${{" in value:
            yield Unjudged(service, f"{variable(name)} is unknown until it is deployed")
            continue
        origins = [origin.strip() for origin in value.split(",") if origin.strip()]
        if fault := _fault(origins):
            yield Violation(
                service,
                f"{service} has in {variable(name)} {fault}; each origin is https:// and a host, nothing more. "
                f'Write the origins of its pages into variables of "{service.name}".',
            )
            continue
        yield from _missing(service, name, origins)


def _fault(origins: list[str]) -> str | None:
    if any("*" in origin for origin in origins):
        return "a wildcard, which lets every page on the internet in"
    if not origins:
        return "no origin, so that not even its own pages are let in"
    return None if all(map(_ORIGIN.fullmatch, origins)) else "something that is no origin"


def _missing(service: Resource, name: str, origins: list[str]) -> Iterator[Finding]:
    allowed = {origin.lower() for origin in origins}
    for pages in all_services(service):
        hosts = _hosts(pages)
        if pages is service or hosts == {} or is_store(pages) is True:
            continue
        leads_here = uses(pages, service)
        if leads_here is False:
            continue
        if hosts is UNKNOWN or leads_here is UNKNOWN:
            yield Unjudged(
                service, f"whether {pages} leads to it, and from where, is unknown until it is deployed"
            )
            continue
        for domain, host in hosts.items():
            if host is UNKNOWN or host is None:
                yield Unjudged(service, f"the host name of {domain} is unknown until it is deployed")
            elif f"https://{host}" not in allowed:
                yield Violation(
                    service,
                    f"{service} lacks in {variable(name)} the origin of {domain}, where its pages are, so that "
                    "browsers are refused; it holds the origin of every page that leads to it. Add "
                    f'https:// and the host of "{domain.name}".',
                )


def _hosts(pages: Resource) -> Maybe[dict[Resource, Maybe[str | None]]]:
    ways_in = endpoints_of(pages)
    if ways_in is UNKNOWN:
        return UNKNOWN
    return {endpoint.declared_by: host_of(endpoint.declared_by) for endpoint in ways_in}


RULE = Rule(
    About(
        name="railway-cors-require-frontend-origin",
        display_name="CORS names the pages",
        description="Checks that CORS origins hold those of the pages in front, and no wildcard.",
        severity=Severity.HIGH,
        remediation_steps="List the origins of the pages in the service's variable for CORS.",
        tags=("coherence",),
    ),
    Scope.STACK,
    CorsConfiguration,
    judge,
)
