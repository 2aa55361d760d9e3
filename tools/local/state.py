"""Where the local stacks keep what must not lie in the checkout."""

import fcntl
import hashlib
import os
import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from tools.local.errors import LocalError

CHECKOUT = Path(__file__).resolve().parents[2]


@dataclass(frozen=True)
class StateFolder:
    """A private folder (0700) with a stack's backend, passphrase, configuration and local Railway."""

    root: Path

    @classmethod
    def of_checkout(cls) -> "StateFolder":
        """The folder of this checkout: below `XDG_STATE_HOME`, else `~/.local/state`; one for each checkout.

        Raises:
            LocalError: it can't be made or written, or can't be read for want of its passphrase.
        """
        digest = hashlib.sha256(str(CHECKOUT).encode()).hexdigest()[:8]
        folder = cls(state_home() / "etally" / f"{CHECKOUT.name}-{digest}")
        try:
            folder.refuse_lost_passphrase()
            return folder.prepared()
        except OSError as error:
            raise LocalError(
                f"The state folder {folder.root} can't be used ({error.strerror}: {error.filename}). "
                "Make it yours and writable, or set XDG_STATE_HOME to a folder that is."
            ) from None

    def prepared(self) -> "StateFolder":
        """Create what is missing; a passphrase that exists is kept, since the stack's secrets need it."""
        for folder in (self.root, self.pulumi_home, self.backend):
            folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        if not self.passphrase.exists():
            write_private(self.passphrase, secrets.token_hex(32))
        return self

    def refuse_lost_passphrase(self) -> None:
        """Say at once that nothing can be read any more; a new passphrase would only hide it."""
        if not self.passphrase.exists() and any(self.backend.glob(".pulumi/stacks/*/*.json")):
            raise LocalError(
                f"{self.passphrase} is gone, and without it the local stack's secrets can't be read. Put it back; or, "
                "to start anew, end the local Railway (the process in railway.pid) and remove that folder."
            )

    @contextmanager
    def claimed(self) -> Iterator[int]:
        """Hold the folder for one command at a time.

        The claim lasts as long as its descriptor, which is yielded, is open in any process: an engine that inherited
        it goes on holding the folder when the command that started it was killed.

        Raises:
            LocalError: another command holds it.
        """
        with open(self.root / "claim", "w", opener=private) as file:
            try:
                fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                raise LocalError(
                    "Another `make up`, `preview` or `down` of this checkout is at work: let it end, then try again."
                ) from None
            yield file.fileno()

    @property
    def pulumi_home(self) -> Path:
        return self.root / "pulumi-home"

    @property
    def backend(self) -> Path:
        return self.root / "backend"

    @property
    def passphrase(self) -> Path:
        return self.root / "passphrase"

    @property
    def railway(self) -> Path:
        return self.root / "railway.json"

    def configuration(self, stack: str) -> Path:
        return self.root / f"Pulumi.{stack}.yaml"


def state_home() -> Path:
    """Where programs keep state. A relative `XDG_STATE_HOME` is ignored: the XDG specification asks for that."""
    chosen = Path(os.environ.get("XDG_STATE_HOME", ""))
    if chosen.is_absolute():
        return chosen
    try:
        return Path.home() / ".local" / "state"
    except RuntimeError:
        raise LocalError(
            "There is no home folder to keep the state in: set HOME or XDG_STATE_HOME."
        ) from None


def private(path: str, flags: int) -> int:
    """Open a file that only its owner can read: an opener for `open`."""
    return os.open(path, flags, 0o600)


def write_private(path: Path, text: str) -> None:
    """Write a file that only its owner can read, replacing it as a whole."""
    temporary = path.with_name(f".{path.name}.{os.getpid()}")
    with open(temporary, "w", opener=private) as file:
        file.write(text)
    temporary.replace(path)
