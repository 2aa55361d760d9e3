"""Prints what a stack's file says about the policies, as the JSON that `--policy-pack-config` takes.

`pulumi policy analyze` gives policies no stack configuration: this hands it over.
"""

import json
import sys
from pathlib import Path
from typing import Any

import yaml
from pulumi_policy import EnforcementLevel

from railway_policies.pack import ABOUTS
from railway_policies.stack_configuration import ConfigurationError, initial_configuration


def settings_of(stack_file: str) -> dict[str, Any]:
    """The levels and settings in the text of a `Pulumi.<stack>.yaml`, for a JSON file.

    Raises:
        ConfigurationError: The file isn't one of a stack's, or what it says about the policies makes no sense.
    """
    try:
        configuration = (yaml.safe_load(stack_file) or {})["config"]
        given = {key: _as_the_engine_does(value) for key, value in configuration.items()}
    except (yaml.YAMLError, KeyError, TypeError, AttributeError):
        raise ConfigurationError(
            "This isn't a stack's file: it has to have `config:` with keys below it."
        ) from None
    return {name: _plain(entry) for name, entry in initial_configuration(given, ABOUTS).items()}


def _as_the_engine_does(value: Any) -> str:
    return value if isinstance(value, str) else json.dumps(value, default=str)


def _plain(entry: EnforcementLevel | dict[str, Any]) -> Any:
    if isinstance(entry, EnforcementLevel):
        return entry.value
    return {**entry, "enforcementLevel": entry["enforcementLevel"].value}


def main(arguments: list[str]) -> str:
    """The JSON for the file that the only argument names. Raises SystemExit with a sentence if there is none."""
    if len(arguments) != 1:
        raise SystemExit("usage: python -m railway_policies.settings_file Pulumi.<stack>.yaml")
    try:
        return json.dumps(settings_of(Path(arguments[0]).read_text(encoding="utf-8")), indent=2)
    except (OSError, ConfigurationError) as problem:
        raise SystemExit(str(problem)) from None


if __name__ == "__main__":
    print(main(sys.argv[1:]))  # noqa: T201
