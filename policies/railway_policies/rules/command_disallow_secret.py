"""No command holds a secret."""

import re
from collections.abc import Iterator

from pulumi_policy import Severity

from railway_policies.properties import UNKNOWN
from railway_policies.resources import SERVICE, Resource
from railway_policies.rule import About, Configuration, Finding, Rule, Scope, Unjudged, Violation
from railway_policies.secret_looks import formed_like_a_secret
from railway_policies.services import secrets

_COMMANDS = {
    ("deploy", "startCommand"): "start command",
    ("deploy", "preDeployCommand"): "pre-deploy command",
    ("build", "buildCommand"): "build command",
}
# A flag or an assignment with a value that isn't taken from a variable.
_LITERAL = re.compile(
    r"(?:(?:^|\s)--?[\w-]*(?:pass|password|passwd|secret|token|api-?key)[=\s]+"
    r"|\b\w*(?:PASSWORD|PASSWD|SECRET|TOKEN|API_?KEY)=|\brequirepass\s+)"
    r"[\"']?(?![$\s\"'-])[^\s\"'$;|&]{4,}"
)
_SHORTEST = 6
"""Below it a value is too common to be found in a command by itself."""


class CommandConfiguration(Configuration):
    """Nothing of its own."""


def judge(service: Resource, configuration: CommandConfiguration) -> Iterator[Finding]:  # noqa: ARG001
    """Commands stand in the dashboard, in logs and in the container's list of processes."""
    if service.token != SERVICE:
        return
    own = secrets(service)
    values = {value for value in own.values() if value is not UNKNOWN} if own is not UNKNOWN else set()
    for path, words in _COMMANDS.items():
        command = service.properties.text(*path)
        if command is UNKNOWN:
            yield Unjudged(service, f"its {words} is unknown until it is deployed")
        elif command and (
            _LITERAL.search(command)
            or formed_like_a_secret(command)
            or any(len(value) >= _SHORTEST and value in command for value in values)
        ):
            yield Violation(
                service,
                f"{service} holds a secret in its {words}, where the dashboard, logs and every process show "
                f'it; commands take secrets from variables. Put it into variables of "{service.name}" and '
                "write $NAME in the command.",
            )
        elif command and (own is UNKNOWN or UNKNOWN in own.values()):
            yield Unjudged(service, f"whether its {words} holds one of its secrets is unknown until they are")


RULE = Rule(
    About(
        name="railway-command-disallow-secret",
        display_name="Commands hold no secrets",
        description="Checks that no start, build or pre-deploy command holds a secret.",
        severity=Severity.CRITICAL,
        remediation_steps="Put the secret into a variable, and let the command read that.",
        tags=("secrets",),
    ),
    Scope.RESOURCE,
    CommandConfiguration,
    judge,
)
