"""What looks like a secret is one in the state, too."""

from collections.abc import Iterator, Mapping
from fnmatch import fnmatchcase
from typing import Any

from pulumi_policy import EnforcementLevel, Secret, Severity

from railway_policies.properties import UNKNOWN
from railway_policies.resources import SERVICE, SHARED_VARIABLES, Resource
from railway_policies.rule import About, Configuration, Finding, Rule, Scope, Unjudged
from railway_policies.secret_looks import looks_secret, named_like_a_secret
from railway_policies.services import holds_variables, variable_list, variables


class VariableSecretConfiguration(Configuration):
    """Which variables are secrets."""

    names: tuple[str, ...] = ()
    """Names of variables that are secrets besides those that look like it; * and ? as in a shell."""
    public: tuple[str, ...] = ()
    """Names of variables that are no secrets, whatever they look like; * and ? as in a shell."""


def judge(service: Resource, configuration: VariableSecretConfiguration) -> Iterator[Finding]:
    """A policy is shown secrets as plain text, and only a remedy sees which are: what it did is done."""
    if not holds_variables(service):
        return
    own = variables(service)
    if own is UNKNOWN:
        yield Unjudged(service, "its variables are unknown until it is deployed")
        return
    unknown = [name for name, value in own.items() if value is UNKNOWN and not named_like_a_secret(name)]
    if unknown:
        yield Unjudged(service, f"whether {variable_list(unknown)} looks like a secret is unknown")
    suspects = [
        name
        for name, value in own.items()
        if _is_meant(name, "x" if value is UNKNOWN else value, configuration)
    ]
    if suspects and not service.remedied:
        yield Unjudged(
            service,
            f"whether {variable_list(suspects)} is a secret is seen only where this policy's level is remediate",
        )


def remedy(
    token: str, inputs: Mapping[str, Any], configuration: VariableSecretConfiguration
) -> Mapping[str, Any] | None:
    """The same inputs, in which each variable that should be a secret is one."""
    own = inputs.get("variables")
    if token not in (SERVICE, SHARED_VARIABLES) or not isinstance(own, Mapping):
        return None
    clear = {
        name: value
        for name, value in own.items()
        if isinstance(value, str) and _is_meant(name, value, configuration)
    }
    if not clear:
        return None
    return {**inputs, "variables": {**own, **{name: Secret(value) for name, value in clear.items()}}}


def _is_meant(name: str, value: str, configuration: VariableSecretConfiguration) -> bool:
    if any(fnmatchcase(name, pattern) for pattern in configuration.public):
        return False
    return looks_secret(name, value) or any(fnmatchcase(name, pattern) for pattern in configuration.names)


RULE = Rule(
    About(
        name="railway-variable-require-secret",
        display_name="Secrets are secrets in the state, too",
        description="Makes every variable that looks like a secret a secret of Pulumi's.",
        severity=Severity.HIGH,
        remediation_steps="Pass the value as a secret: pulumi.Output.secret, or a setting set with --secret.",
        tags=("secrets",),
        level=EnforcementLevel.REMEDIATE,
    ),
    Scope.RESOURCE,
    VariableSecretConfiguration,
    judge,
    remedy,
)
