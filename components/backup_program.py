"""Backs a PostgreSQL database and the objects of an S3 store up, and restores them.

This file travels whole in a variable and runs by itself, with PostgreSQL's own programs, GnuPG and boto3. What it
works with stands in its environment: `PGHOST` and its kin, the store (`OBJECTS_…`), a folder (`BACKUP_FOLDER`) and
perhaps a bucket off site (`BACKUP_BUCKET` …). All that it writes can be read without it:

    postgres/<time>.dump.gpg   gpg --decrypt, then pg_restore
    objects/<time>.json.gpg    gpg --decrypt: where each object was, and which file below has its content
    objects/data/<key>.gpg     gpg --decrypt: an object, which the lists of several times may share
"""

import argparse
import hashlib
import hmac
import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import IO, Any, Protocol

import boto3  # type: ignore[import-untyped]
from boto3.exceptions import Boto3Error  # type: ignore[import-untyped]
from botocore.config import Config  # type: ignore[import-untyped]
from botocore.exceptions import BotoCoreError, ClientError  # type: ignore[import-untyped]

DUMPS, LISTS, DATA = "postgres/", "objects/", "objects/data/"
DUMP_ENDING, LIST_ENDING = ".dump.gpg", ".json.gpg"
TIME_FORMAT = "%Y%m%dT%H%M%SZ"
TIME = re.compile(r"[0-9]{8}T[0-9]{6}Z")
RESTORED = "restored"
PASSPHRASE = "passphrase"  # noqa: S105  # stands for it among arguments
AT_ONCE = 8
"""Objects that are copied at the same time."""
DESCRIBED = (
    "ContentType",
    "CacheControl",
    "ContentDisposition",
    "ContentEncoding",
    "ContentLanguage",
    "Metadata",
)
"""What belongs to an object besides its content, by the names that S3's programs give it."""
EMPTY = b"""
BEGIN;
SET LOCAL lock_timeout = '60s';
DO $$
DECLARE schema name; owner regrole; rights aclitem[]; granted record;
BEGIN
  SELECT nspowner, nspacl INTO owner, rights FROM pg_namespace WHERE nspname = 'public';
  FOR schema IN SELECT nspname FROM pg_namespace WHERE nspname !~ '^pg_' AND nspname <> 'information_schema' LOOP
    EXECUTE format('DROP SCHEMA %I CASCADE', schema);
  END LOOP;
  PERFORM lo_unlink(oid) FROM pg_largeobject_metadata;
  EXECUTE format('CREATE SCHEMA public AUTHORIZATION %s', coalesce(owner::text, 'CURRENT_USER'));
  FOR granted IN SELECT * FROM aclexplode(rights) LOOP
    EXECUTE format('GRANT %s ON SCHEMA public TO %s', granted.privilege_type,
      CASE granted.grantee WHEN 0 THEN 'PUBLIC' ELSE granted.grantee::regrole::text END);
  END LOOP;
END $$;
"""
"""Begins a transaction in which the database holds nothing, with its schema `public` as it was.

Tables that are newer than a backup would stand in its way, or in that of the migrations that follow.
"""


class BackupError(Exception):
    """Something that a person has to know."""


FAILURES = (BackupError, Boto3Error, BotoCoreError, ClientError, OSError)
"""What can go wrong without the program being wrong."""


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


