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

from components.backup_program.times import TIME_FORMAT, kept
from tests.programs.conftest import Database, Rendered, StartPostgres, free_port, running, wait_until
from tests.programs.debian import Programs

pytestmark = [
    pytest.mark.xdist_group("programs"),
    pytest.mark.timeout(300),
]

PICTURE = bytes(range(256)) * 4096
DESCRIBED: dict[str, Any] = {
    "ContentType": "image/png",
    "CacheControl": "max-age=60",
    "ContentDisposition": "inline",
    "Metadata": {"observer": "7"},
}
FILLED = (
    "create table party (id text primary key, name text not null, logo text);"
    "insert into party select 'p' || n, 'Party ' || n, 'logos/' || n || '.png' from generate_series(1, 500) n;"
    "create table tally (party text references party, votes int); create index on tally (votes);"
    "insert into tally select 'p' || (1 + n % 500), n from generate_series(1, 5000) n;"
    # More than any pipe holds, and of no use to a compressor.
    "create table scan (id int primary key, party text references party, content bytea);"
    "insert into scan select n, 'p' || (1 + n % 500), decode(string_agg(md5(random()::text), ''), 'hex')"
    " from generate_series(1, 2000) n, generate_series(1, 64) group by n;"
    "create table _prisma_migrations (name text primary key); insert into _prisma_migrations values ('1_first');"
    "select lo_from_bytea(4711, 'a large object'); revoke usage on schema public from public;"
)
CONTENT = (
    "select count(*), md5(string_agg(md5(row::text), ',' order by row::text)) from party row;"
    "select count(*), md5(string_agg(md5(row::text), ',' order by row::text)) from tally row;"
    "select count(*), md5(string_agg(md5(row::text), ',' order by row::text)) from scan row;"
    "select count(*), md5(string_agg(md5(row::text), ',' order by row::text)) from _prisma_migrations row;"
    "select oid, convert_from(lo_get(oid), 'utf8') from pg_largeobject_metadata"
)
"""What is in every row of every table, and in every large object."""
NEWER = (
    "create table stray (party text references party); create table alone (id int);"
    "create schema later; create table later.apart (id int); alter table party add column colour text;"
    "insert into _prisma_migrations values ('2_newer');"
)
"""A migration that is newer than a backup."""


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
        start = start.replace("-m backup_program backup", f"-m backup_program {command}")
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

    def schema(self) -> list[str]:
        """All that the database holds besides rows, as PostgreSQL tells it."""
        told = subprocess.run(
            [str(self.programs.file("pg_dump")), "--schema-only"],
            env=self.database.environment,
            capture_output=True,
            text=True,
            check=True,
        )
        # The words that keep a dump from being misused are others each time.
        return [
            line for line in told.stdout.splitlines() if not line.startswith(("\\restrict", "\\unrestrict"))
        ]

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
    drill.database.query(FILLED)
    rights = "select nspowner::regrole, nspacl from pg_namespace where nspname = 'public'"
    schema_before = drill.schema()
    rights_before = drill.database.query(rights)
    before = drill.database.query(CONTENT)
    store = drill.s3("OBJECTS")
    store.create_bucket(Bucket="party-logos")
    store.put_object(Bucket="party-logos", Key="logos/1.png", Body=PICTURE, **DESCRIBED)
    store.put_object(Bucket="party-logos", Key="Jane Doe, id card.jpg", Body=b"secret face")

    done = drill.run()
    assert done.returncode == 0, done.stderr
    first = drill.off_site()
    (dump,) = [name for name in first if name.startswith("postgres/")]
    assert len(first[dump]) > 1_000_000
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
    drill.database.query("drop table tally; update party set name = 'nobody'")
    drill.database.query(f"select lo_from_bytea(4712, 'a later one'); {NEWER}")
    restored = drill.run("restore latest")
    assert restored.returncode == 0, restored.stderr
    assert drill.database.query(CONTENT) == before
    assert drill.database.query(rights) == rights_before
    assert drill.schema() == schema_before
    assert (
        store.get_object(Bucket="party-logos", Key="Jane Doe, id card.jpg")["Body"].read() == b"secret face"
    )
    picture = store.get_object(Bucket="party-logos", Key="logos/1.png")
    assert picture["Body"].read() == PICTURE
    assert {name: picture[name] for name in DESCRIBED} == DESCRIBED

    # The migration that is newer than the backup can be applied again, and what it asks for holds.
    drill.database.query(NEWER)
    drill.database.query("insert into stray values ('p1')")
    with pytest.raises(subprocess.CalledProcessError):
        drill.database.query("insert into stray values ('nobody')")

    # A redeployment is no reason to restore again.
    again = drill.run("restore latest")
    assert again.returncode != 0
    assert "was restored already" in again.stderr

    # A project that is lost: another server, another volume, the bucket alone.
    with start_postgres() as other:
        drill.database = other
        rescued = drill.run("restore latest", BACKUP_FOLDER=str(drill.folder / "another-volume"))
        assert rescued.returncode == 0, rescued.stderr
        assert other.query(CONTENT) == before
        # Which rights the schema itself gives is the server's own affair, and no part of a backup.
        told = {line for line in schema_before if " SCHEMA public" not in line}
        assert told <= set(drill.schema())


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
    assert before
    failed = drill.run(**changed, KEEP_DAYS="1", KEEP_WEEKS="0", KEEP_MONTHS="0")
    assert failed.returncode != 0
    assert words in failed.stderr
    assert "Traceback" not in failed.stderr
    assert set(before) <= set(drill.off_site())


