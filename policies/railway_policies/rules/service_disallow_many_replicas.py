"""Nobody scales out by mistake."""

from collections.abc import Iterator

from pulumi_policy import EnforcementLevel, Severity
from pydantic import Field

from railway_policies.properties import UNKNOWN
from railway_policies.resources import SERVICE, Resource
from railway_policies.rule import About, Configuration, Finding, Rule, Scope, Unjudged, Violation
from railway_policies.services import replicas


class ManyReplicasConfiguration(Configuration):
    """How many instances a service may have."""

    maximum: int = Field(default=5, ge=1)
    """Replicas over all regions."""


def judge(service: Resource, configuration: ManyReplicasConfiguration) -> Iterator[Finding]:
    """Each replica costs what the first one does."""
    if service.token != SERVICE:
        return
    count = replicas(service)
    if count is UNKNOWN:
        yield Unjudged(service, "how many replicas it has is unknown until it is deployed")
    elif count > configuration.maximum:
        yield Violation(
            service,
            f"{service} asks for too many replicas; {configuration.maximum} over all regions are the most. "
            f'Lower numReplicas in multiRegionConfig of "{service.name}", or raise `maximum`.',
        )


RULE = Rule(
    About(
        name="railway-service-disallow-many-replicas",
        display_name="Replicas are within bounds",
        description="Checks that no service has more replicas than are allowed.",
        severity=Severity.LOW,
        remediation_steps="Lower the replicas, or raise the setting `maximum`.",
        tags=("cost",),
        level=EnforcementLevel.ADVISORY,
    ),
    Scope.RESOURCE,
    ManyReplicasConfiguration,
    judge,
)
