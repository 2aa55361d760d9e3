"""Time, so that tests can have their own."""

from __future__ import annotations

import asyncio
import random
import time
from datetime import UTC, datetime


class Clock:
    """The machine's clock."""

    def monotonic(self) -> float:
        """Seconds that only grow."""
        return time.monotonic()

    def now(self) -> datetime:
        """The time of day, in UTC."""
        return datetime.now(UTC)

    async def sleep(self, seconds: float) -> None:
        """Wait; ends at once when the task is cancelled."""
        await asyncio.sleep(seconds)

    def spread(self, longest: float) -> float:
        """Seconds between none and `longest`, by chance: what many wait for, they mustn't all do at once."""
        return random.uniform(0, longest)  # noqa: S311 - nothing secret
