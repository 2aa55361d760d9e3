"""Outputs as the engine records them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from pulumi_resource_railway.declaration import ListOf, MapOf, properties_of
from pulumi_resource_railway.secretness import keep_secrets, mark_secrets

if TYPE_CHECKING:
    from collections.abc import Mapping

    from pulumi_resource_railway.declaration import Model


def recorded_outputs(
    model: type[Model], outputs: Mapping[str, Any], *sources: Mapping[str, Any]
) -> dict[str, Any]:
    """Return outputs with what makes them complete.

    Secret is what is so in one of the sources, by declaration, or by look. An absent list or map is an empty
    one: in a preview, Pulumi's SDKs take an absent output for one that isn't known yet, and so everything
    made from it.
    """
    result = dict(outputs)
    for name, declared in properties_of(model).items():
        if result.get(name) is None and isinstance(declared.type, ListOf | MapOf):
            result[name] = [] if isinstance(declared.type, ListOf) else {}
    for source in sources:
        result = keep_secrets(result, source)
    return mark_secrets(model, result)
