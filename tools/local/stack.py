"""The local stack: one for each checkout, on a local Railway that outlives the command that started it."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Self

from rich.console import Console

from tools.local.configuration import load_stack_file, write_configuration
from tools.local.engine import Engine
from tools.local.environment import port, refuse_foreign_environment
from tools.local.railway import LocalRailway
from tools.local.state import StateFolder

STACK = "local"


@dataclass(frozen=True)
class LocalStack:
    """The stack and its local Railway; this command's alone while it is open."""

    engine: Engine
    railway: LocalRailway
    console: Console

    @classmethod
    @contextmanager
    def open(cls, console: Console) -> Iterator[Self]:
        """The stack of this checkout.

        Raises:
            LocalError: its folder can't be used, another command uses it, or the environment means a real account.
        """
        refuse_foreign_environment()
        railway = LocalRailway(StateFolder.of_checkout(), port())
        with railway.state.claimed() as claim:
            engine = Engine(railway.state, STACK, claim=claim)
            if engine.remove_leftover_locks():
                console.print("An earlier run was killed; going on from the state that it left.")
            yield cls(engine, railway, console)

    def up(self) -> None:
        """Apply what `Pulumi.local.yaml` says."""
        self._configure()
        self.engine.up(*self._catching_up())
        if self.engine.cut_off():
            self.console.print(
                "An earlier run was cut off: everything is read anew, so that no trace of that stays."
            )
            self.engine.forget_cut_off()

    def preview(self) -> None:
        """Show what `up` would change."""
        self._configure()
        self.engine.preview(*self._catching_up())

    def down(self) -> None:
        """Destroy what the stack's state knows of, and stop the local Railway."""
        if self.engine.resources():
            self._start_railway()
            if self._has_moved():
                self._configure()
                self.engine.destroy("--run-program")
            else:
                self.engine.destroy()
            self.console.print("The local stack is destroyed.")
        else:
            self.console.print("There is nothing to destroy.")
        if self.engine.cut_off():
            self.console.print(
                "An earlier run was cut off while it made something, which the stack does not know of: "
                "`make up` finds it, and `make down` then removes it."
            )
        self.railway.stop()
        self.console.print("The local Railway is stopped.")

    def _configure(self) -> None:
        configuration = load_stack_file(STACK)
        self._start_railway()
        write_configuration(self.engine, self.railway, configuration)

    def _start_railway(self) -> None:
        if not self.railway.is_running():
            self.railway.ensure_running()
            self.console.print(
                f"The local Railway runs in the background at {self.railway.address} until `make down`.",
                highlight=False,
            )

    def _catching_up(self) -> tuple[str, ...]:
        """The options by which the engine learns what happened to the local Railway without it."""
        if not self.engine.resources() or self.railway.contents()["projects"]:
            return ()
        self.console.print(
            "The local Railway is empty although the stack was up: its state was deleted or reset. "
            "Everything is made anew."
        )
        return ("--refresh", "--run-program")

    def _has_moved(self) -> bool:
        """Whether the stack's state knows the local Railway at another port: only the program tells it the new one."""
        return not self.engine.knows(self.railway.endpoint)
