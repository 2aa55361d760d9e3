"""`make up`, again, and `make down`, as a person runs them: what they print, keep, leave behind and return."""

import json
import os
import re
import shutil
import signal
import socket
import subprocess
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import httpx
import pytest

from tests.engine.stage import files_holding
from tools.local.engine import Engine
from tools.local.environment import harmless
from tools.local.railway import LocalRailway
from tools.local.stack import STACK
from tools.local.state import CHECKOUT, StateFolder

pytestmark = [pytest.mark.xdist_group("commands"), pytest.mark.timeout(300)]

CANARY = "a-token-of-a-real-account"
HOLDING_SECRETS = {"railway.json", "railway.json.credentials.json"}
"""The local Railway's own files, which have to hold them in the clear."""


@dataclass
class Person:
    """Somebody with a clone of the checkout, a real account's tokens in the shell, and a free port."""

    clone: Path
    home: Path
    port: int

    @property
    def state(self) -> StateFolder:
        (folder,) = (self.home / "etally").iterdir()
        return StateFolder(folder)

    def start(self, command: str) -> "subprocess.Popen[str]":
        return subprocess.Popen(
            [".venv/bin/python", "-m", "tools.local", command],
            cwd=self.clone,
            env=harmless(os.environ)
            | {"XDG_STATE_HOME": str(self.home), "RAILWAY_LOCAL_PORT": str(self.port)}
            | dict.fromkeys(("RAILWAY_TOKEN", "RAILWAY_API_TOKEN", "PULUMI_ACCESS_TOKEN"), CANARY),
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )

    def run(self, command: str) -> subprocess.CompletedProcess[str]:
        process = self.start(command)
        output, _ = process.communicate()
        return subprocess.CompletedProcess(command, process.returncode, output)

    def changed_files(self) -> str:
        return git(self.clone, "status", "--porcelain")


def git(folder: Path, *arguments: str) -> str:
    done = subprocess.run(["git", *arguments], cwd=folder, capture_output=True, text=True, check=True)
    return done.stdout


@pytest.fixture(scope="module")
def person(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Person]:
    folder = tmp_path_factory.mktemp("person")
    clone = folder / "clone"
    for name in git(CHECKOUT, "ls-files", "-z", "--cached", "--others", "--exclude-standard").split("\0"):
        if name and (CHECKOUT / name).exists():
            (clone / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(CHECKOUT / name, clone / name)
    (clone / ".venv").mkdir()
    for path in (CHECKOUT / ".venv").iterdir():
        (clone / ".venv" / path.name).symlink_to(path)
    git(clone, "init", "--quiet")
    git(clone, "add", "--all")
    git(clone, "-c", "user.name=x", "-c", "user.email=x@example.org", "commit", "--quiet", "--message", "all")
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
    person = Person(clone, folder / "home", port)
    yield person
    LocalRailway(person.state, port).stop()


def wait_until(condition: Callable[[], bool]) -> None:
    deadline = time.monotonic() + 60
    while not condition():
        assert time.monotonic() < deadline
        time.sleep(0.1)


def processes_naming(text: str) -> list[str]:
    """The arguments of every process that has a text in them."""
    lines = []
    for process in Path("/proc").glob("[0-9]*/cmdline"):
        try:
            lines.append(process.read_bytes().replace(b"\0", b" ").decode(errors="replace"))
        except OSError:
            continue  # it ended between the listing and the reading
    return [line for line in lines if text in line]


def secret_values(state: StateFolder) -> list[str]:
    """The secrets of everything deployed, and the token: what the services got is what the stack generated."""
    railway = LocalRailway(state, 0)
    generated = set(re.findall(r"\b[0-9a-f]{64}\b", json.dumps(railway.contents())))
    assert len(generated) >= 6
    return [*generated, railway.token, state.passphrase.read_text()]


def test_up_twice_and_down_twice(person: Person) -> None:
    first = person.run("up")
    assert first.returncode == 0, first.stdout
    assert "https://etally-dashboard.up.railway.app" in first.stdout
    assert f"http://127.0.0.1:{person.port}/" in first.stdout
    assert "no container runs" in first.stdout
    assert person.changed_files() == ""

    root = person.state.root
    assert root.stat().st_mode & 0o777 == 0o700
    assert [path.name for path in root.iterdir() if path.stat().st_mode & 0o077] == []
    values = secret_values(person.state)
    assert set(files_holding(root, values)) == {*HOLDING_SECRETS, "passphrase"}
    assert files_holding(root, [CANARY]) == []
    assert [value for value in [*values, CANARY] if value in first.stdout] == []
    requests = len(LocalRailway(person.state, person.port).requests())

    second = person.run("up")
    assert second.returncode == 0, second.stdout
    assert re.search(r"\d+ unchanged", second.stdout)
    assert not re.search(r"\d+ (created|updated|deleted|changes)", second.stdout)
    assert len(LocalRailway(person.state, person.port).requests()) == requests
    assert person.changed_files() == ""

    down = person.run("down")
    assert down.returncode == 0, down.stdout
    assert "The local stack is destroyed." in down.stdout
    assert Engine(person.state, STACK).resources() == []
    assert json.loads(person.state.railway.read_text())["projects"] == {}
    assert processes_naming(str(person.home)) + processes_naming(str(person.clone)) == []
    assert person.changed_files() == ""

    again = person.run("down")
    assert (again.returncode, "There is nothing to destroy." in again.stdout) == (0, True)


def kept(person: Person) -> dict[str, object]:
    """The projects on the local Railway, as they lie in its file."""
    projects: dict[str, object] = json.loads(person.state.railway.read_text())["projects"]
    return projects


def test_an_engine_killed_while_it_made_the_project_leaves_nothing_in_the_end(person: Person) -> None:
    assert person.run("preview").returncode == 0
    railway = LocalRailway(person.state, person.port)
    slow = {"operation": "projectCreate", "delaySeconds": 2}
    httpx.post(f"{railway.address}_local/faults", json=[slow], trust_env=False).raise_for_status()
    up = person.start("up")
    wait_until(lambda: any(each["operation"] == "projectCreate" for each in railway.requests()))
    (engine,) = Path(f"/proc/{up.pid}/task/{up.pid}/children").read_text().split()
    os.kill(int(engine), signal.SIGKILL)
    output, _ = up.communicate()
    assert up.returncode == 1
    assert "was killed by signal 9: run the same command to go on" in output
    wait_until(lambda: bool(railway.contents()["projects"]))
    (made,) = railway.contents()["projects"]

    down = person.run("down")
    assert down.returncode == 0, down.stdout
    assert "`make up` finds it, and `make down` then removes it" in down.stdout
    assert list(kept(person)) == [made["id"]]

    again = person.run("up")
    assert again.returncode == 0, again.stdout
    assert [project["id"] for project in railway.contents()["projects"]] == [made["id"]]
    assert Engine(person.state, STACK).cut_off() == []

    down = person.run("down")
    assert "The local stack is destroyed." in down.stdout
    assert kept(person) == {}
    assert Engine(person.state, STACK).resources() == []
    assert [
        path for path in (person.state.pulumi_home / "railway" / "journal").rglob("*") if path.is_file()
    ] == []
