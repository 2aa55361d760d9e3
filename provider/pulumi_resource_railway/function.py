"""The contract between the protocol and a function: what a program asks of Railway without making anything."""

from __future__ import annotations

from abc import ABC, abstractmethod
from typing import TYPE_CHECKING, Any, ClassVar, Final, Generic, TypeVar

from pulumi_resource_railway.declaration import Model
from pulumi_resource_railway.errors import CheckFailure
from pulumi_resource_railway.values import is_unknown

if TYPE_CHECKING:
    from collections.abc import Mapping

    from pulumi_resource_railway.resource import Context

ArgumentsT = TypeVar("ArgumentsT", bound=Model)
ResultT = TypeVar("ResultT", bound=Model)

ANSWER_SECONDS: Final = 5 * 60.0
"""How long a question may take, waiting for a rate limit included; a program can't set another time for it."""


class Function(ABC, Generic[ArgumentsT, ResultT]):
    """One function.

    Attributes:
        token: Its name in Pulumi's form, such as `railway:index:getProject`.
        arguments: The model of what it is asked with.
        result: The model of what it answers.
        description: What it answers, for people.
        example: A program in Python that uses it.
        calls: What it costs in calls of Railway's API.
        railway_page: The page of Railway's documentation about it.
    """

    token: ClassVar[str]
    arguments: ClassVar[type[Model]]
    result: ClassVar[type[Model]]
    description: ClassVar[str]
    example: ClassVar[str]
    calls: ClassVar[str]
    railway_page: ClassVar[str]

    def check(self, properties: Mapping[str, Any]) -> list[CheckFailure]:  # noqa: ARG002
        """Return the problems that the declaration can't express; calls nothing.

        Args:
            properties: The arguments by their wire names, secrets unwrapped. Any value may be `values.UNKNOWN`.
        """
        return []

    @abstractmethod
    async def call(self, context: Context, arguments: ArgumentsT) -> ResultT:
        """Ask Railway; changes nothing.

        Raises:
            UserError: When there is no answer.
        """


def exactly_one(properties: Mapping[str, Any], *names: str) -> list[CheckFailure]:
    """Return a problem unless exactly one of the arguments is given; one that is unknown counts as given."""
    given = [name for name in names if is_unknown(properties.get(name)) or properties.get(name) is not None]
    if len(given) == 1:
        return []
    choices = f"{', '.join(names[:-1])} or {names[-1]}"
    if not given:
        return [CheckFailure("", f"Say which one is meant: give {choices}.")]
    return [CheckFailure("", f"Give only one of {choices}, not {' and '.join(given)}.")]
