"""What a resource's outputs will be, as far as that is known before anything is done."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from pulumi_resource_railway.declaration import properties_of
from pulumi_resource_railway.diff import compare, unstable_outputs
from pulumi_resource_railway.outputs import recorded_outputs
from pulumi_resource_railway.values import UNKNOWN, reveal

if TYPE_CHECKING:
    from collections.abc import Mapping

    from pulumi_resource_railway.resource import Resource


def of_creation(resource: Resource[Any, Any], inputs: Mapping[str, Any]) -> dict[str, Any]:
    """Return the inputs, and every other output as unknown."""
    declared = properties_of(resource.inputs)
    outputs = {name: value for name, value in inputs.items() if name in declared}
    outputs |= {name: UNKNOWN for name in properties_of(resource.outputs) if name not in declared}
    return recorded_outputs(resource.outputs, {**outputs, **resource.preview_outputs(None, reveal(outputs))})


def of_update(
    resource: Resource[Any, Any],
    old: Mapping[str, Any],
    old_inputs: Mapping[str, Any],
    new: Mapping[str, Any],
) -> dict[str, Any]:
    """Return the new inputs, the outputs that stay, and as unknown those that a changed input can change."""
    declared = properties_of(resource.inputs)
    moving = unstable_outputs(resource, compare(resource, old_inputs, new).changed)
    outputs = {name: value for name, value in new.items() if name in declared}
    for name in properties_of(resource.outputs):
        if name not in declared:
            outputs[name] = UNKNOWN if name in moving or name not in old else old[name]
    known = resource.preview_outputs(reveal(dict(old)), reveal(dict(new)))
    return recorded_outputs(resource.outputs, {**outputs, **known})
