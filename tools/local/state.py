"""Where the local stacks keep what must not lie in the checkout."""

import hashlib
import os
import secrets
from dataclasses import dataclass
from pathlib import Path

CHECKOUT = Path(__file__).resolve().parents[2]


@dataclass(frozen=True)
class StateFolder:
    """A private folder (0700) with a stack's backend, passphrase, configuration and local Railway."""

    root: Path

    @classmethod
    def of_checkout(cls) -> "StateFolder":
        """The folder of this checkout: below `XDG_STATE_HOME`, else `~/.local/state`; one for each checkout."""
        home = Path(os.environ.get("XDG_STATE_HOME") or Path.home() / ".local" / "state")
        digest = hashlib.sha256(str(CHECKOUT).encode()).hexdigest()[:8]
        return cls(home / "etally" / f"{CHECKOUT.name}-{digest}").prepared()

    def prepared(self) -> "StateFolder":
        """Create what is missing; a passphrase that exists is kept, since the stack's secrets need it."""
        for folder in (self.root, self.pulumi_home, self.backend):
            folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        if not self.passphrase.exists():
            write_private(self.passphrase, secrets.token_hex(32))
        return self

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


def write_private(path: Path, text: str) -> None:
    """Write a file that only its owner can read, replacing it as a whole."""
    temporary = path.with_name(f".{path.name}.{os.getpid()}")
    with os.fdopen(os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w") as file:
        file.write(text)
    temporary.replace(path)
