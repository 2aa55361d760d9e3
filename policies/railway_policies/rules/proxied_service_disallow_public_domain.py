"""What is reached through another service has no address of its own."""

from collections.abc import Iterator

from pulumi_policy import Severity

from railway_policies.properties import UNKNOWN, Maybe
from railway_policies.resources import Resource, domains
from railway_policies.rule import About, Configuration, Finding, Rule, Scope, Unjudged, Violation
from railway_policies.rules.words import named, why_unknown
from railway_policies.services import all_services, endpoints_of, is_store, refers_to, service_name, variables


class ProxiedServiceConfiguration(Configuration):
    """Which variable says where a proxy leads."""

    variable: str = "RAILWAY_PRIVATE_DOMAIN"
    """The variable of a service that a proxy in front of it refers to."""


def judge(domain: Resource, configuration: ProxiedServiceConfiguration) -> Iterator[Finding]:
    """A second way in passes by whatever the first one does: limits, headers, one origin for browsers."""
    for endpoint in domains(domain):
        if not endpoint.services:
            yield Unjudged(domain, why_unknown(endpoint.services))
        for service in endpoint.services:
            proxies = _proxies(service, configuration.variable)
            if proxies is UNKNOWN:
                yield Unjudged(domain, f"what leads to {service} is unknown until it is deployed")
            elif proxies and len(endpoint.services) > 1:
                yield Unjudged(domain, why_unknown(endpoint.services))
            elif proxies:
                yield Violation(
                    domain,
                    f"{domain} opens {service} to the internet, which {named(proxies)} already leads to; a "
                    f'service behind a public proxy has no public domain. Remove "{domain.name}".',
                )


def _proxies(service: Resource, private: str) -> Maybe[list[Resource]]:
    """The public services, other than stores, that have the private address of this one."""
    answers = {other: _leads_to(other, service, private) for other in all_services(service)}
    certain = [other for other, answer in answers.items() if answer is True]
    return certain if certain or UNKNOWN not in answers.values() else UNKNOWN


def _leads_to(proxy: Resource, service: Resource, private: str) -> Maybe[bool]:
    name, own = service_name(service), variables(proxy)
    ways_in = endpoints_of(proxy)
    if proxy is service or ways_in == [] or is_store(proxy) is True:
        return False
    if name is UNKNOWN or own is UNKNOWN or ways_in is UNKNOWN:
        return UNKNOWN
    values = list(own.values())
    if any(
        value is not UNKNOWN
        and ((name, private) in list(refers_to(value)) or f"{name}.railway.internal" in value)
        for value in values
    ):
        return True
    return UNKNOWN if UNKNOWN in values else False


RULE = Rule(
    About(
        name="railway-proxied-service-disallow-public-domain",
        display_name="Services behind a proxy are private",
        description="Checks that a service that a public service leads to has no public domain of its own.",
        severity=Severity.MEDIUM,
        remediation_steps="Remove the domain of the service behind the proxy.",
        tags=("exposure",),
    ),
    Scope.STACK,
    ProxiedServiceConfiguration,
    judge,
)
