"""Tests that can't fail prove nothing: each defect of the table turns the tests red that are named for it."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Final

import pytest

from tests.defects.plugin import DEFECT, REPORT
from tests.defects.table import DEFECTS

if TYPE_CHECKING:
    from collections.abc import Iterable

ROOT: Final = Path(__file__).parents[2]
PACKAGES: Final = (".", "policies", "provider", "emulator", "sdk/python")
# What is loaded by name instead of by search starts in half the time.
PLUGINS: Final = ("anyio", "pytest_timeout", "tests.defects.plugin")
# How a test says that a promise isn't kept, the last by unpacking; all else says that the defect itself is
# broken.
RED: Final = {"AssertionError", "Failed", "UserError", "RefusedError", "ValueError"}


def run(nodes: Iterable[str], report: Path, defect: str = "") -> tuple[int, dict[str, list[str]], str]:
    """Run tests in a process of their own; return its exit code, what failed and how, and what it said."""
    environment = {name: value for name, value in os.environ.items() if not name.startswith("PYTEST")}
    environment |= {
        DEFECT: defect,
        REPORT: str(report),
        "PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1",
        "PYTHONPATH": os.pathsep.join(str(ROOT / package) for package in PACKAGES),
    }
    loaded = [argument for plugin in PLUGINS for argument in ("-p", plugin)]
    command = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", *loaded, *nodes]
    ended = subprocess.run(
        command, cwd=ROOT, env=environment, capture_output=True, text=True, check=False, timeout=240
    )
    failures = json.loads(report.read_text()) if report.exists() else {}
    return ended.returncode, failures, ended.stdout + ended.stderr


@pytest.mark.parametrize("name", DEFECTS)
def test_a_defect_turns_its_tests_red(name: str, tmp_path: Path) -> None:
    defect = DEFECTS[name]
    code, failures, said = run(defect.noticed_by, tmp_path / "report.json", name)
    assert code == pytest.ExitCode.TESTS_FAILED, said
    assert failures.keys() == set(defect.noticed_by), said
    for when, *classes in failures.values():
        assert when == "call", said
        assert RED & set(classes), said


def test_without_a_defect_they_are_green(tmp_path: Path) -> None:
    nodes = sorted({node for defect in DEFECTS.values() for node in defect.noticed_by})
    code, failures, said = run(nodes, tmp_path / "report.json")
    assert failures == {}, said
    assert code == pytest.ExitCode.OK, said
