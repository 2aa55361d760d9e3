"""The production stack's resources as the engine would show them to the pack: from the program itself."""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
import yaml
from pulumi.runtime import set_all_config
from pulumi_policy import EnforcementLevel

from railway_policies.pack import ABOUTS
from railway_policies.stack_configuration import initial_configuration
from settings import secret_keys
from tests.policies.stacks import Declared, Pack, secret, unknown
from tests.program import graph
from tests.program.graph import UNKNOWN_VALUE, Registered, run_program

ROOT = Path(__file__).parents[2]


def secret_value(position: int) -> str:
    """A strong secret of its own for each setting, recognisable wherever it turns up."""
    return f"Zq7canary{position}-8hT4vXw2Lk9rBn3sPq6Yd5Fj7Gm"


def stack_file(name: str = "production") -> dict[str, Any]:
    """The configuration in a stack's file."""
    configuration: dict[str, Any] = yaml.safe_load((ROOT / f"Pulumi.{name}.yaml").read_text())["config"]
    return configuration


def encoded(configuration: Mapping[str, Any]) -> dict[str, str]:
    """The configuration as the engine hands it to programs and policy packs."""
    return {
        key: value if isinstance(value, str) else json.dumps(value) for key, value in configuration.items()
    }


def program_resources(
    monkeypatch: pytest.MonkeyPatch, folder: Path, configuration: Mapping[str, Any]
) -> list[Declared]:
    """What the program declares in a first preview, when nothing has an id."""
    keys = secret_keys(monitoring_enabled=True, backup_enabled=True, replicated=True)
    values = {key.removeprefix("secrets."): secret_value(position) for position, key in enumerate(keys)}
    config = encoded({**configuration, "etally:secrets": values})
    monkeypatch.chdir(folder)
    monkeypatch.setenv("PULUMI_CONFIG", json.dumps(config))
    set_all_config(config, ["etally:secrets"])
    try:
        ran = run_program(preview=True)
    finally:
        set_all_config({}, [])
    return _declared(ran.resources)


def _declared(resources: list[Registered]) -> list[Declared]:
    found: dict[str, Declared] = {}
    for resource in resources:
        _, _, kind = resource.type.rpartition(":")
        if not resource.type.startswith("railway:index:"):
            continue
        links = {
            key: [found[name] for urn in urns if (name := urn.rpartition("::")[2]) in found]
            for key, urns in resource.property_dependencies.items()
        }
        inputs = {key: _on_the_wire(value) for key, value in resource.inputs.items()}
        found[resource.name] = Declared(kind, resource.name, inputs, links, resource.protect)
    return list(found.values())


def _on_the_wire(value: Any) -> Any:
    if isinstance(value, graph.Secret):
        return secret(_on_the_wire(value.value))
    if isinstance(value, Mapping):
        return {key: _on_the_wire(member) for key, member in value.items()}
    if isinstance(value, list):
        return [_on_the_wire(member) for member in value]
    return unknown() if value == UNKNOWN_VALUE else value


def pack_of(configuration: Mapping[str, Any], changes: Mapping[str, Mapping[str, Any]] | None = None) -> Pack:
    """The pack as the engine starts it for a stack, with further settings for some rules."""
    stack = encoded(configuration)
    initial = initial_configuration(stack, ABOUTS)
    given: dict[str, dict[str, Any]] = {}
    for name, entry in initial.items():
        settings = {"enforcementLevel": entry} if isinstance(entry, EnforcementLevel) else dict(entry)
        level = settings.pop("enforcementLevel")
        given[name] = {**settings, "enforcementLevel": level.value}
    for name, more in (changes or {}).items():
        given[name] = {**given.get(name, {}), **more}
    return Pack(stack, configuration=given)
