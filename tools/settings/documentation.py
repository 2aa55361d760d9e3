"""What the settings say about themselves, as a page for people and as the project's declaration."""

import json
import types
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any, Literal, Union, get_args, get_origin

import yaml
from annotated_types import Ge, Le
from pydantic import BaseModel
from pydantic.fields import FieldInfo

from settings import Settings
from settings.sources import group_of
from settings.types import Kind

CHECKOUT = Path(__file__).parents[2]
PAGE = CHECKOUT / "docs" / "settings.md"
PROJECT = CHECKOUT / "Pulumi.yaml"
BEGIN = "<!-- made by `python -m tools.settings`: begin -->"
END = "<!-- made by `python -m tools.settings`: end -->"
DECLARATION = "# made by `python -m tools.settings`: the rest of this file"


def with_settings(page: str) -> str:
    """The page with its part between the two marks made anew.

    Raises:
        ValueError: The marks are missing.
    """
    before, begin, rest = page.partition(BEGIN)
    _, end, after = rest.partition(END)
    if not (begin and end):
        raise ValueError(
            f"docs/settings.md lacks the marks between which the settings stand: {BEGIN} … {END}"
        )
    return "\n".join((before + BEGIN, "", *_sections(), END + after))


def with_declaration(project: str) -> str:
    """The project's file with its declaration of the configuration made anew.

    Raises:
        ValueError: The mark is missing.
    """
    before, mark, _ = project.partition(DECLARATION)
    if not mark:
        raise ValueError(f"Pulumi.yaml lacks the mark after which the configuration stands: {DECLARATION}")
    declared = {"config": {name: _declared(field) for name, field in Settings.model_fields.items()}}
    return f"{before}{mark}\n{yaml.safe_dump(declared, sort_keys=False, width=110)}"


def _declared(field: FieldInfo) -> Mapping[str, Any]:
    group = group_of(field)
    if group is None:
        return {"type": "boolean", "default": field.default, "description": field.description}
    return {"type": "object", "default": {}, "description": _sentence(group).removesuffix(".")}


def _sentence(group: type[BaseModel]) -> str:
    return (group.__doc__ or "").strip()


def _sections() -> Iterator[str]:
    alone = {}
    for name, field in Settings.model_fields.items():
        group = group_of(field)
        if group is None:
            alone[name] = field
            continue
        yield from _section(name, group)
    yield from ("### Alone", "", "Settings that belong to no group.", "")
    yield from _table(alone)


def _section(path: str, group: type[BaseModel]) -> Iterator[str]:
    yield from (f"### {path}", "", _sentence(group), "")
    fields = {f"{path}.{field.alias}": field for field in group.model_fields.values()}
    inner = {name: found for name, field in fields.items() if (found := group_of(field))}
    yield from _table({name: field for name, field in fields.items() if name not in inner})
    for name, found in inner.items():
        yield from _section(name, found)


def _table(fields: Mapping[str, FieldInfo]) -> Iterator[str]:
    yield from ("| setting | default | value | meaning |", "|---|---|---|---|")
    for path, field in fields.items():
        description = (field.description or "").replace("|", "\\|")
        yield f"| `{path}` | {_default(field)} | {_value(field)} | {description} |"
    yield ""


def _default(field: FieldInfo) -> str:
    if field.is_required():
        return "**required**"
    if field.default is None or field.default in ((), {}, ""):
        return "none"
    return f"`{json.dumps(field.default) if not isinstance(field.default, str) else field.default}`"


def _value(field: FieldInfo) -> str:
    bounds = [bound for bound in field.metadata if isinstance(bound, Ge | Le)]
    text = _words(field.metadata) or _kind(field.annotation)
    least = next((bound.ge for bound in bounds if isinstance(bound, Ge)), None)
    most = next((bound.le for bound in bounds if isinstance(bound, Le)), None)
    if least is not None and most is not None:
        text = f"{text} from {least} to {most}"
    return f"{text}, such as `{field.examples[0]}`" if field.examples else text


def _words(metadata: Iterable[object]) -> str:
    return next((each.words for each in metadata if isinstance(each, Kind)), "")


def _kind(annotation: Any) -> str:
    """The kind of value that an annotation stands for, in words."""
    origin, arguments = get_origin(annotation), get_args(annotation)
    if origin in {Union, types.UnionType}:
        return " or ".join(_kind(each) for each in arguments if each is not type(None))
    if origin is Literal:
        return " or ".join(f"`{each}`" for each in arguments)
    if origin is tuple:
        return f"a list of {_kind(arguments[0])}"
    if isinstance(origin, type) and issubclass(origin, Mapping):
        return f"{_kind(arguments[0])} → {_kind(arguments[1])}"
    if hasattr(annotation, "__metadata__"):
        return _words(annotation.__metadata__) or _kind(arguments[0])
    return {bool: "`true` or `false`", int: "a number", float: "a number", str: "text"}[annotation]
