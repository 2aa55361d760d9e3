"""Where settings come from, and how problems with them are told."""

import difflib
from collections.abc import Iterator, Mapping
from typing import Any

import pulumi
from pydantic import BaseModel, ValidationError
from pydantic.alias_generators import to_camel, to_snake
from pydantic.fields import FieldInfo
from pydantic_core import ErrorDetails
from pydantic_settings import (
    BaseSettings,
    DotEnvSettingsSource,
    EnvSettingsSource,
    InitSettingsSource,
    PydanticBaseSettingsSource,
)

SECRETS = "secrets"
"""The group whose values are never shown."""


def group_of(field: FieldInfo) -> type[BaseModel] | None:
    """The model behind a field that groups others; None for a single value."""
    annotation = field.annotation
    return annotation if isinstance(annotation, type) and issubclass(annotation, BaseModel) else None


class StackSource(PydanticBaseSettingsSource):
    """The stack's configuration: an object for each group, a plain value for each of the rest."""

    def get_field_value(self, field: FieldInfo, field_name: str) -> tuple[Any, str, bool]:
        """The configured value of a field, decoded when it is an object."""
        name = field.alias or field_name
        config = pulumi.Config()
        if group_of(field) is None:
            return config.get(name), name, False
        try:
            return config.get_object(name), name, True
        except pulumi.ConfigTypeError:
            # Not an object: pydantic says so, together with whatever else is wrong.
            return config.get(name), name, False

    def __call__(self) -> dict[str, Any]:
        """Whatever the stack sets in this project's namespace, known or not."""
        namespace = f"{pulumi.get_project()}:"
        values: dict[str, Any] = {
            key.removeprefix(namespace): value
            for key, value in pulumi.runtime.get_config_env().items()
            if key.startswith(namespace)
        }
        for name, field in self.settings_cls.model_fields.items():
            value, key, _ = self.get_field_value(field, name)
            if value is not None:
                values[key] = value
        return values


class EnvironmentSource(EnvSettingsSource):
    """The environment: `ETALLY_POSTGRES__VOLUME_GB` is `postgres.volumeGb`."""

    def __call__(self) -> dict[str, Any]:
        """Every variable with the prefix, known or not."""
        values = super().__call__()
        for variable, value in self.env_vars.items():
            name = variable.removeprefix(self.env_prefix.lower())
            if name != variable and name.partition("__")[0] not in self.settings_cls.model_fields:
                values[name] = value
        return _in_camel_case(values)


class DotEnvSource(DotEnvSettingsSource):
    """The file `.env`, with the same names as the environment."""

    def __call__(self) -> dict[str, Any]:
        """Every line with the prefix, known or not; other people's lines are left alone."""
        return _in_camel_case(super().__call__())


def empty_groups(settings: type[BaseSettings]) -> PydanticBaseSettingsSource:
    """A source that lends every group an empty object, so that what it lacks is named key by key."""
    return InitSettingsSource(
        settings, {name: {} for name, field in settings.model_fields.items() if group_of(field) is not None}
    )


def _in_camel_case(values: Mapping[str, Any]) -> dict[str, Any]:
    return {
        to_camel(key): _in_camel_case(value) if isinstance(value, Mapping) else value
        for key, value in values.items()
    }


def describe(error: ValidationError, settings: type[BaseSettings]) -> str:
    """Every problem, each with the key and the command that mends it, and never with a secret's value."""
    configured = StackSource(settings)()
    problems = [_describe_one(problem, settings, configured) for problem in error.errors(include_url=False)]
    count = "a problem" if len(problems) == 1 else f"{len(problems)} problems"
    example = ("postgres", "volumeGb")
    return "\n".join(
        [
            f"the settings of stack {pulumi.get_stack()!r} have {count}:",
            *problems,
            f"The environment may set what a stack doesn't: {_variable(example)} is {'.'.join(example)}.",
        ]
    )


def _describe_one(problem: ErrorDetails, settings: type[BaseSettings], configured: Mapping[str, Any]) -> str:
    path = tuple(str(part) for part in problem["loc"])
    key = ".".join(path)
    if problem["type"] == "extra_forbidden":
        sentence = f"{key} is not a setting{_suggestion(path, settings)}"
        remedy = (
            f"pulumi config rm --path '{key}'"
            if _lookup(configured, path) is not None
            else f"unset {_variable(path)}, or take it out of .env"
        )
    elif problem["type"] == "missing":
        sentence = f"{key} is missing"
        remedy = _command(path, settings)
    else:
        unshown = _is_hidden(path) or problem["input"] is None or isinstance(problem["input"], Mapping)
        shown = "" if unshown else f" {problem['input']!r}"
        sentence = f"{key}{shown} {_reason(problem)}"
        remedy = _command(path, settings)
    return f"  - {sentence}\n      {remedy}"


def _reason(problem: ErrorDetails) -> str:
    if problem["type"] == "model_type":
        return "must be a group of settings, each set by itself"
    return problem["msg"].removeprefix("Value error, ").replace("Input should be", "should be")


def _command(path: tuple[str, ...], settings: type[BaseSettings]) -> str:
    field = _field(path, settings)
    if field is not None and group_of(field) is not None:
        return f"pulumi config set --path '{'.'.join(path)}.…' …"
    if path[0] == SECRETS:
        return f"pulumi config set --secret --path '{'.'.join(path)}'   (it asks for the value)"
    example = field.examples[0] if field is not None and field.examples else "…"
    return f"pulumi config set --path '{'.'.join(path)}' {example}"


def _is_hidden(path: tuple[str, ...]) -> bool:
    return path[0] == SECRETS or pulumi.runtime.is_config_secret(f"{pulumi.get_project()}:{path[0]}")


def _variable(path: tuple[str, ...]) -> str:
    return "ETALLY_" + "__".join(to_snake(part).upper() for part in path)


def _lookup(values: Mapping[str, Any], path: tuple[str, ...]) -> Any:
    found: Any = values
    for part in path:
        if not isinstance(found, Mapping):
            return None
        found = found.get(part)
    return found


def _field(path: tuple[str, ...], settings: type[BaseModel]) -> FieldInfo | None:
    fields = {field.alias or name: field for name, field in settings.model_fields.items()}
    field = fields.get(path[0])
    group = field and group_of(field)
    return _field(path[1:], group) if group and path[1:] else field


def setting_paths(settings: type[BaseModel], prefix: tuple[str, ...] = ()) -> Iterator[tuple[str, ...]]:
    """The path of every single value in a tree of settings, as it is written in a stack's file."""
    for name, field in settings.model_fields.items():
        path = (*prefix, field.alias or name)
        group = group_of(field)
        yield from setting_paths(group, path) if group else [path]


def _suggestion(path: tuple[str, ...], settings: type[BaseSettings]) -> str:
    known = list(setting_paths(settings))
    siblings = {candidate[: len(path)] for candidate in known if candidate[: len(path) - 1] == path[:-1]}
    near = difflib.get_close_matches(path[-1], sorted(sibling[-1] for sibling in siblings), n=1)
    if near:
        return f"; did you mean {'.'.join((*path[:-1], near[0]))}?"
    elsewhere = [candidate for candidate in known if candidate[-1] == path[-1]]
    return f"; did you mean {'.'.join(elsewhere[0])}?" if elsewhere else ""
