"""The local Railway's process: found again, private, ended, and its refusals passed on."""

import os
import signal
import socket
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from tools.local.errors import LocalError
from tools.local.railway import LocalRailway
from tools.local.state import StateFolder


@pytest.fixture
def state(tmp_path: Path) -> StateFolder:
    return StateFolder(tmp_path / "state").prepared()


@pytest.fixture
def railway(state: StateFolder, monkeypatch: pytest.MonkeyPatch) -> Iterator[LocalRailway]:
    monkeypatch.setenv("RAILWAY_TOKEN", "a token of a real account")
    railway = LocalRailway(state, port=0)
    railway.ensure_running()
    yield railway
    railway.stop()


def test_another_command_finds_it_and_ends_it(railway: LocalRailway) -> None:
    found = LocalRailway(railway.state, port=0)
    found.ensure_running()
    assert found.process is None
    assert found.endpoint == railway.endpoint
    assert railway.process is not None
    assert "a token of a real account" not in Path(f"/proc/{railway.process.pid}/environ").read_text()
    assert {path.name: path.stat().st_mode & 0o077 for path in railway.state.root.iterdir()} == dict.fromkeys(
        (path.name for path in railway.state.root.iterdir()), 0
    )
    railway.stop()
    assert not found.is_running()
    found.stop()


def test_one_whose_end_nobody_noted_has_ended(railway: LocalRailway) -> None:
    assert railway.process is not None
    found = LocalRailway(railway.state, port=0)
    found.stop()
    status = Path(f"/proc/{railway.process.pid}/stat").read_text()
    assert status.rpartition(")")[2].split()[0] == "Z"


def test_what_was_killed_starts_again_with_its_token(railway: LocalRailway) -> None:
    assert railway.process is not None
    token = railway.token
    os.kill(railway.process.pid, signal.SIGKILL)
    railway.process.wait()
    assert not railway.is_running()
    with pytest.raises(LocalError, match=r"doesn't answer at http://127.0.0.1"):
        railway.requests()
    again = LocalRailway(railway.state, port=0)
    again.ensure_running()
    try:
        assert again.token == token
    finally:
        again.stop()


def test_an_occupied_port_is_a_sentence_and_leaves_nothing_behind(state: StateFolder) -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        railway = LocalRailway(state, port=server.getsockname()[1])
        with pytest.raises(
            LocalError, match=r"Cannot listen on .*: stop what uses that port, or choose another"
        ):
            railway.ensure_running()
    assert railway.process is not None
    assert railway.process.poll() == 1
    assert not (state.root / "railway.pid").exists()


def test_a_broken_state_file_is_a_sentence(state: StateFolder) -> None:
    state.railway.write_text("{")
    started = time.monotonic()
    with pytest.raises(LocalError, match="is not a state file of the local Railway: move it away"):
        LocalRailway(state, port=0).ensure_running()
    assert time.monotonic() - started < 15


def test_a_port_of_another_local_railway_says_how_to_stop_that(railway: LocalRailway, tmp_path: Path) -> None:
    port = int(railway.address.rsplit(":", 1)[1].strip("/"))
    second = LocalRailway(StateFolder(tmp_path / "second").prepared(), port)
    with pytest.raises(
        LocalError, match=r"It is another local Railway: `make down` in its checkout stops it"
    ):
        second.ensure_running()
