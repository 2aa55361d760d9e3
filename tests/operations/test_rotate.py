"""`secrets rotate`, on a stack's file and stores that behave as the real ones do."""

from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from operations.engine import WHILE_ROTATING
from operations.secrets.catalogue import CATALOGUE
from operations.secrets.procedures import PROCEDURES
from tests.operations.surroundings import TODAY, FileEngine, Killed, Scripted, run

LATER = TODAY + timedelta(days=30)
GROUPS: dict[str, Any] = {
    "etally__storage": {
        "scopedUser": True,
        "versioning": True,
        "replication": {"endpoint": "https://copies.example.org"},
    },
    "etally__monitoring": {"enabled": True, "notify": "webhook"},
    "etally__backup": {"enabled": True, "bucket": "vault"},
}
STACK = ["--stack", "production"]
GIVEN = [f"canary-given-{number}" for number in range(10)]


@dataclass
class Deployed:
    """What an `up` makes of the settings: a database that knows its own password, users in a store, an API."""

    database: str = ""
    users: dict[str, str] = field(default_factory=dict)
    api: dict[str, str] = field(default_factory=dict)
    job: bool = False
    ups: int = 0
    failures: int = 0
    """How many runs fail before they change anything."""

    def __call__(self, settings: dict[str, Any]) -> int:
        self.ups += 1
        if self.failures:
            self.failures -= 1
            return 255
        secrets, storage = settings["etally:secrets"], settings["etally:storage"]
        before = secrets.get("postgresPasswordBefore")
        self.job = before is not None
        if not self.database:
            self.database = secrets["postgresPassword"]
        if self.job:
            assert before != secrets["postgresPassword"], "settings refuse the same twice"
            assert self.database in {before, secrets["postgresPassword"]}, "the job is let in by neither"
            self.database = secrets["postgresPassword"]
        assert self.database == secrets["postgresPassword"], "the API is shut out"
        user, retiring = storage.get("applicationUser", "etally-api"), storage.get("retiringUser")
        assert user != retiring, "settings refuse it"
        if self.api and self.api["user"] != user:
            assert self.api["user"] == retiring, "the API's user went before the API had another"
        if self.api and self.api["user"] == user:
            assert self.users[user] == secrets["minioApplicationPassword"], "the API's key changed under it"
        kept = {name: key for name, key in self.users.items() if name == retiring}
        self.users = {**kept, user: secrets["minioApplicationPassword"]}
        self.api = {"user": user, **secrets}
        return 0


@pytest.fixture
def deployed() -> Deployed:
    return Deployed()


@pytest.fixture
def engine(tmp_path: Path, deployed: Deployed) -> FileEngine:
    prepared = FileEngine(tmp_path, deployed)
    prepared.write(**GROUPS)
    assert run(prepared, "init", person=Scripted(there=True, secrets=GIVEN[:5])) == 0
    assert deployed(prepared.settings()) == 0
    deployed.ups = 0
    prepared.calls.clear()
    return prepared


def secrets(engine: FileEngine) -> dict[str, str]:
    return dict(engine.settings()["etally:secrets"])


def rotate(engine: FileEngine, name: str, *options: str) -> int:
    """With everything that it may ask for."""
    person = Scripted(there=True, secrets=GIVEN[5:])
    arguments = ["rotate", name, "--yes", "--accept-loss", *STACK, *options]
    return run(engine, *arguments, person=person, today=LATER)


@pytest.mark.parametrize("name", CATALOGUE)
def test_a_secret_is_renewed_alone_applied_and_dated(
    engine: FileEngine, deployed: Deployed, name: str
) -> None:
    before, days = secrets(engine), engine.configuration()["railway-policies:secretsSetOn"]
    assert rotate(engine, name) == 0
    renewed = PROCEDURES[name].secrets
    after = secrets(engine)
    assert {each for each in after if after[each] != before.get(each)} == set(renewed)
    assert set(after) == set(before)
    changed = {variable for each in renewed for variable in CATALOGUE[each].variables}
    assert engine.configuration()["railway-policies:secretsSetOn"] == {
        variable: LATER.isoformat() if variable in changed else day for variable, day in days.items()
    }
    assert {key: deployed.api[key] for key in after} == after
    assert "operations:rotating" not in engine.configuration()
    assert not deployed.job
    assert list(deployed.users) == [deployed.api["user"]]


