"""Records the state of `recorded/program.py` as the present version of the provider writes it.

`python -m tests.engine.recording`, before a release: the file is named after that version. What is secret in it stands
there in the clear, being made up by a local Railway that is gone afterwards.
"""

import json
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

from pulumi_resource_railway.version import VERSION
from tests.engine.stage import STACK, Stage, program_beside, stage
from tools.local.engine import ENGINE, engine_environment

RECORDED = Path(__file__).with_name("recorded")
PLACES = frozenset({"sourcePosition", "stackTrace"})
ENDPOINT, TOKEN = "@ENDPOINT@", "@TOKEN@"


def program(folder: Path) -> Path:
    """The recorded program as a project of its own in a folder."""
    return program_beside(folder, (RECORDED / "program.py").read_text())


def on_stack(prepared: Stage, *arguments: str) -> str:
    """Return what the engine answers to a command about the stack's state."""
    done = subprocess.run(
        [str(ENGINE), "stack", *arguments, "--stack", STACK],
        cwd=prepared.program,
        env=engine_environment(prepared.state),
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def without_places(value: Any) -> Any:
    """The state without where in which file each resource was declared: that is another machine's business."""
    if isinstance(value, dict):
        return {key: without_places(each) for key, each in value.items() if key not in PLACES}
    return [without_places(each) for each in value] if isinstance(value, list) else value


def main() -> int:
    """Record; return the exit code."""
    with tempfile.TemporaryDirectory() as scratch:
        folder = Path(scratch)
        with stage(folder / "state", program(folder / "program")) as prepared:
            prepared.configure()
            prepared.run("up").succeeded()
            state = json.loads(on_stack(prepared, "export", "--show-secrets"))
            # Whoever imports it encrypts with a passphrase of its own.
            del state["deployment"]["secrets_providers"]
            text = json.dumps(without_places(state), indent=1)
            text = text.replace(prepared.railway.endpoint, ENDPOINT).replace(prepared.railway.token, TOKEN)
            (RECORDED / f"{VERSION}.json").write_text(text + "\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
