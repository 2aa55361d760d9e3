"""Runs the Pulumi engine on a stack whose state, configuration and secrets lie in a private folder."""

import json
import os
import signal
import subprocess
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tools.local.environment import harmless
from tools.local.errors import LocalError
from tools.local.state import CHECKOUT, StateFolder, write_private

PROJECT = "etally"
ENGINE = CHECKOUT / "bin" / "pulumi"
POLICIES = ("--policy-pack", str(CHECKOUT / "policies"))
PARALLEL = "64"
"""The engine's own limit, four operations a core, would let deployments that only wait hold back all others."""
APPLYING = frozenset({"up", "destroy", "refresh"})


def engine_environment(state: StateFolder, inherited: Mapping[str, str] = os.environ) -> dict[str, str]:
    """The environment of every engine process: the caller's, without anything that points at a real account."""
    return harmless(inherited) | {
        "PULUMI_HOME": str(state.pulumi_home),
        "PULUMI_BACKEND_URL": f"file://{state.backend}",
        "PULUMI_CONFIG_PASSPHRASE_FILE": str(state.passphrase),
        "PULUMI_SKIP_UPDATE_CHECK": "true",
        "PULUMI_DISABLE_AUTOMATIC_PLUGIN_ACQUISITION": "true",
    }


@dataclass(frozen=True)
class Engine:
    """The engine, bound to one stack of a program; its processes share the claim on the state folder."""

    state: StateFolder
    stack: str
    program: Path = CHECKOUT
    claim: int | None = None
    executable: Path = ENGINE

    @property
    def configuration(self) -> Path:
        return self.state.configuration(self.stack)

    @property
    def checkpoint(self) -> Path:
        """The file in which the engine keeps the stack's state."""
        return self.state.backend / ".pulumi" / "stacks" / PROJECT / f"{self.stack}.json"

    def resources(self) -> list[dict[str, Any]]:
        """What the stack's state knows of, secrets encrypted; the stack's own entry and providers left out."""
        return [one for one in self._state("resources") if not one["type"].startswith("pulumi:")]

    def cut_off(self) -> list[dict[str, Any]]:
        """What an engine that was killed had begun and not noted as done."""
        return self._state("pending_operations")

    def _state(self, part: str) -> list[dict[str, Any]]:
        if not self.checkpoint.exists():
            return []
        try:
            latest = json.loads(self.checkpoint.read_text())["checkpoint"]["latest"] or {}
        except (ValueError, KeyError, TypeError):
            raise LocalError(
                f"{self.checkpoint} is broken: put the engine's copy from before in its place, "
                f"{self.checkpoint.name}.bak."
            ) from None
        found: list[dict[str, Any]] = latest.get(part) or []
        return found

    def knows(self, text: str) -> bool:
        """Whether a text that is no secret stands in the stack's state."""
        return text in self.checkpoint.read_text()

    def ensure_stack(self) -> None:
        """Create the stack in the private backend unless it is there."""
        if not self.checkpoint.exists():
            self._run_aside("stack", "init", self.stack, "--secrets-provider", "passphrase")

    def remove_leftover_locks(self) -> bool:
        """Remove the locks of engines that were killed, for whoever holds the claim; say whether there were any."""
        locks = list((self.state.backend / ".pulumi" / "locks").glob(f"*/{PROJECT}/{self.stack}/*"))
        for lock in locks:
            lock.unlink()
        return bool(locks)

    def set_secret(self, path: str, value: str) -> None:
        """Store a secret, encrypted, in the stack's configuration. The value goes through a pipe, never by argument."""
        self._run_aside("config", "set", "--secret", "--path", path, "--stack", self.stack, stdin=value)

    def up(self, *options: str) -> None:
        """Preview, then apply: rules about the whole stack are judged in the preview, before anything is made."""
        self._run("up", *POLICIES, *options)

    def preview(self, *options: str) -> None:
        self._run("preview", *POLICIES, *options)

    def forget_cut_off(self) -> None:
        """Read everything anew and forget what was cut off: the provider finds by itself what came of it."""
        self._run("refresh", "--skip-preview", "--clear-pending-creates")

    def unprotect(self) -> None:
        """Let everything in the stack's state be deleted."""
        self._run_aside("state", "unprotect", "--all", "--yes", "--stack", self.stack)

    def destroy(self, *options: str) -> None:
        self._run("destroy", "--skip-preview", *options)

    def command(self, operation: str, *options: str) -> list[str]:
        """The arguments that run an operation on the program, with the private configuration."""
        arguments = [
            str(self.executable),
            operation,
            "--stack",
            self.stack,
            "--config-file",
            str(self.configuration),
        ]
        if operation in APPLYING:
            arguments.append("--yes")
        if operation in APPLYING | {"preview"}:
            arguments += ["--parallel", PARALLEL, "--non-interactive"]
        return [*arguments, "--cwd", str(self.program), *options]

    def _run(self, operation: str, *options: str) -> None:
        """Run an operation to its end, also when interrupted: it is told so, and leaves a state to go on from."""
        process = subprocess.Popen(
            self.command(operation, *options),
            env=engine_environment(self.state),
            stdin=subprocess.DEVNULL,
            pass_fds=() if self.claim is None else (self.claim,),
            # In the terminal's own group it would be interrupted twice, by the terminal and by us, and stop at once.
            process_group=0,
        )
        interrupted = False
        while True:
            try:
                code = process.wait()
                break
            except KeyboardInterrupt:
                interrupted = True
                process.send_signal(signal.SIGINT)
        if interrupted:
            raise KeyboardInterrupt
        if code < 0:
            raise LocalError(
                f"pulumi {operation} was killed by signal {-code}: run the same command to go on."
            )
        if code:
            raise LocalError(
                f"pulumi {operation} failed (exit code {code}); its words stand above; "
                "a setting is changed in the Pulumi.<stack>.yaml of this checkout."
            )

    def _run_aside(self, *arguments: str, stdin: str = "") -> None:
        """Run a command that has no `--config-file` in the state folder, a project of the same name.

        In the checkout it would write the stack's salt into a file there.
        """
        project = self.state.root / "Pulumi.yaml"
        if not project.exists():
            write_private(project, f"name: {PROJECT}\nruntime: python\n")
        done = subprocess.run(
            [str(self.executable), *arguments, "--cwd", str(self.state.root)],
            env=engine_environment(self.state),
            input=stdin,
            capture_output=True,
            text=True,
            check=False,
        )
        if done.returncode:
            raise LocalError(f"pulumi {' '.join(arguments[:2])} failed:\n{done.stdout}{done.stderr}".rstrip())
