"""No stand-in secret gets into production."""

from collections.abc import Iterator
from fnmatch import fnmatchcase

from pulumi_policy import Severity

from railway_policies.properties import UNKNOWN
from railway_policies.resources import Resource
from railway_policies.rule import About, Configuration, Finding, Rule, Scope, Unjudged, Violation
from railway_policies.services import holds_variables, secrets, variable, variable_list


class StandInConfiguration(Configuration):
    """What a stand-in looks like, and where it is meant to be."""

    stand_ins: tuple[str, ...] = (
        "stand-in*",
        "standin*",
        "dummy*",
        "fake*",
        "example*",
        "test-*",
        "*-stand-in",
    )
    """Secrets that are made for a trial, in lower case; * and ? as in a shell."""
    turned_off_by: str = ""
    """A boolean of the stack's configuration, such as app:rehearsal, that turns this policy off."""


def judge(service: Resource, configuration: StandInConfiguration) -> Iterator[Finding]:
    """A stand-in that was made for a trial is known to the trial's tools and logs."""
    if not holds_variables(service):
        return
    found = secrets(service)
    if configuration.turned_off_by and service.surroundings.is_on(configuration.turned_off_by):
        if found is UNKNOWN or found:
            yield Unjudged(service, f"{configuration.turned_off_by} is on, which turns this one policy off")
        return
    if found is UNKNOWN:
        yield Unjudged(service, "its variables are unknown until it is deployed")
        return
    if unknown := [name for name, value in found.items() if value is UNKNOWN]:
        yield Unjudged(service, f"{variable_list(unknown)} is unknown until it is deployed")
    for name, value in found.items():
        if value is not UNKNOWN and any(
            fnmatchcase(value.lower(), pattern) for pattern in configuration.stand_ins
        ):
            yield Violation(
                service,
                f"{service} has a secret that is a stand-in: {variable(name)}. Production has secrets of its own. "
                "Set a new one; `openssl rand -hex 32` makes it.",
            )


RULE = Rule(
    About(
        name="railway-secret-disallow-stand-in",
        display_name="Production has no stand-in secrets",
        description="Checks that no secret of production is a stand-in that was made for a trial.",
        severity=Severity.CRITICAL,
        remediation_steps="Set a new random secret; `openssl rand -hex 32` makes one.",
        tags=("secrets", "production"),
        production_only=True,
    ),
    Scope.RESOURCE,
    StandInConfiguration,
    judge,
)
