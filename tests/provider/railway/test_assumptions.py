from __future__ import annotations

import re
from pathlib import Path

ROOT = Path(__file__).parents[3]


def test_the_tests_that_settle_assumptions_exist() -> None:
    named = set(re.findall(r"`(test_[a-z_]+)`", (ROOT / "docs" / "assumptions.md").read_text()))
    live = (ROOT / "tests" / "live" / "test_lifecycle.py").read_text()
    assert named
    assert {name for name in named if f"def {name}(" not in live} == set()