def test_one_place_that_fails_keeps_the_others_from_nothing(drill: Drill) -> None:
    store = drill.s3("OBJECTS")
    store.create_bucket(Bucket="party-logos")
    store.put_object(Bucket="party-logos", Key="one", Body=b"1")
    # The volume is of no use: the dump and the objects are off site all the same.
    (drill.folder / "volume").write_text("in the way")
    failed = drill.run()
    assert failed.returncode != 0
    assert "the volume" in failed.stderr
    assert sorted(name.partition("/")[0] for name in drill.off_site()) == ["objects", "objects", "postgres"]
    # The bucket is out of reach: the volume has each dump, and goes on removing what is over.
    (drill.folder / "volume").unlink()
    for _ in range(2):
        failed = drill.run(BACKUP_BUCKET="missing", KEEP_DAYS="1", KEEP_WEEKS="0", KEEP_MONTHS="0")
        assert failed.returncode != 0
        assert "the bucket missing" in failed.stderr
        assert len(list((drill.folder / "volume/postgres").iterdir())) == 1
    # It is lost: without its setting the volume's dump is what is restored.
    restored = drill.run("restore latest", BACKUP_BUCKET="")
    assert restored.returncode == 0, restored.stderr
    assert "none are restored" in restored.stdout


def test_a_new_passphrase_starts_anew_and_leaves_what_the_old_one_opens(drill: Drill) -> None:
    store = drill.s3("OBJECTS")
    store.create_bucket(Bucket="party-logos")
    store.put_object(Bucket="party-logos", Key="one", Body=b"1")
    drill.database.query(
        "create table if not exists era (name text); truncate era; insert into era values ('old');"
    )
    assert drill.run().returncode == 0
    old = drill.off_site()
    time = "20260101T000000Z"
    for name, content in old.items():
        if not name.startswith("objects/data/"):
            vault, folder = drill.s3("BACKUP"), name.partition("/")[0]
            ending = name.partition(".")[2]
            vault.delete_object(Bucket="vault", Key=f"etally/{name}")
            vault.put_object(Bucket="vault", Key=f"etally/{folder}/{time}.{ending}", Body=content)
    old = drill.off_site()
    new = {"BACKUP_PASSPHRASE": "another passphrase that is long enough"}
    drill.database.query("update era set name = 'new';")
    for _ in range(2):
        done = drill.run(**new)
        assert done.returncode == 0, done.stderr
        assert "encrypted with an earlier passphrase" in done.stdout
    assert set(old) <= set(drill.off_site())
    store.delete_object(Bucket="party-logos", Key="one")
    restored = drill.run(f"restore {time}")
    assert restored.returncode == 0, restored.stderr
    assert drill.database.query("select name from era") == "old"
    assert store.get_object(Bucket="party-logos", Key="one")["Body"].read() == b"1"
    # Its time is over: so is that of the objects which only it listed.
    done = drill.run(**new, KEEP_DAYS="1", KEEP_WEEKS="0", KEEP_MONTHS="0")
    assert done.returncode == 0, done.stderr
    assert not set(old) & set(drill.off_site())


