"""Nobody lets a replica grow by mistake."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from fnmatch import fnmatchcase

from pulumi_policy import EnforcementLevel, Severity
from pydantic import Field

from railway_policies.properties import UNKNOWN, Maybe
from railway_policies.resources import SERVICE, Resource
from railway_policies.rule import About, Configuration, Finding, Rule, Scope, Unjudged, Violation
from railway_policies.services import memory_limit_gb, vcpu_limit


class LargeLimitsConfiguration(Configuration):
    """What a service may let each of its replicas use."""

    vcpu: float = Field(default=8, ge=0)
    """Processors of one replica."""
    memory_gb: float = Field(default=8, ge=0)
    """GB of memory of one replica, of 1,000,000,000 bytes each."""
    services: tuple[str, ...] = ()
    """Logical names of services that must set both limits (* and ?); elsewhere one is judged where it is set."""


@dataclass(frozen=True)
class _Limit:
    """One of the limits, in the words of messages."""

    what: str
    key: str
    setting: str
    unit: str
    read: Callable[[Resource], Maybe[float | None]]
    bound: Callable[[LargeLimitsConfiguration], float]


_LIMITS = (
    _Limit("processors", "cpu", "vcpu", "vCPU", vcpu_limit, lambda configuration: configuration.vcpu),
    _Limit(
        "memory",
        "memoryBytes",
        "memoryGb",
        "GB",
        memory_limit_gb,
        lambda configuration: configuration.memory_gb,
    ),
)


def judge(service: Resource, configuration: LargeLimitsConfiguration) -> Iterator[Finding]:
    """Without a limit the plan's holds; each limit is judged alone, so that one hides nothing of the other."""
    if service.token != SERVICE:
        return
    needed = any(fnmatchcase(service.name, pattern) for pattern in configuration.services)
    for one in _LIMITS:
        limit, bound = one.read(service), one.bound(configuration)
        if limit is UNKNOWN:
            yield Unjudged(service, f"its limit of {one.what} is unknown until it is deployed")
        elif limit is None and needed:
            yield Violation(
                service,
                f"{service} has no limit of {one.what}, so each replica may use what the plan allows, and "
                f"{bound:g} {one.unit} is the most. Set {one.key} in deploy.limitOverride.containers of "
                f'"{service.name}".',
            )
        elif limit is not None and limit > bound:
            yield Violation(
                service,
                f"{service} has too high a limit of {one.what}; {bound:g} {one.unit} for each replica is the "
                f'most. Lower {one.key} in deploy.limitOverride.containers of "{service.name}", or raise '
                f"`{one.setting}`.",
            )


RULE = Rule(
    About(
        name="railway-service-disallow-large-limits",
        display_name="Limits of CPU and memory are within bounds",
        description="Checks that no service lets a replica use more CPU or memory than is allowed.",
        severity=Severity.LOW,
        remediation_steps="Lower the limits in the service's limitOverride, or raise the settings `vcpu` and "
        "`memoryGb`.",
        tags=("cost",),
        level=EnforcementLevel.ADVISORY,
    ),
    Scope.RESOURCE,
    LargeLimitsConfiguration,
    judge,
)
