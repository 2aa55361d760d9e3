"""A name on Railway belongs to one service."""

from collections.abc import Iterator

from pulumi_policy import Severity

from railway_policies.properties import UNKNOWN
from railway_policies.resources import SERVICE, Resource
from railway_policies.rule import About, Configuration, Finding, Rule, Scope, Unjudged, Violation
from railway_policies.services import all_services, service_name


class SameNameConfiguration(Configuration):
    """Nothing of its own."""


def judge(service: Resource, configuration: SameNameConfiguration) -> Iterator[Finding]:  # noqa: ARG001
    """The service that comes later in the stack is told."""
    if service.token != SERVICE:
        return
    name = service_name(service)
    if name is UNKNOWN:
        yield Unjudged(service, "its name is unknown until it is deployed")
        return
    for other in all_services(service):
        if other is service:
            return
        if service_name(other) == name and name and _same_project(service, other):
            yield Violation(
                service,
                f"{service} has the name of {other} on Railway, where references and private addresses go by "
                f'name; each service has its own. Set another name in "{service.name}".',
            )
            return


def _same_project(one: Resource, other: Resource) -> bool:
    """False only where the two are known to be in different projects."""
    if one.links.get("projectId") or other.links.get("projectId"):
        return one.links.get("projectId") == other.links.get("projectId")
    return one.properties.text("projectId") == other.properties.text("projectId")


RULE = Rule(
    About(
        name="railway-service-disallow-same-name",
        display_name="Services have names of their own",
        description="Checks that no two services of a project have the same name.",
        severity=Severity.HIGH,
        remediation_steps="Give each service a name of its own.",
        tags=("coherence",),
    ),
    Scope.STACK,
    SameNameConfiguration,
    judge,
)
