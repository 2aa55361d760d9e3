"""A secret should be renewed in time."""

from collections.abc import Iterator

from pulumi_policy import EnforcementLevel, Severity
from pydantic import Field

from railway_policies import rotation
from railway_policies.resources import Resource
from railway_policies.rule import About, Finding, Rule, Scope


class SuggestedRotationConfiguration(rotation.RotationConfiguration):
    """When secrets were set, and when their renewal is due."""

    until: int = Field(default=180, ge=1)
    """The age in days from which on railway-secret-require-rotation speaks instead."""


def judge(service: Resource, configuration: SuggestedRotationConfiguration) -> Iterator[Finding]:
    """A reminder, until the secret must be renewed."""
    return rotation.judge(service, configuration, configuration.until)


RULE = Rule(
    About(
        name="railway-secret-suggest-rotation",
        display_name="Secrets are renewed in time",
        description="Tells which secrets are due to be renewed.",
        severity=Severity.MEDIUM,
        remediation_steps="Set a new secret, and write the day into the setting `setOn`.",
        tags=("secrets", "production"),
        level=EnforcementLevel.ADVISORY,
        production_only=True,
    ),
    Scope.RESOURCE,
    SuggestedRotationConfiguration,
    judge,
)
