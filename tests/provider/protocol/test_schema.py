from __future__ import annotations

import json
import shutil
from typing import TYPE_CHECKING, Any, Literal

import pytest

from pulumi_resource_railway import schema
from pulumi_resource_railway.declaration import Model, field, properties_of
from pulumi_resource_railway.functions import FUNCTIONS
from pulumi_resource_railway.resources import RESOURCES
from tests.provider.protocol.fakes import Box

if TYPE_CHECKING:
    from pathlib import Path

SCHEMA: dict[str, Any] = schema.schema((Box(),))


def test_says_what_is_required_secret_fixed_and_by_default() -> None:
    box = SCHEMA["resources"]["railway:index:Box"]
    assert box["requiredInputs"] == ["shelfId"]
    assert {"shelfId", "name", "fragile", "label", "serial", "key"} <= set(box["required"])
    assert box["inputProperties"]["password"]["secret"] is True
    assert box["properties"]["key"]["secret"] is True
    assert box["inputProperties"]["shelfId"]["willReplaceOnChanges"] is True
    assert box["inputProperties"]["fragile"]["default"] is False
    assert "logical name" in box["inputProperties"]["name"]["description"]
    assert "pulumi import railway:index:Box box shelfId/boxId" in box["description"]


def test_nested_models_and_choices_become_types() -> None:
    types = SCHEMA["types"]
    of_the_configuration = {"railway:index:StagedChanges"}
    assert set(types) - of_the_configuration == {
        "railway:index:Mount",
        "railway:index:Settings",
        "railway:index:SettingsPolicy",
    }
    assert types["railway:index:Mount"]["required"] == ["mountPath", "volumeId"]
    assert types["railway:index:SettingsPolicy"]["enum"][1] == {"name": "OnFailure", "value": "ON_FAILURE"}
    mounts = SCHEMA["resources"]["railway:index:Box"]["inputProperties"]["mounts"]
    assert mounts["items"] == {"$ref": "#/types/railway:index:Mount"}


def test_tokens_are_secret_in_the_configuration() -> None:
    variables = SCHEMA["config"]["variables"]
    assert variables["token"]["secret"]
    assert variables["projectToken"]["secret"]
    assert "secret" not in variables["endpoint"]


def test_two_types_of_one_name_are_refused() -> None:
    class One(Model):
        """One."""

        mode: Literal["A"] = field(doc="…", enum_name="Mode")

    class Two(Model):
        """Two."""

        mode: Literal["B"] = field(doc="…", enum_name="Mode")

    types: dict[str, Any] = {}
    schema._properties(One, types, inputs=True)
    with pytest.raises(TypeError, match="railway:index:Mode"):
        schema._properties(Two, types, inputs=True)


def test_a_property_without_documentation_is_refused() -> None:
    class Bare(Model):
        size: int

    with pytest.raises(TypeError, match=r"Bare\.size isn't declared"):
        properties_of(Bare)


@pytest.mark.parametrize("resource", RESOURCES, ids=lambda resource: resource.token)
def test_every_resource_echoes_its_inputs_and_documents_everything(resource: Any) -> None:
    assert issubclass(resource.outputs, resource.inputs)
    assert resource.description
    assert resource.import_format
    for declared in properties_of(resource.outputs).values():
        assert declared.traits.doc
        assert set(declared.traits.follows) <= set(properties_of(resource.inputs))


def test_the_schema_file_is_fresh() -> None:
    assert schema.SCHEMA_FILE.read_text(encoding="utf-8") == schema.schema_text(RESOURCES, FUNCTIONS), (
        "run `make schema`"
    )


def test_the_sdk_is_fresh(tmp_path: Path) -> None:
    fresh = tmp_path / "python"
    schema.generate_sdk(schema.SCHEMA_FILE, fresh)
    assert schema.differing_files(fresh, schema.SDK_FOLDER) == [], "run `make schema`"


def test_staleness_is_seen(tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: Any) -> None:
    stale = tmp_path / "schema.json"
    stale.write_text(json.dumps({"name": "railway"}), encoding="utf-8")
    monkeypatch.setattr(schema, "SCHEMA_FILE", stale)
    assert schema.main(["--check"]) == 1
    assert "make schema" in capsys.readouterr().err
    assert schema.main([]) == 0
    assert schema.main(["--check"]) == 0

    copied = tmp_path / "sdk"
    shutil.copytree(schema.SDK_FOLDER, copied, ignore=shutil.ignore_patterns("__pycache__", "*.egg-info"))
    assert schema.differing_files(schema.SDK_FOLDER, copied) == []
    (copied / "pulumiverse_railway" / "service.py").write_text("", encoding="utf-8")
    (copied / "more.py").write_text("", encoding="utf-8")
    assert schema.differing_files(schema.SDK_FOLDER, copied) == ["more.py", "pulumiverse_railway/service.py"]
