"""A secret has one purpose."""

from collections.abc import Iterator

from pulumi_policy import Severity

from railway_policies.properties import UNKNOWN
from railway_policies.resources import Resource
from railway_policies.rule import About, Configuration, Finding, Rule, Scope, Unjudged, Violation
from railway_policies.services import all_holders, holds_variables, secrets, variable, variable_list


class SharingConfiguration(Configuration):
    """Nothing of its own."""


def judge(service: Resource, configuration: SharingConfiguration) -> Iterator[Finding]:  # noqa: ARG001
    """The service that comes later in the stack is told; a reference to the first is no second copy."""
    if not holds_variables(service):
        return
    own = secrets(service)
    if own is UNKNOWN:
        yield Unjudged(service, "its variables are unknown until it is deployed")
        return
    if unknown := [name for name, value in own.items() if value is UNKNOWN]:
        yield Unjudged(service, f"{variable_list(unknown)} is unknown until it is deployed")
    earlier = _earlier(service)
    for name, value in own.items():
        if value is UNKNOWN:
            continue
        first = earlier.setdefault(value, (service, name))
        if first != (service, name):
            other, other_name = first
            yield Violation(
                service,
                f"{service} has in {variable(name)} the same secret as {other} in {variable(other_name)}, and "
                "a secret has one purpose: who learns one has the other. Set a secret of its own, or refer to "
                "the first with a reference.",
            )


def _earlier(service: Resource) -> dict[str, tuple[Resource, str]]:
    """The secrets of the services that come before this one in the stack, by value."""
    found: dict[str, tuple[Resource, str]] = {}
    for other in all_holders(service):
        if other is service:
            break
        theirs = secrets(other)
        if theirs is not UNKNOWN:
            for name, value in theirs.items():
                if value is not UNKNOWN:
                    found.setdefault(value, (other, name))
    return found


RULE = Rule(
    About(
        name="railway-secret-disallow-sharing",
        display_name="Secrets have one purpose",
        description="Checks that no two variables hold the same secret.",
        severity=Severity.HIGH,
        remediation_steps="Set a secret for each purpose, and use references where one is meant twice.",
        tags=("secrets",),
    ),
    Scope.STACK,
    SharingConfiguration,
    judge,
)
