"""The state file: written whole, beside itself, then renamed over the old one.

A process killed at any moment leaves either the old or the new state, never half of one. The file holds
variable values, so only its owner may read it.
"""

import os
from contextlib import suppress
from pathlib import Path

from .state import State


class Store:
    """Keeps a `State` in a file, or only in memory when there is no path."""

    def __init__(self, path: Path | None) -> None:
        self.path = path

    def load(self) -> State:
        """Returns the kept state, or an empty one. Raises `ValueError` when the file isn't one of ours."""
        if self.path is None or not self.path.exists():
            return State()
        return State.model_validate_json(self.path.read_bytes())

    def save(self, state: State) -> None:
        """Keeps the state, whole."""
        if self.path is not None:
            write_privately(self.path, state.model_dump_json())


def write_privately(path: Path, text: str) -> None:
    """Replaces a file's content in one step; the file belongs to its owner alone (mode 0600)."""
    path.parent.mkdir(parents=True, exist_ok=True)
    # One name, so that the draft of a process killed while writing is overwritten, not left behind for ever.
    draft = path.with_name(f"{path.name}.draft")
    try:
        descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        with os.fdopen(descriptor, "w", encoding="utf-8") as file:
            file.write(text)
        draft.replace(path)
    finally:
        with suppress(FileNotFoundError):
            draft.unlink()
