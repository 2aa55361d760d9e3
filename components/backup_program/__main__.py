"""`python3 -m backup_program backup`, `list` or `restore TIME`."""

import argparse
import os
import subprocess
import sys
import tempfile
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path

from .backup import Backup
from .encryption import Encryption
from .messages import FAILURES, say
from .objects import Objects
from .places import DUMP_ENDING, DUMPS, Bucket, Folder, s3, times_of
from .times import TIME_FORMAT


def main(arguments: list[str], environment: Mapping[str, str]) -> None:
    """Do what the arguments say: `backup`, `list` or `restore TIME`, TIME being one of the list or `latest`."""
    parser = argparse.ArgumentParser(description="Backs up and restores.")
    parser.add_argument("command", choices=["backup", "list", "restore"])
    parser.add_argument("time", nargs="?", default="latest")
    chosen = parser.parse_args(arguments)
    os.umask(0o077)
    with tempfile.TemporaryDirectory() as home, tempfile.TemporaryDirectory() as scratch:
        encryption = Encryption(environment["BACKUP_PASSPHRASE"], Path(home))
        volume = Folder(Path(environment["BACKUP_FOLDER"]))
        name = environment.get("BACKUP_BUCKET")
        bucket = Bucket(s3(environment, "BACKUP"), name, environment["BACKUP_PREFIX"]) if name else None
        objects = (
            Objects(s3(environment, "OBJECTS"), bucket or volume, encryption, Path(scratch))
            if "OBJECTS_ENDPOINT" in environment
            else None
        )
        backup = Backup(environment, volume, bucket, objects, encryption, Path(scratch))
        try:
            if chosen.command == "backup":
                backup.make(datetime.now(UTC).strftime(TIME_FORMAT))
            elif chosen.command == "restore":
                backup.restore(chosen.time)
            else:
                say("\n".join(times_of(backup.main_place, DUMPS, DUMP_ENDING)))
        finally:
            subprocess.run(["gpgconf", "--homedir", home, "--kill", "all"], check=False)


if __name__ == "__main__":
    try:
        main(sys.argv[1:], os.environ)
    except FAILURES as error:
        sys.exit(f"error: {error}")
