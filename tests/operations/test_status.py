"""`secrets status`, on a stack's file."""

from datetime import date, timedelta
from pathlib import Path

import pytest

from tests.operations.surroundings import TODAY, FileEngine, run


@pytest.fixture
def engine(tmp_path: Path) -> FileEngine:
    prepared = FileEngine(tmp_path)
    prepared.write(etally__storage={"scopedUser": False})
    assert run(prepared, "init") == 0
    return prepared


def rows(text: str) -> dict[str, list[str]]:
    cells = [
        [cell.strip() for cell in line.strip("│").split("│")] for line in text.splitlines() if "│" in line
    ]
    return {name: rest for name, *rest in cells}


def test_all_is_well(engine: FileEngine, capsys: pytest.CaptureFixture[str]) -> None:
    capsys.readouterr()
    engine.calls.clear()
    assert run(engine, "status", "--stack", "production", today=TODAY + timedelta(days=90)) == 0
    found = rows(capsys.readouterr().out)
    assert found["jwtSecret"] == ["set", "90 d", "2027-02-23", ""]
    assert found["grafanaPassword"] == ["not needed", "", "", ""]
    assert engine.calls == []


def test_what_is_overdue_is_told_and_fails(engine: FileEngine, capsys: pytest.CaptureFixture[str]) -> None:
    capsys.readouterr()
    assert run(engine, "status", today=TODAY + timedelta(days=91)) == 1
    assert rows(capsys.readouterr().out)["jwtSecret"] == ["set", "91 d", "2027-02-23, overdue", ""]


def test_what_is_missing_or_in_the_clear_fails(
    engine: FileEngine, capsys: pytest.CaptureFixture[str]
) -> None:
    document = engine.configuration()
    del document["etally:secrets"]["jwtSecret"]
    document["etally:secrets"]["redisPassword"] = "canary-in-the-clear"
    engine.write(**document)
    capsys.readouterr()
    assert run(engine, "status") == 1
    said = capsys.readouterr().out
    assert rows(said)["jwtSecret"][0] == "missing"
    assert rows(said)["redisPassword"][0] == "in the clear"
    assert "secrets init --stack production" in said
    assert "canary" not in said


@pytest.mark.parametrize("day", ["2026-11-20", date(2026, 11, 20)])
def test_days_are_found_as_the_policies_find_them(
    engine: FileEngine, capsys: pytest.CaptureFixture[str], day: object
) -> None:
    document = engine.configuration()
    document["railway-policies:secretsSetOn"] = {"JWT_*": day, "MINIO_TOKEN": day}
    engine.write(**document)
    capsys.readouterr()
    assert run(engine, "status") == 0
    found = rows(capsys.readouterr().out)
    assert found["jwtRefreshSecret"][1] == "5 d"
    assert found["minioRootPassword"][1] == "unknown", "one of its two variables has no day"


def test_a_rotation_in_progress_is_shown(engine: FileEngine, capsys: pytest.CaptureFixture[str]) -> None:
    document = engine.configuration()
    document["operations:rotating"] = {"jwtSecret": "apply"}
    engine.write(**document)
    capsys.readouterr()
    assert run(engine, "status") == 0
    said = capsys.readouterr().out
    assert rows(said)["jwtSecret"][3] == "in progress: apply"
    assert "secrets rotate jwtSecret --stack production" in said
