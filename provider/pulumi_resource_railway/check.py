"""Check: a program's inputs become inputs as they are recorded, or a list of everything wrong with them.

What is unknown is never judged. What is secret is never shown.
"""

from __future__ import annotations

import difflib
import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from pydantic.alias_generators import to_camel

from pulumi_resource_railway.declaration import Enumeration, ListOf, MapOf, Object, Scalar, properties_of
from pulumi_resource_railway.errors import CheckFailure
from pulumi_resource_railway.paths import Path, render
from pulumi_resource_railway.secretness import mark_secrets
from pulumi_resource_railway.values import UNKNOWN, Secret, Unknown, redact, reveal, secret_texts

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

    from pulumi_resource_railway.declaration import Model, Property, Type
    from pulumi_resource_railway.function import Function
    from pulumi_resource_railway.resource import Resource

_KINDS = {
    "string": "a text",
    "integer": "a whole number",
    "number": "a number",
    "boolean": "true or false",
}


@dataclass(frozen=True)
class Naming:
    """How a resource without a name gets one.

    Attributes:
        logical: The resource's logical name, which is what it gets when nothing else is configured.
        proposed: What the `pulumi:autonaming` setting makes of it.
        disabled: Whether that setting forbids automatic names.
    """

    logical: str
    proposed: str | None = None
    disabled: bool = False

    def name(self, old: Any) -> str | None:
        """Return the name, or None when none may be given.

        A configured pattern may be random, so a name that exists is kept; the logical name is followed.
        """
        if self.disabled:
            return None
        if self.proposed is None:
            return self.logical
        return old if isinstance(old, str) and old else self.proposed


@dataclass
class Checked:
    """The outcome: what is recorded, and what is wrong."""

    properties: dict[str, Any]
    failures: list[CheckFailure] = field(default_factory=list)


def check_resource(
    resource: Resource[Any, Any], given: Mapping[str, Any], old: Mapping[str, Any] | None, naming: Naming
) -> Checked:
    """Check a resource's inputs by its declaration, then by its own rules.

    Args:
        resource: The resource.
        given: The inputs as the program gave them.
        old: The recorded inputs, or None for a new resource.
        naming: How it gets a name.
    """
    checked = check_properties(resource.inputs, given, old, naming)
    before = None if old is None else reveal(dict(old))
    return _with_rules(checked, lambda judged: resource.check(judged, before))


def check_function(function: Function[Any, Any], given: Mapping[str, Any]) -> Checked:
    """Check a function's arguments by their declaration, then by its own rules."""
    return _with_rules(check_properties(function.arguments, given), function.check)


def _with_rules(checked: Checked, rules: Callable[[Mapping[str, Any]], list[CheckFailure]]) -> Checked:
    judged = reveal(checked.properties)
    for failure in checked.failures:
        # A rule sees a value that is already refused as one that it can't judge.
        top = re.split(r"[.\[]", failure.property, maxsplit=1)[0]
        if top in judged:
            judged[top] = UNKNOWN
    hidden = secret_texts(checked.properties)
    checked.failures += [
        CheckFailure(failure.property, redact(failure.reason, hidden)) for failure in rules(judged)
    ]
    return checked


def check_properties(
    model: type[Model],
    given: Mapping[str, Any],
    old: Mapping[str, Any] | None = None,
    naming: Naming | None = None,
) -> Checked:
    """Check properties by their declaration: types, what is required, limits, defaults, names and secrets."""
    failures: list[CheckFailure] = []
    properties = _object(model, given, (), failures, shown=True)
    for name, declared in properties_of(model).items():
        if naming is not None and declared.traits.auto_name and properties.get(name) is None:
            automatic = naming.name(reveal((old or {}).get(name)))
            if automatic is None:
                failures.append(
                    CheckFailure(name, "is required, because automatic names are turned off; set it.")
                )
            else:
                properties[name] = automatic
    return Checked(mark_secrets(model, properties), failures)


def with_defaults(model: type[Model], recorded: Mapping[str, Any]) -> dict[str, Any]:
    """Return recorded properties as this version would have recorded them.

    An older version may not have known a default, and another may have recorded what this one doesn't know;
    neither is a change that anybody made.
    """
    result: dict[str, Any] = {}
    for name, declared in properties_of(model).items():
        value = recorded.get(name)
        if value is None:
            value = declared.default
        elif isinstance(declared.type, Object) and isinstance(value, dict):
            value = with_defaults(declared.type.model, value)
        if value is not None:
            result[name] = value
    return result


