"""The Pulumi schema, derived from the declarations, and what is generated from it: the SDK and the pages.

`python -m pulumi_resource_railway.schema` writes `schema.json` beside the package and a page of documentation
for each resource and function, and with `--sdk` also the Python SDK. With `--check` it writes nothing and fails
when something is stale.
"""

from __future__ import annotations

import argparse
import filecmp
import json
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from pulumi_resource_railway.configuration import ProviderInputs
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
from pulumi_resource_railway.version import VERSION

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from pulumi_resource_railway.declaration import Model, Property, Type
    from pulumi_resource_railway.function import Function
    from pulumi_resource_railway.resource import Resource

PACKAGE: Final = "railway"
PYTHON_PACKAGE: Final = "pulumiverse_railway"
_PROVIDER: Final = Path(__file__).resolve().parents[1]
SCHEMA_FILE: Final = _PROVIDER / "schema.json"
OVERLAYS: Final = _PROVIDER / "overlays"
SDK_FOLDER: Final = _PROVIDER.parent / "sdk" / "python"
PAGES: Final = _PROVIDER.parent / "docs" / "provider"

_README: Final = """\
# Railway for Pulumi

Typed Python classes for [Railway](https://railway.com), generated from the provider's schema: do not edit.

`reference(service, "DATABASE_URL")` is a reference to another service's variable that carries the dependency
on it.
"""


def schema(
    resources: Sequence[Resource[Any, Any]], functions: Sequence[Function[Any, Any]] = ()
) -> dict[str, Any]:
    """Return the schema; its form: pulumi.com/docs/iac/guides/building-extending/packages/schema."""
    types: dict[str, Any] = {}
    return {
        "name": PACKAGE,
        "displayName": "Railway",
        "version": VERSION,
        "description": "Projects, environments, services, volumes and domains on Railway.",
        "keywords": ["pulumi", "railway", "category/cloud", "kind/native"],
        "publisher": "Pulumiverse",
        "meta": {"moduleFormat": "(.*)"},
        "language": {
            "python": {
                "packageName": PYTHON_PACKAGE,
                "readme": _README,
                "pythonRequires": ">=3.11",
                "requires": {"pulumi": ">=3.258.0,<4.0.0"},
                "pyproject": {"enabled": True},
                "respectSchemaVersion": True,
                "inputTypes": "classes-and-dicts",
            }
        },
        "config": {"variables": _properties(ProviderInputs, types, inputs=True)},
        "provider": {
            "description": "Where resources are made, and with which token.",
            "inputProperties": _properties(ProviderInputs, types, inputs=True),
        },
        "resources": {resource.token: _resource(resource, types) for resource in resources},
        "functions": {function.token: _function(function, types) for function in functions},
        "types": dict(sorted(types.items())),
    }


def schema_text(resources: Sequence[Resource[Any, Any]], functions: Sequence[Function[Any, Any]] = ()) -> str:
    """Return the schema as `schema.json` holds it."""
    return json.dumps(schema(resources, functions), indent=2, ensure_ascii=False) + "\n"


def _resource(resource: Resource[Any, Any], types: dict[str, Any]) -> dict[str, Any]:
    name = resource.token.rpartition(":")[2]
    usage = f"$ pulumi import {resource.token} {name.lower()} {resource.import_format}"
    inputs, outputs = properties_of(resource.inputs), properties_of(resource.outputs)
    guide = GUIDES.get(resource.token)
    example = "" if guide is None else _example(guide.example)
    return {
        "description": f"{resource.description.strip()}\n{example}\n## Import\n\n```sh\n{usage}\n```\n",
        "inputProperties": _properties(resource.inputs, types, inputs=True),
        "requiredInputs": sorted(property_.name for property_ in inputs.values() if property_.required),
        "properties": _properties(resource.outputs, types, inputs=False),
        "required": sorted(property_.name for property_ in outputs.values() if not property_.nullable),
    }


def _example(program: str) -> str:
    return f"\n## Example Usage\n\n```python\n{program.strip()}\n```\n"


def _function(function: Function[Any, Any], types: dict[str, Any]) -> dict[str, Any]:
    arguments, result = properties_of(function.arguments), properties_of(function.result)
    return {
        "description": f"{function.description.strip()}\n{_example(function.example)}",
        "inputs": {
            "type": "object",
            "properties": _properties(function.arguments, types, inputs=True),
            "required": sorted(argument.name for argument in arguments.values() if argument.required),
        },
        "outputs": {
            "type": "object",
            "description": (function.result.__doc__ or "").strip(),
            "properties": _properties(function.result, types, inputs=False),
            "required": sorted(property_.name for property_ in result.values() if not property_.nullable),
        },
    }


def _properties(model: type[Model], types: dict[str, Any], *, inputs: bool) -> dict[str, Any]:
    return {
        name: _property(declared, types, inputs=inputs) for name, declared in properties_of(model).items()
    }


def _property(declared: Property, types: dict[str, Any], *, inputs: bool) -> dict[str, Any]:
    traits = declared.traits
    sentences = [traits.doc.strip()]
    if inputs and traits.auto_name:
        sentences.append("Without it, the resource's logical name.")
    if inputs and traits.immutable:
        sentences.append("Another value replaces the resource.")
    entry: dict[str, Any] = {**_type(declared.type, types), "description": " ".join(sentences)}
    if traits.secret:
        entry["secret"] = True
    if inputs and traits.immutable:
        entry["willReplaceOnChanges"] = True
    if inputs and isinstance(declared.default, str | int | float | bool):
        entry["default"] = declared.default
    return entry


