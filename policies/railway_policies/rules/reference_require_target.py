"""A reference leads to something."""

import re
from collections.abc import Iterator
from fnmatch import fnmatchcase

from pulumi_policy import Severity

from railway_policies.properties import UNKNOWN
from railway_policies.resources import SERVICE, SHARED_VARIABLES, TCP_PROXY, Resource
from railway_policies.rule import About, Configuration, Finding, Rule, Scope, Unjudged, Violation
from railway_policies.services import (
    all_services,
    endpoints_of,
    refers_to,
    service_name,
    variable,
    variable_list,
    variables,
)

_ALMOST = re.compile(r"(?<!\$)\{\{\s*[\w-]+\.\w+\s*\}\}|\$\{[\w-]+\.\w+\}|\$\{[\w-]+\.\$\{\w+\}\}")
_SHARED = "shared"
_PROVIDED = "RAILWAY_"
_PROXY = "RAILWAY_TCP_"
_PUBLIC = ("RAILWAY_PUBLIC_DOMAIN", "RAILWAY_STATIC_URL")


class ReferenceConfiguration(Configuration):
    """What exists outside the stack."""

    outside: tuple[str, ...] = ()
    """Services that this stack doesn't manage and may refer to; * and ? as in a shell."""


def judge(service: Resource, configuration: ReferenceConfiguration) -> Iterator[Finding]:
    """Railway renders a reference that leads nowhere as nothing at all, without a word."""
    if service.token != SERVICE:
        return
    own = variables(service)
    if own is UNKNOWN:
        yield Unjudged(service, "its variables are unknown until it is deployed")
        return
    if unknown := [name for name, value in own.items() if value is UNKNOWN]:
        yield Unjudged(service, f"{variable_list(unknown)} is unknown until it is deployed")
    for name, value in own.items():
        if value is UNKNOWN:
            continue
        if _ALMOST.search(value):
            yield Violation(
                service,
                f"{service} has in {variable(name)} what looks like a reference and is none, so the program "
                "gets these very characters; a reference is ${{service.VARIABLE}}. "
                f'Write it so in variables of "{service.name}".',
            )
        for source, wanted in refers_to(value):
            yield from _follow(service, name, source, wanted, configuration)


def _follow(
    service: Resource, name: str, source: str, wanted: str, configuration: ReferenceConfiguration
) -> Iterator[Finding]:
    if any(fnmatchcase(source, pattern) for pattern in configuration.outside if source):
        return
    if source == _SHARED:
        yield from _look_up_shared(service, name, wanted)
        return
    names = {other: service_name(other) for other in all_services(service)}
    targets = [other for other, called in names.items() if called == source] if source else [service]
    if not targets and UNKNOWN in names.values():
        yield Unjudged(service, f"what {variable(name)} refers to is unknown until it is deployed")
    elif not targets:
        yield Violation(
            service,
            f"{service} refers in {variable(name)} to a service that this stack doesn't have, and Railway "
            "renders that as nothing; a reference names a service by its name on Railway. Correct it in "
            f'variables of "{service.name}", or name the service in `outside`.',
        )
    for target in targets:
        yield from _look_up(service, name, target, wanted)


def _look_up_shared(service: Resource, name: str, wanted: str) -> Iterator[Finding]:
    shared = [variables(one) for one in service.all_of_type(SHARED_VARIABLES)]
    known = [own for own in shared if own is not UNKNOWN]
    if any(wanted in own for own in known):
        return
    if not shared or len(known) < len(shared):
        yield Unjudged(service, f"{variable(name)} refers to a shared variable that isn't known here")
    else:
        yield Violation(
            service,
            f"{service} refers in {variable(name)} to a shared variable that the stack's environment doesn't "
            "have, and Railway renders that as nothing. Add it to SharedVariables, or correct the reference.",
        )


def _look_up(service: Resource, name: str, target: Resource, wanted: str) -> Iterator[Finding]:
    theirs = variables(target)
    if theirs is UNKNOWN:
        yield Unjudged(service, f"whether {target} has what {variable(name)} refers to is unknown")
    elif wanted in _PUBLIC and (ways_in := endpoints_of(target)) in ([], UNKNOWN):
        if ways_in is UNKNOWN:
            yield Unjudged(service, f"whether {target} has a public domain is unknown until it is deployed")
        else:
            yield Violation(
                service,
                f"{service} refers in {variable(name)} to the public domain of {target}, which has none, and "
                f'Railway renders that as nothing. Give "{target.name}" a domain, or refer to '
                "RAILWAY_PRIVATE_DOMAIN.",
            )
    elif wanted.startswith(_PROXY) and not any(
        target in proxy.services or not proxy.services for proxy in service.all_of_type(TCP_PROXY)
    ):
        yield Violation(
            service,
            f"{service} refers in {variable(name)} to the TCP proxy of {target}, which has none, and Railway "
            f'renders that as nothing. Give "{target.name}" a TcpProxy, or refer to RAILWAY_PRIVATE_DOMAIN.',
        )
    elif wanted not in theirs and not wanted.startswith(_PROVIDED):
        yield Violation(
            service,
            f"{service} refers in {variable(name)} to a variable that {target} doesn't have, and Railway "
            f'renders that as nothing. Add it to variables of "{target.name}", or correct the reference.',
        )


RULE = Rule(
    About(
        name="railway-reference-require-target",
        display_name="References resolve",
        description="Checks that every reference leads to a variable of a service of the stack.",
        severity=Severity.HIGH,
        remediation_steps="Correct the reference, or add what it refers to.",
        tags=("coherence",),
    ),
    Scope.STACK,
    ReferenceConfiguration,
    judge,
)
