"""The terminal, and the engine's process, as they really are."""

import os
import pty
import signal
import subprocess
import sys
import time
from pathlib import Path

from tools.local.state import CHECKOUT

ASKING = """
from operations.stack import Person
person = Person()
print(person.is_there, len(person.tells_secret("Key")), person.agrees("Go on?"))
"""

RUNNING = """
import signal, sys
from pathlib import Path
from operations.engine import Processes
signal.signal(signal.SIGTERM, signal.default_int_handler)
try:
    Processes(Path(sys.argv[1]), Path(sys.argv[1], "pulumi")).show(["up"])
except KeyboardInterrupt:
    print("interrupted")
"""


def test_a_terminal_is_asked_and_shows_no_secret() -> None:
    ours, theirs = pty.openpty()
    with subprocess.Popen(
        [sys.executable, "-c", ASKING], cwd=CHECKOUT, stdin=theirs, stdout=theirs, stderr=theirs
    ):
        os.close(theirs)
        said = b""
        for prompt, answer in ((b"Key", b"canary-typed\n"), (b"Go on?", b"y\n"), (b"True 12 True", b"")):
            while prompt not in said:
                said += os.read(ours, 1000)
            # Only after its prompt has turned the echo off.
            time.sleep(0.2)
            os.write(ours, answer)
        os.close(ours)
    assert b"canary-typed" not in said


def test_an_engine_is_told_of_an_interruption_and_waited_for(tmp_path: Path) -> None:
    engine = tmp_path / "pulumi"
    engine.write_text(
        f"#!/bin/sh\ntrap 'echo told > {tmp_path}/told; exit 1' INT\ntouch {tmp_path}/begun\n"
        "while :; do sleep 0.05; done\n"
    )
    engine.chmod(0o755)
    with subprocess.Popen(
        [sys.executable, "-c", RUNNING, str(tmp_path)],
        cwd=CHECKOUT,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        text=True,
    ) as process:
        while not (tmp_path / "begun").exists():
            assert process.poll() is None
            time.sleep(0.05)
        process.send_signal(signal.SIGTERM)
        said, _ = process.communicate(timeout=60)
    assert (tmp_path / "told").read_text() == "told\n"
    assert said == "interrupted\n"
