"""A stage for tests on the real engine: a program, a private state folder, a local Railway of its own."""

import subprocess
import threading
import time
from collections.abc import Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any, Self

import httpx
import yaml

from tools.local.configuration import load_stack_file, write_configuration
from tools.local.engine import APPLYING, POLICIES, Engine, engine_environment
from tools.local.railway import LocalRailway
from tools.local.state import CHECKOUT, StateFolder, write_private

if TYPE_CHECKING:
    from collections.abc import Iterator

STACK = "test"


@dataclass
class Run:
    """One run of the engine: how it ended and all that it printed."""

    code: int
    output: str
    requests: list[dict[str, Any]] = field(default_factory=list)

    @property
    def operations(self) -> list[str]:
        """The names of the GraphQL operations that the run sent, in order."""
        return [str(request["operation"]) for request in self.requests]

    def succeeded(self) -> "Run":
        assert self.code == 0, self.output
        return self


@dataclass
class Stage:
    """The program of this checkout, or one beside it, on a local Railway."""

    railway: LocalRailway
    program: Path = CHECKOUT
    stack: str = STACK

    @property
    def state(self) -> StateFolder:
        return self.railway.state

    @property
    def engine(self) -> Engine:
        return Engine(self.state, self.stack, self.program)

    def configure(self, changes: Mapping[str, Any] | None = None) -> None:
        """Write the stack's configuration: `Pulumi.local.yaml` with changes to its groups; secrets are kept."""
        configuration = load_stack_file("local")
        for key, value in (changes or {}).items():
            current = configuration.get(key)
            configuration[key] = {**current, **value} if isinstance(current, Mapping) else value
        write_configuration(self.engine, self.railway, configuration)

    def run(self, command: str, *options: str, policies: bool = False) -> Run:
        """Run the engine on the stack, through `bin/pulumi`, and keep what it printed and sent."""
        arguments = self.engine.command(command, *options)
        if command in APPLYING:
            arguments.append("--skip-preview")
        if command in APPLYING | {"preview"}:
            arguments += ["--color", "never"]
        if policies:
            arguments += POLICIES
        sent = len(self.railway.requests())
        done = subprocess.run(
            arguments,
            env=engine_environment(self.state),
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            check=False,
            timeout=240,
        )
        return Run(done.returncode, done.stdout + done.stderr, self.railway.requests()[sent:])

    def exported(self) -> dict[str, Any]:
        """The engine's state of the stack, secrets encrypted as on disk."""
        document: dict[str, Any] = yaml.safe_load(self.engine.checkpoint.read_text())
        return document

    def control(self, resource: str, body: object) -> Any:
        """Send a command to the local Railway's control API."""
        answer = httpx.post(f"{self.railway.address}_local/{resource}", json=body, trust_env=False)
        return answer.raise_for_status().json()

    def graphql(self, document: str, **variables: Any) -> dict[str, Any]:
        """Send what somebody else might send, behind Pulumi's back."""
        answer = httpx.post(
            self.railway.endpoint,
            json={"query": document, "variables": variables},
            headers={"Authorization": f"Bearer {self.railway.token}"},
            trust_env=False,
        ).json()
        assert "errors" not in answer, answer
        data: dict[str, Any] = answer["data"]
        return data

    @property
    def environment(self) -> dict[str, Any]:
        """The only environment of the only project, with all that it holds."""
        (project,) = self.railway.contents()["projects"]
        (environment,) = project["environments"]
        return {**environment, "projectId": project["id"]}

    def deployments(self, service: str) -> list[dict[str, Any]]:
        """A service's deployments, oldest first."""
        found = [one for one in self.environment["deployments"] if one["serviceName"] == service]
        return sorted(found, key=lambda deployment: deployment["createdAt"])

    def secret_values(self) -> dict[str, str]:
        """Every secret value of the stack, by its key: what must be found nowhere in the clear."""
        done = subprocess.run(
            self.engine.command("config", "--show-secrets", "--json"),
            env=engine_environment(self.state),
            capture_output=True,
            text=True,
            check=True,
        )
        secrets = yaml.safe_load(done.stdout)
        values: dict[str, str] = dict(secrets["etally:secrets"]["objectValue"])
        return {**values, "railway:token": secrets["railway:token"]["value"]}


@contextmanager
def stage(folder: Path, program: Path = CHECKOUT) -> "Iterator[Stage]":
    """A stage in a folder, its local Railway on a free port until the end."""
    railway = LocalRailway(StateFolder(folder).prepared(), port=0)
    railway.ensure_running()
    try:
        yield Stage(railway, program)
    finally:
        railway.stop()


def program_beside(folder: Path, main: str) -> Path:
    """The project of this checkout with another `__main__.py`: everything else is the checkout's own."""
    folder.mkdir()
    for path in CHECKOUT.iterdir():
        if path.name not in {"__main__.py", ".git"} and not path.name.startswith("Pulumi."):
            (folder / path.name).symlink_to(path)
    (folder / "Pulumi.yaml").write_text((CHECKOUT / "Pulumi.yaml").read_text())
    write_private(folder / "__main__.py", main)
    return folder


class ArgumentWatch:
    """Reads the arguments of every process of this machine until the end."""

    def __init__(self) -> None:
        self.seen: set[str] = set()
        self._end = threading.Event()
        self._thread = threading.Thread(target=self._watch, daemon=True)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._end.set()
        self._thread.join()

    def _watch(self) -> None:
        while not self._end.is_set():
            for process in Path("/proc").glob("[0-9]*/cmdline"):
                try:
                    self.seen.add(process.read_bytes().replace(b"\0", b" ").decode(errors="replace"))
                except OSError:
                    continue  # it ended between the listing and the reading
            time.sleep(0.02)


def files_holding(folder: Path, values: Sequence[str]) -> list[str]:
    """The files below a folder in which one of the values stands in the clear."""
    needles = [value.encode() for value in values]
    return sorted(
        str(path.relative_to(folder))
        for path in folder.rglob("*")
        if path.is_file() and any(needle in path.read_bytes() for needle in needles)
    )
