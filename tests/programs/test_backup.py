"""A drill: what the local Railway renders backs a real database and an S3 up, and brings every row and object back."""

import os
import shlex
import subprocess
import sys
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import boto3  # type: ignore[import-untyped]
import httpx
import pytest

from components.backup_program import TIME_FORMAT, kept
from tests.programs.conftest import Database, Rendered, StartPostgres, free_port, running, wait_until
from tests.programs.debian import Programs

pytestmark = [
    pytest.mark.xdist_group("programs"),
    pytest.mark.timeout(300),
]

PICTURE = bytes(range(256)) * 4096


@dataclass
class Drill:
    """The backup's own start command, with the store and the bucket on this machine."""

    rendered: Rendered
    programs: Programs
    folder: Path
    store: str
    vault: str
    database: Database

    def run(self, command: str = "backup", **changed: str) -> "subprocess.CompletedProcess[str]":
        start = self.rendered.start_command
        assert start
        start = start.replace("/tmp/backup", str(self.folder / "program"))
        start = start.replace("backup.py backup", f"backup.py {command}")
        environment = {
            **self.rendered.variables,
            **self.database.environment,
            "BACKUP_FOLDER": str(self.folder / "volume"),
            "BACKUP_ENDPOINT": self.vault,
            "OBJECTS_ENDPOINT": self.store,
            # The store is a store of its own: here the account of another key.
            "TMPDIR": str(self.folder),
            "PATH": f"{self.folder}{os.pathsep}{self.programs.path}",
            **changed,
        }
        return subprocess.run(
            shlex.split(start), env=environment, capture_output=True, text=True, check=False, timeout=100
        )

    def s3(self, beginning: str) -> Any:
        names = self.rendered.variables
        return boto3.client(
            "s3",
            endpoint_url=self.vault if beginning == "BACKUP" else self.store,
            region_name="us-east-1",
            aws_access_key_id=names[f"{beginning}_ACCESS_KEY_ID"],
            aws_secret_access_key=names[f"{beginning}_SECRET_ACCESS_KEY"],
        )

    def off_site(self) -> dict[str, bytes]:
        client = self.s3("BACKUP")
        listed = client.list_objects_v2(Bucket="vault", Prefix="etally/").get("Contents", [])
        return {
            one["Key"].removeprefix("etally/"): client.get_object(Bucket="vault", Key=one["Key"])[
                "Body"
            ].read()
            for one in listed
        }


@pytest.fixture
def drill(
    rendered: Mapping[str, Rendered],
    programs: Callable[..., Programs],
    database: Database,
    servers: tuple[str, str],
    tmp_path: Path,
) -> Drill:
    found = programs("pg_dump", "pg_restore", "psql", "gpg", "gpg-agent", "gpgconf")
    # The image's own Python has boto3 and is called python3.
    python = tmp_path / "python3"
    python.write_text(f'#!/bin/sh\nexec {sys.executable} "$@"\n')
    python.chmod(0o700)
    for address in servers:
        httpx.post(f"{address}/moto-api/reset", trust_env=False).raise_for_status()
    made = Drill(rendered["etally-backup"], found, tmp_path, *servers, database)
    made.s3("BACKUP").create_bucket(Bucket="vault")
    return made


@pytest.fixture(scope="module")
def servers(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[str, str]]:
    """The store and the place off site."""
    folder = tmp_path_factory.mktemp("s3")
    with s3_server(folder / "store.log") as store, s3_server(folder / "vault.log") as vault:
        yield store, vault


@contextmanager
def s3_server(log: Path) -> Iterator[str]:
    """An S3 of its own, in memory."""
    port = free_port()
    command = [sys.executable, "-m", "moto.server", "-H", "127.0.0.1", "-p", str(port)]
    with running(command, {"PATH": os.defpath}, log) as process:
        address = f"http://127.0.0.1:{port}"
        wait_until(lambda: httpx.get(f"{address}/moto-api/", trust_env=False).is_success, process, log)
        yield address


