"""A domain says which port it leads to."""

from collections.abc import Iterator

from pulumi_policy import Severity

from railway_policies.properties import UNKNOWN
from railway_policies.resources import CUSTOM_DOMAIN, SERVICE_DOMAIN, Resource
from railway_policies.rule import About, Configuration, Finding, Rule, Scope, Unjudged, Violation


class TargetPortConfiguration(Configuration):
    """Nothing of its own."""


def judge(domain: Resource, configuration: TargetPortConfiguration) -> Iterator[Finding]:  # noqa: ARG001
    """Without a port Railway takes one that it detects, and another one after a change of the program."""
    if domain.token not in (SERVICE_DOMAIN, CUSTOM_DOMAIN):
        return
    port = domain.properties.number("targetPort")
    if port is UNKNOWN:
        yield Unjudged(domain, "its target port is unknown until it is deployed")
    elif port is None:
        yield Violation(
            domain,
            f"{domain} names no target port, so Railway takes one that it detects; a domain names its port. "
            f'Set targetPort of "{domain.name}" to the port that its service listens on.',
        )


RULE = Rule(
    About(
        name="railway-domain-require-target-port",
        display_name="Domains name their port",
        description="Checks that every domain names the port that it leads to.",
        severity=Severity.MEDIUM,
        remediation_steps="Set the domain's targetPort to the port that the service listens on.",
        tags=("exposure",),
    ),
    Scope.RESOURCE,
    TargetPortConfiguration,
    judge,
)