def _type(declared: Type, types: dict[str, Any]) -> dict[str, Any]:
    match declared:
        case Scalar(kind):
            return {"type": kind}
        case ListOf(element):
            return {"type": "array", "items": _type(element, types)}
        case MapOf(element):
            return {"type": "object", "additionalProperties": _type(element, types)}
        case Enumeration(name, values):
            entry = {
                "type": "string",
                "enum": [{"name": _enum_member(value), "value": value} for value in values],
            }
            return _reference(name, entry, types)
        case Object(model):
            nested = {
                "type": "object",
                "description": (model.__doc__ or "").strip(),
                "properties": _properties(model, types, inputs=True),
                "required": sorted(item.name for item in properties_of(model).values() if item.required),
            }
            return _reference(type_name(model), nested, types)


def _reference(name: str, entry: dict[str, Any], types: dict[str, Any]) -> dict[str, Any]:
    token = f"{PACKAGE}:index:{name}"
    if types.setdefault(token, entry) != entry:
        message = f"Two declarations want to be the type {token}; give one of them another name."
        raise TypeError(message)
    return {"$ref": f"#/types/{token}"}


def _enum_member(value: str) -> str:
    return "".join(word.capitalize() for word in value.replace("-", "_").split("_"))


def generate_sdk(schema_file: Path, destination: Path) -> None:
    """Generate the Python SDK with Pulumi's own generator, through the engine that the repository uses.

    Args:
        schema_file: The schema.
        destination: The folder that becomes the SDK; what was in it goes.

    Raises:
        SystemExit: When the generator fails, with its own words.
    """
    engine = _PROVIDER.parent / "bin" / "pulumi"
    with tempfile.TemporaryDirectory() as scratch:
        command = [str(engine), "package", "gen-sdk", str(schema_file), "--language", "python"]
        command += ["--out", scratch, "--overlays", str(OVERLAYS)]
        outcome = subprocess.run(command, check=False, capture_output=True, text=True, cwd=scratch)
        if outcome.returncode != 0:
            raise SystemExit(f"Generating the SDK failed:\n{outcome.stdout}{outcome.stderr}")
        generated = Path(scratch) / "python"
        if destination.exists():
            shutil.rmtree(destination)
        destination.parent.mkdir(parents=True, exist_ok=True)
        shutil.copytree(generated, destination)


def differing_files(expected: Path, actual: Path) -> list[str]:
    """Return what differs between two folders, by path; build leftovers don't count."""
    ignore = ["__pycache__", "build", "pulumiverse_railway.egg-info", ".mypy_cache"]
    return sorted(_differing(filecmp.dircmp(expected, actual, ignore=ignore), Path()))


def _differing(comparison: filecmp.dircmp[str], folder: Path) -> list[str]:
    names = [*comparison.left_only, *comparison.right_only, *comparison.diff_files, *comparison.funny_files]
    found = [str(folder / name) for name in names]
    for name, inner in comparison.subdirs.items():
        found += _differing(inner, folder / name)
    return found


def write_pages(folder: Path, texts: Mapping[str, str]) -> None:
    """Write the pages; a page of what isn't there any more goes."""
    folder.mkdir(parents=True, exist_ok=True)
    for page in folder.glob("*.md"):
        if page.name not in texts:
            page.unlink()
    for name, text in texts.items():
        (folder / name).write_text(text, encoding="utf-8")


def stale_pages(folder: Path, texts: Mapping[str, str]) -> list[str]:
    """Return the pages that aren't what they should be."""
    present = {page.name: page.read_text(encoding="utf-8") for page in folder.glob("*.md")}
    names = sorted(present.keys() | texts.keys())
    return [str(folder / name) for name in names if present.get(name) != texts.get(name)]


def main(arguments: Sequence[str] | None = None) -> int:
    """Write or check the schema and the SDK; return the exit code."""
    from pulumi_resource_railway.functions import FUNCTIONS
    from pulumi_resource_railway.pages import pages
    from pulumi_resource_railway.resources import RESOURCES

    parser = argparse.ArgumentParser(prog="python -m pulumi_resource_railway.schema", description=__doc__)
    parser.add_argument("--sdk", action="store_true", help="also generate the Python SDK")
    parser.add_argument("--check", action="store_true", help="write nothing; fail when something is stale")
    options = parser.parse_args(arguments)
    text, texts = schema_text(RESOURCES, FUNCTIONS), pages(RESOURCES, FUNCTIONS)
    if not options.check:
        SCHEMA_FILE.write_text(text, encoding="utf-8")
        write_pages(PAGES, texts)
        if options.sdk:
            generate_sdk(SCHEMA_FILE, SDK_FOLDER)
        return 0
    stale = (
        []
        if SCHEMA_FILE.is_file() and SCHEMA_FILE.read_text(encoding="utf-8") == text
        else [str(SCHEMA_FILE)]
    )
    stale += stale_pages(PAGES, texts)
    if options.sdk:
        with tempfile.TemporaryDirectory() as scratch:
            fresh = Path(scratch) / "fresh"
            generate_sdk(SCHEMA_FILE, fresh)
            stale += [str(SDK_FOLDER / name) for name in differing_files(fresh, SDK_FOLDER)]
    if stale:
        sys.stderr.write("Stale: " + ", ".join(stale) + "\nRun `make schema`.\n")
    return 1 if stale else 0


if __name__ == "__main__":
    raise SystemExit(main())
