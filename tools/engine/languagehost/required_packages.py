"""Prints the pulumi-plugin.json of each installed Pulumi SDK, with its Python package and version."""

import importlib.util
import json
import re
import sys
from importlib.metadata import Distribution, distributions
from pathlib import Path

REQUIRES_PULUMI = re.compile(r"^Requires-Dist: pulumi\b(?!-)", re.MULTILINE)


def top_level_names(distribution: Distribution) -> set:
    """The importable names of a distribution. Not every build backend writes top_level.txt."""
    listed = distribution.read_text("top_level.txt")
    if listed is not None:
        return set(listed.split())
    files = distribution.files or ()
    return {file.parts[0] for file in files if len(file.parts) > 1 and file.suffix == ".py"}


def package_folders(name: str) -> list:
    """Where a package's files lie: for an editable installation, outside site-packages."""
    specification = importlib.util.find_spec(name)
    return list(specification.submodule_search_locations or ()) if specification else []


found = []
for distribution in distributions():
    metadata = distribution.read_text("METADATA") or distribution.read_text("PKG-INFO") or ""
    if not REQUIRES_PULUMI.search(metadata):
        continue
    for name in sorted(top_level_names(distribution)):
        for folder in package_folders(name):
            description = Path(folder) / "pulumi-plugin.json"
            if description.is_file():
                plugin = json.loads(description.read_text(encoding="utf-8"))
                found.append({"package": name, "version": distribution.version, "plugin": plugin})
sys.stdout.write(json.dumps(found))
