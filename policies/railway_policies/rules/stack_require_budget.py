"""The stack costs what was planned."""

from collections.abc import Iterator, Mapping
from fnmatch import fnmatchcase

from pulumi_policy import EnforcementLevel, Severity
from pydantic import Field

from railway_policies.properties import UNKNOWN, Maybe
from railway_policies.resources import SERVICE, STACK, VOLUME, Resource
from railway_policies.rule import About, Configuration, Finding, Rule, Scope, Unjudged, Violation
from railway_policies.rules.words import named
from railway_policies.services import memory_limit_gb, replicas, vcpu_limit


class BudgetConfiguration(Configuration):
    """The budget, the prices, and what a service is assumed to use."""

    dollars_per_month: float = Field(default=100, ge=0)
    """What the stack may cost in a month, in US dollars."""
    memory_gb: Mapping[str, float] = Field(default={"*": 0.5})
    """GB of memory that one replica uses on average, by logical name (* and ?); the first that fits."""
    vcpu: Mapping[str, float] = Field(default={"*": 0.1})
    """Processors that one replica uses on average, by logical name (* and ?); the first that fits."""
    at_limits: bool = False
    """Whether a replica counts with its whole limits where a service sets any: the most that it can cost."""
    volume_use: float = Field(default=1, ge=0, le=1)
    """The part of each volume that is full: Railway charges for what is used."""
    memory_price: float = 10
    """US dollars for a GB of memory in a month."""
    vcpu_price: float = 20
    """US dollars for a processor in a month."""
    volume_price: float = 0.15
    """US dollars for a GB on a volume in a month."""


def judge(stack: Resource, configuration: BudgetConfiguration) -> Iterator[Finding]:
    """Traffic to the internet and backups aren't in it: nothing in a stack tells how much they are.

    What isn't known counts as nothing, so that an estimate beyond the budget is one whatever it will be.
    """
    if stack.token != STACK:
        return
    services, volumes = stack.all_of_type(SERVICE), stack.all_of_type(VOLUME)
    costs = {service: _cost(service, configuration) for service in services}
    sizes = {volume: volume.properties.number("sizeMb") for volume in volumes}
    if unknown := [one for one, size in (costs | sizes).items() if size is UNKNOWN or size is None]:
        yield Unjudged(stack, f"the cost of {named(unknown)} is unknown until it is deployed")
    running = sum(cost for cost in costs.values() if cost is not UNKNOWN)
    kept = sum(size / 1000 for size in sizes.values() if size is not UNKNOWN and size is not None)
    keeping = kept * configuration.volume_use * configuration.volume_price
    estimate = running + keeping
    if estimate > configuration.dollars_per_month:
        limits = (
            "its limits where it has any" if configuration.at_limits else "its limits where they are lower"
        )
        yield Violation(
            stack,
            f"{stack} is estimated at ${estimate:.2f} in a month, and its budget is "
            f"${configuration.dollars_per_month:.2f}: ${running:.2f} for {len(services)} services, of "
            f"memoryGb {_shown(configuration.memory_gb)} and vcpu {_shown(configuration.vcpu)} a replica, or "
            f"{limits}, at ${configuration.memory_price:g} and ${configuration.vcpu_price:g}, and "
            f"${keeping:.2f} for {kept:g} GB on volumes, {configuration.volume_use:.0%} full, at "
            f"${configuration.volume_price:g}. Traffic and backups come on top. Make it smaller, or raise "
            "`dollarsPerMonth`.",
        )


def _cost(service: Resource, configuration: BudgetConfiguration) -> Maybe[float]:
    """US dollars in a month for all replicas of a service."""
    count, memory, vcpu = replicas(service), memory_limit_gb(service), vcpu_limit(service)
    if count is UNKNOWN or memory is UNKNOWN or vcpu is UNKNOWN:
        return UNKNOWN

    def used(by_name: Mapping[str, float], limit: float | None) -> float:
        assumed = _assumed(service, by_name)
        if limit is None:
            return assumed
        return limit if configuration.at_limits else min(assumed, limit)

    memory_cost = used(configuration.memory_gb, memory) * configuration.memory_price
    return count * (memory_cost + used(configuration.vcpu, vcpu) * configuration.vcpu_price)


def _assumed(service: Resource, by_name: Mapping[str, float]) -> float:
    return next((amount for pattern, amount in by_name.items() if fnmatchcase(service.name, pattern)), 0)


def _shown(by_name: Mapping[str, float]) -> str:
    return ", ".join(f"{amount:g} ({pattern})" for pattern, amount in by_name.items())


RULE = Rule(
    About(
        name="railway-stack-require-budget",
        display_name="The stack is within its budget",
        description="Checks that the estimated cost of a month is within the budget.",
        severity=Severity.LOW,
        remediation_steps="Lower replicas, limits or volumes, or raise the setting `dollarsPerMonth`.",
        tags=("cost",),
        level=EnforcementLevel.ADVISORY,
    ),
    Scope.STACK,
    BudgetConfiguration,
    judge,
)
