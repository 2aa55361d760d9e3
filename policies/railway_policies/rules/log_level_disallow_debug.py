"""Production doesn't write down everything."""

from collections.abc import Iterator
from fnmatch import fnmatchcase

from pulumi_policy import Severity

from railway_policies.properties import UNKNOWN
from railway_policies.resources import Resource
from railway_policies.rule import About, Configuration, Finding, Rule, Scope, Unjudged, Violation
from railway_policies.services import holds_variables, variable, variable_list, variables


class LogLevelConfiguration(Configuration):
    """What a debug level looks like."""

    variables: tuple[str, ...] = ("LOG_LEVEL", "*_LOG_LEVEL", "LOGLEVEL", "RUST_LOG", "GF_LOG_LEVEL", "DEBUG")
    """Names of variables that hold a log level; * and ? as in a shell."""
    levels: tuple[str, ...] = ("debug", "trace", "verbose", "silly", "all", "*", "1", "true", "yes")
    """Levels that are refused, in lower case."""


def judge(service: Resource, configuration: LogLevelConfiguration) -> Iterator[Finding]:
    """Debug logs hold requests, tokens and personal data."""
    if not holds_variables(service):
        return
    own = variables(service)
    if own is UNKNOWN:
        yield Unjudged(service, "its variables are unknown until it is deployed")
        return
    found = {
        name: value
        for name, value in own.items()
        if any(fnmatchcase(name.upper(), pattern) for pattern in configuration.variables)
    }
    if unknown := [name for name, value in found.items() if value is UNKNOWN]:
        yield Unjudged(service, f"{variable_list(unknown)} is unknown until it is deployed")
    for name, value in found.items():
        if value is not UNKNOWN and value.strip().lower() in configuration.levels:
            yield Violation(
                service,
                f"{service} logs at a debug level by {variable(name)}, and production logs at info or less. "
                f'Set it to info, or remove it from variables of "{service.name}".',
            )


RULE = Rule(
    About(
        name="railway-log-level-disallow-debug",
        display_name="Production doesn't log everything",
        description="Checks that no log level of production is a debug level.",
        severity=Severity.MEDIUM,
        remediation_steps="Set the log level to info, or remove the variable.",
        tags=("production",),
        production_only=True,
    ),
    Scope.RESOURCE,
    LogLevelConfiguration,
    judge,
)
