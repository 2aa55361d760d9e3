"""What a workspace's plan can hold, so that a run stops before it changes what Railway would refuse to finish.

The numbers are those of Railway's page on volumes (https://docs.railway.com/volumes): the plan's own answer,
`subscriptionPlanLimit`, is a JSON object whose keys aren't documented.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from pulumi_resource_railway.railway.errors import BeyondPlan

if TYPE_CHECKING:
    from pulumi_resource_railway.resource import Context

_MEGABYTES: Final = 1024
"""Of a gigabyte, the larger reading: a size is refused only where it is too large by either."""
_UPGRADE: Final = "Change the workspace's plan in Railway's dashboard (Workspace, Billing)"
_ON_REQUEST: Final = "Railway raises this on request; if it refuses, ask its support"


@dataclass(frozen=True)
class Plan:
    """What one plan holds.

    Attributes:
        title: What Railway's pages call it.
        volumes: How many volumes a project may have.
        volume_gigabytes: How large each of them may be.
        raised_on_request: Whether Railway gives single workspaces more, so that beyond isn't impossible.
    """

    title: str
    volumes: int
    volume_gigabytes: float
    raised_on_request: bool = False

    async def count_volume(self, context: Context, existing: int, name: str) -> None:
        """Judge one more volume in a project that has some.

        Raises:
            BeyondPlan: When the plan never holds that many.
        """
        if existing >= self.volumes:
            fact = (
                f"Volume {name!r} would be number {existing + 1} of its project, and Railway's {self.title} "
                f"plan holds {self.volumes} in a project"
            )
            await self._judge(context, fact, "remove a volume that isn't needed any more")

    async def size_volume(self, context: Context, size_mb: int, name: str) -> None:
        """Judge a volume's size.

        Raises:
            BeyondPlan: When the plan never holds a volume of that size.
        """
        if size_mb > self.volume_gigabytes * _MEGABYTES:
            fact = (
                f"sizeMb of volume {name!r} is {size_mb}, and Railway's {self.title} plan holds volumes of "
                f"{self.volume_gigabytes:g} GB"
            )
            await self._judge(context, fact, "lower sizeMb")

    async def _judge(self, context: Context, fact: str, alternative: str) -> None:
        if self.raised_on_request:
            await context.warn(f"{fact}. {_ON_REQUEST}.")
            return
        raise BeyondPlan(fact, advice=f"{_UPGRADE}, or {alternative}. Nothing was changed.")


_PLANS: Final = {
    "free": Plan("Free", 1, 0.5),
    "trial": Plan("Trial", 3, 0.5),
    "hobby": Plan("Hobby", 10, 5),
    "pro": Plan("Pro", 20, 250, raised_on_request=True),
}
_UNKNOWN: Final = Plan("unknown", 1_000_000, 1_000_000)


def plan_named(subscription: str | None) -> Plan:
    """Return the plan that a project's `subscriptionType` names; one that isn't known holds everything."""
    return _PLANS.get(subscription or "", _UNKNOWN)