@dataclass(frozen=True)
class Backup:
    """A database, a store of objects, and the places where their backups are."""

    environment: Mapping[str, str]
    volume: Folder
    bucket: Bucket | None
    objects: Any
    encryption: Encryption
    scratch: Path

    @property
    def places(self) -> list[Place]:
        """Where dumps go."""
        return [self.volume, self.bucket] if self.bucket else [self.volume]

    @property
    def main_place(self) -> Place:
        """Where objects go, and where a restoration reads: off site when there is such a place."""
        return self.bucket or self.volume

    def make(self, time: str) -> None:
        """Make a backup, then remove those whose time is over. Objects come after the rows that name them.

        Raises:
            BackupError: A place failed; the backup is in the others all the same, and nothing of the place is removed.
        """
        dump = self.scratch / "dump"
        self._dump(dump)
        failed: dict[Place, str] = {}
        for place in self.places:
            with noting(failed, place):
                if place is self.volume:
                    self.volume.tidy()
                place.put(f"{DUMPS}{time}{DUMP_ENDING}", dump)
        stored = len(self.places) - len(failed)
        say(f"{time}: the database, {dump.stat().st_size} bytes encrypted, in {stored} place(s)")
        dump.unlink()
        if self.objects and self.main_place not in failed:
            with noting(failed, self.main_place):
                self._copy_objects(time)
        for place in self.places:
            if place not in failed:
                with noting(failed, place):
                    self._prune(place)
        if failed:
            raise BackupError("; ".join(f"{place}: {reason}" for place, reason in failed.items()))
        shutil.rmtree(self.volume.root / RESTORED, ignore_errors=True)

    def _dump(self, target: Path) -> None:
        with subprocess.Popen(["pg_dump", "--format=custom"], stdout=subprocess.PIPE) as dumping:
            assert dumping.stdout  # noqa: S101  # it is a pipe
            self.encryption.encrypt(dumping.stdout, target)
        if dumping.returncode:
            raise BackupError("pg_dump failed; its words stand above")
        # A dump counts when it was read back to its end.
        self.encryption.decrypt_for(target, "pg_restore", "--file=/dev/null")

    def _copy_objects(self, time: str) -> None:
        there = set(self.main_place.names(DATA))
        times = times_of(self.main_place, LISTS, LIST_ENDING)
        known = (self._readable_list(times[-1]) or []) if times else []
        described = {one["data"]: one["described"] for one in known}

        def copy(found: dict[str, Any]) -> dict[str, Any] | None:
            identity = json.dumps([found["bucket"], found["key"], found["etag"]]).encode()
            # Keyed, because names of objects may say something about people.
            key = hmac.digest(self.encryption.passphrase.encode(), identity, hashlib.sha256).hex()
            name = f"{DATA}{key}.gpg"
            if name not in there or name not in described:
                try:
                    described[name] = self._copy_object(found["bucket"], found["key"], name)
                except ClientError as error:
                    if error.response["Error"]["Code"] in {"NoSuchKey", "404"}:
                        return None  # Deleted since it was listed.
                    raise
            return {**found, "data": name, "described": described[name]}

        copied = [one for one in at_once(copy, self._listed()) if one]
        listing = self.scratch / "list"
        with tempfile.TemporaryFile(dir=self.scratch) as plain:
            plain.write(json.dumps(copied).encode())
            plain.seek(0)
            self.encryption.encrypt(plain, listing)
        self.main_place.put(f"{LISTS}{time}{LIST_ENDING}", listing)
        new = len({one["data"] for one in copied} - there)
        say(f"{time}: {len(copied)} objects, {new} of them new")

    def _listed(self) -> Iterator[dict[str, Any]]:
        for bucket in self.objects.list_buckets()["Buckets"]:
            for page in self.objects.get_paginator("list_objects_v2").paginate(Bucket=bucket["Name"]):
                for one in page.get("Contents", []):
                    yield {"bucket": bucket["Name"], "key": one["Key"], "etag": one["ETag"].strip('"')}

    def _copy_object(self, bucket: str, key: str, name: str) -> dict[str, Any]:
        with tempfile.TemporaryDirectory(dir=self.scratch) as folder:
            plain, encrypted = Path(folder, "plain"), Path(folder, "encrypted")
            answer = self.objects.get_object(Bucket=bucket, Key=key)
            with plain.open("wb") as file:
                shutil.copyfileobj(answer["Body"], file)
            with plain.open("rb") as file:
                self.encryption.encrypt(file, encrypted)
            self.main_place.put(name, encrypted)
        return {each: answer[each] for each in DESCRIBED if answer.get(each)}

    def _list(self, time: str) -> list[dict[str, Any]]:
        listing = self.scratch / f"{time}.list"
        self.main_place.get(f"{LISTS}{time}{LIST_ENDING}", listing)
        plain = listing.with_suffix(".json")
        self.encryption.decrypt(listing, plain)
        content: list[dict[str, Any]] = json.loads(plain.read_bytes())
        return content

    def _readable_list(self, time: str) -> list[dict[str, Any]] | None:
        """A list; None when it was encrypted with another passphrase."""
        try:
            return self._list(time)
        except BackupError:
            return None

    def _prune(self, place: Place) -> None:
        limits = [int(self.environment[f"KEEP_{span}"]) for span in ("DAYS", "WEEKS", "MONTHS")]
        for beginning, ending in ((DUMPS, DUMP_ENDING), (LISTS, LIST_ENDING)):
            times = times_of(place, beginning, ending)
            for time in set(times) - kept(times, *limits):
                place.delete(f"{beginning}{time}{ending}")
                say(f"{time}: removed, its time is over")
        if place is not self.main_place:
            return
        needed: set[str] = set()
        for time in times_of(place, LISTS, LIST_ENDING):
            listed = self._readable_list(time)
            if listed is None:
                say(
                    f"{time}: encrypted with an earlier passphrase; until its time is over, no object is removed"
                )
                return
            needed |= {one["data"] for one in listed}
        for name in set(place.names(DATA)) - needed:
            place.delete(name)

    def restore(self, wanted: str) -> None:
        """Bring a backup back: the whole database or nothing, then each object that differs."""
        times = times_of(self.main_place, DUMPS, DUMP_ENDING)
        time = times[-1] if wanted == "latest" and times else wanted
        if time not in times:
            raise BackupError(f"there is no backup {wanted}; there are: {', '.join(times) or 'none'}")
        mark = self.volume.root / RESTORED / wanted
        if mark.exists():
            raise BackupError(
                f"{wanted} was restored already, and a new deployment is no reason to lose what came since:"
                " remove backup.restore"
            )
        encrypted = self.scratch / "dump"
        self.main_place.get(f"{DUMPS}{time}{DUMP_ENDING}", encrypted)
        self._replace_database(encrypted)
        say(f"{time}: the database is restored")
        if self.objects and time in times_of(self.main_place, LISTS, LIST_ENDING):
            self._restore_objects(time)
        mark.parent.mkdir(parents=True, exist_ok=True)
        mark.touch()

    def _replace_database(self, encrypted: Path) -> None:
        """Put a dump in the place of all that the database holds.

        Only a dump that was read to its end is followed by the word that makes it count.
        """
        # Roles are not part of a dump, so nothing is given to any but the user that restores.
        reader = ("pg_restore", "--no-owner", "--no-privileges", "--file=-")
        psql = ["psql", "--no-psqlrc", "--quiet", "--set=ON_ERROR_STOP=1"]
        broken: BackupError | None = None
        with tempfile.TemporaryFile() as said:
            with subprocess.Popen(
                psql, stdin=subprocess.PIPE, stdout=subprocess.DEVNULL, stderr=said, bufsize=0
            ) as session:
                assert session.stdin  # noqa: S101  # it is a pipe
                try:
                    session.stdin.write(EMPTY)
                    self.encryption.decrypt_for(encrypted, *reader, output=session.stdin)
                    session.stdin.write(b"COMMIT;\n")
                except BackupError as error:
                    broken = error
                except BrokenPipeError:
                    pass  # psql has ended, and says below why.
            if session.returncode:
                said.seek(0)
                raise BackupError(f"psql failed: {said.read().decode(errors='replace').strip()}")
        if broken:
            raise broken

    def _restore_objects(self, time: str) -> None:
        listed = self._list(time)
        there = {(one["bucket"], one["key"]): one["etag"] for one in self._listed()}
        existing = {bucket["Name"] for bucket in self.objects.list_buckets()["Buckets"]}
        for bucket in {one["bucket"] for one in listed} - existing:
            self.objects.create_bucket(Bucket=bucket)

        def bring_back(one: dict[str, Any]) -> None:
            with tempfile.TemporaryDirectory(dir=self.scratch) as folder:
                encrypted, plain = Path(folder, "encrypted"), Path(folder, "plain")
                self.main_place.get(one["data"], encrypted)
                self.encryption.decrypt(encrypted, plain)
                self.objects.upload_file(str(plain), one["bucket"], one["key"], ExtraArgs=one["described"])

        missing = [one for one in listed if there.get((one["bucket"], one["key"])) != one["etag"]]
        at_once(bring_back, missing)
        say(f"{time}: {len(missing)} of {len(listed)} objects restored, the others were there")


