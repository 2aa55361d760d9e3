"""Diff: what differs between the recorded inputs and the new ones, and what the engine must do about it."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum
from typing import TYPE_CHECKING, Any

from pulumi_resource_railway.check import with_defaults
from pulumi_resource_railway.declaration import ListOf, MapOf, Object, properties_of
from pulumi_resource_railway.paths import Path, is_within, parse, render
from pulumi_resource_railway.values import UNKNOWN, contains_unknown, is_unknown, reveal

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from pulumi_resource_railway.declaration import Model, Type
    from pulumi_resource_railway.errors import CheckFailure
    from pulumi_resource_railway.resource import Resource


class Kind(Enum):
    """How a property differs."""

    ADD = "add"
    DELETE = "delete"
    UPDATE = "update"


@dataclass(frozen=True)
class Change:
    """One difference.

    Attributes:
        path: Where it is.
        kind: How it differs.
        replaces: Whether the resource must be replaced for it.
        known: Whether the new value is known.
    """

    path: Path
    kind: Kind
    replaces: bool
    known: bool

    @property
    def text(self) -> str:
        """The path as text."""
        return render(self.path)


@dataclass(frozen=True)
class Difference:
    """All differences of a resource.

    Attributes:
        changes: The differences, each as deep as it can be told.
        stables: The properties that stay what they are whatever comes of the changes.
        refusal: Why the resource must not be replaced, if it would be and must not.
    """

    changes: tuple[Change, ...]
    stables: tuple[str, ...]
    refusal: CheckFailure | None

    @property
    def replaces(self) -> tuple[Change, ...]:
        """The changes that need a replacement."""
        return tuple(change for change in self.changes if change.replaces)

    @property
    def changed(self) -> tuple[str, ...]:
        """The names of the properties that differ, each once."""
        return tuple(dict.fromkeys(str(change.path[0]) for change in self.changes))


def compare(
    resource: Resource[Any, Any],
    old: Mapping[str, Any],
    new: Mapping[str, Any],
    *,
    ignore: Sequence[str] = (),
    state: Mapping[str, Any] | None = None,
) -> Difference:
    """Compare recorded inputs with new ones.

    Whether a value is secret makes no difference. A new value that isn't known yet differs: as an update, and
    for an immutable property as a replacement, because it comes from something that is itself being replaced.

    Args:
        resource: The resource.
        old: The recorded inputs.
        new: The new inputs, after Check.
        ignore: The paths that `ignoreChanges` names.
        state: The recorded outputs, if there are any.
    """
    before = with_defaults(resource.inputs, reveal(dict(old)))
    after = with_defaults(resource.inputs, reveal(dict(new)))
    actual = reveal(dict(state or {}))
    for name, declared in properties_of(resource.inputs).items():
        if declared.nullable and (declared.traits.immutable or declared.traits.left_to_railway):
            # Left out, it is Railway's to choose: whatever it is, that is what was asked for.
            before.setdefault(name, actual.get(name))
            if after.get(name) is None:
                before[name] = None
    before = dict(resource.as_compared(before, after))
    ignored = [parse(path) for path in ignore]
    changes = tuple(
        change
        for change in _object(resource.inputs, before, after, ())
        if not is_within(change.path, ignored)
    )
    refusal = None
    if any(change.replaces for change in changes):
        refusal = resource.replace_refusal(before, after)
    return Difference(changes, _stables(resource, changes), refusal)


def unstable_outputs(resource: Resource[Any, Any], changed: Sequence[str]) -> tuple[str, ...]:
    """Return the outputs that a change of these inputs can change."""
    inputs = properties_of(resource.inputs)
    return tuple(
        name
        for name, declared in properties_of(resource.outputs).items()
        if name not in inputs and set(declared.traits.follows) & set(changed)
    )


def _stables(resource: Resource[Any, Any], changes: Sequence[Change]) -> tuple[str, ...]:
    changed = {str(change.path[0]) for change in changes}
    moving = changed | set(unstable_outputs(resource, tuple(changed)))
    return tuple(name for name in properties_of(resource.outputs) if name not in moving)


def _object(
    model: type[Model], old: Mapping[str, Any], new: Mapping[str, Any], path: Path, *, immutable: bool = False
) -> Iterator[Change]:
    for name, declared in properties_of(model).items():
        yield from _value(
            declared.type,
            old.get(name),
            new.get(name),
            (*path, name),
            immutable=immutable or declared.traits.immutable,
        )


def _value(declared: Type, old: Any, new: Any, path: Path, *, immutable: bool) -> Iterator[Change]:
    if is_unknown(new):
        yield Change(path, Kind.ADD if old is None else Kind.UPDATE, immutable, known=False)
        return
    match declared, old, new:
        case Object(model), dict(), dict():
            yield from _object(model, old, new, path, immutable=immutable)
        case MapOf(element), dict(), dict():
            for key in sorted(old.keys() | new.keys()):
                yield from _value(element, old.get(key), new.get(key), (*path, key), immutable=immutable)
        case ListOf(element), list(), list():
            for index in range(max(len(old), len(new))):
                was = old[index] if index < len(old) else None
                now = new[index] if index < len(new) else None
                yield from _value(element, was, now, (*path, index), immutable=immutable)
        case _:
            if _same(old, new):
                return
            kind = Kind.ADD if old is None else Kind.DELETE if new is None else Kind.UPDATE
            yield Change(path, kind, immutable, known=not contains_unknown(new))


def _same(old: Any, new: Any) -> bool:
    # An absent map, list or object and an empty one ask Railway for the same thing.
    empty: tuple[Any, ...] = (None, {}, [])
    if isinstance(old, bool) is not isinstance(new, bool):
        return False
    return (old in empty and new in empty) or (old is not UNKNOWN and old == new)
