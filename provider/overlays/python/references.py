# ruff: noqa: INP001, TC001, TC003, UP007, UP045 - a module of the generated package, in that package's style
"""References to other services' variables, which Railway fills in, with the dependencies that they imply.

A reference is written `${{service.VARIABLE}}` in a variable's value. Written by hand it hides two things from
Pulumi: that the other service must exist first, and that a change of the value it refers to must reach this
one. `reference` says both.
"""

from __future__ import annotations

import hashlib
import hmac
import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Optional, Union

import pulumi

from .custom_domain import CustomDomain
from .service import Service
from .service_domain import ServiceDomain
from .shared_variables import SharedVariables

__all__ = [
    "Reference",
    "VariablesWithReferences",
    "reference",
    "shared_reference",
    "variables_with_references",
]

_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")
_REFERENCE = re.compile(r"\$\{\{\s*(?:(?P<owner>[^{}]*?)\.)?(?P<variable>[A-Za-z_][A-Za-z0-9_]*)\s*\}\}")
_FILLED_IN_BY_RAILWAY = "RAILWAY_"


@dataclass(frozen=True)
class Reference:
    """A variable's value that refers to other services' variables.

    Texts can be added on either side: `reference(database, "URL") + "?pool=5"`.

    Attributes:
        text: The value as Railway wants it, known in a preview; it depends on what it refers to.
        digest: A digest of what it refers to, which is another one when that changes; a secret when that is
            one.
    """

    text: pulumi.Output[str]
    digest: pulumi.Output[str]

    def __add__(self, other: Union[str, pulumi.Output[str], Reference]) -> Reference:
        """Return the reference with a text, or another reference, behind it."""
        if isinstance(other, Reference):
            digests = pulumi.Output.all(self.digest, other.digest)
            return Reference(
                pulumi.Output.concat(self.text, other.text), digests.apply(lambda both: _digest("", both))
            )
        return Reference(pulumi.Output.concat(self.text, other), self.digest)

    def __radd__(self, other: Union[str, pulumi.Output[str]]) -> Reference:
        """Return the reference with a text in front of it."""
        return Reference(pulumi.Output.concat(other, self.text), self.digest)


@dataclass(frozen=True)
class VariablesWithReferences:
    """What a Service needs for variables that hold references.

    Attributes:
        variables: For `Service(variables=…)`.
        redeploy_triggers: For `Service(redeploy_triggers=…)`: a change of a value that is referred to
            redeploys the service that refers to it.
    """

    variables: Mapping[str, pulumi.Input[str]]
    redeploy_triggers: Mapping[str, pulumi.Input[str]]


def reference(
    service: Service, variable: str, *, domain: Optional[Union[ServiceDomain, CustomDomain]] = None
) -> Reference:
    """Refer to a variable of a service: `${{<its name>.<variable>}}`.

    Args:
        service: The service that has the variable.
        variable: The variable's name; Railway's own, such as `RAILWAY_PRIVATE_DOMAIN`, count too.
        domain: The domain that `RAILWAY_PUBLIC_DOMAIN` or the like stands for, so that it exists first.

    Raises:
        ValueError: When that can't be a variable's name.
    """
    if not _NAME.fullmatch(variable):
        raise ValueError(f"{variable!r} isn't a variable's name.")

    # A URN is known in a preview and carries the dependency; the domain's own name may not be known yet.
    parts: list[Any] = [service.name] if domain is None else [service.name, domain.urn]
    text = pulumi.Output.all(*parts).apply(lambda known: f"${{{{{known[0]}.{variable}}}}}")

    def digest(known: dict[str, Any]) -> str:
        variables, triggers = known["variables"] or {}, known["triggers"] or {}
        if variable not in variables and not variable.startswith(_FILLED_IN_BY_RAILWAY):
            pulumi.log.warn(
                f"A reference names the variable {variable} of {known['name']}, which this program doesn't "
                "set. Unless it is set elsewhere, Railway renders the reference as an empty text.",
                resource=service,
            )
        reached = _reached(variable, known["name"], variables)
        behind = {name: triggers[name] for name in reached if name in triggers}
        return _digest(known["urn"], [known["name"], variable, reached, behind, known["domain"]])

    return Reference(
        text,
        pulumi.Output.all(
            urn=service.urn,
            name=service.name,
            variables=service.variables,
            triggers=service.redeploy_triggers,
            domain=None if domain is None else domain.domain,
        ).apply(digest),
    )


def shared_reference(name: str, variables: Optional[SharedVariables] = None) -> Reference:
    """Refer to a variable that the environment's services share: `${{shared.<name>}}`.

    Railway itself deploys each service that refers to a shared variable when that changes, so the digest stays
    the same. It doesn't follow the value further: a service that refers to another's variable that in turn
    refers to a shared one is not deployed; let it refer to the shared variable itself.

    Args:
        name: The variable's name.
        variables: The resource that sets it, so that it is set first.

    Raises:
        ValueError: When that can't be a variable's name.
    """
    if not _NAME.fullmatch(name):
        raise ValueError(f"{name!r} isn't a variable's name.")

    def look(known: Mapping[str, str]) -> None:
        if name not in known:
            pulumi.log.warn(
                f"A reference names the shared variable {name}, which this resource doesn't set. Unless it is "
                "set elsewhere, Railway renders the reference as an empty text.",
                resource=variables,
            )

    reference_text = f"${{{{shared.{name}}}}}"
    digest = pulumi.Output.from_input(_digest("shared", name))
    if variables is None:
        return Reference(pulumi.Output.from_input(reference_text), digest)
    variables.variables.apply(look)
    # A URN is known in a preview and carries the dependency.
    return Reference(variables.urn.apply(lambda _: reference_text), digest)


def variables_with_references(
    variables: Mapping[str, Union[pulumi.Input[str], Reference]],
) -> VariablesWithReferences:
    """Return a service's variables, some of which are references, with the triggers that go with them."""
    return VariablesWithReferences(
        {name: value.text if isinstance(value, Reference) else value for name, value in variables.items()},
        {name: value.digest for name, value in variables.items() if isinstance(value, Reference)},
    )


def _reached(variable: str, owner: str, variables: Mapping[str, str]) -> dict[str, str]:
    """Return the variable and those of the same service that its value refers to, near or far."""
    reached: dict[str, str] = {}
    waiting = [variable]
    while waiting:
        name = waiting.pop()
        if name in reached or name not in variables:
            continue
        reached[name] = variables[name]
        waiting += [
            match["variable"]
            for match in _REFERENCE.finditer(variables[name])
            if match["owner"] is None or match["owner"].strip() == owner
        ]
    return dict(sorted(reached.items()))


def _digest(key: str, content: object) -> str:
    # The service's URN is the key: equal values of two services have digests that don't tell.
    text = json.dumps(content, sort_keys=True).encode()
    return hmac.new(f"pulumiverse-railway:{key}".encode(), text, hashlib.sha256).hexdigest()
