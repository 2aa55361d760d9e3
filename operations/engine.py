"""The Pulumi engine as an operator uses it: `bin/pulumi` on one stack.

A secret value goes to it by standard input, and comes back by a pipe into memory: never by argument, file or output.
"""

import signal
import subprocess
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from operations.errors import OperationError

CHECKOUT = Path(__file__).resolve().parents[1]
PROJECT = "etally"
PARALLEL = "64"
"""The engine's own limit, four operations a core, would let deployments that only wait hold back all others."""
WHILE_ROTATING = CHECKOUT / "operations" / "while_rotating.json"
"""Settings of policies under which neither a secret's age nor the job that changes it stops a rotation."""


@dataclass(frozen=True)
class Answer:
    """How a command of the engine ended, and what it said. `output` may be a secret: it is never shown."""

    code: int
    output: str
    complaint: str


class Transport(Protocol):
    """Runs commands of the engine."""

    def ask(self, arguments: Sequence[str], value: str) -> Answer:
        """Run a command to its end with a value for its standard input, and keep what it says."""

    def show(self, arguments: Sequence[str]) -> int:
        """Run a command in front of the user, who may be asked things by it; its exit code is the result."""


@dataclass(frozen=True)
class Processes:
    """The real engine, run in the folder of a project."""

    folder: Path = CHECKOUT
    executable: Path = CHECKOUT / "bin" / "pulumi"

    def ask(self, arguments: Sequence[str], value: str) -> Answer:
        """Run it beside the terminal."""
        done = subprocess.run(
            [str(self.executable), *arguments],
            cwd=self.folder,
            input=value,
            capture_output=True,
            text=True,
            check=False,
        )
        return Answer(done.returncode, done.stdout, done.stderr)

    def show(self, arguments: Sequence[str]) -> int:
        """Run it to its end, also when interrupted: it leaves a state to go on from.

        A terminal interrupts all of its processes by itself. Without one, only this process is told, and passes it on.
        """
        alone = not sys.stdin.isatty()
        sys.stdout.flush()
        process = subprocess.Popen(
            [str(self.executable), *arguments], cwd=self.folder, process_group=0 if alone else None
        )
        interrupted = False
        while True:
            try:
                code = process.wait()
                break
            except KeyboardInterrupt:
                interrupted = True
                if alone:
                    process.send_signal(signal.SIGINT)
        if interrupted:
            raise KeyboardInterrupt
        return code


@dataclass(frozen=True)
class Engine:
    """The engine, bound to a stack."""

    transport: Transport
    stack: str

    def set_secret(self, path: str, value: str) -> None:
        """Encrypt a value into the stack's file, under a path such as `secrets.jwtSecret`.

        Raises:
            OperationError: The engine refuses; nothing was changed.
        """
        self._ask("config", "set", "--secret", "--path", f"{PROJECT}:{path}", value=value)

    def read_secret(self, path: str) -> str:
        """Decrypt a value of the stack's file into memory.

        Raises:
            OperationError: It isn't set, or can't be decrypted here.
        """
        return self._ask("config", "get", "--path", f"{PROJECT}:{path}").removesuffix("\n")

    def set_plain(self, values: Mapping[str, str]) -> None:
        """Write values that are no secrets into the stack's file, all at once; each under its full path.

        Raises:
            OperationError: The engine refuses; nothing was changed.
        """
        pairs = [part for path, value in values.items() for part in ("--plaintext", f"{path}={value}")]
        self._ask("config", "set-all", "--path", *pairs)

    def unset(self, path: str) -> None:
        """Take a value out of the stack's file; what isn't there is no error.

        Raises:
            OperationError: The engine refuses; nothing was changed.
        """
        self._ask("config", "rm", "--path", path)

    def up(self, *, confirmed: bool, interactive: bool, lenient: bool) -> None:
        """Preview and apply with the policies. Unless it is confirmed already, the engine asks in between.

        `lenient` lets policies on secrets speak where they would stop what they ask for.

        Raises:
            OperationError: It failed, or wasn't confirmed.
        """
        arguments = ["up", "--stack", self.stack, "--policy-pack", str(CHECKOUT / "policies")]
        arguments += ["--parallel", PARALLEL]
        if lenient:
            arguments += ["--policy-pack-config", str(WHILE_ROTATING)]
        if confirmed:
            arguments.append("--yes")
        if not interactive:
            arguments.append("--non-interactive")
        if code := self.transport.show(arguments):
            raise OperationError(f"pulumi up ended with exit code {code}; its words stand above.")

    def _ask(self, *arguments: str, value: str = "") -> str:
        answer = self.transport.ask([*arguments, "--stack", self.stack], value)
        if answer.code:
            raise OperationError(f"pulumi {' '.join(arguments[:2])} failed: {answer.complaint.strip()}")
        return answer.output


def selected_stack(transport: Transport) -> str:
    """The stack that is selected in the project.

    Raises:
        OperationError: None is.
    """
    answer = transport.ask(["stack", "--show-name", "--non-interactive"], "")
    name = answer.output.strip()
    if answer.code or not name:
        raise OperationError("No stack is selected: name one with --stack, such as --stack production.")
    return name