def _object(
    model: type[Model], given: Mapping[str, Any], path: Path, failures: list[CheckFailure], *, shown: bool
) -> dict[str, Any]:
    declared = properties_of(model)
    failures += [
        CheckFailure(render((*path, name)), _unknown_property(name, declared))
        for name in given
        if name not in declared and not name.startswith("__")
    ]
    result: dict[str, Any] = {}
    for name, property_ in declared.items():
        value = given.get(name)
        if value is None or (isinstance(value, Secret) and value.value is None):
            if property_.required:
                failures.append(
                    CheckFailure(render((*path, name)), f"is required: {_first_sentence(property_)}")
                )
            elif property_.default is not None:
                result[name] = property_.default
        else:
            result[name] = _property(property_, value, (*path, name), failures, shown=shown)
    return result


def _property(
    declared: Property, value: Any, path: Path, failures: list[CheckFailure], *, shown: bool
) -> Any:
    before = len(failures)
    result = _value(declared.type, value, path, failures, shown=shown and not declared.traits.secret)
    if len(failures) == before:
        problem = _limits(declared, reveal(result))
        if problem:
            failures.append(CheckFailure(render(path), problem))
    return result


def _value(declared: Type, value: Any, path: Path, failures: list[CheckFailure], *, shown: bool) -> Any:
    if isinstance(value, Unknown):
        return value
    if isinstance(value, Secret):
        return Secret(_value(declared, value.value, path, failures, shown=False))
    match declared, value:
        case Object(model), dict():
            return _object(model, value, path, failures, shown=shown)
        case ListOf(element), list():
            return [
                _value(element, child, (*path, index), failures, shown=shown)
                for index, child in enumerate(value)
            ]
        case MapOf(element), dict():
            return {
                key: _value(element, child, (*path, key), failures, shown=shown)
                for key, child in value.items()
                if child is not None
            }
        case Enumeration(_, values), str() if value in values:
            return value
        case Scalar("string"), str():
            return value
        case Scalar("boolean"), bool():
            return value
        case Scalar("integer"), int() if not isinstance(value, bool):
            return value
        case Scalar("number"), int() | float() if not isinstance(value, bool):
            return value
        case _:
            failures.append(CheckFailure(render(path), _wrong_type(declared, value, shown=shown)))
            return value


def _limits(declared: Property, value: Any) -> str | None:
    if isinstance(value, int | float) and not isinstance(value, bool):
        if declared.minimum is not None and value < declared.minimum:
            return f"must be at least {declared.minimum}."
        if declared.maximum is not None and value > declared.maximum:
            return f"must be at most {declared.maximum}."
    if isinstance(value, str) and declared.pattern is not None and not re.search(declared.pattern, value):
        return f"must match {declared.pattern}: {_first_sentence(declared)}"
    return None


def _wrong_type(declared: Type, value: Any, *, shown: bool) -> str:
    if isinstance(declared, Enumeration):
        choices = ", ".join(declared.values)
        if not isinstance(value, str):
            return f"must be one of {choices}, but is {_kind(value)}."
        if not shown:
            return f"must be one of {choices}."
        guess = _closest(value, declared.values)
        return f"must be one of {choices}, but is {value!r}." + (f" Did you mean {guess}?" if guess else "")
    if isinstance(declared, Scalar):
        hint = ""
        if declared.type == "string" and isinstance(value, bool | int | float):
            hint = " Put it in quotes."
        elif declared.type != "string" and isinstance(value, str):
            hint = " Write it without quotes."
        return f"must be {_KINDS[declared.type]}, but is {_kind(value)}.{hint}"
    return f"must be {'a list' if isinstance(declared, ListOf) else 'an object'}, but is {_kind(value)}."


def _kind(value: Any) -> str:
    match value:
        case None:
            return "nothing"
        case bool():
            return "true or false"
        case int():
            return "a whole number"
        case float():
            return "a number with a fraction"
        case str():
            return "a text"
        case list():
            return "a list"
        case _:
            return "an object"


def _unknown_property(name: str, declared: Mapping[str, Property]) -> str:
    guess = _closest(to_camel(name) if "_" in name else name, declared)
    hint = f"Did you mean {guess}?" if guess else f"There is {', '.join(declared)}."
    return f"isn't a property here. {hint}"


def _closest(word: str, choices: Iterable[str]) -> str | None:
    by_lower = {choice.lower(): choice for choice in choices}
    close = difflib.get_close_matches(word.lower(), by_lower, n=1)
    return by_lower[close[0]] if close else None


def _first_sentence(declared: Property) -> str:
    return declared.traits.doc.split(". ", 1)[0].strip().rstrip(".") + "."
