"""What is a secret in a resource's properties: by declaration, by look, or because it was one before."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from pulumi_resource_railway.declaration import ListOf, MapOf, Object, properties_of
from pulumi_resource_railway.secrets_by_look import looks_secret
from pulumi_resource_railway.values import Secret, is_unknown

if TYPE_CHECKING:
    from collections.abc import Mapping

    from pulumi_resource_railway.declaration import Model, Property, Type


def mark_secrets(model: type[Model], properties: Mapping[str, Any]) -> dict[str, Any]:
    """Return the properties with everything secret that the declaration says is, or that looks like it."""
    declared = properties_of(model)
    return {
        name: _mark(declared[name], value) if name in declared else value
        for name, value in properties.items()
    }


def keep_secrets(value: Any, before: Any) -> Any:
    """Return the value with everything secret that was one at the same place before."""
    if isinstance(value, Secret) or value is None:
        return value
    if isinstance(before, Secret):
        return Secret(value)
    if isinstance(value, dict) and isinstance(before, dict):
        return {key: keep_secrets(child, before.get(key)) for key, child in value.items()}
    if isinstance(value, list) and isinstance(before, list):
        padded = [*before, *([None] * (len(value) - len(before)))]
        return [keep_secrets(child, was) for child, was in zip(value, padded, strict=False)]
    return value


def _mark(declared: Property, value: Any) -> Any:
    if isinstance(value, Secret) or value is None:
        return value
    if declared.traits.secret:
        return Secret(value)
    if declared.traits.secret_by_look and isinstance(value, dict):
        return {
            key: Secret(child) if isinstance(child, str) and looks_secret(key, child) else child
            for key, child in value.items()
        }
    return _mark_within(declared.type, value)


def _mark_within(declared: Type, value: Any) -> Any:
    if is_unknown(value) or isinstance(value, Secret):
        return value
    match declared, value:
        case Object(model), dict():
            return mark_secrets(model, value)
        case ListOf(element), list():
            return [_mark_within(element, child) for child in value]
        case MapOf(element), dict():
            return {key: _mark_within(element, child) for key, child in value.items()}
        case _:
            return value
