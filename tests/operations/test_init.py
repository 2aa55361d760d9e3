"""`secrets init`, on a stack's file."""

from pathlib import Path

import pytest

from operations.secrets.catalogue import CATALOGUE
from tests.operations.surroundings import TODAY, FileEngine, Killed, Scripted, run

ALWAYS = {
    "postgresPassword",
    "redisPassword",
    "minioRootPassword",
    "jwtSecret",
    "jwtRefreshSecret",
    "encryptionKey",
}


@pytest.fixture
def engine(tmp_path: Path) -> FileEngine:
    prepared = FileEngine(tmp_path)
    prepared.write(etally__storage={"scopedUser": False})
    return prepared


def days(engine: FileEngine) -> dict[str, str]:
    return dict(engine.configuration()["railway-policies:secretsSetOn"])


def test_what_is_needed_is_generated_and_dated(engine: FileEngine) -> None:
    assert run(engine, "init") == 0
    secrets = engine.settings()["etally:secrets"]
    assert set(secrets) == ALWAYS
    assert len(set(secrets.values())) == len(ALWAYS)
    assert all(len(value) >= 64 and not value.startswith("stand-in-") for value in secrets.values())
    assert days(engine) == {
        variable: TODAY.isoformat() for name in ALWAYS for variable in CATALOGUE[name].variables
    }


def test_what_is_set_stays(engine: FileEngine, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(engine, "init") == 0
    before = engine.file.read_text()
    capsys.readouterr()
    assert run(engine, "init") == 0
    assert engine.file.read_text() == before
    assert "nothing was changed" in capsys.readouterr().out


def test_the_choices_of_the_stack_ask_for_more(engine: FileEngine) -> None:
    engine.write(
        etally__storage={"scopedUser": True},
        etally__monitoring={"enabled": True},
        etally__backup={"enabled": "true"},
    )
    assert run(engine, "init") == 0
    assert set(engine.settings()["etally:secrets"]) == ALWAYS | {
        "minioApplicationPassword",
        "grafanaPassword",
        "backupPassphrase",
    }


BUCKET = {"enabled": True, "bucket": "vault"}


def test_given_keys_are_asked_for(engine: FileEngine, capsys: pytest.CaptureFixture[str]) -> None:
    engine.write(etally__storage={"scopedUser": False}, etally__backup=BUCKET)
    given = ["canary-given-id", "canary-given-secret"]
    assert run(engine, "init", person=Scripted(there=True, secrets=given)) == 0
    secrets = engine.settings()["etally:secrets"]
    assert [secrets["backupAccessKeyId"], secrets["backupSecretAccessKey"]] == given
    said = capsys.readouterr()
    assert not [value for value in given if value in said.out + said.err + str(engine.calls)]


def test_without_a_terminal_it_says_how_to_set_given_keys_and_waits_for_nothing(
    engine: FileEngine, capsys: pytest.CaptureFixture[str]
) -> None:
    engine.write(etally__storage={"scopedUser": False}, etally__backup=BUCKET)
    assert run(engine, "init") == 1
    told = capsys.readouterr().err
    assert "config set --secret --path secrets.backupSecretAccessKey --stack production" in told
    assert set(engine.settings()["etally:secrets"]) == ALWAYS | {"backupPassphrase"}


def test_killed_anywhere_it_ends_with_all_set_once_it_runs_again(engine: FileEngine) -> None:
    assert run(engine, "init") == 0
    calls = len(engine.calls)
    for position in range(1, calls + 1):
        engine.write(etally__storage={"scopedUser": False})
        engine.calls.clear()
        engine.killed_at = position
        with pytest.raises(Killed):
            run(engine, "init")
        engine.killed_at = None
        kept = engine.settings().get("etally:secrets", {})
        assert run(engine, "init") == 0
        secrets = engine.settings()["etally:secrets"]
        assert set(secrets) == ALWAYS
        assert kept.items() <= secrets.items()
        assert set(days(engine)) == {variable for name in ALWAYS for variable in CATALOGUE[name].variables}


def test_no_value_is_an_argument_or_output(engine: FileEngine, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(engine, "init") == 0
    said = capsys.readouterr()
    for value in engine.settings()["etally:secrets"].values():
        assert value not in said.out + said.err + str(engine.calls) + engine.file.read_text()


def test_secrets_that_are_one_encrypted_value_are_refused(
    engine: FileEngine, capsys: pytest.CaptureFixture[str]
) -> None:
    engine.write(etally__secrets={"secure": "v1:x"})
    assert run(engine, "init") == 1
    assert "set each secret by itself" in capsys.readouterr().err


def test_a_file_that_is_no_stacks_is_told(engine: FileEngine, capsys: pytest.CaptureFixture[str]) -> None:
    for text in ("- a list", "config: [1]", "{"):
        engine.file.write_text(text)
        assert run(engine, "init", "--stack", "production") == 1
        told = capsys.readouterr().err
        assert told.startswith("Pulumi.production.yaml ")
        assert str(engine.folder) not in told
