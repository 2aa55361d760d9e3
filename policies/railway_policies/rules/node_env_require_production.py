"""In production, programs know that it is production."""

from collections.abc import Iterator
from fnmatch import fnmatchcase

from pulumi_policy import Severity

from railway_policies.properties import UNKNOWN
from railway_policies.resources import Resource
from railway_policies.rule import About, Configuration, Finding, Rule, Scope, Unjudged, Violation
from railway_policies.services import holds_variables, variables


class NodeEnvConfiguration(Configuration):
    """Which services need the variable."""

    services: tuple[str, ...] = ()
    """Logical names of services that must have NODE_ENV (* and ?); elsewhere it is judged where it is set."""


def judge(service: Resource, configuration: NodeEnvConfiguration) -> Iterator[Finding]:
    """In development, servers answer with stack traces and let local pages in."""
    if not holds_variables(service):
        return
    own = variables(service)
    if own is UNKNOWN or own.get("NODE_ENV") is UNKNOWN:
        yield Unjudged(service, "its NODE_ENV is unknown until it is deployed")
        return
    value = own.get("NODE_ENV")
    needed = any(fnmatchcase(service.name, pattern) for pattern in configuration.services)
    if value != "production" and (value is not None or needed):
        fault = "has no NODE_ENV" if value is None else "runs with another NODE_ENV"
        yield Violation(
            service,
            f"{service} {fault}, and in production it is production. Set NODE_ENV to production in variables "
            f'of "{service.name}".',
        )


RULE = Rule(
    About(
        name="railway-node-env-require-production",
        display_name="Production runs as production",
        description="Checks that NODE_ENV is production.",
        severity=Severity.HIGH,
        remediation_steps="Set the variable NODE_ENV to production.",
        tags=("production",),
        production_only=True,
    ),
    Scope.RESOURCE,
    NodeEnvConfiguration,
    judge,
)
