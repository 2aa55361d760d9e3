"""What a workspace's plan can hold, so that a run stops before it changes what Railway would refuse to finish.

The numbers are those of Railway's pages on plans, volumes, domains and the trial
(https://docs.railway.com/pricing/plans, /volumes, /networking/domains/working-with-domains, /pricing/free-trial):
the plan's own answer, `subscriptionPlanLimit`, is a JSON object whose keys aren't documented.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

from pulumi_resource_railway.railway.errors import BeyondPlan

if TYPE_CHECKING:
    from collections.abc import Iterable

    from pulumi_resource_railway.railway.client import Status

_MEGABYTES: Final = 1024
"""Of a gigabyte, the larger reading: a size is refused only where it is too large by either."""
_BYTES: Final = 1024**3
_UPGRADE: Final = "Change the workspace's plan in Railway's dashboard (Workspace, Billing)"
_ON_REQUEST: Final = "Railway raises this on request; if it refuses, ask its support"
_PLENTY: Final = 1_000_000


@dataclass(frozen=True)
class Plan:
    """What one plan holds.

    Attributes:
        title: What Railway's pages call it.
        volumes: How many volumes a project may have.
        volume_gigabytes: How large each of them may be.
        replicas: How many replicas a service may have, in all its regions.
        replica_cpus: How many virtual processors one replica gets at most.
        replica_gigabytes: How much memory one replica gets at most.
        services: How many services a project may have.
        custom_domains: How many domains of one's own a service may have.
        raised_on_request: Whether Railway gives single workspaces more, so that beyond isn't impossible.
    """

    title: str
    volumes: int = _PLENTY
    volume_gigabytes: float = _PLENTY
    replicas: int = _PLENTY
    replica_cpus: float = _PLENTY
    replica_gigabytes: float = _PLENTY
    services: int = _PLENTY
    custom_domains: int = _PLENTY
    raised_on_request: bool = False

    async def count_volume(self, warn: Status, existing: int, name: str) -> None:
        """Judge one more volume in a project that has some.

        Raises:
            BeyondPlan: When the plan never holds that many.
        """
        if existing >= self.volumes:
            fact = (
                f"Volume {name!r} would be number {existing + 1} of its project, and Railway's {self.title} "
                f"plan holds {self.volumes} in a project"
            )
            await self._judge(warn, fact, "remove a volume that isn't needed any more")

    async def size_volume(self, warn: Status, size_mb: int, name: str) -> None:
        """Judge a volume's size.

        Raises:
            BeyondPlan: When the plan never holds a volume of that size.
        """
        if size_mb > self.volume_gigabytes * _MEGABYTES:
            fact = (
                f"sizeMb of volume {name!r} is {size_mb}, and Railway's {self.title} plan holds volumes of "
                f"{self.volume_gigabytes:g} GB"
            )
            await self._judge(warn, fact, "lower sizeMb")

    async def count_service(self, warn: Status, number: int, name: str) -> None:
        """Judge a new service, which would be the project's service of this number.

        Raises:
            BeyondPlan: When the plan never holds that many.
        """
        if number > self.services:
            fact = (
                f"Service {name!r} would be number {number} of its project, and Railway's {self.title} plan "
                f"holds {self.services} in a project"
            )
            await self._judge(warn, fact, "remove a service that isn't needed any more")

    async def count_replicas(self, warn: Status, replicas: int, name: str) -> None:
        """Judge how many replicas a service is to have.

        Raises:
            BeyondPlan: When the plan never runs that many.
        """
        if replicas > self.replicas:
            fact = (
                f"deploy.multiRegionConfig of service {name!r} asks for {replicas} replicas, and Railway's "
                f"{self.title} plan runs {self.replicas} of a service"
            )
            await self._judge(warn, fact, "lower numReplicas")

    async def limit_replica(
        self, warn: Status, cpus: float | None, memory_bytes: int | None, name: str
    ) -> None:
        """Warn of a limit that the plan undercuts: what Railway does with one isn't documented."""
        path = f"deploy.limitOverride.containers of service {name!r}"
        tail = f"and Railway's {self.title} plan gives a replica"
        remedy = "The plan's limit may hold all the same, or Railway may refuse this one"
        if cpus is not None and cpus > self.replica_cpus:
            await warn(f"{path}: cpu is {cpus:g}, {tail} {self.replica_cpus:g} vCPU. {remedy}.")
        if memory_bytes is not None and memory_bytes > self.replica_gigabytes * _BYTES:
            await warn(
                f"{path}: memoryBytes is {memory_bytes}, {tail} {self.replica_gigabytes:g} GB. {remedy}."
            )

    async def count_domain(self, warn: Status, number: int, domain: str) -> None:
        """Judge a new domain of one's own, which would be the service's domain of this number.

        Raises:
            BeyondPlan: When the plan never holds that many.
        """
        if number > self.custom_domains:
            fact = (
                f"Domain {domain} would be number {number} of its service, and Railway's {self.title} plan "
                f"holds {self.custom_domains} of one's own for a service"
            )
            await self._judge(warn, fact, "remove a domain that isn't needed any more")

    async def _judge(self, warn: Status, fact: str, alternative: str) -> None:
        if self.raised_on_request:
            await warn(f"{fact}. {_ON_REQUEST}.")
            return
        raise BeyondPlan(fact, advice=f"{_UPGRADE}, or {alternative}. Nothing was changed.")


_PLANS: Final = {
    "free": Plan("Free", 1, 0.5, replicas=1, replica_cpus=1, replica_gigabytes=0.5),
    "trial": Plan(
        "Trial", 3, 0.5, replicas=2, replica_cpus=2, replica_gigabytes=1, services=5, custom_domains=1
    ),
    "hobby": Plan("Hobby", 10, 5, replicas=6, replica_cpus=8, replica_gigabytes=8, custom_domains=2),
    # Any volume that Railway makes for who asks nobody, up to a terabyte, is made on Pro.
    "pro": Plan(
        "Pro",
        20,
        replicas=42,
        replica_cpus=24,
        replica_gigabytes=24,
        custom_domains=20,
        raised_on_request=True,
    ),
}
_UNKNOWN: Final = Plan("unknown")


def plan_named(subscription: str | None) -> Plan:
    """Return the plan that a project's `subscriptionType` names; one that isn't known holds everything."""
    return _PLANS.get(subscription or "", _UNKNOWN)


@dataclass
class Room:
    """What this run makes, by what it is listed in: what is made at the same time is in no list yet."""

    _names: dict[str, set[str]] = field(default_factory=dict)

    def number(self, scope: str, existing: Iterable[str], name: str) -> int:
        """Return which number the new object will have in its scope, and keep its place."""
        taken = self._names.setdefault(scope, set())
        taken.add(name)
        return len(taken.union(existing))
