"""Encryption by GnuPG."""

import os
import subprocess
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import IO

from .messages import BackupError

PASSPHRASE = "passphrase"  # noqa: S105  # stands for it among arguments


@dataclass(frozen=True)
class Encryption:
    """GnuPG with a passphrase, which reaches it through a pipe, never on its command line."""

    passphrase: str
    home: Path

    def encrypt(self, source: IO[bytes], target: Path) -> None:
        """Encrypt what can be read, until its end."""
        # The passphrase is random, so stretching it would cost time alone; what is encrypted is compressed.
        options = ["--cipher-algo", "AES256", "--s2k-count", "65536", "--compress-algo", "none"]
        run_all([[*self._command, *options, "--output", str(target), "--symmetric"]], source, self.passphrase)

    def decrypt_for(self, source: Path, *reader: str, output: IO[bytes] | None = None) -> None:
        """Decrypt a file for a program that reads it: what is readable lies on no disk."""
        with source.open("rb") as encrypted:
            run_all([[*self._command, "--decrypt"], list(reader)], encrypted, self.passphrase, output)

    def decrypt(self, source: Path, target: Path) -> None:
        """Decrypt a file into another."""
        with source.open("rb") as encrypted:
            command = [*self._command, "--output", str(target), "--decrypt"]
            run_all([command], encrypted, self.passphrase)

    @property
    def _command(self) -> list[str]:
        fixed = ["gpg", "--batch", "--yes", "--quiet", "--no-symkey-cache", "--homedir", str(self.home)]
        return [*fixed, "--pinentry-mode", "loopback", "--passphrase-fd", PASSPHRASE]


def run_all(
    commands: list[list[str]],
    source: IO[bytes] | None,
    passphrase: str = "",
    output: IO[bytes] | None = None,
) -> None:
    """Run programs of which each reads what the one before it writes, the first from a source, the last to an output.

    An argument that is `PASSPHRASE` becomes the number of a pipe from which the passphrase can be read.

    Raises:
        BackupError: One failed; the message has what they said.
    """
    running: list[subprocess.Popen[bytes]] = []
    with tempfile.TemporaryFile() as said, tempfile.TemporaryFile() as unread:
        for position, command in enumerate(commands):
            reading, writing = os.pipe()
            os.write(writing, passphrase.encode())
            os.close(writing)
            running.append(
                subprocess.Popen(
                    [str(reading) if argument is PASSPHRASE else argument for argument in command],
                    stdin=source or subprocess.DEVNULL,
                    stdout=subprocess.PIPE if position < len(commands) - 1 else output or unread,
                    stderr=said,
                    pass_fds=(reading,),
                )
            )
            os.close(reading)
            if position and source:
                source.close()
            source = running[-1].stdout
        failed = [command[0] for command, one in zip(commands, running, strict=True) if one.wait()]
        if failed:
            said.seek(0)
            words = said.read().decode(errors="replace").strip()
            raise BackupError(f"{' and '.join(failed)} failed: {words}")