@pytest.mark.parametrize("name", sorted({procedure.leader for procedure in PROCEDURES.values()}))
def test_killed_anywhere_it_goes_on_to_a_consistent_end(
    engine: FileEngine, deployed: Deployed, name: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert rotate(engine, name) == 0
    calls = len(engine.calls)
    assert calls > 3
    for position in range(1, calls + 1):
        for up_between in (False, True):
            before = secrets(engine)
            engine.calls.clear()
            engine.killed_at = position
            with pytest.raises(Killed):
                rotate(engine, name)
            engine.killed_at = None
            in_progress = "operations:rotating" in engine.configuration()
            assert in_progress is (position < calls)
            same = secrets(engine).get("postgresPasswordBefore") == secrets(engine)["postgresPassword"]
            half = name == "minioApplicationPassword" and position < calls
            if up_between and not same and not half:
                assert deployed(engine.settings()) == 0
            if in_progress:
                capsys.readouterr()
                assert run(engine, "status") == 0
                assert "in progress" in capsys.readouterr().out
                assert rotate(engine, name) == 0
            after = secrets(engine)
            assert {each for each in after if after[each] != before[each]} <= set(PROCEDURES[name].secrets)
            if CATALOGUE[name].random_bytes is not None:
                assert after[name] != before[name]
            assert set(after) == set(before)
            assert {key: deployed.api[key] for key in after} == after
            assert not deployed.job
            assert list(deployed.users) == [deployed.api["user"]]
            assert "operations:rotating" not in engine.configuration()


def test_a_rotation_that_was_begun_by_hand_loses_no_password(engine: FileEngine, deployed: Deployed) -> None:
    old = secrets(engine)["postgresPassword"]
    engine.ask(["config", "set", "--secret", "--path", "etally:secrets.postgresPasswordBefore", *STACK], old)
    engine.ask(
        ["config", "set", "--secret", "--path", "etally:secrets.postgresPassword", *STACK], "by-hand" * 3
    )
    assert rotate(engine, "postgresPassword") == 0
    assert secrets(engine)["postgresPassword"] == deployed.database == "by-hand" * 3
    assert "postgresPasswordBefore" not in secrets(engine)


def test_a_failed_up_is_gone_on_with(
    engine: FileEngine, deployed: Deployed, capsys: pytest.CaptureFixture[str]
) -> None:
    deployed.failures = 1
    assert rotate(engine, "postgresPassword") == 1
    told = capsys.readouterr().err
    assert "pulumi up ended with exit code 255" in told
    assert "secrets rotate postgresPassword --stack production" in told
    assert engine.configuration()["operations:rotating"] == {"postgresPassword": "apply"}
    day = engine.configuration()["railway-policies:secretsSetOn"]["POSTGRES_PASSWORD"]
    assert day == TODAY.isoformat(), "what is in use is as old as before"
    kept = secrets(engine)
    assert rotate(engine, "postgresPassword") == 0
    day = engine.configuration()["railway-policies:secretsSetOn"]["POSTGRES_PASSWORD"]
    assert day == LATER.isoformat()
    assert secrets(engine)["postgresPassword"] == kept["postgresPassword"]
    assert "goes on with the step apply" in capsys.readouterr().out


def test_a_user_that_was_left_retiring_by_hand_goes_first(
    engine: FileEngine, deployed: Deployed, capsys: pytest.CaptureFixture[str]
) -> None:
    pair = "etally:storage.applicationUser=etally-api-b", "etally:storage.retiringUser=etally-api"
    engine.ask(["config", "set-all", "--path", "--plaintext", pair[0], "--plaintext", pair[1], *STACK], "")
    before = engine.file.read_text()
    assert rotate(engine, "minioApplicationPassword") == 1
    assert "storage.retiringUser is still etally-api:" in capsys.readouterr().err
    assert engine.file.read_text() == before
    assert deployed.ups == 0


def test_one_comes_after_the_other(
    engine: FileEngine, deployed: Deployed, capsys: pytest.CaptureFixture[str]
) -> None:
    deployed.failures = 1
    assert rotate(engine, "jwtSecret") == 1
    before = engine.file.read_text()
    capsys.readouterr()
    assert rotate(engine, "encryptionKey") == 1
    assert "The rotation of jwtSecret is in progress" in capsys.readouterr().err
    assert engine.file.read_text() == before


@pytest.mark.parametrize("name", ["encryptionKey", "backupPassphrase"])
def test_what_is_lost_is_agreed_to_by_itself(
    engine: FileEngine, name: str, capsys: pytest.CaptureFixture[str]
) -> None:
    before = engine.file.read_text()
    for person, options in (
        (Scripted(there=True), ["--yes"]),
        (Scripted(), ["--yes"]),
        (Scripted(), []),
        (Scripted(there=True, word="yes"), []),
    ):
        assert run(engine, "rotate", name, *options, person=person) == 1
        assert engine.file.read_text() == before
    said = capsys.readouterr()
    assert "What is lost" in said.out
    assert "add --accept-loss" in said.err
    assert "Not confirmed" in said.err
    assert run(engine, "rotate", name, person=Scripted(there=True, word=name)) == 0


def test_the_encryption_key_names_what_has_to_be_entered_again(
    engine: FileEngine, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(engine, "rotate", "encryptionKey", "--yes") == 1
    assert "smtp_password" in capsys.readouterr().out


def test_nothing_happens_without_a_yes(engine: FileEngine, capsys: pytest.CaptureFixture[str]) -> None:
    before = engine.file.read_text()
    assert run(engine, "rotate", "redisPassword", person=Scripted(there=True, agrees=False)) == 1
    assert "nothing was changed" in capsys.readouterr().err
    assert run(engine, "rotate", "redisPassword") == 1
    assert "add --yes" in capsys.readouterr().err
    assert engine.file.read_text() == before


def test_the_engine_asks_unless_it_was_told_not_to(engine: FileEngine) -> None:
    assert run(engine, "rotate", "redisPassword", person=Scripted(there=True)) == 0
    (command,) = (call for call in engine.calls if call[0] == "up")
    assert "--yes" not in command
    assert "--non-interactive" not in command
    assert command[command.index("--parallel") + 1] == "64"
    assert command[command.index("--policy-pack") + 1].endswith("/policies")
    engine.calls.clear()
    assert run(engine, "rotate", "redisPassword", "--yes") == 0
    (command,) = (call for call in engine.calls if call[0] == "up")
    assert {"--yes", "--non-interactive"} <= set(command)


def test_what_is_overdue_does_not_stop_its_remedy(engine: FileEngine) -> None:
    much_later = TODAY + timedelta(days=200)
    assert run(engine, "rotate", "redisPassword", "--yes", today=LATER) == 0
    assert str(WHILE_ROTATING) not in str(engine.calls)
    assert run(engine, "rotate", "redisPassword", "--yes", today=much_later) == 0
    assert str(WHILE_ROTATING) in str(engine.calls)


@pytest.mark.parametrize(
    ("name", "why"),
    [
        ("jwtSecrets", "did you mean jwtSecret?"),
        ("x", "there are postgresPassword, redisPassword"),
        ("grafanaPassword", "is not needed by what this stack has chosen"),
        ("redisPassword", "is not set: `python -m operations secrets init` does that"),
    ],
)
def test_what_cannot_be_renewed_is_told(
    tmp_path: Path, name: str, why: str, capsys: pytest.CaptureFixture[str]
) -> None:
    engine = FileEngine(tmp_path)
    engine.write(etally__storage={"scopedUser": False})
    assert run(engine, "rotate", name, "--yes") == 1
    told = capsys.readouterr().err
    assert why in told
    assert "Traceback" not in told


def test_given_pairs_stay_together(engine: FileEngine, capsys: pytest.CaptureFixture[str]) -> None:
    before = secrets(engine)
    half = Scripted(there=True, secrets=["canary-new-id", ""])
    assert run(engine, "rotate", "backupSecretAccessKey", "--yes", person=half) == 1
    assert "belong together" in capsys.readouterr().err
    assert secrets(engine) == before
    assert run(engine, "rotate", "backupAccessKeyId", "--yes") == 1
    assert "no terminal to ask" in capsys.readouterr().err
    whole = Scripted(there=True, secrets=["canary-new-id", "canary-new-secret"])
    assert run(engine, "rotate", "backupAccessKeyId", "--yes", person=whole) == 0
    assert secrets(engine)["backupSecretAccessKey"] == "canary-new-secret"


@pytest.mark.parametrize("name", CATALOGUE)
def test_no_value_is_an_argument_or_output(
    engine: FileEngine, name: str, capsys: pytest.CaptureFixture[str]
) -> None:
    before = secrets(engine)
    assert rotate(engine, name) == 0
    said = capsys.readouterr()
    for value in {*before.values(), *secrets(engine).values()}:
        assert value not in said.out + said.err + str(engine.calls) + engine.file.read_text()
