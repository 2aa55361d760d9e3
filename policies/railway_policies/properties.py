"""Reading a resource's properties, of which any may be unknown in a preview."""

from collections.abc import Mapping, Sequence
from enum import Enum
from typing import Any, Final, TypeAlias, TypeVar

from pulumi_policy.proxy import UnknownValueError

T = TypeVar("T")


class Unknown(Enum):
    """The type of `UNKNOWN`, so that a type checker makes a rule tell it from a value."""

    UNKNOWN = "unknown"


UNKNOWN: Final = Unknown.UNKNOWN
"""Stands for a value that only the deployment will show."""

Maybe: TypeAlias = T | Unknown


class Properties:
    """A resource's properties as the policy SDK hands them over.

    The SDK's own mapping raises at the first touch of an unknown value, and then turns the whole rule into a
    note. Here an unknown value is an answer like any other. A value of another type than the schema's is
    unknown as well: a rule that can't read a property must not pass.
    """

    def __init__(self, raw: Mapping[str, Any]) -> None:
        self._raw = raw

    def text(self, *path: str) -> Maybe[str | None]:
        """The string at this path; None where there is none."""
        value = self._read(path)
        return value if value is None or isinstance(value, str) else UNKNOWN

    def number(self, *path: str) -> Maybe[float | None]:
        """The number at this path; None where there is none. Whole numbers reach policies as floats, too."""
        value = self._read(path)
        is_number = isinstance(value, float | int) and not isinstance(value, bool)
        return value if value is None or is_number else UNKNOWN

    def flag(self, *path: str) -> Maybe[bool | None]:
        """The boolean at this path; None where there is none."""
        value = self._read(path)
        return value if value is None or isinstance(value, bool) else UNKNOWN

    def texts(self, *path: str) -> Maybe[dict[str, Maybe[str]]]:
        """The map of strings at this path, each of which may be unknown; empty where there is no map."""
        keys = self.keys(*path)
        if keys is UNKNOWN:
            return UNKNOWN
        values = {key: self.text(*path, key) for key in keys}
        return {key: value for key, value in values.items() if value is not None}

    def members(self, *path: str) -> "Maybe[list[Properties]]":
        """The objects of the list at this path; of an unknown one, every property is unknown."""
        value = self._read(path)
        if value is None:
            return []
        if not isinstance(value, Sequence) or isinstance(value, str):
            return UNKNOWN
        return [Properties(_member(value, index)) for index in range(len(value))]

    def strings(self, *path: str) -> Maybe[list[Maybe[str]]]:
        """The strings of the list at this path."""
        value = self._read(path)
        if value is None:
            return []
        if not isinstance(value, Sequence) or isinstance(value, str):
            return UNKNOWN
        read = [_element(value, index) for index in range(len(value))]
        return [element if isinstance(element, str) else UNKNOWN for element in read]

    def count(self, *path: str) -> Maybe[int]:
        """How many elements the list at this path has, known or not; 0 where there is no list."""
        value = self._read(path)
        if value is None:
            return 0
        return len(value) if isinstance(value, Sequence) and not isinstance(value, str) else UNKNOWN

    def keys(self, *path: str) -> Maybe[tuple[str, ...]]:
        """The keys of the map at this path, without a look at their values; none where there is no map."""
        value = self._read(path)
        if value is None:
            return ()
        return tuple(value) if isinstance(value, Mapping) else UNKNOWN

    def _read(self, path: Sequence[str]) -> Any:
        # Of a provider whose own configuration is unknown, the engine has no outputs to show to a stack rule.
        value: Any = self._raw if len(self._raw) else UNKNOWN
        for step in path:
            if value is None or value is UNKNOWN:
                return value
            if not isinstance(value, Mapping):
                return UNKNOWN
            try:
                value = value.get(step)
            except UnknownValueError:
                return UNKNOWN
        return value


def _element(values: Sequence[Any], index: int) -> Any:
    try:
        return values[index]
    except UnknownValueError:
        return UNKNOWN


def _member(values: Sequence[Any], index: int) -> Mapping[str, Any]:
    element = _element(values, index)
    return element if isinstance(element, Mapping) else {}
