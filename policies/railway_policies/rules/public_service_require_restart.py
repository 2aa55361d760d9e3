"""A public service comes back by itself."""

from collections.abc import Iterator

from pulumi_policy import Severity

from railway_policies.properties import UNKNOWN, Maybe
from railway_policies.resources import Resource, domains, leads_to
from railway_policies.rule import About, Configuration, Finding, Rule, Scope, Unjudged, Violation
from railway_policies.rules.words import named, why_open
from railway_policies.services import is_database

_RESTARTS = ("ALWAYS", "ON_FAILURE")


class RestartConfiguration(Configuration):
    """Nothing of its own."""


def judge(resource: Resource, configuration: RestartConfiguration) -> Iterator[Finding]:  # noqa: ARG001
    """A database behind a domain is another rule's concern."""
    for endpoint in domains(resource):
        fragile = leads_to(endpoint, _stays_down)
        if fragile is UNKNOWN:
            yield Unjudged(resource, why_open(endpoint.services, "restart policy"))
        elif fragile:
            yield Violation(
                resource,
                f"{resource} leads to {named(fragile)}, which names no restart policy or never restarts; a "
                f"public service restarts {' or '.join(_RESTARTS)}. Set restartPolicyType in deploy of "
                f"{named(fragile)}.",
            )


def _stays_down(service: Resource) -> Maybe[bool]:
    policy = service.properties.text("deploy", "restartPolicyType")
    database = is_database(service)
    if database is True or policy in _RESTARTS:
        return False
    return UNKNOWN if policy is UNKNOWN or database is UNKNOWN else True


RULE = Rule(
    About(
        name="railway-public-service-require-restart",
        display_name="Public services restart",
        description="Checks that every service behind a domain has a restart policy that restarts it.",
        severity=Severity.MEDIUM,
        remediation_steps="Set the service's deploy.restartPolicyType to ON_FAILURE or ALWAYS.",
        tags=("health",),
    ),
    Scope.STACK,
    RestartConfiguration,
    judge,
)
