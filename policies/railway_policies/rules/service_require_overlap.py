"""The old version serves until the new one does."""

from collections.abc import Iterator

from pulumi_policy import Severity
from pydantic import Field

from railway_policies.properties import UNKNOWN
from railway_policies.resources import SERVICE, Resource
from railway_policies.rule import About, Configuration, Finding, Rule, Scope, Unjudged, Violation
from railway_policies.services import has_volume, is_from_repository, is_scheduled


class OverlapConfiguration(Configuration):
    """How long two versions run side by side."""

    seconds: int = Field(default=5, ge=1)
    """Seconds of overlap, or of draining in a service that finishes its requests when told to stop."""


def judge(service: Resource, configuration: OverlapConfiguration) -> Iterator[Finding]:
    """Of a service with a volume only one instance runs; what serves nobody interrupts nobody."""
    if service.token != SERVICE:
        return
    answers = (
        is_from_repository(service),
        _opposite(has_volume(service)),
        _opposite(is_scheduled(service)),
        _has_check(service),
    )
    grace = [service.properties.number("deploy", key) for key in ("overlapSeconds", "drainingSeconds")]
    if False in answers or any(
        seconds is not UNKNOWN and (seconds or 0) >= configuration.seconds for seconds in grace
    ):
        return
    if UNKNOWN in answers or UNKNOWN in grace:
        yield Unjudged(service, "how its versions take over is unknown until it is deployed")
    else:
        yield Violation(
            service,
            f"{service} ends the old version as soon as the new one runs, and cuts off requests; a server "
            f"overlaps or drains for {configuration.seconds} seconds or more. Set overlapSeconds in deploy of "
            f'"{service.name}".',
        )


def _opposite(answer: object) -> object:
    return answer if answer is UNKNOWN else not answer


def _has_check(service: Resource) -> object:
    path = service.properties.text("deploy", "healthcheckPath")
    return UNKNOWN if path is UNKNOWN else bool(path)


RULE = Rule(
    About(
        name="railway-service-require-overlap",
        display_name="Versions overlap",
        description="Checks that every server built from a repository overlaps with its next version.",
        severity=Severity.LOW,
        remediation_steps="Set the service's deploy.overlapSeconds, or drainingSeconds if it can drain.",
        tags=("health",),
    ),
    Scope.RESOURCE,
    OverlapConfiguration,
    judge,
)
