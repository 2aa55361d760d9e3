"""Production waits for the checks of what it deploys."""

from collections.abc import Iterator

from pulumi_policy import Severity

from railway_policies.properties import UNKNOWN
from railway_policies.resources import SERVICE, Resource
from railway_policies.rule import About, Configuration, Finding, Rule, Scope, Unjudged, Violation
from railway_policies.services import is_from_repository


class ChecksConfiguration(Configuration):
    """Nothing of its own."""


def judge(service: Resource, configuration: ChecksConfiguration) -> Iterator[Finding]:  # noqa: ARG001
    """Railway deploys a push at once unless it is told to wait for continuous integration."""
    if service.token != SERVICE:
        return
    waits, built = service.properties.flag("source", "checkSuites"), is_from_repository(service)
    if built is False or waits is True:
        return
    if built is UNKNOWN or waits is UNKNOWN:
        yield Unjudged(service, "its source is unknown until it is deployed")
    else:
        yield Violation(
            service,
            f"{service} deploys a push before its checks have passed, and production waits for them. "
            f'Set source.checkSuites of "{service.name}" to true.',
        )


RULE = Rule(
    About(
        name="railway-source-require-checks",
        display_name="Production waits for checks",
        description="Checks that services of production deploy a push only when its checks have passed.",
        severity=Severity.MEDIUM,
        remediation_steps="Set the service's source.checkSuites to true.",
        tags=("supply", "production"),
        production_only=True,
    ),
    Scope.RESOURCE,
    ChecksConfiguration,
    judge,
)
