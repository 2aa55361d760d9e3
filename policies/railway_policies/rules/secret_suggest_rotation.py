"""A secret should be renewed in time."""

from pulumi_policy import EnforcementLevel, Severity

from railway_policies.rotation import RotationConfiguration, judge
from railway_policies.rule import About, Rule, Scope

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
    RotationConfiguration,
    judge,
)
