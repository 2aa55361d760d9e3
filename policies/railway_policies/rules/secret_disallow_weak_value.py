"""A secret is long, and nobody else's."""

from collections.abc import Iterator
from fnmatch import fnmatchcase

from pulumi_policy import Severity
from pydantic import Field

from railway_policies.properties import UNKNOWN
from railway_policies.resources import Resource
from railway_policies.rule import About, Configuration, Finding, Rule, Scope, Unjudged, Violation
from railway_policies.services import holds_variables, secrets, variable, variable_list

_KNOWN = (
    "*password*",
    "*changeme*",
    "*change-me*",
    "*change_me*",
    "*your-secret*",
    "*your_secret*",
    "*your-refresh-secret*",
    "*secret-key*",
    "*secretkey*",
    "*minioadmin*",
    "*admin123*",
    "*letmein*",
    "*qwerty*",
    "*12345678*",
    "*placeholder*",
    "*replace-me*",
    "*replace_me*",
)


class WeakValueConfiguration(Configuration):
    """What is too weak for a secret."""

    minimum_length: int = Field(default=16, ge=8)
    """How many characters a secret has at least."""
    known: tuple[str, ...] = _KNOWN
    """Values that guides, images and programs publish, in lower case; * and ? as in a shell."""


def judge(service: Resource, configuration: WeakValueConfiguration) -> Iterator[Finding]:
    """References are judged where the value stands."""
    if not holds_variables(service):
        return
    found = secrets(service)
    if found is UNKNOWN:
        yield Unjudged(service, "its variables are unknown until it is deployed")
        return
    if unknown := [name for name, value in found.items() if value is UNKNOWN]:
        yield Unjudged(service, f"{variable_list(unknown)} is unknown until it is deployed")
    for name, value in found.items():
        if value is UNKNOWN:
            continue
        if fault := _fault(value, configuration):
            yield Violation(
                service,
                f"{service} has a secret that {fault}: {variable(name)}. A secret is random and has "
                f"{configuration.minimum_length} characters or more. Set a new one; `openssl rand -hex 32` "
                "makes it.",
            )


def _fault(value: str, configuration: WeakValueConfiguration) -> str | None:
    lower = value.lower()
    if any(fnmatchcase(lower, pattern) for pattern in configuration.known):
        return "is published, as a default or in a guide"
    if len(value) < configuration.minimum_length:
        return "is too short"
    return "repeats a few characters" if len(set(value)) < _DIFFERENT else None


_DIFFERENT = 5
"""How many different characters a random text of 16 has, all but surely."""

RULE = Rule(
    About(
        name="railway-secret-disallow-weak-value",
        display_name="Secrets are strong",
        description="Checks that no secret is a known default, short or made of a few characters.",
        severity=Severity.CRITICAL,
        remediation_steps="Set a new random secret; `openssl rand -hex 32` makes one.",
        tags=("secrets",),
    ),
    Scope.RESOURCE,
    WeakValueConfiguration,
    judge,
)
