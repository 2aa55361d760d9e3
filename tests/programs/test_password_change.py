"""The job that changes PostgreSQL's password, on a real PostgreSQL that is in use; Grafana's with a stand-in for it."""

import shlex
import subprocess
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

import pytest

from components.files import start_with_files
from components.password_change import PROGRAM
from tests.engine.stage import ArgumentWatch
from tests.programs.conftest import Database, Rendered, StartPostgres, wait_until
from tests.programs.debian import Programs

pytestmark = [pytest.mark.xdist_group("programs"), pytest.mark.timeout(300)]

NEW = "canary-new-" + "0123456789abcdef" * 4


@pytest.fixture
def own_database(start_postgres: StartPostgres) -> Iterator[Database]:
    """One whose password may change."""
    with start_postgres() as started:
        yield started


def change(database: Database, folder: Path, *, new: str = NEW, before: str) -> tuple[int, str]:
    """Run the job as it is rendered, in a folder of the test; its exit code, and its words."""
    command = start_with_files({f"{folder}/job.sh": "JOB"}, f"sh {folder}/job.sh")
    place = {"PGHOST": "127.0.0.1", "PGPORT": str(database.port), "PGUSER": database.variables["PGUSER"]}
    passwords = {"POSTGRES_PASSWORD": new, "POSTGRES_PASSWORD_BEFORE": before}
    done = subprocess.run(
        shlex.split(command),
        env=database.programs.environment({"JOB": PROGRAM.read_text(), **place, **passwords}),
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
    )
    return done.returncode, done.stdout + done.stderr


def accepts(database: Database, password: str) -> bool:
    try:
        return database.query("select 1", PGPASSWORD=password) == "1"
    except subprocess.CalledProcessError as refused:
        if "password authentication failed" not in refused.stderr:
            raise
        return False


class Client:
    """Keeps one connection and asks over it again and again."""

    def __init__(self, database: Database) -> None:
        self.answers = 0
        self.failures: list[str] = []
        self._database = database
        self._end = threading.Event()
        self._thread = threading.Thread(target=self._ask)

    @contextmanager
    def asking(self) -> Iterator[None]:
        self._thread.start()
        try:
            yield
        finally:
            self._end.set()
            self._thread.join()

    def _ask(self) -> None:
        command = [
            str(self._database.programs.file("psql")),
            "--no-psqlrc",
            "-At",
            "--set",
            "ON_ERROR_STOP=1",
        ]
        with subprocess.Popen(
            command,
            env=self._database.environment,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        ) as connection:
            assert connection.stdin
            assert connection.stdout
            while not self._end.wait(0.01):
                connection.stdin.write("select 6 * 7;\n")
                connection.stdin.flush()
                answer = connection.stdout.readline().strip()
                if answer != "42":
                    self.failures.append(answer)
                    break
                self.answers += 1
            connection.stdin.close()


def test_the_password_changes_under_a_client_that_goes_on(own_database: Database, tmp_path: Path) -> None:
    old = own_database.variables["PGPASSWORD"]
    client = Client(own_database)
    with client.asking():
        wait_until(lambda: client.answers > 3)
        with ArgumentWatch() as watch:
            code, said = change(own_database, tmp_path, before=old)
        assert code == 0, said
        so_far = client.answers
        wait_until(lambda: client.answers > so_far + 3)
        assert not accepts(own_database, old)
        assert accepts(own_database, NEW)
        # A second run, as after a kill, finds it done.
        code, said_again = change(own_database, tmp_path, before=old)
        assert code == 0
        assert "has the new password already" in said_again
        wait_until(lambda: client.answers > so_far + 10)
    assert client.failures == []
    assert [value for value in (old, NEW) if value in said + said_again] == []
    assert [seen for seen in watch.seen if NEW in seen or old in seen] == []


