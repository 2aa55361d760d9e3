"""Starts, finds and stops the local Railway that belongs to a state folder."""

import contextlib
import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import httpx

from tools.local.environment import harmless
from tools.local.errors import LocalError
from tools.local.state import StateFolder, write_private

START_SECONDS = 20.0
STOP_SECONDS = 10.0


@dataclass
class LocalRailway:
    """The local Railway of a state folder, a process of its own that outlives the command that started it."""

    state: StateFolder
    port: int
    process: subprocess.Popen[bytes] | None = field(default=None, repr=False)

    def ensure_running(self) -> None:
        """Start it unless it runs.

        Raises:
            LocalError: the port is taken by something else, or it did not start.
        """
        if self.is_running():
            return
        write_private(self.log, "")
        with self.log.open("ab") as log:
            self.process = subprocess.Popen(
                [
                    *(sys.executable, "-m", "railway_emulator"),
                    *("--port", str(self.port)),
                    *("--state", str(self.state.railway)),
                    *("--profile", "calm"),
                ],
                env=harmless(os.environ),
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )
        try:
            write_private(self._pid_file, str(self.process.pid))
            self._await_start(self.process)
        except BaseException:
            self.stop()
            raise

    def _await_start(self, process: "subprocess.Popen[bytes]") -> None:
        deadline = time.monotonic() + START_SECONDS
        while not self.is_running():
            if process.poll() is not None:
                raise LocalError(f"{self._last_words()}{self._neighbour()}")
            if time.monotonic() > deadline:
                raise LocalError(
                    f"The local Railway did not answer within {START_SECONDS:.0f} s. It says: {self._last_words()}"
                )
            time.sleep(0.1)

    def is_running(self) -> bool:
        """Whether the process that wrote this folder's control token answers."""
        try:
            self.contents()
        except (LocalError, OSError, ValueError, KeyError):
            return False
        return True

    def stop(self) -> None:
        """End it and wait for its end; nothing happens when it doesn't run."""
        if self.process is None and not self.is_running():
            return
        pid = self.process.pid if self.process else int(self._pid_file.read_text())
        with contextlib.suppress(ProcessLookupError):
            os.kill(pid, signal.SIGTERM)
            deadline = time.monotonic() + STOP_SECONDS
            while self._alive(pid):
                if time.monotonic() > deadline:
                    os.kill(pid, signal.SIGKILL)
                time.sleep(0.05)
        self._pid_file.unlink(missing_ok=True)

    def contents(self) -> dict[str, Any]:
        """Everything it holds, secrets revealed: for checks, never for display."""
        credentials = self._credentials()
        contents: dict[str, Any] = self._get(
            "state", {"reveal": "1"}, {"Authorization": f"Bearer {credentials['controlToken']}"}
        )
        return contents

    def requests(self) -> list[dict[str, Any]]:
        """Every GraphQL request since it started, secrets masked."""
        requests: list[dict[str, Any]] = self._get("requests")
        return requests

    @property
    def token(self) -> str:
        """The account token that it accepts."""
        return str(self._credentials()["accountToken"])

    @property
    def address(self) -> str:
        """The page that shows the canvas."""
        parts = urlsplit(self.endpoint)
        return f"{parts.scheme}://{parts.netloc}/"

    @property
    def endpoint(self) -> str:
        """The GraphQL endpoint."""
        return str(self._credentials()["endpoint"])

    @property
    def log(self) -> Path:
        return self.state.root / "railway.log"

    @property
    def _pid_file(self) -> Path:
        return self.state.root / "railway.pid"

    def _credentials(self) -> dict[str, str]:
        path = self.state.railway.with_name(f"{self.state.railway.name}.credentials.json")
        credentials: dict[str, str] = json.loads(path.read_text())
        return credentials

    def _get(
        self,
        resource: str,
        parameters: Mapping[str, str] | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> Any:
        address = f"{self.address}_local/{resource}"
        try:
            answer = httpx.get(address, params=parameters, headers=headers, trust_env=False)
            return answer.raise_for_status().json()
        except httpx.HTTPError as error:
            raise LocalError(
                f"The local Railway doesn't answer at {address} ({error}). It says: {self._last_words()}"
            ) from None

    def _alive(self, pid: int) -> bool:
        if self.process is not None:
            return self.process.poll() is None
        try:
            os.kill(pid, 0)
        except ProcessLookupError:
            return False
        return not _ended_unnoticed(pid)

    def _neighbour(self) -> str:
        """What to do when the port is taken by another local Railway."""
        try:
            httpx.get(f"http://127.0.0.1:{self.port}/_local/health", trust_env=False).raise_for_status()
        except httpx.HTTPError:
            return ""
        return (
            ". It is another local Railway: `make down` in its checkout stops it; when that or its state folder is "
            "gone, end the process (`pgrep -f railway_emulator` finds it)."
        )

    def _last_words(self) -> str:
        lines = [line for line in self.log.read_text(errors="replace").splitlines() if line.strip()]
        return lines[-1] if lines else "nothing."


def _ended_unnoticed(pid: int) -> bool:
    """Whether a process has ended and is still listed: in a container, the first process may never take note."""
    try:
        status = Path(f"/proc/{pid}/stat").read_text()
    except OSError:
        return False
    # The name before it is in brackets, and may hold anything.
    return status.rpartition(")")[2].split()[0] == "Z"
