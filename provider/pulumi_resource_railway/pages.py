"""One page of documentation for each resource and function, written from what they declare."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, Final

from pydantic.alias_generators import to_snake

from pulumi_resource_railway.declaration import (
    Enumeration,
    ListOf,
    MapOf,
    Object,
    Scalar,
    properties_of,
    type_name,
)
from pulumi_resource_railway.guides import GUIDES

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from pulumi_resource_railway.declaration import Model, Property, Type
    from pulumi_resource_railway.function import Function
    from pulumi_resource_railway.resource import Resource

_SCALARS: Final[Mapping[str, str]] = {
    "string": "text",
    "integer": "whole number",
    "number": "number",
    "boolean": "true or false",
}
_COST: Final = (
    "These are for one alone in a run. What is in the same environment shares the look at it, and what changes at the "
    "same time shares a commit. Looks at the progress of a commit or a deployment come on top, shared by all that "
    "wait. A preview, and an `up` that changes nothing, cost none."
)
_NOTE: Final = "<!-- Written by `make schema` from the provider's declarations: do not edit. -->"


def pages(resources: Sequence[Resource[Any, Any]], functions: Sequence[Function[Any, Any]]) -> dict[str, str]:
    """Return the pages' texts by their file names."""
    found = {f"{_name(resource)}.md": _resource_page(resource) for resource in resources}
    found |= {f"{_name(function)}.md": _function_page(function) for function in functions}
    return {"README.md": _index(resources, functions), **found}


def _name(declared: Resource[Any, Any] | Function[Any, Any]) -> str:
    return declared.token.rpartition(":")[2]


def _index(resources: Sequence[Resource[Any, Any]], functions: Sequence[Function[Any, Any]]) -> str:
    lines = [_NOTE, "# Resources and functions", "", "## Resources", ""]
    lines += ["| resource | import id | replaced by a change of |", "|---|---|---|"]
    for resource in resources:
        replacing = ", ".join(f"`{name}`" for name in _replacing(resource)) or "nothing"
        name = _name(resource)
        lines.append(f"| [{name}]({name}.md) | `{resource.import_format}` | {replacing} |")
    lines += ["", "## Functions", "", "| function | answers |", "|---|---|"]
    for function in functions:
        name = _name(function)
        lines.append(f"| [{name}]({name}.md) | {_cell(_first_sentence(function.description))} |")
    return "\n".join(lines) + "\n"


def _resource_page(resource: Resource[Any, Any]) -> str:
    name = _name(resource)
    inputs, outputs = properties_of(resource.inputs), properties_of(resource.outputs)
    own = {key: declared for key, declared in outputs.items() if key not in inputs}
    guide = GUIDES[resource.token]
    calls = guide.calls
    replacing = _replacing(resource)
    lines = [_NOTE, f"# {name}", "", resource.description, "", "## Example", "", *_code(guide.example), ""]
    lines += ["## Inputs", "", *_table(inputs.values(), inputs=True), ""]
    lines += [
        "## Outputs",
        "",
        "All inputs, the id (`id`), and:" if own else "All inputs and the id (`id`).",
        "",
    ]
    if own:
        lines += [*_table(own.values(), inputs=False), ""]
    lines += [*_nested((resource.inputs, resource.outputs)), "## What replaces it", ""]
    if replacing:
        lines.append(f"A change of {_listing(replacing)}; everything else changes in place.")
        if resource.delete_before_replace:
            lines.append("The old one is deleted first, because two of it can't exist side by side.")
        if "allowReplace" in inputs:
            lines.append("What would lose data is refused unless `allowReplace` is set.")
    else:
        lines.append("Nothing: everything changes in place.")
    lines += ["", "## Import", "", "```sh"]
    lines += [f"pulumi import {resource.token} {to_snake(name).replace('_', '-')} {resource.import_format}"]
    lines += ["```", "", "## What it costs", ""]
    lines += ["| | calls of Railway's API |", "|---|---|"]
    lines += [f"| create | {calls.create} |", f"| refresh | {calls.read} |"]
    lines += [
        f"| update | {calls.update or 'none: nothing changes at Railway'} |",
        f"| delete | {calls.delete} |",
    ]
    if guide.shared_calls:
        lines += ["", guide.shared_calls]
    lines += ["", _COST, "", *_at_railway(guide.railway_page)]
    return "\n".join(lines) + "\n"


