"""A public service has a health check."""

from collections.abc import Iterator

from pulumi_policy import Severity

from railway_policies.properties import UNKNOWN, Maybe
from railway_policies.resources import Resource, domains, leads_to
from railway_policies.rule import About, Configuration, Finding, Rule, Scope, Unjudged, Violation
from railway_policies.rules.words import named, why_open
from railway_policies.services import is_database


class HealthcheckConfiguration(Configuration):
    """Nothing of its own."""


def judge(resource: Resource, configuration: HealthcheckConfiguration) -> Iterator[Finding]:  # noqa: ARG001
    """A database behind a domain is another rule's concern."""
    for endpoint in domains(resource):
        bare = leads_to(endpoint, _lacks_check)
        if bare is UNKNOWN:
            yield Unjudged(resource, why_open(endpoint.services, "health check"))
        elif bare:
            yield Violation(
                resource,
                f"{resource} leads to {named(bare)}, which has no health check, so visitors meet a new version "
                f"before it answers; a public service has one. Set healthcheckPath in deploy of {named(bare)}.",
            )


def _lacks_check(service: Resource) -> Maybe[bool]:
    path = service.properties.text("deploy", "healthcheckPath")
    database = is_database(service)
    if database is True:
        return False
    if path is UNKNOWN or (not path and database is UNKNOWN):
        return UNKNOWN
    return not path


RULE = Rule(
    About(
        name="railway-public-service-require-healthcheck",
        display_name="Public services have a health check",
        description="Checks that every service behind a domain has a health check.",
        severity=Severity.MEDIUM,
        remediation_steps="Set the service's deploy.healthcheckPath.",
        tags=("health",),
    ),
    Scope.STACK,
    HealthcheckConfiguration,
    judge,
)
