"""Remembers creations whose answers might get lost.

When this plugin or the engine is killed between a creation and its answer, the engine knows no id. So each
creation that Railway would carry out twice is written down first, with the ids that existed before: the next
creation of the same resource finds the object that wasn't there. One private file an entry, so that processes
don't disturb each other.
"""

from __future__ import annotations

import hashlib
import json
import os
import tempfile
from dataclasses import asdict, dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pulumi_resource_railway.errors import UserError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping


def _here() -> datetime:
    return datetime.now(UTC)


@dataclass(frozen=True)
class Entry:
    """One creation that was begun.

    Attributes:
        urn: The resource.
        scope: What its objects are listed in: a project, a service in an environment, a workspace.
        operation: The mutation.
        name: The name that the object was to have.
        before: The ids that existed before.
        begun: When it was begun, by Railway's clock, in RFC 3339.
        id: The object's id, once its answer arrived.
        sent: When it was sent last, by the same clock; None while it hasn't been, so that nothing can have been made.
    """

    urn: str
    scope: str
    operation: str
    name: str
    before: tuple[str, ...]
    begun: str
    id: str | None = None
    sent: str | None = None


class Journal:
    """The entries of one Railway endpoint."""

    def __init__(self, directory: Path, endpoint: str, now: Callable[[], datetime] = _here) -> None:
        """Use the directory, which is made with the first entry, and the time at that endpoint."""
        self._now = now
        self._directory = directory / hashlib.sha256(endpoint.encode()).hexdigest()[:16]

    def find(self, urn: str, scope: str) -> Entry | None:
        """Return the creation of this resource that was begun and not finished, if there is one."""
        try:
            return _entry(self._path(urn, scope).read_text())
        except FileNotFoundError:
            return None
        except (OSError, ValueError, TypeError, KeyError) as error:
            raise self._unusable(error) from error

    def begin(self, urn: str, scope: str, operation: str, name: str, before: Iterable[str]) -> Entry:
        """Write down a creation before it is sent.

        Raises:
            UserError: When the journal can't be written; then nothing must be created.
        """
        entry = Entry(urn, scope, operation, name, tuple(sorted(before)), self._now().isoformat())
        self._write(entry)
        return entry

    def sending(self, urn: str, scope: str) -> None:
        """Write down that the creation is about to be sent, perhaps not for the first time.

        Raises:
            UserError: When the journal can't be used; then nothing must be created.
        """
        entry = self.find(urn, scope)
        if entry is not None:
            self._write(replace(entry, sent=self._now().isoformat()))

    def answered(self, entry: Entry, id: str) -> Entry:  # noqa: A002 - an id is what everybody calls an id
        """Write down the new object's id, and that other open creations in the scope didn't make it."""
        answered = replace(entry, id=id)
        self._write(answered)
        for other in self._open(entry.scope):
            if other.urn != entry.urn and id not in other.before:
                self._write(replace(other, before=(*other.before, id)))
        return answered

    def close(self, urn: str, scope: str) -> None:
        """Forget the creation: the engine knows the id, or nothing was created."""
        self._path(urn, scope).unlink(missing_ok=True)

    def _open(self, scope: str) -> list[Entry]:
        entries = []
        for path in self._directory.glob(f"{_digest(scope)}-*.json"):
            try:
                entries.append(_entry(path.read_text()))
            except (OSError, ValueError, TypeError, KeyError):
                continue  # another process has just closed or is writing it
        return entries

    def _path(self, urn: str, scope: str) -> Path:
        return self._directory / f"{_digest(scope)}-{_digest(urn)}.json"

    def _write(self, entry: Entry) -> None:
        try:
            self._directory.mkdir(mode=0o700, parents=True, exist_ok=True)
            handle, name = tempfile.mkstemp(dir=self._directory, suffix=".tmp")  # private: mode 0600
            with os.fdopen(handle, "w") as file:
                json.dump(asdict(entry), file)
                file.flush()
                os.fsync(file.fileno())
            Path(name).replace(self._path(entry.urn, entry.scope))
        except OSError as error:
            raise self._unusable(error) from error

    def _unusable(self, error: Exception) -> UserError:
        return UserError(
            f"The provider's journal of creations in {self._directory} can't be used ({error}). Make it "
            "writable, "
            "or set PULUMI_HOME or XDG_STATE_HOME to a folder that is."
        )


def _entry(text: str) -> Entry:
    content: dict[str, Any] = json.loads(text)
    # Version 0.1.0 didn't say whether it had sent anything, so it may have.
    content.setdefault("sent", content["begun"])
    return Entry(**{**content, "before": tuple(content["before"])})


def default_directory(environment: Mapping[str, str]) -> Path:
    """Return where the journal lies: below PULUMI_HOME when that is set, else in the user's state folder."""
    if home := environment.get("PULUMI_HOME"):
        return Path(home) / "railway" / "journal"
    state = environment.get("XDG_STATE_HOME")
    base = Path(state) if state else Path.home() / ".local" / "state"
    return base / "pulumi-resource-railway" / "journal"


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()[:24]
