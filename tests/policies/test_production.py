"""The production stack keeps every rule, and each rule notices the one change that breaks it."""

import pytest

from tests.policies.production import pack_of, program_resources, stack_file
from tests.policies.stacks import Declared, Reported


@pytest.fixture(scope="module")
def production(tmp_path_factory: pytest.TempPathFactory) -> list[Declared]:
    with pytest.MonkeyPatch.context() as monkeypatch:
        return program_resources(monkeypatch, tmp_path_factory.mktemp("program"), stack_file())


def broken(reports: list[Reported]) -> set[str]:
    return {report.policy for report in reports if "-report-" not in report.policy}


def test_production_keeps_every_rule_without_exemptions(production: list[Declared]) -> None:
    assert "exemptions" not in repr(stack_file())

    reports = pack_of(stack_file()).on_everything(*production)

    assert len(production) > 5
    assert broken(reports) == set(), reports
