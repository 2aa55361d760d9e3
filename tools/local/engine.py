"""Runs the Pulumi engine on a stack whose state, configuration and secrets lie in a private folder."""

import os
import subprocess
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from tools.local.errors import LocalError
from tools.local.state import CHECKOUT, StateFolder, write_private

PROJECT = "etally"
ENGINE = CHECKOUT / "bin" / "pulumi"
PARALLEL = "64"
"""The engine's own limit, four operations a core, would let deployments that only wait hold back all others."""


def engine_environment(state: StateFolder, inherited: Mapping[str, str] = os.environ) -> dict[str, str]:
    """The environment of every engine process: the caller's, without anything that points at a real account."""
    kept = {
        name: value
        for name, value in inherited.items()
        if not name.startswith(("PULUMI_", "RAILWAY_", "ETALLY_"))
    }
    return kept | {
        "PULUMI_HOME": str(state.pulumi_home),
        "PULUMI_BACKEND_URL": f"file://{state.backend}",
        "PULUMI_CONFIG_PASSPHRASE_FILE": str(state.passphrase),
        "PULUMI_SKIP_UPDATE_CHECK": "true",
        "PULUMI_DISABLE_AUTOMATIC_PLUGIN_ACQUISITION": "true",
    }


@dataclass(frozen=True)
class Engine:
    """The engine, bound to one stack."""

    state: StateFolder
    stack: str

    @property
    def configuration(self) -> Path:
        return self.state.configuration(self.stack)

    def ensure_stack(self) -> None:
        """Create the stack in the private backend unless it is there."""
        if not (self.state.backend / ".pulumi" / "stacks" / PROJECT / f"{self.stack}.json").exists():
            self._run_aside("stack", "init", self.stack, "--secrets-provider", "passphrase")

    def set_secret(self, path: str, value: str) -> None:
        """Store a secret, encrypted, in the stack's configuration. The value goes through a pipe, never by argument."""
        self._run_aside("config", "set", "--secret", "--path", path, "--stack", self.stack, stdin=value)

    def up(self, *options: str) -> None:
        """Preview, then apply: rules about the whole stack are judged in the preview, before anything is made."""
        self._run("up", "--yes", "--policy-pack", "policies", *self._common, *options)

    def preview(self, *options: str) -> None:
        self._run("preview", "--policy-pack", "policies", *self._common, *options)

    def unprotect(self) -> None:
        """Let everything in the stack's state be deleted."""
        self._run_aside("state", "unprotect", "--all", "--yes", "--stack", self.stack)

    def destroy(self) -> None:
        self._run("destroy", "--yes", "--skip-preview", *self._common)

    @property
    def _common(self) -> tuple[str, ...]:
        return ("--stack", self.stack, "--parallel", PARALLEL, "--non-interactive")

    def _run(self, *arguments: str) -> None:
        """Run the program of the checkout, with the private configuration."""
        where = ("--cwd", str(CHECKOUT), "--config-file", str(self.configuration))
        done = subprocess.run(
            [str(ENGINE), *arguments, *where],
            env=engine_environment(self.state),
            stdin=subprocess.DEVNULL,
            check=False,
        )
        if done.returncode:
            raise LocalError(
                f"pulumi {arguments[0]} failed (exit code {done.returncode}); its words stand above."
            )

    def _run_aside(self, *arguments: str, stdin: str = "") -> None:
        """Run a command that has no `--config-file` in the state folder, a project of the same name.

        In the checkout it would write the stack's salt into a file there.
        """
        project = self.state.root / "Pulumi.yaml"
        if not project.exists():
            write_private(project, f"name: {PROJECT}\nruntime: python\n")
        done = subprocess.run(
            [str(ENGINE), *arguments, "--cwd", str(self.state.root)],
            env=engine_environment(self.state),
            input=stdin,
            capture_output=True,
            text=True,
            check=False,
        )
        if done.returncode:
            raise LocalError(f"pulumi {' '.join(arguments[:2])} failed:\n{done.stdout}{done.stderr}".rstrip())
