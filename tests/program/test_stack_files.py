import json
from pathlib import Path
from typing import Any

import pytest
import yaml

import settings
from settings.sources import group_of
from tests.program.conftest import SECRETS

ROOT = Path(__file__).parents[2]
PROJECT = yaml.safe_load((ROOT / "Pulumi.yaml").read_text())


def test_the_project_declares_the_same_keys_as_the_settings() -> None:
    declared = {}
    for name, field in settings.Settings.model_fields.items():
        group = group_of(field)
        if group is None:
            declared[name] = {"type": "boolean", "default": field.default, "description": field.description}
        else:
            description = (group.__doc__ or "").removesuffix(".")
            declared[name] = {"type": "object", "default": {}, "description": description}
    assert PROJECT["config"] == declared


def test_the_project_runs_python_and_this_repositorys_provider() -> None:
    assert PROJECT["name"] == "etally"
    assert PROJECT["runtime"]["name"] == "python"
    assert PROJECT["runtime"]["options"]["virtualenv"] == ".venv"
    assert PROJECT["plugins"]["providers"] == [{"name": "railway", "path": "provider"}]
    assert (ROOT / "provider" / "PulumiPlugin.yaml").is_file()
    assert "./sdk/python" in (ROOT / "requirements.txt").read_text().splitlines()


@pytest.mark.parametrize("stack", ["production", "staging", "local"])
def test_a_shared_stack_is_complete_but_for_its_secrets(configure: Any, stack: str) -> None:
    document = yaml.safe_load((ROOT / f"Pulumi.{stack}.yaml").read_text())
    assert set(document) == {"config"}, "neither salt nor ciphertext"
    keys = document["config"]
    assert {key.partition(":")[0] for key in keys} == {"etally", "railway-policies"}
    groups = {key.removeprefix("etally:"): keys[key] for key in keys if key.startswith("etally:")}
    # More than the stack that monitors and backs up nothing asks for.
    configure(**{name: json.dumps(value) for name, value in groups.items()}, secrets=SECRETS)
    chosen = settings.load()
    assert chosen.protect is (stack == "production")
    assert chosen.storage.volume_gb == (1 if stack == "staging" else 10)
    assert bool(chosen.postgres.backups) is (stack != "staging")
    assert not chosen.monitoring.enabled
