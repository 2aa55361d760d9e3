"""What a resource of this provider is: its declaration, its own rules, and its five operations.

A resource sees plain models: secrets are unwrapped and nothing is unknown, because previews never reach it.
Everything that follows from the declaration (types, defaults, secrets, differences, the wire) is done for it.
"""

# ruff: noqa: A002 - an id is what Pulumi calls an id

from __future__ import annotations

import time
from abc import ABC, abstractmethod
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, ClassVar, Generic, Protocol, TypeVar

from pulumi_resource_railway.declaration import Model

if TYPE_CHECKING:
    from collections.abc import Mapping

    from pulumi_resource_railway.errors import CheckFailure
    from pulumi_resource_railway.railway.session import Session

InputsT = TypeVar("InputsT", bound=Model)
OutputsT = TypeVar("OutputsT", bound=Model)

DEFAULT_TIMEOUT = 20 * 60.0
"""Seconds that an operation may take when the program sets no `customTimeouts`."""


@dataclass(frozen=True)
class Created(Generic[OutputsT]):
    """A new object: Railway's own plain id, and the outputs."""

    id: str
    outputs: OutputsT


@dataclass(frozen=True)
class Found(Generic[InputsT, OutputsT]):
    """An object as it is at Railway.

    Attributes:
        id: Railway's own plain id, also when it was asked for by a composite import id.
        inputs: What a program would write to get it, without the defaults that Railway fills in by itself.
        outputs: The outputs.
    """

    id: str
    inputs: InputsT
    outputs: OutputsT


class EngineLog(Protocol):
    """Where messages to the person at the terminal go."""

    async def __call__(self, severity: str, message: str, urn: str, *, ephemeral: bool) -> None:
        """Show a message. Severity is one of `debug`, `info`, `warning` and `error`."""


@dataclass(frozen=True)
class Context:
    """One operation on one resource.

    Attributes:
        urn: The resource's URN.
        name: Its logical name.
        timeout: Seconds that the operation may take; it is cancelled afterwards.
        session: What is shared by all operations of one configured provider.
        log: The engine's log.
        begun: When it began, on the machine's monotonic clock.
    """

    urn: str
    name: str
    timeout: float
    session: Session
    log: EngineLog
    begun: float = field(default_factory=time.monotonic)

    @property
    def is_late(self) -> bool:
        """Whether its time is over."""
        return time.monotonic() >= self.begun + self.timeout

    async def status(self, message: str) -> None:
        """Show what is being waited for beside the resource; the next message takes its place."""
        await self.log("info", message, self.urn, ephemeral=True)

    async def info(self, message: str) -> None:
        """Show a message that stays, with the resource's other messages."""
        await self.log("info", message, self.urn, ephemeral=False)

    async def warn(self, message: str) -> None:
        """Show a warning that stays."""
        await self.log("warning", message, self.urn, ephemeral=False)


class Resource(ABC, Generic[InputsT, OutputsT]):
    """One type of resource.

    Attributes:
        token: The type in Pulumi's form, such as `railway:index:Service`.
        inputs: The model of the inputs.
        outputs: The model of the outputs; it derives from the inputs' model, as every input is an output too.
        description: What the resource is, for people.
        import_format: The form of the id that `pulumi import` takes, such as `projectId/environmentId`.
        delete_before_replace: Whether two of it can't exist side by side.
        shown_once: Outputs, by their wire names, that Railway shows only when it makes the object; a refresh
            keeps those of the state.
    """

    token: ClassVar[str]
    inputs: ClassVar[type[Model]]
    outputs: ClassVar[type[Model]]
    description: ClassVar[str]
    import_format: ClassVar[str]
    delete_before_replace: ClassVar[bool] = False
    shown_once: ClassVar[frozenset[str]] = frozenset()

    def check(self, properties: Mapping[str, Any], old: Mapping[str, Any] | None) -> list[CheckFailure]:  # noqa: ARG002
        """Return the problems that the declaration can't express; calls nothing.

        Args:
            properties: The inputs by their wire names, defaults filled in, secrets unwrapped. Any value may
                be `values.UNKNOWN`, which must not be judged. Every known value has its declared type.
            old: The inputs of the last update, or None when the resource is new.
        """
        return []

    def replace_refusal(self, old: Mapping[str, Any], new: Mapping[str, Any]) -> CheckFailure | None:  # noqa: ARG002
        """Return why the resource must not be replaced, or None when it may be.

        Called only when an immutable property has changed.

        Args:
            old: The inputs of the last update by their wire names, secrets unwrapped.
            new: The inputs now; any value may be `values.UNKNOWN`.
        """
        return None

    def as_compared(self, old: Mapping[str, Any], new: Mapping[str, Any]) -> Mapping[str, Any]:  # noqa: ARG002
        """Return the old inputs, in the new ones' terms where both ask Railway for the same.

        Args:
            old: The inputs of the last update, or of an import, by their wire names, secrets unwrapped.
            new: The inputs now; any value may be `values.UNKNOWN`.
        """
        return old

    def preview_outputs(self, old: Mapping[str, Any] | None, new: Mapping[str, Any]) -> Mapping[str, Any]:  # noqa: ARG002
        """Return outputs that are known before the update, beyond what the declaration says.

        Args:
            old: The outputs so far, or None when the resource is new.
            new: The inputs now; any value may be `values.UNKNOWN`.
        """
        return {}

    @abstractmethod
    async def create(self, context: Context, inputs: InputsT) -> Created[OutputsT]:
        """Make the object.

        Raises:
            PartialFailure: When the object exists but isn't finished.
            UserError: When nothing was made.
        """

    @abstractmethod
    async def read(
        self, context: Context, id: str, inputs: InputsT | None
    ) -> Found[InputsT, OutputsT] | None:
        """Return the object as it is, or None when, and only when, Railway says that it doesn't exist.

        Args:
            context: The operation.
            id: The plain id, or the composite one at an import.
            inputs: The inputs of the last update, to tell a default that Railway filled in from a
                change; None at an import.
        """

    @abstractmethod
    async def update(self, context: Context, id: str, old: OutputsT, new: InputsT) -> OutputsT:
        """Bring the object from its recorded state to the inputs.

        Raises:
            PartialFailure: When something was changed, but not all.
            UserError: When nothing was changed.
        """

    @abstractmethod
    async def delete(self, context: Context, id: str, old: OutputsT) -> None:
        """Delete the object; that it doesn't exist any more is success."""
