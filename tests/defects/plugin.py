"""A pytest plugin that runs tests of code with one defect in it, and reports how each of them ended.

The defect's name and the report's path come from the environment: see `tests.defects.test_defects`.
"""

from __future__ import annotations

import json
import os
from pathlib import Path
from pkgutil import resolve_name
from typing import TYPE_CHECKING, Any, Final

import pytest

if TYPE_CHECKING:
    from collections.abc import Generator

DEFECT: Final = "SEEDED_DEFECT"
REPORT: Final = "SEEDED_DEFECT_REPORT"

_patch = pytest.MonkeyPatch()
_failures: dict[str, list[str]] = {}


def pytest_configure() -> None:
    """Put the defect in before any test module is imported, so that none holds the sound original."""
    from tests.defects.table import DEFECTS

    if name := os.environ.get(DEFECT):
        defect = DEFECTS[name]
        for place in defect.places:
            owner, _, attribute = place.rpartition(".")
            target = resolve_name(owner)
            _patch.setattr(target, attribute, defect.faulty(getattr(target, attribute)))


def pytest_unconfigure() -> None:
    """Write the report: for each test that failed, when it did and the classes of what it raised."""
    _patch.undo()
    Path(os.environ[REPORT]).write_text(json.dumps(_failures))


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(
    item: pytest.Item, call: pytest.CallInfo[Any]
) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """Remember a failure."""
    report = yield
    if report.failed and call.excinfo is not None:
        classes = [kind.__name__ for kind in call.excinfo.type.__mro__]
        _failures.setdefault(item.nodeid, [report.when or "", *classes])
    return report
