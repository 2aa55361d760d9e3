"""A stack as the commands work on it: its engine, its file, the day, and who sits in front."""

import sys
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, date, datetime
from pathlib import Path

import typer
from rich.console import Console

from operations.configuration import Configuration
from operations.engine import Engine
from operations.errors import OperationError

_WIDTH = 120
"""Characters that a table has where there is no terminal."""


def today() -> date:
    """The day in UTC, by which the policies judge ages."""
    return datetime.now(UTC).date()


class Person:
    """Whoever runs the command, who can be asked where there is a terminal."""

    def __init__(self) -> None:
        # What no terminal shows has no width to be cut to.
        self._console = Console(highlight=False, width=None if sys.stdout.isatty() else _WIDTH)

    @property
    def is_there(self) -> bool:
        """Whether somebody can answer."""
        return sys.stdin.isatty()

    def hear(self, sentence: object) -> None:
        """Show a sentence or a table."""
        self._console.print(sentence, soft_wrap=isinstance(sentence, str))

    def agrees(self, question: str) -> bool:
        """Ask for a yes.

        Raises:
            OperationError: Nobody can answer.
        """
        if not self.is_there:
            raise OperationError("There is no terminal to confirm it at: add --yes.")
        return typer.confirm(question)

    def types(self, word: str, question: str) -> bool:
        """Ask for a word that is typed by nobody who hasn't read what it is for."""
        return bool(typer.prompt(question, default="", show_default=False) == word)

    def tells_secret(self, question: str) -> str:
        """Ask for a value that isn't shown; empty when there is none."""
        return str(typer.prompt(question, default="", show_default=False, hide_input=True)).strip()


@dataclass(frozen=True)
class Stack:
    """A stack, and what surrounds its commands."""

    name: str
    folder: Path
    engine: Engine
    person: Person
    today: Callable[[], date]

    def configuration(self) -> Configuration:
        """What its file says now."""
        return Configuration.read(self.folder, self.name)
