"""What the local Railway renders for eTally, and the real programs to run it on."""

import os
import socket
import subprocess
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager, ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NoReturn

import httpx
import pytest

from tests.engine.stage import stage
from tests.programs.debian import Programs, UnavailableError, find

PATIENCE_SECONDS = 30


@dataclass(frozen=True)
class Rendered:
    """A service as the local Railway runs it: what is deployed, every reference filled in."""

    image: str
    start_command: str | None
    variables: Mapping[str, str]


@pytest.fixture(scope="session")
def rendered(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Rendered]:
    """All of eTally's services, from one `up` on the real engine."""
    with stage(tmp_path_factory.mktemp("rendered")) as prepared:
        prepared.configure(
            {
                "etally:storage": {
                    "versioning": True,
                    "lifecycle": {
                        "deleteAfterDays": {"party-logos": 365},
                        "deleteOldVersionsAfterDays": 30,
                        "deleteUnfinishedUploadsAfterHours": 48,
                    },
                    "replication": {"endpoint": "https://minio.example.org", "bucketPrefix": "copy-of-"},
                },
                "etally:monitoring": {"enabled": True, "notify": "webhook"},
                "etally:backup": {"enabled": True, "bucket": "vault", "endpoint": "https://s3.example.org"},
            }
        )
        prepared.run("up").succeeded()
        return {
            each["serviceName"]: Rendered(
                each["snapshot"]["source"].get("image", ""),
                each["snapshot"]["startCommand"],
                each["snapshot"]["variables"],
            )
            for each in prepared.environment["deployments"]
        }


@pytest.fixture(scope="session")
def programs() -> Callable[..., Programs]:
    """Finds programs by their names. Where they can't be had, the test is skipped, and fails when CI is set."""

    def found(*names: str) -> Programs:
        try:
            return find(*names)
        except UnavailableError as error:
            without(str(error))

    return found


def without(reason: str) -> NoReturn:
    """End a test for want of a program: it is skipped, and fails when CI is set.

    Raises:
        pytest.skip.Exception: CI isn't set.
        pytest.fail.Exception: It is.
    """
    if os.environ.get("CI"):
        pytest.fail(reason)
    pytest.skip(reason)


def free_port() -> int:
    """A port of this machine that nobody uses."""
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        return int(one.getsockname()[1])


def wait_until(
    is_so: Callable[[], Any], process: "subprocess.Popen[bytes] | None" = None, log: Path | None = None
) -> None:
    """Wait until something is so, or fail with what a process said."""
    end = time.monotonic() + PATIENCE_SECONDS
    while True:
        try:
            if is_so():
                return
        except (OSError, httpx.HTTPError):
            pass
        said = log.read_text(errors="replace")[-2000:] if log else ""
        assert process is None or process.poll() is None, f"it ended: {said}"
        assert time.monotonic() < end, f"it never came: {said}"
        time.sleep(0.1)


@contextmanager
def running(
    command: list[str], environment: Mapping[str, str], log: Path, **options: Any
) -> "Iterator[subprocess.Popen[bytes]]":
    """A process until the end, its words in a log."""
    with log.open("wb") as words:
        process = subprocess.Popen(
            command,
            env=environment,
            stdin=subprocess.DEVNULL,
            stdout=words,
            stderr=subprocess.STDOUT,
            **options,
        )
    try:
        yield process
    finally:
        process.terminate()
        try:
            process.wait(20)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


@dataclass(frozen=True)
class Database:
    """A real PostgreSQL with the owner, the password and the database that the local Railway rendered."""

    programs: Programs
    port: int
    variables: Mapping[str, str]

    @property
    def environment(self) -> dict[str, str]:
        """What libpq reads."""
        names = ("PGUSER", "PGPASSWORD", "PGDATABASE")
        place = {"PGHOST": "127.0.0.1", "PGPORT": str(self.port)}
        return self.programs.environment({name: self.variables[name] for name in names} | place)

    @property
    def url(self) -> str:
        """The rendered DATABASE_URL, on this machine."""
        host = f"{self.variables['PGHOST']}:{self.variables['PGPORT']}"
        return self.variables["DATABASE_URL"].replace(host, f"127.0.0.1:{self.port}")

    def query(self, statement: str, **environment: str) -> str:
        """What psql answers."""
        return subprocess.run(
            [str(self.programs.file("psql")), "--no-align", "--tuples-only", "--quiet"],
            env={**self.environment, **environment},
            input=f"\\set ON_ERROR_STOP on\n{statement}",
            capture_output=True,
            text=True,
            check=True,
        ).stdout.strip()


StartPostgres = Callable[[], AbstractContextManager[Database]]


@pytest.fixture(scope="session")
def start_postgres(rendered: Mapping[str, Rendered], programs: Callable[..., Programs]) -> StartPostgres:
    """Starts a PostgreSQL that is empty but for what its image makes of the rendered variables."""
    found = programs("postgres", "initdb", "psql", "pg_dump", "pg_restore")
    variables = rendered["etally-postgres"].variables

    @contextmanager
    def start() -> Iterator[Database]:
        port = free_port()
        with ExitStack() as stack:
            home = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="etally-postgres-")))
            options = _as_somebody(home)
            password = home / "password"
            password.write_text(variables["POSTGRES_PASSWORD"])
            password.chmod(0o644)
            data = home / "data"
            initialise = [str(found.file("initdb")), "--auth=scram-sha-256", "--no-sync", f"--pgdata={data}"]
            initialise += [f"--username={variables['POSTGRES_USER']}", f"--pwfile={password}"]
            subprocess.run(
                initialise,
                env=found.environment(),
                cwd=home,
                check=True,
                capture_output=True,
                **options,
            )
            command = [str(found.file("postgres")), "-D", str(data), "-p", str(port), "-k", str(home)]
            command += ["-c", "listen_addresses=127.0.0.1", "-c", "fsync=off"]
            log = home / "log"
            process = stack.enter_context(running(command, found.environment(), log, cwd=home, **options))
            database = Database(found, port, variables)

            def accepts() -> bool:
                try:
                    database.query("select 1", PGDATABASE="postgres")
                except subprocess.CalledProcessError:
                    return False
                return True

            wait_until(accepts, process, log)
            database.query(f"create database {variables['POSTGRES_DB']}", PGDATABASE="postgres")
            yield database

    return start


def _as_somebody(home: Path) -> dict[str, Any]:
    """PostgreSQL refuses to run as root: another user runs it, to whom its folder is given."""
    if os.getuid() != 0:
        return {}
    os.chown(home, 65534, 65534)
    return {"user": 65534, "group": 65534, "extra_groups": []}


@pytest.fixture(scope="session")
def database(start_postgres: StartPostgres) -> Iterator[Database]:
    """One that tests share, who each use tables of their own."""
    with start_postgres() as started:
        yield started
