"""What services declare and what they refer to, compared before anything is sent.

Railway fills a reference to nothing with an empty text, and the service that has it starts and fails later.
"""

import difflib
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

import pulumi
import pulumiverse_railway as railway

SHARED = "shared"
"""The owner that stands for the environment's own variables, which a program may not know."""

_REFERENCE = re.compile(r"\$\{\{\s*(?:([^{}]*?)\.)?([A-Za-z_]\w*)\s*\}\}")
_ALWAYS = frozenset(
    f"RAILWAY_{name}"
    for name in (
        *("PROJECT_ID", "PROJECT_NAME", "ENVIRONMENT", "ENVIRONMENT_ID", "ENVIRONMENT_NAME"),
        *("SERVICE_ID", "SERVICE_NAME", "PRIVATE_DOMAIN", "DEPLOYMENT_ID", "REPLICA_ID", "REPLICA_REGION"),
    )
)
_WITH_VOLUME = frozenset({"RAILWAY_VOLUME_ID", "RAILWAY_VOLUME_NAME", "RAILWAY_VOLUME_MOUNT_PATH"})
_WITH_DOMAIN = frozenset({"RAILWAY_PUBLIC_DOMAIN", "RAILWAY_STATIC_URL"})


@dataclass(frozen=True)
class Link(railway.Reference):
    """A reference that also says, before anything exists, what it refers to."""

    targets: tuple[tuple[str, str], ...] = ()
    """The service and the variable of each reference in the text."""

    def __add__(self, other: "str | pulumi.Output[str] | railway.Reference") -> "Link":
        """Return the link with a text, or another link, behind it."""
        joined = super().__add__(other)
        return Link(joined.text, joined.digest, (*self.targets, *_targets(other)))

    def __radd__(self, other: "str | pulumi.Output[str]") -> "Link":
        """Return the link with a text in front of it."""
        joined = super().__radd__(other)
        return Link(joined.text, joined.digest, (*_targets(other), *self.targets))


Variables = Mapping[str, "pulumi.Input[str] | Link"]
"""The variables of a service: values, and references to variables of others."""


@dataclass
class _Declared:
    variables: frozenset[str]
    targets: Mapping[str, tuple[tuple[str, str], ...]]
    provided: frozenset[str]


@dataclass
class Wiring:
    """The services of a program, by the names that they have on Railway."""

    _services: dict[str, _Declared] = field(default_factory=dict)
    _names: dict[railway.Service, str] = field(default_factory=dict)

    def declare(self, service: railway.Service, name: str, variables: Variables, *, volume: bool) -> None:
        """Note a service, the variables that it has, and what these refer to."""
        self._names[service] = name
        self._services[name] = _Declared(
            frozenset(variables),
            {variable: _targets(value) for variable, value in variables.items()},
            _ALWAYS | _WITH_VOLUME if volume else _ALWAYS,
        )

    def publish(self, service: railway.Service) -> None:
        """Note that a service has a public domain."""
        self._services[self._names[service]].provided |= _WITH_DOMAIN

    def link(
        self,
        service: railway.Service,
        variable: str,
        *,
        domain: "railway.ServiceDomain | railway.CustomDomain | None" = None,
    ) -> Link:
        """Refer to a variable of a service that was declared; `domain` has to exist first."""
        reference = railway.reference(service, variable, domain=domain)
        return Link(reference.text, reference.digest, ((self._names[service], variable),))

    def check(self) -> None:
        """Compare what is referred to with what is there. A program calls it at its end.

        Resources are sent when a program has ended: one that raises before sends nothing.

        Raises:
            pulumi.RunError: A reference leads nowhere; the message names each.
        """
        problems = [f"  - {problem}" for problem in self._problems()]
        if problems:
            raise pulumi.RunError("\n".join(["references to variables lead nowhere:", *problems]))

    def _problems(self) -> Iterator[str]:
        for reader, declared in self._services.items():
            for variable, targets in declared.targets.items():
                for owner, wanted in targets:
                    if reason := self._reason(owner or reader, wanted):
                        reference = f"{owner}.{wanted}" if owner else wanted
                        yield f"{variable} of {reader} has ${{{{{reference}}}}}: {reason}"

    def _reason(self, owner: str, wanted: str) -> str:
        if owner == SHARED:
            return ""
        declared = self._services.get(owner)
        if declared is None:
            return f"there is no service {owner}{_suggestion(owner, self._services)}"
        if wanted in declared.variables or wanted in declared.provided:
            return ""
        if wanted in _WITH_DOMAIN:
            return f"{owner} has no public domain"
        if wanted in _WITH_VOLUME:
            return f"{owner} has no volume"
        return f"{owner} has no variable {wanted}{_suggestion(wanted, declared.variables)}"


def _targets(value: Any) -> tuple[tuple[str, str], ...]:
    """What a value refers to, as far as it is known before anything exists."""
    if isinstance(value, Link):
        return value.targets
    if isinstance(value, str):
        return tuple((owner.strip(), variable) for owner, variable in _REFERENCE.findall(value))
    return ()


def _suggestion(word: str, known: Iterable[str]) -> str:
    near = difflib.get_close_matches(word, sorted(known), n=1)
    return f"; did you mean {near[0]}?" if near else ""
