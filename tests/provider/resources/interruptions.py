"""What can happen to one request, told apart by the request's number, and a process that ends there."""

from __future__ import annotations

import asyncio
import json
import shutil
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import httpx

from pulumi_resource_railway.railway.clock import Clock
from tests.provider.resources.runs import Killed

if TYPE_CHECKING:
    from collections.abc import Awaitable
    from datetime import datetime

    from railway_emulator import ManualClock
    from tests.provider.resources.harness import World


class StandingClock(Clock):
    """A clock on which time passes by waiting alone, and waiting takes none."""

    def __init__(self, time: ManualClock) -> None:
        self.time = time
        self.begun = time.now()

    def monotonic(self) -> float:
        return (self.time.now() - self.begun).total_seconds()

    def now(self) -> datetime:
        return self.time.now()

    async def sleep(self, seconds: float) -> None:
        self.time.advance(seconds)
        await asyncio.sleep(0)

    def spread(self, longest: float) -> float:
        return longest / 2


@dataclass(frozen=True)
class Fault:
    """What happens to a request.

    Attributes:
        arrives: Whether Railway receives it.
        answer: What comes back; without one, the connection breaks.
        kills: Whether this process ends there.
    """

    arrives: bool
    answer: tuple[int, dict[str, str], dict[str, Any] | None] | None = None
    kills: bool = False


def _refusal(words: str) -> tuple[int, dict[str, str], dict[str, Any]]:
    return 200, {}, {"data": None, "errors": [{"message": words}]}


FAULTS = {
    "refused": Fault(arrives=False, answer=_refusal("Something is wrong with this")),
    "failed": Fault(arrives=False, answer=_refusal("Problem processing request")),
    "no network": Fault(arrives=False),
    "answer lost": Fault(arrives=True),
    "rate limit": Fault(arrives=False, answer=(429, {"Retry-After": "2"}, None)),
    "bad gateway": Fault(arrives=False, answer=(502, {}, None)),
    "bad gateway behind it": Fault(arrives=True, answer=(502, {}, None)),
    "cooldown": Fault(
        arrives=False, answer=_refusal("Whoa there pal! You are doing this too quickly. Try again in a sec")
    ),
    "killed before": Fault(arrives=False, kills=True),
    "killed after": Fault(arrives=True, kills=True),
}
PATIENT = {"no network", "rate limit", "cooldown"}
"""What is waited out, whatever it meets: nothing can have been changed."""


class NthRequest(httpx.AsyncBaseTransport):
    """Lets a fault happen to the n-th request, and counts them."""

    def __init__(self, world: World, fault: Fault | None = None, number: int = 0) -> None:
        self.inner = world.transport
        self.world = world
        self.fault = fault
        self.number = number
        self.operations: list[str] = []
        self.ended = asyncio.Event()
        self._buried = asyncio.Event()

    @property
    def was_met(self) -> bool:
        return len(self.operations) >= self.number

    @property
    def met(self) -> str:
        return self.operations[self.number - 1]

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        if self.ended.is_set():
            await self._nothing()
        self.operations.append(json.loads(request.content)["operationName"])
        fault = self.fault
        if fault is None or len(self.operations) != self.number:
            return await self.inner.handle_async_request(request)
        if fault.arrives:
            await self.inner.handle_async_request(request)
        if fault.kills:
            self._end()
            await self._nothing()
        if fault.answer is not None:
            status, headers, body = fault.answer
            content = None if body is None else json.dumps(body)
            return httpx.Response(status, headers=headers, content=content)
        raise httpx.ReadError("broken") if fault.arrives else httpx.ConnectError("no network")

    async def run(self, operation: Awaitable[bool]) -> bool:
        """Run an operation to its end or to its process's, whichever comes first.

        Raises:
            Killed: When its process ended.
        """
        task = asyncio.ensure_future(operation)
        end = asyncio.create_task(self.ended.wait())
        await asyncio.wait({task, end}, return_when=asyncio.FIRST_COMPLETED)
        end.cancel()
        if not self.ended.is_set():
            return await task
        task.cancel()
        self._buried.set()
        await asyncio.gather(task, return_exceptions=True)
        raise Killed

    def _end(self) -> None:
        """End the process: what it would still write doesn't reach the next one's journal."""
        self.ended.set()
        left = self.world.directory.with_name(f"{self.world.directory.name}-left")
        if self.world.directory.exists():
            shutil.copytree(self.world.directory, left)
        self.world.directory = left

    async def _nothing(self) -> None:
        await self._buried.wait()
        raise httpx.ConnectError("the process is gone")
