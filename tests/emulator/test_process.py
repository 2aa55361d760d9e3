"""The local Railway as a process: its one line, its files, its death and its return."""

import json
import os
import re
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import httpx
import pytest

ROOT = Path(__file__).resolve().parents[2]


def _environment() -> dict[str, str]:
    kept = {key: value for key, value in os.environ.items() if not key.startswith("RAILWAY_")}
    return {**kept, "PYTHONPATH": str(ROOT / "emulator")}


def _command(state: Path, *options: str) -> list[str]:
    return [sys.executable, "-m", "railway_emulator", "--state", str(state), *options]


class Process:
    def __init__(self, process: subprocess.Popen[str], state: Path) -> None:
        assert process.stdout is not None
        self.process = process
        self.line = process.stdout.readline().strip()
        kept = json.loads(state.with_name(f"{state.name}.credentials.json").read_text())
        self.account_token: str = kept["accountToken"]
        self.control_token: str = kept["controlToken"]
        self.endpoint: str = kept["endpoint"]

    def ask(self, query: str, **variables: Any) -> Any:
        headers = {"Authorization": f"Bearer {self.account_token}"}
        with httpx.Client(trust_env=False, headers=headers) as client:
            answer = client.post(self.endpoint, json={"query": query, "variables": variables})
        return answer.json()["data"]

    def kill(self) -> None:
        self.process.send_signal(signal.SIGKILL)
        self.process.wait(10)


@contextmanager
def _running(state: Path, *options: str) -> Iterator[Process]:
    with subprocess.Popen(
        _command(state, "--port", "0", *options),
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env=_environment(),
    ) as process:
        try:
            yield Process(process, state)
        finally:
            process.kill()


CREATE = 'mutation { projectCreate(input: {name: "etally"}) { id } }'
PROJECTS = "{ projects { edges { node { id } } } }"


def test_it_says_where_it_listens_and_keeps_its_tokens_private(tmp_path: Path) -> None:
    state = tmp_path / "state.json"
    with _running(state) as running:
        assert re.fullmatch(r"Local Railway listening on http://127\.0\.0\.1:\d+", running.line)
        assert running.endpoint == running.line.rpartition(" ")[2] + "/graphql/v2"
        assert running.ask("{ __typename }") == {"__typename": "Query"}
        for path in (state, state.with_name("state.json.credentials.json")):
            assert path.stat().st_mode & 0o777 == 0o600


def test_what_was_answered_survives_kill_9(tmp_path: Path) -> None:
    state = tmp_path / "state.json"
    with _running(state) as running:
        created = running.ask(CREATE)["projectCreate"]["id"]
        running.kill()
        account, control = running.account_token, running.control_token
    with _running(state) as running:
        assert running.ask(PROJECTS)["projects"]["edges"] == [{"node": {"id": created}}]
        assert running.account_token == account
        assert running.control_token != control
    assert [path.name for path in tmp_path.iterdir() if "draft" in path.name] == []


def test_killed_in_the_middle_of_many_changes_it_keeps_all_it_answered(tmp_path: Path) -> None:
    state = tmp_path / "state.json"
    answered = []
    with _running(state) as running:
        headers = {"Authorization": f"Bearer {running.account_token}"}
        with httpx.Client(trust_env=False, headers=headers) as client:
            for number in range(200):
                if number == 25:
                    running.process.send_signal(signal.SIGKILL)
                try:
                    answer = client.post(running.endpoint, json={"query": CREATE})
                except httpx.TransportError:
                    break
                answered.append(answer.json()["data"]["projectCreate"]["id"])
    with _running(state) as running:
        kept = [edge["node"]["id"] for edge in running.ask(PROJECTS)["projects"]["edges"]]
    assert len(answered) >= 25
    assert set(answered) <= set(kept)


def test_an_answer_can_be_lost_on_the_wire(tmp_path: Path) -> None:
    with _running(tmp_path / "state.json") as running:
        url = running.endpoint.replace("/graphql/v2", "/_local/faults")
        with httpx.Client(trust_env=False) as client:
            client.post(url, json=[{"operation": "projectCreate", "loseAnswer": True}])
        with pytest.raises(httpx.RemoteProtocolError):
            running.ask(CREATE)
        assert len(running.ask(PROJECTS)["projects"]["edges"]) == 1


def _failing(state: Path, *options: str) -> str:
    """Returns what a start that fails says."""
    done = subprocess.run(
        _command(state, *options), capture_output=True, text=True, timeout=60, env=_environment(), check=False
    )
    assert done.returncode == 1
    assert done.stdout == ""
    assert "Traceback" not in done.stderr
    return done.stderr.strip()


def test_an_occupied_port_is_one_clear_sentence(tmp_path: Path) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        said = _failing(tmp_path / "state.json", "--port", str(taken.getsockname()[1]))
    assert "choose another with --port or RAILWAY_LOCAL_PORT" in said
    assert len(said.splitlines()) == 1
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    ("host", "words"),
    [
        ("0.0.0.0", "loopback"),  # noqa: S104 (it is refused)
        ("192.0.2.1", "loopback"),
        ("example.com", "address"),
    ],
)
def test_it_listens_on_this_machine_only(tmp_path: Path, host: str, words: str) -> None:
    assert words in _failing(tmp_path / "state.json", "--port", "0", "--host", host)


def test_a_foreign_state_file_is_left_alone(tmp_path: Path) -> None:
    state = tmp_path / "state.json"
    state.write_text("precious")
    assert "move it away" in _failing(state, "--port", "0")
    assert state.read_text() == "precious"