def _function_page(function: Function[Any, Any]) -> str:
    arguments, result = properties_of(function.arguments), properties_of(function.result)
    lines = [_NOTE, f"# {_name(function)}", "", function.description, ""]
    lines += ["## Example", "", *_code(function.example), ""]
    lines += ["## Arguments", "", *_table(arguments.values(), inputs=True), ""]
    lines += ["## Result", "", *_table(result.values(), inputs=False), ""]
    lines += [*_nested((function.arguments, function.result))]
    lines += ["## What it costs", "", f"Calls of Railway's API: {function.calls}", ""]
    lines += ["It is asked in a preview too, unless an argument isn't known yet.", ""]
    return "\n".join([*lines, *_at_railway(function.railway_page)]) + "\n"


def _at_railway(page: str) -> list[str]:
    return ["## At Railway", "", f"<{page}>"]


def _code(example: str) -> list[str]:
    return ["```python", example.strip(), "```"]


def _replacing(resource: Resource[Any, Any]) -> list[str]:
    return [name for name, declared in properties_of(resource.inputs).items() if declared.traits.immutable]


def _listing(names: Sequence[str]) -> str:
    quoted = [f"`{name}`" for name in names]
    return quoted[0] if len(quoted) == 1 else f"{', '.join(quoted[:-1])} or {quoted[-1]}"


def _table(declared: Sequence[Property] | Any, *, inputs: bool) -> list[str]:
    lines = ["| property | in Python | type | meaning |", "|---|---|---|---|"]
    for property_ in declared:
        words = [property_.traits.doc.strip()]
        if inputs:
            if property_.required:
                words.insert(0, "**Required.**")
            if property_.traits.auto_name:
                words.append("Without it, the resource's logical name.")
            if property_.default is not None:
                words.append(f"Default: `{json.dumps(property_.default)}`.")
        if property_.traits.secret:
            words.append("A secret.")
        lines.append(
            f"| `{property_.name}` | `{property_.attribute}` | {_type(property_.type)} "
            f"| {_cell(' '.join(words))} |"
        )
    return lines


def _type(declared: Type) -> str:
    match declared:
        case Scalar(kind):
            return _SCALARS[kind]
        case Enumeration(_, values):
            return ", ".join(f"`{value}`" for value in values)
        case Object(model):
            return f"[{type_name(model)}](#{type_name(model).lower()})"
        case ListOf(element):
            return f"list: {_type(element)}"
        case MapOf(element):
            return f"map: {_type(element)}"


def _nested(models: Sequence[type[Model]]) -> Iterator[str]:
    seen: dict[type[Model], None] = {}
    for model in models:
        for declared in properties_of(model).values():
            _collect(declared.type, seen)
    for model in seen:
        yield from (f"### {type_name(model)}", "", (model.__doc__ or "").strip(), "")
        yield from (*_table(properties_of(model).values(), inputs=True), "")


def _collect(declared: Type, seen: dict[type[Model], None]) -> None:
    match declared:
        case Object(model):
            if model not in seen:
                seen[model] = None
                for inner in properties_of(model).values():
                    _collect(inner.type, seen)
        case ListOf(element) | MapOf(element):
            _collect(element, seen)
        case _:
            return


def _cell(text: str) -> str:
    return text.replace("|", "\\|").replace("\n", " ")


def _first_sentence(text: str) -> str:
    return text.split(". ", 1)[0].split(": ", 1)[0].strip().rstrip(".") + "."