@contextmanager
def noting(failed: dict[Place, str], place: Place) -> Iterator[None]:
    """Go on when a place fails, and note why it did."""
    try:
        yield
    except FAILURES as error:
        failed[place] = str(error)


def at_once(work: Callable[[dict[str, Any]], Any], items: Iterable[dict[str, Any]]) -> list[Any]:
    """Do the same with each, some at a time; the first error ends it."""
    with ThreadPoolExecutor(AT_ONCE) as workers:
        return list(workers.map(work, items))


def times_of(place: Place, beginning: str, ending: str) -> list[str]:
    """The times of the backups in a place, from old to new."""
    names = [name.removeprefix(beginning) for name in place.names(beginning)]
    times = (name.removesuffix(ending) for name in names if name.endswith(ending))
    return sorted(time for time in times if TIME.fullmatch(time))


def kept(times: Iterable[str], days: int, weeks: int, months: int) -> set[str]:
    """The last backup of each of the latest days, weeks and months that have one.

    Counted by backups and not by the calendar: when none are made any more, none go away.
    """
    keep: set[str] = set()
    for number, span in ((days, "%Y%m%d"), (weeks, "%G-%V"), (months, "%Y%m")):
        last = {moment(time).strftime(span): time for time in sorted(times)}
        keep |= set(list(last.values())[-number:] if number else [])
    return keep


def moment(time: str) -> datetime:
    """The time in a backup's name."""
    return datetime.strptime(time, TIME_FORMAT).replace(tzinfo=UTC)


def say(sentence: str) -> None:
    """Say something in the log, at once."""
    print(sentence, flush=True)  # noqa: T201  # a program's output


def main(arguments: list[str], environment: Mapping[str, str]) -> None:
    """Do what the arguments say: `backup`, `list` or `restore TIME`, TIME being one of the list or `latest`."""
    parser = argparse.ArgumentParser(description="Backs up and restores.")
    parser.add_argument("command", choices=["backup", "list", "restore"])
    parser.add_argument("time", nargs="?", default="latest")
    chosen = parser.parse_args(arguments)
    folder = Path(environment["BACKUP_FOLDER"])
    bucket = environment.get("BACKUP_BUCKET")
    os.umask(0o077)
    with tempfile.TemporaryDirectory() as home, tempfile.TemporaryDirectory() as scratch:
        backup = Backup(
            environment,
            Folder(folder),
            Bucket(s3(environment, "BACKUP"), bucket, environment["BACKUP_PREFIX"]) if bucket else None,
            s3(environment, "OBJECTS") if "OBJECTS_ENDPOINT" in environment else None,
            Encryption(environment["BACKUP_PASSPHRASE"], Path(home)),
            Path(scratch),
        )
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