def test_neither_password_nor_a_quoted_one_does_harm(own_database: Database, tmp_path: Path) -> None:
    old = own_database.variables["PGPASSWORD"]
    code, said = change(own_database, tmp_path, before="something-else-entirely")
    assert code == 1
    assert "accepts neither the new password nor the one before: nothing was changed" in said
    assert accepts(own_database, old)
    odd = """it's "odd" $HOME \\ `id`; drop"""
    code, said = change(own_database, tmp_path, new=odd, before=old)
    assert code == 0, said
    assert accepts(own_database, odd)


def test_the_servers_log_has_no_password_even_when_it_logs_all(
    own_database: Database, tmp_path: Path
) -> None:
    own_database.query("alter system set log_statement = 'all'; select pg_reload_conf()")
    own_database.query("alter system set log_min_duration_statement = 0; select pg_reload_conf()")
    folder = Path(own_database.query("show data_directory"))
    log = folder.parent / "log"
    wait_until(lambda: own_database.query("select 'canary-logged'") and "canary-logged" in log.read_text())
    code, said = change(own_database, tmp_path, before=own_database.variables["PGPASSWORD"])
    assert code == 0, said
    assert accepts(own_database, NEW)
    assert NEW not in log.read_text()


def grafana_in(
    folder: Path, rendered: Mapping[str, Rendered], programs: Programs, *, code: int = 0
) -> tuple[int, dict[str, str]]:
    """Run Grafana's start command with stand-ins that note what they get."""
    service = rendered["etally-grafana"]
    assert service.start_command
    tools = folder / "tools"
    tools.mkdir(exist_ok=True)
    (tools / "grafana").write_text(
        f'#!/bin/sh\necho "$@" > {folder}/arguments; cat > {folder}/password; exit {code}\n'
    )
    (tools / "run.sh").write_text(f"#!/bin/sh\ntouch {folder}/started\n")
    for tool in tools.iterdir():
        tool.chmod(0o755)
    command = (
        service.start_command.replace("/tmp/monitoring", f"{folder}/monitoring")
        .replace("/var/lib/grafana", f"{folder}/data")
        .replace("exec /run.sh", f"exec {tools}/run.sh")
    )
    image = {"GF_PATHS_HOME": "/usr/share/grafana", "GF_PATHS_CONFIG": "/etc/grafana/grafana.ini"}
    environment = programs.environment({**image, **service.variables})
    environment["PATH"] = f"{tools}:{environment['PATH']}"
    done = subprocess.run(shlex.split(command), env=environment, check=False, capture_output=True)
    names = ("arguments", "password", "started")
    return done.returncode, {name: (folder / name).read_text() for name in names if (folder / name).exists()}


def test_grafana_gets_its_password_before_it_starts_where_it_has_a_database(
    rendered: Mapping[str, Rendered], programs: Callable[..., Programs], tmp_path: Path
) -> None:
    (tmp_path / "data").mkdir()
    code, noted = grafana_in(tmp_path, rendered, programs())
    assert (code, set(noted)) == (0, {"started"}), "its volume is empty, and the variable is read"
    (tmp_path / "data" / "grafana.db").write_text("SQLite")
    (tmp_path / "started").unlink()
    code, noted = grafana_in(tmp_path, rendered, programs())
    password = rendered["etally-grafana"].variables["GF_SECURITY_ADMIN_PASSWORD"]
    assert (code, set(noted)) == (0, {"started", "arguments", "password"})
    assert noted["password"] == f"{password}\n"
    assert noted["arguments"].split() == [
        *("cli", "--homepath", "/usr/share/grafana", "--config", "/etc/grafana/grafana.ini"),
        *("admin", "reset-admin-password", "--password-from-stdin"),
    ]


def test_grafana_does_not_start_with_a_password_that_it_could_not_set(
    rendered: Mapping[str, Rendered], programs: Callable[..., Programs], tmp_path: Path
) -> None:
    (tmp_path / "data").mkdir()
    (tmp_path / "data" / "grafana.db").write_text("SQLite")
    code, noted = grafana_in(tmp_path, rendered, programs(), code=1)
    assert code == 1
    assert "started" not in noted
