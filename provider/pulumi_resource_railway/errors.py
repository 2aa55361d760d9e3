"""What a resource tells the engine when something is wrong.

    Exception
    ├── UserError          the user can mend it: shown as it stands, without a traceback
    │   └── PartialFailure the resource exists but isn't finished: the engine keeps its state

Everything else that leaves a resource is a defect of this provider and is reported as one.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from typing import Any

    from pulumi_resource_railway.declaration import Model


_MINUTE: Final = 60


@dataclass(frozen=True)
class CheckFailure:
    """One problem with one input.

    Attributes:
        property: The property's path, such as `deploy.healthcheckTimeout`; empty for the whole resource.
        reason: What is wrong and how to mend it, in a sentence or two. Never holds a secret's value.
    """

    property: str
    reason: str


class UserError(Exception):
    """Something that the user can mend; the message says what is wrong and what to do."""


def took_too_long(seconds: float) -> str:
    """Say that an operation took longer than it may, and what to do about it."""
    duration = f"{seconds / _MINUTE:.0f} minutes" if seconds >= 2 * _MINUTE else f"{seconds:g} seconds"
    return (
        f"This took longer than {duration}. Railway's dashboard shows what goes on; the next `pulumi up` goes on from "
        "there. For more time set the resource option custom_timeouts."
    )


class PartialFailure(UserError):  # noqa: N818 - the name that Pulumi gives it
    """The object exists at Railway, but its creation or update didn't get to its end.

    The engine records the id and the outputs with the reasons, marks the resource as not initialised and
    calls update with the same inputs on the next `up`.
    """

    def __init__(self, id: str, outputs: Model | Mapping[str, Any], reasons: Sequence[str]) -> None:  # noqa: A002
        """Keep what exists.

        Args:
            id: The id of the object that exists.
            outputs: Its outputs as far as they are known.
            reasons: Why it isn't finished; at least one.
        """
        super().__init__("; ".join(reasons))
        self.id = id
        self.outputs = outputs
        self.reasons = tuple(reasons)
