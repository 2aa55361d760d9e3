"""The commands as an operator runs them: the real engine, production's own configuration, a local Railway."""

import signal
import subprocess
import sys
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
import yaml

from components.files import start_with_files
from components.password_change import PROGRAM
from tests.engine.stage import STACK, ArgumentWatch, Stage, files_holding, stage
from tools.local.configuration import load_stack_file
from tools.local.engine import engine_environment
from tools.local.state import CHECKOUT

pytestmark = [pytest.mark.xdist_group("operations"), pytest.mark.timeout(600)]

JOB, DATABASE, API, FRONTEND = "etally-postgres-password", "etally-postgres", "etally-api", "etally-frontend"


@dataclass
class Operator:
    """Somebody with a checkout of their own, and all that the commands ever said."""

    stage: Stage
    watch: ArgumentWatch
    said: str = ""

    @property
    def file(self) -> Path:
        return self.stage.program / f"Pulumi.{STACK}.yaml"

    @property
    def environment(self) -> dict[str, str]:
        return engine_environment(self.stage.state)

    def command(self, *arguments: str) -> list[str]:
        begin = [sys.executable, "-m", "operations", "secrets", *arguments]
        return [*begin, "--stack", STACK, "--cwd", str(self.stage.program)]

    def run(self, *arguments: str) -> int:
        """A command without a terminal; the result is its exit code."""
        done = subprocess.run(
            self.command(*arguments),
            cwd=CHECKOUT,
            env=self.environment,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            check=False,
            timeout=300,
        )
        self.said += done.stdout + done.stderr
        return done.returncode

    def pulumi(self, *arguments: str, value: str = "") -> str:
        done = subprocess.run(
            [str(CHECKOUT / "bin" / "pulumi"), *arguments, "--stack", STACK],
            cwd=self.stage.program,
            env=self.environment,
            input=value,
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode == 0, done.stderr
        return done.stdout

    def up(self) -> None:
        self.said += self.pulumi("up", "--yes", "--policy-pack", "policies", "--parallel", "64")

    def configuration(self) -> dict[str, Any]:
        return dict(yaml.safe_load(self.file.read_text())["config"])

    def secrets(self) -> dict[str, str]:
        shown = yaml.safe_load(self.pulumi("config", "--show-secrets", "--json"))
        return dict(shown["etally:secrets"]["objectValue"])

    def deployments(self) -> list[dict[str, Any]]:
        """All of them, oldest first."""
        return sorted(self.stage.environment["deployments"], key=lambda each: str(each["createdAt"]))

    def variables(self, service: str) -> Mapping[str, str]:
        """What the last deployment of a service was given."""
        variables: Mapping[str, str] = self.stage.deployments(service)[-1]["snapshot"]["variables"]
        return variables

    def exists(self, service: str) -> bool:
        (project,) = self.stage.railway.contents()["projects"]
        return service in {each["name"] for each in project["services"]}


def checkout_in(folder: Path) -> Path:
    """A folder with everything of this checkout but its stacks."""
    folder.mkdir()
    for path in CHECKOUT.iterdir():
        if path.name != ".git" and not path.name.startswith("Pulumi."):
            (folder / path.name).symlink_to(path)
    (folder / "Pulumi.yaml").write_text((CHECKOUT / "Pulumi.yaml").read_text())
    return folder


@pytest.fixture(scope="module")
def operator(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Operator]:
    """With a stack like production's, that has no secret and was never up."""
    folder = tmp_path_factory.mktemp("operations")
    with stage(folder / "state", checkout_in(folder / "checkout")) as prepared, ArgumentWatch() as watch:
        found = Operator(prepared, watch)
        found.pulumi("stack", "init", "--secrets-provider", "passphrase")
        configuration = {**load_stack_file("production"), "railway:endpoint": prepared.railway.endpoint}
        salt = yaml.safe_load(found.file.read_text())
        found.file.write_text(yaml.safe_dump({**salt, "config": configuration}))
        found.pulumi("config", "set", "--secret", "railway:token", value=prepared.railway.token)
        yield found


@pytest.fixture(scope="module")
def running(operator: Operator) -> Operator:
    """The same, brought up."""
    assert operator.run("status") == 1
    assert operator.run("init") == 0, operator.said
    operator.up()
    assert operator.run("status") == 0, operator.said
    return operator


@pytest.fixture(autouse=True)
def nothing_is_shown(operator: Operator) -> Iterator[None]:
    """Every value that there was before and after a test is found nowhere in the clear."""
    values = set(operator.secrets().values()) if "etally:secrets" in operator.configuration() else set()
    yield
    values |= set(operator.secrets().values())
    assert len(values) > 5
    assert [value for value in values if value in operator.said] == []
    assert [seen for seen in operator.watch.seen if any(value in seen for value in values)] == []
    in_files = files_holding(operator.stage.state.root, sorted(values))
    # Only Railway itself knows them.
    assert {name for name in in_files if not name.startswith("railway.json")} == set()
    assert [value for value in values if value in operator.file.read_text()] == []
    for text in (operator.said, operator.file.read_text()):
        assert str(operator.stage.state.root) not in text


def test_an_empty_stack_gets_its_secrets_and_comes_up(running: Operator) -> None:
    values = running.secrets()
    assert len(set(values.values())) == len(values) == 7
    assert running.variables(API)["JWT_SECRET"] == values["jwtSecret"]
    assert values["postgresPassword"] in running.variables(API)["DATABASE_URL"]
    before = running.file.read_text()
    assert running.run("init") == 0
    assert running.file.read_text() == before


def test_postgres_gets_a_new_password_through_failure_kill_and_resumption(running: Operator) -> None:
    old = running.secrets()["postgresPassword"]
    known = {each["id"] for each in running.deployments()}
    running.stage.control(
        "faults", [{"deployment": JOB, "outcome": "FAILED", "times": 1, "log": ["nobody answers"]}]
    )
    assert running.run("rotate", "postgresPassword", "--yes") == 1
    assert "nobody answers" in running.said, running.said[-4000:]
    # What waits for the job was not touched.
    assert {each["serviceName"] for each in running.deployments() if each["id"] not in known} == {JOB}
    assert running.configuration()["operations:rotating"] == {"postgresPassword": "apply"}
    assert running.run("status") == 0
    assert "in progress: apply" in running.said
    assert running.run("rotate", "jwtSecret", "--yes") == 1

    kill_between_steps(running, "rotate", "postgresPassword", "--yes", at="forget")
    new = running.secrets()["postgresPassword"]
    assert new != old
    made = [each for each in running.deployments() if each["id"] not in known]
    order = [each["serviceName"] for each in made if each["status"] == "SUCCESS"]
    assert order == [JOB, DATABASE, API]
    # What tests/programs/test_password_change.py runs on a real PostgreSQL.
    assert made[-3]["snapshot"]["startCommand"] == start_with_files(
        {"/tmp/job/job.sh": "JOB"}, "sh /tmp/job/job.sh"
    )
    job = made[-3]["snapshot"]["variables"]
    assert job["JOB"] == PROGRAM.read_text()
    assert (job["POSTGRES_PASSWORD"], job["POSTGRES_PASSWORD_BEFORE"]) == (new, old)
    assert job["PGHOST"] == running.variables(API)["DATABASE_URL"].split("@")[1].split(":")[0]

    assert running.run("rotate", "postgresPassword", "--yes") == 0, running.said
    assert running.secrets()["postgresPassword"] == new
    assert "postgresPasswordBefore" not in running.secrets()
    assert "operations:rotating" not in running.configuration()
    assert not running.exists(JOB)
    last = [each["serviceName"] for each in running.deployments() if each["id"] not in known]
    assert last.count(DATABASE) == last.count(API) == 1
    assert new in running.variables(API)["DATABASE_URL"]
    assert running.run("status") == 0


def kill_between_steps(operator: Operator, *arguments: str, at: str) -> None:
    """Kill a command as soon as the stack's file says that a step has begun."""
    with subprocess.Popen(
        operator.command(*arguments),
        cwd=CHECKOUT,
        env=operator.environment,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    ) as process:
        assert process.stdout
        for line in process.stdout:
            operator.said += line
            if "take the password before out of" in line and "…" in line:
                break
        process.kill()
        operator.said += process.stdout.read()
    assert process.returncode == -signal.SIGKILL, operator.said
    assert at in operator.configuration()["operations:rotating"].values()


def test_the_apis_user_in_minio_gives_way_to_another(running: Operator) -> None:
    known = {each["id"] for each in running.deployments()}
    first = running.variables(API)["MINIO_ACCESS_KEY"]
    assert running.run("rotate", "minioApplicationPassword", "--yes") == 0, running.said
    made = [each for each in running.deployments() if each["id"] not in known]
    assert [each["serviceName"] for each in made] == ["etally-buckets", API, "etally-buckets"]
    assert running.variables(API)["MINIO_ACCESS_KEY"] != first
    assert running.variables(API)["MINIO_SECRET_KEY"] == running.secrets()["minioApplicationPassword"]
    assert "retiringUser" not in running.configuration()["etally:storage"]


@pytest.mark.parametrize(
    ("name", "services"),
    [("redisPassword", ["etally-redis", API]), ("jwtSecret", [API])],
)
def test_others_change_with_whoever_refers_to_them(running: Operator, name: str, services: list[str]) -> None:
    known = {each["id"] for each in running.deployments()}
    assert running.run("rotate", name, "--yes") == 0, running.said
    made = [each["serviceName"] for each in running.deployments() if each["id"] not in known]
    assert made == services


def test_a_secret_that_policies_refuse_for_its_age_can_be_renewed(running: Operator) -> None:
    long_ago = (datetime.now(UTC).date() - timedelta(days=200)).isoformat()
    key = "railway-policies:secretsSetOn"
    pairs = [
        part
        for name in ("JWT_SECRET", "ENCRYPTION_KEY")
        for part in ("--plaintext", f"{key}.{name}={long_ago}")
    ]
    running.pulumi("config", "set-all", "--path", *pairs)
    assert running.run("status") == 1
    # The other one is too old as well, and doesn't stop it.
    assert running.run("rotate", "jwtSecret", "--yes") == 0, running.said
    assert running.run("rotate", "encryptionKey", "--yes") == 1
    assert running.run("rotate", "encryptionKey", "--yes", "--accept-loss") == 0, running.said
    assert running.run("status") == 0
