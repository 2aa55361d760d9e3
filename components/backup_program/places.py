"""Where backups are kept, and under which names."""

import shutil
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

import boto3  # type: ignore[import-untyped]
from botocore.config import Config  # type: ignore[import-untyped]

from .times import TIME

DUMPS, LISTS, DATA = "postgres/", "objects/", "objects/data/"
DUMP_ENDING, LIST_ENDING = ".dump.gpg", ".json.gpg"
AT_ONCE = 8
"""Objects that are copied at the same time."""


class Place(Protocol):
    """Where backups are kept: a name leads to a file."""

    def names(self, beginning: str) -> list[str]:
        """All names that begin so."""

    def put(self, name: str, file: Path) -> None:
        """Keep a copy of a file under a name."""

    def get(self, name: str, file: Path) -> None:
        """Copy what has a name into a file."""

    def delete(self, name: str) -> None:
        """Keep it no longer."""


@dataclass(frozen=True)
class Folder(Place):
    """Backups on the volume."""

    root: Path

    def __str__(self) -> str:
        return f"the volume, {self.root}"

    def names(self, beginning: str) -> list[str]:
        """All names that begin so."""
        found = (str(file.relative_to(self.root)) for file in self.root.rglob("*.gpg"))
        return sorted(name for name in found if name.startswith(beginning))

    def put(self, name: str, file: Path) -> None:
        """Keep a copy under a name that it has only when it is whole."""
        target = self.root / name
        target.parent.mkdir(parents=True, exist_ok=True)
        unfinished = target.with_suffix(".part")
        shutil.copyfile(file, unfinished)
        unfinished.rename(target)

    def get(self, name: str, file: Path) -> None:
        """Copy what has a name into a file."""
        shutil.copyfile(self.root / name, file)

    def delete(self, name: str) -> None:
        """Keep it no longer."""
        (self.root / name).unlink()

    def tidy(self) -> None:
        """Remove what a run that was ended left unfinished."""
        for unfinished in self.root.rglob("*.part"):
            unfinished.unlink()


@dataclass(frozen=True)
class Bucket(Place):
    """Backups off site."""

    client: Any
    bucket: str
    prefix: str

    def __str__(self) -> str:
        return f"the bucket {self.bucket}"

    def names(self, beginning: str) -> list[str]:
        """All names that begin so."""
        pages = self.client.get_paginator("list_objects_v2").paginate(
            Bucket=self.bucket, Prefix=f"{self.prefix}/{beginning}"
        )
        return [
            one["Key"].removeprefix(f"{self.prefix}/") for page in pages for one in page.get("Contents", [])
        ]

    def put(self, name: str, file: Path) -> None:
        """Keep a copy of a file under a name."""
        self.client.upload_file(str(file), self.bucket, f"{self.prefix}/{name}")

    def get(self, name: str, file: Path) -> None:
        """Copy what has a name into a file."""
        self.client.download_file(self.bucket, f"{self.prefix}/{name}", str(file))

    def delete(self, name: str) -> None:
        """Keep it no longer."""
        self.client.delete_object(Bucket=self.bucket, Key=f"{self.prefix}/{name}")


def s3(environment: Mapping[str, str], beginning: str) -> Any:
    """A client for the S3 that variables describe."""
    return boto3.client(
        "s3",
        endpoint_url=environment.get(f"{beginning}_ENDPOINT"),
        region_name=environment.get(f"{beginning}_REGION", "us-east-1"),
        aws_access_key_id=environment[f"{beginning}_ACCESS_KEY_ID"],
        aws_secret_access_key=environment[f"{beginning}_SECRET_ACCESS_KEY"],
        # Checksums that not every S3 understands, and names in paths, are left to those who need them.
        config=Config(
            request_checksum_calculation="when_required",
            response_checksum_validation="when_required",
            s3={"addressing_style": "path"},
            max_pool_connections=AT_ONCE * 2,
        ),
    )


def times_of(place: Place, beginning: str, ending: str) -> list[str]:
    """The times of the backups in a place, from old to new."""
    names = [name.removeprefix(beginning) for name in place.names(beginning)]
    times = (name.removesuffix(ending) for name in names if name.endswith(ending))
    return sorted(time for time in times if TIME.fullmatch(time))
