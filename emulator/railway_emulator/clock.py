"""Time, as something a test can hold in its hands."""

import asyncio
from datetime import UTC, datetime, timedelta
from typing import Protocol


class Clock(Protocol):
    """Where the local Railway takes its time from."""

    def now(self) -> datetime:
        """Returns the time, in UTC; later at each call."""

    async def sleep(self, seconds: float) -> None:
        """Lets this much time pass."""


class SystemClock:
    """The machine's clock, never standing still between two calls, so that creation order is time order."""

    def __init__(self) -> None:
        self._latest = datetime.min.replace(tzinfo=UTC)

    def now(self) -> datetime:
        """Returns the machine's time, a microsecond later than the last at least."""
        self._latest = max(datetime.now(UTC), self._latest + timedelta(microseconds=1))
        return self._latest

    async def sleep(self, seconds: float) -> None:
        """Waits."""
        await asyncio.sleep(seconds)


class ManualClock:
    """A clock that moves when told to, and a microsecond at each reading."""

    def __init__(self, start: datetime | None = None) -> None:
        self._now = start or datetime(2026, 1, 1, tzinfo=UTC)

    def now(self) -> datetime:
        """Returns the clock's time and moves it by a microsecond."""
        self._now += timedelta(microseconds=1)
        return self._now

    def advance(self, seconds: float) -> None:
        """Moves the clock."""
        self._now += timedelta(seconds=seconds)

    async def sleep(self, seconds: float) -> None:
        """Moves the clock instead of waiting."""
        self.advance(seconds)