def test_every_row_and_every_object_comes_back(drill: Drill, start_postgres: StartPostgres) -> None:
    passphrase = drill.rendered.variables["BACKUP_PASSPHRASE"]
    drill.database.query(
        "create table party (id text primary key, name text not null, logo text);"
        "insert into party select 'p' || n, 'Party ' || n, 'logos/' || n || '.png' from generate_series(1, 500) n;"
        "create table tally (party text references party, votes int); create index on tally (votes);"
        "insert into tally select 'p' || (1 + n % 500), n from generate_series(1, 5000) n;"
    )
    content = "select count(*), sum(votes), md5(string_agg(name || logo || votes, ',' order by name, votes))"
    content += " from party join tally on party.id = party"
    before = drill.database.query(content)
    store = drill.s3("OBJECTS")
    store.create_bucket(Bucket="party-logos")
    store.put_object(Bucket="party-logos", Key="logos/1.png", Body=PICTURE, ContentType="image/png")
    store.put_object(Bucket="party-logos", Key="Jane Doe, id card.jpg", Body=b"secret face")

    done = drill.run()
    assert done.returncode == 0, done.stderr
    first = drill.off_site()
    (dump,) = [name for name in first if name.startswith("postgres/")]
    assert [path.name for path in (drill.folder / "volume/postgres").iterdir()] == [Path(dump).name]
    everything = b"".join(first.values())
    for readable in (b"Party 1", b"PGDMP", b"secret face", PICTURE[:64], passphrase.encode()):
        assert readable not in everything
    assert not any("Jane" in name for name in first)
    assert passphrase not in done.stdout + done.stderr

    # Anybody with the passphrase reads a dump, with nothing of this project.
    script = 'gpg --batch --quiet --pinentry-mode loopback --passphrase-file "$1" --decrypt "$2" | pg_restore --list'
    plain = subprocess.run(
        [
            "/bin/sh",
            "-c",
            script,
            "sh",
            _file(drill.folder / "key", passphrase),
            drill.folder / "volume" / dump,
        ],
        env=drill.database.environment,
        capture_output=True,
        text=True,
        check=True,
    )
    assert "TABLE DATA public tally" in plain.stdout

    # What is lost comes back; what was changed is as it was.
    store.delete_object(Bucket="party-logos", Key="Jane Doe, id card.jpg")
    store.put_object(Bucket="party-logos", Key="logos/1.png", Body=b"spoilt")
    drill.database.query("drop table tally; update party set name = 'nobody'; create table stray (id int);")
    restored = drill.run("restore latest")
    assert restored.returncode == 0, restored.stderr
    assert drill.database.query(content) == before
    assert (
        store.get_object(Bucket="party-logos", Key="Jane Doe, id card.jpg")["Body"].read() == b"secret face"
    )
    picture = store.get_object(Bucket="party-logos", Key="logos/1.png")
    assert (picture["Body"].read(), picture["ContentType"]) == (PICTURE, "image/png")

    # A redeployment is no reason to restore again.
    again = drill.run("restore latest")
    assert again.returncode != 0
    assert "was restored already" in again.stderr

    # A project that is lost: another server, another volume, the bucket alone.
    with start_postgres() as other:
        drill.database = other
        rescued = drill.run("restore latest", BACKUP_FOLDER=str(drill.folder / "another-volume"))
        assert rescued.returncode == 0, rescued.stderr
        assert other.query(content) == before


def test_a_second_backup_copies_new_objects_alone_and_old_ones_go(drill: Drill) -> None:
    store = drill.s3("OBJECTS")
    store.create_bucket(Bucket="form-34a-photos")
    store.put_object(Bucket="form-34a-photos", Key="one", Body=b"1")
    one_only = {"KEEP_DAYS": "1", "KEEP_WEEKS": "0", "KEEP_MONTHS": "0"}
    assert drill.run(**one_only).returncode == 0
    first = set(drill.off_site())
    store.delete_object(Bucket="form-34a-photos", Key="one")
    store.put_object(Bucket="form-34a-photos", Key="two", Body=b"2")
    done = drill.run(**one_only)
    assert done.returncode == 0, done.stderr
    assert "1 objects, 1 of them new" in done.stdout
    second = set(drill.off_site())
    # Of one day the last is kept: its dump, its list, and the object that it lists.
    assert len(first) == len(second) == 3
    assert not first & second
    assert len(list((drill.folder / "volume/postgres").iterdir())) == 1
    third = drill.run(**one_only)
    assert "1 objects, 0 of them new" in third.stdout


@pytest.mark.parametrize(
    ("changed", "words"),
    [
        ({"PGPASSWORD": "wrong-password"}, "pg_dump failed"),
        ({"BACKUP_BUCKET": "missing"}, "NoSuchBucket"),
        ({"OBJECTS_ENDPOINT": "http://127.0.0.1:1"}, "Could not connect"),
    ],
)
def test_a_backup_that_fails_says_so_and_removes_nothing(
    drill: Drill, changed: dict[str, str], words: str
) -> None:
    assert drill.run().returncode == 0
    before = drill.off_site()
    failed = drill.run(**changed, KEEP_DAYS="1", KEEP_WEEKS="0", KEEP_MONTHS="0")
    assert failed.returncode != 0
    assert words in failed.stderr
    assert "Traceback" not in failed.stderr
    assert set(before) <= set(drill.off_site())


def test_a_wrong_passphrase_restores_nothing(drill: Drill) -> None:
    drill.database.query(
        "create table if not exists kept (id int); truncate kept; insert into kept values (7);"
    )
    assert drill.run().returncode == 0
    drill.database.query("update kept set id = 8;")
    failed = drill.run("restore latest", BACKUP_PASSPHRASE="another passphrase that is long enough")
    assert failed.returncode != 0
    assert "gpg" in failed.stderr
    assert drill.database.query("select id from kept") == "8"


def test_the_last_of_each_day_week_and_month_is_kept() -> None:
    start = datetime(2026, 1, 1, 2, 17, tzinfo=UTC)
    times = [(start + timedelta(hours=12 * step)).strftime(TIME_FORMAT) for step in range(2 * 300)]
    keep = sorted(kept(times, days=30, weeks=8, months=6))
    assert keep[-30:] == times[-1::-2][:30][::-1]
    months = {time[:6] for time in keep}
    assert len(months) == 6
    assert len(keep) == 30 + 3 + 4
    assert kept(times[:1], 30, 8, 6) == set(times[:1])
    assert kept([], 30, 8, 6) == set()


def _file(path: Path, content: str) -> Path:
    path.write_text(content)
    path.chmod(0o600)
    return path
