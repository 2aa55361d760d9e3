"""No secret gets old."""

from pulumi_policy import Severity
from pydantic import Field

from railway_policies.rotation import RotationConfiguration, judge
from railway_policies.rule import About, Rule, Scope


class RequiredRotationConfiguration(RotationConfiguration):
    """When secrets were set, and how old they may get."""

    days: int = Field(default=180, ge=1)
    """How many days old a secret may be."""


RULE = Rule(
    About(
        name="railway-secret-require-rotation",
        display_name="Secrets are renewed",
        description="Checks that no secret is older than its last day.",
        severity=Severity.HIGH,
        remediation_steps="Set a new secret, and write the day into the setting `setOn`.",
        tags=("secrets", "production"),
        production_only=True,
    ),
    Scope.RESOURCE,
    RequiredRotationConfiguration,
    judge,
)
