"""The language host's own tests, written in Go."""

import os
import shutil
import subprocess
from pathlib import Path

import pytest

MODULE = Path(__file__).parents[3] / "tools" / "engine"


@pytest.mark.timeout(900)
def test_the_language_host_passes_its_own_tests() -> None:
    """Takes seconds where the pinned engine was built, minutes where Go must compile its libraries first."""
    go = shutil.which("go")
    if go is None or (shutil.which("pulumi") and os.environ.get("BIN_PULUMI") != "pinned"):
        pytest.skip(
            "the pinned engine's Go tests: Go is not installed, or an installed engine is used instead"
        )
    # The same settings as in build.sh's caller, so that the compiled libraries are found again.
    settings = {"GOTOOLCHAIN": "local", "GOWORK": "off", "GOFLAGS": "", "CGO_ENABLED": "0"}
    done = subprocess.run(
        [go, "test", "-mod=readonly", "./..."],
        cwd=MODULE,
        env=os.environ | settings,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
