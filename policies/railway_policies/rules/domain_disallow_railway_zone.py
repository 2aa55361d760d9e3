"""Production has addresses of its own."""

from collections.abc import Iterator
from fnmatch import fnmatchcase

from pulumi_policy import Severity

from railway_policies.resources import SERVICE_DOMAIN, Resource
from railway_policies.rule import About, Configuration, Finding, Rule, Scope, Violation
from railway_policies.services import RAILWAY_ZONE


class RailwayZoneConfiguration(Configuration):
    """Which domains may lie in Railway's zone."""

    allowed: tuple[str, ...] = ()
    """Logical names of domains that may; * and ? as in a shell."""


def judge(domain: Resource, configuration: RailwayZoneConfiguration) -> Iterator[Finding]:
    """Type and logical name say it all, and a program always has both: nothing here can be unknown."""
    if domain.token == SERVICE_DOMAIN and not any(
        fnmatchcase(domain.name, pattern) for pattern in configuration.allowed
    ):
        yield Violation(
            domain,
            f"{domain} lies in {RAILWAY_ZONE}, which isn't yours and ends with the project, and production "
            f"uses addresses of its own. Make a CustomDomain instead, or add "
            f'"{domain.name}" to `allowed`.',
        )


RULE = Rule(
    About(
        name="railway-domain-disallow-railway-zone",
        display_name="Production has addresses of its own",
        description=f"Checks that no address of production lies in {RAILWAY_ZONE} unless a setting allows it.",
        severity=Severity.MEDIUM,
        remediation_steps="Use a custom domain, or name the domain in the setting `allowed`.",
        tags=("exposure", "production"),
        production_only=True,
    ),
    Scope.RESOURCE,
    RailwayZoneConfiguration,
    judge,
)
