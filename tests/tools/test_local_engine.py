"""How the engine is run: without a real account's credentials, to its end even when interrupted, one state folder."""

import json
import os
import signal
import subprocess
import sys
import textwrap
import time
from pathlib import Path

import pytest

from tools.local.engine import Engine, engine_environment
from tools.local.errors import LocalError
from tools.local.state import CHECKOUT, StateFolder


def engine(folder: Path, script: str = "") -> Engine:
    """An engine whose executable is a shell script."""
    executable = folder / "engine"
    executable.write_text(f"#!/bin/sh\n{textwrap.dedent(script)}\n")
    executable.chmod(0o700)
    return Engine(StateFolder(folder).prepared(), "test", executable=executable)


def write_checkpoint(subject: Engine, latest: object) -> None:
    subject.checkpoint.parent.mkdir(parents=True)
    subject.checkpoint.write_text(json.dumps({"version": 3, "checkpoint": {"latest": latest}}))


def test_the_environment_points_at_the_state_folder_alone(tmp_path: Path) -> None:
    inherited = {"PULUMI_ACCESS_TOKEN": "t", "PULUMI_HOME": "/elsewhere", "RAILWAY_TOKEN": "t", "LANG": "C"}
    environment = engine_environment(StateFolder(tmp_path), inherited)
    assert environment["PULUMI_HOME"] == str(tmp_path / "pulumi-home")
    assert environment["PULUMI_BACKEND_URL"] == f"file://{tmp_path}/backend"
    assert environment["LANG"] == "C"
    assert "t" not in environment.values()


def test_a_failure_is_a_sentence_with_the_exit_code(tmp_path: Path) -> None:
    with pytest.raises(LocalError, match=r"pulumi preview failed \(exit code 7\)"):
        engine(tmp_path, "exit 7").preview()


def test_a_killed_engine_is_a_sentence_with_the_way_on(tmp_path: Path) -> None:
    with pytest.raises(LocalError, match="pulumi up was killed by signal 9: run the same command to go on"):
        engine(tmp_path, "kill -9 $$").up()


def test_a_failing_setting_shows_the_engines_words_but_not_the_value(tmp_path: Path) -> None:
    with pytest.raises(LocalError, match="no such stack") as caught:
        engine(tmp_path, "cat >/dev/null; echo no such stack >&2; exit 255").set_secret("a", "canary")
    assert "canary" not in str(caught.value)


def test_an_interruption_reaches_the_engine_once_and_its_end_is_awaited(tmp_path: Path) -> None:
    subject = engine(
        tmp_path,
        f"""
        trap 'echo interrupted >>{tmp_path}/log' INT
        echo started >>{tmp_path}/log
        for _ in 1 2 3 4 5 6 7 8 9 10; do sleep 0.1; done
        echo ended >>{tmp_path}/log
        """,
    )
    program = f"""
        from pathlib import Path
        from tools.local.engine import Engine
        from tools.local.state import StateFolder
        folder = Path({str(tmp_path)!r})
        try:
            Engine(StateFolder(folder), "test", executable=folder / "engine").up()
        except KeyboardInterrupt:
            raise SystemExit(130)
    """
    log = tmp_path / "log"
    process = subprocess.Popen(
        [sys.executable, "-c", textwrap.dedent(program)], cwd=CHECKOUT, process_group=0
    )
    try:
        while not log.exists():
            time.sleep(0.02)
        os.killpg(process.pid, signal.SIGINT)
        assert process.wait(20) == 130
    finally:
        process.kill()
    assert log.read_text().split() == ["started", "interrupted", "ended"]
    assert subject.executable.exists()


def test_resources_and_what_was_cut_off_are_read_from_the_state(tmp_path: Path) -> None:
    subject = engine(tmp_path)
    assert (subject.resources(), subject.cut_off()) == ([], [])
    service = {"type": "railway:index:Service", "urn": "u"}
    write_checkpoint(
        subject,
        {
            "resources": [{"type": "pulumi:pulumi:Stack"}, {"type": "pulumi:providers:railway"}, service],
            "pending_operations": [{"type": "creating", "resource": service}],
        },
    )
    assert subject.resources() == [service]
    assert [one["type"] for one in subject.cut_off()] == ["creating"]


def test_a_stack_without_a_deployment_has_no_resources(tmp_path: Path) -> None:
    subject = engine(tmp_path)
    write_checkpoint(subject, None)
    assert subject.resources() == []


def test_locks_of_killed_engines_are_removed(tmp_path: Path) -> None:
    subject = engine(tmp_path)
    assert subject.remove_leftover_locks() is False
    locks = subject.state.backend / ".pulumi" / "locks" / "organization" / "etally"
    for stack in ("test", "another"):
        (locks / stack).mkdir(parents=True)
        (locks / stack / "a.json").touch()
        (locks / stack / "a.json.attrs").touch()
    assert subject.remove_leftover_locks() is True
    assert list((locks / "test").iterdir()) == []
    assert len(list((locks / "another").iterdir())) == 2


def test_a_broken_state_names_the_copy_from_before(tmp_path: Path) -> None:
    subject = engine(tmp_path)
    write_checkpoint(subject, None)
    subject.checkpoint.write_text("{")
    with pytest.raises(LocalError, match=r"test\.json is broken: .* in its place, test\.json\.bak"):
        subject.resources()
