"""What a rule may know beyond the resource that it judges."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime


def today() -> date:
    """The day, in UTC."""
    return datetime.now(UTC).date()


@dataclass(frozen=True)
class Surroundings:
    """The day, and the stack's configuration."""

    today: Callable[[], date] = today
    configuration: Mapping[str, str] = field(default_factory=dict)
    """Values by full key, such as `app:rehearsal`. Secrets are among them: rules read booleans alone."""

    def is_on(self, key: str) -> bool:
        """Whether the stack's configuration sets a boolean to true."""
        return self.configuration.get(key, "").strip().lower() == "true"
