"""What services declare and what they refer to, compared before anything is sent.

Railway fills a reference to nothing with an empty text, and the service that has it starts and fails later.

Values that a program knows are compared at its end. An output is compared when it gets known: most do in a preview, and
the rest before the service that holds them is sent.
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


@dataclass(frozen=True)
class _Use:
    """A reference in a variable of a service."""

    reader: str
    variable: str
    owner: str
    wanted: str
    secret: bool = False
    """Whether it stands in a secret text, no part of which may be shown."""


@dataclass
class _Declared:
    variables: frozenset[str]
    provided: frozenset[str]


@dataclass
class Wiring:
    """The services of a program, by the names that they have on Railway."""

    _services: dict[str, _Declared] = field(default_factory=dict)
    _names: dict[railway.Service, str] = field(default_factory=dict)
    _uses: list[_Use] = field(default_factory=list)
    _complete: bool = False

    def declare(self, service: railway.Service, name: str, variables: Variables, *, volume: bool) -> None:
        """Note a service, the variables that it has, and what these refer to."""
        self._names[service] = name
        self._services[name] = _Declared(frozenset(variables), _ALWAYS | _WITH_VOLUME if volume else _ALWAYS)
        for variable, value in variables.items():
            self._uses += [_Use(name, variable, *target) for target in _targets(value)]

    def held(self, value: pulumi.Input[str]) -> pulumi.Output[str]:
        """An input of a resource that is not to be sent when a reference of the program leads nowhere.

        An error at a program's end doesn't keep the SDK from sending what was declared before.
        """

        def pass_on(known: str) -> str:
            if self._complete:
                self._refuse(self._uses)
            return known

        return pulumi.Output.from_input(value).apply(pass_on)

    def judged(
        self, reader: str, variables: Mapping[str, pulumi.Input[str]]
    ) -> Mapping[str, pulumi.Input[str]]:
        """The variables of a service, to be sent: the outputs among them fail where a reference leads nowhere."""
        return {
            variable: value if isinstance(value, str) else self._judged(reader, variable, value)
            for variable, value in variables.items()
        }

    def _judged(self, reader: str, variable: str, value: pulumi.Input[str]) -> pulumi.Output[str]:
        output = pulumi.Output.from_input(value)

        async def judge(text: str) -> str:
            secret = await output.is_secret()
            uses = [_Use(reader, variable, *target, secret=secret) for target in _targets(text)]
            if self._complete:
                self._refuse(uses)
            else:
                # The program waited for something, and what it hasn't declared yet may be meant.
                self._uses += uses
            return text

        return output.apply(judge)

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

        What holds an input back, see `held`, is not sent then. An output that gets known later is compared later,
        and raises likewise in the place of the service that holds it.

        Raises:
            pulumi.RunError: A reference leads nowhere; the message names each.
        """
        self._complete = True
        self._refuse(self._uses)

    def _refuse(self, uses: Iterable[_Use]) -> None:
        problems = [f"  - {problem}" for problem in dict.fromkeys(self._problems(uses))]
        if problems:
            raise pulumi.RunError("\n".join(["references to variables lead nowhere:", *problems]))

    def _problems(self, uses: Iterable[_Use]) -> Iterator[str]:
        for use in uses:
            if reason := self._reason(use):
                reference = f"{use.owner}.{use.wanted}" if use.owner else use.wanted
                shown = "a reference in its secret value" if use.secret else f"${{{{{reference}}}}}"
                yield f"{use.variable} of {use.reader} has {shown}: {reason}"

    def _reason(self, use: _Use) -> str:
        owner, wanted = use.owner or use.reader, use.wanted
        if owner == SHARED:
            return ""
        declared = self._services.get(owner)
        if declared is None:
            named = "of that name" if use.secret else f"{owner}{_suggestion(owner, self._services)}"
            return f"there is no service {named}"
        if wanted in declared.variables or wanted in declared.provided:
            return ""
        if wanted in _WITH_DOMAIN:
            return f"{owner} has no public domain"
        if wanted in _WITH_VOLUME:
            return f"{owner} has no volume"
        named = "of that name" if use.secret else f"{wanted}{_suggestion(wanted, declared.variables)}"
        return f"{owner} has no variable {named}"


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