def test_objects_that_were_not_backed_up_come_from_the_backup_before(drill: Drill) -> None:
    store = drill.s3("OBJECTS")
    store.create_bucket(Bucket="party-logos")
    assert drill.run(OBJECTS_ENDPOINT="http://127.0.0.1:1").returncode != 0
    store.put_object(Bucket="party-logos", Key="one", Body=b"1")
    none = drill.run("restore latest")
    assert none.returncode == 0, none.stderr
    assert "none are restored" in none.stdout
    assert drill.run().returncode == 0
    store.delete_object(Bucket="party-logos", Key="one")
    assert drill.run(OBJECTS_ENDPOINT="http://127.0.0.1:1").returncode != 0
    earlier = drill.run("restore latest")
    assert earlier.returncode == 0, earlier.stderr
    assert "the objects were not backed up" in earlier.stdout
    assert store.get_object(Bucket="party-logos", Key="one")["Body"].read() == b"1"


def test_files_of_others_are_no_backups(drill: Drill) -> None:
    drill.s3("BACKUP").put_object(Bucket="vault", Key="etally/postgres/before-upgrade.dump.gpg", Body=b"?")
    for command in ("backup", "restore latest"):
        done = drill.run(command, KEEP_DAYS="1", KEEP_WEEKS="0", KEEP_MONTHS="0")
        assert done.returncode == 0, done.stderr
    assert "postgres/before-upgrade.dump.gpg" in drill.off_site()
    assert "before-upgrade" not in drill.run("list").stdout


def test_a_restoration_that_is_blocked_or_breaks_off_changes_nothing(drill: Drill) -> None:
    drill.database.query(
        "create table if not exists held (id int); truncate held; insert into held values (7);"
    )
    assert drill.run().returncode == 0
    drill.database.query("update held set id = 8;")
    session = subprocess.Popen(
        [str(drill.programs.file("psql")), "--quiet"],
        env=drill.database.environment,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    assert session.stdin
    assert session.stdout
    session.stdin.write("begin; select id from held;\n")
    session.stdin.flush()
    assert "id" in session.stdout.readline()
    program = drill.rendered.variables["BACKUP_PROGRAM_DATABASE"]
    impatient = program.replace("lock_timeout = '60s'", "lock_timeout = '1s'")
    assert impatient != program
    blocked = drill.run("restore latest", BACKUP_PROGRAM_DATABASE=impatient)
    session.communicate("rollback;\n")
    assert blocked.returncode != 0
    assert "lock timeout" in blocked.stderr
    assert drill.database.query("select id from held") == "8"
    # The dump ends in the middle: what was read of it is not committed.
    (dump,) = (drill.folder / "volume/postgres").iterdir()
    name = f"etally/postgres/{dump.name}"
    whole = dump.read_bytes()
    drill.s3("BACKUP").put_object(Bucket="vault", Key=name, Body=whole[: len(whole) * 9 // 10])
    broken = drill.run("restore latest")
    assert broken.returncode != 0
    assert "Traceback" not in broken.stderr
    assert drill.database.query("select id from held") == "8"


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
