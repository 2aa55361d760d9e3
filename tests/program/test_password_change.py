"""The job that changes PostgreSQL's password, as the engine sees it."""

import pulumi
import pytest

import settings
from tests.program.conftest import COMPLETE, Configure
from tests.program.graph import Secret, run_program

BEFORE = "canary-before-" + "0123456789abcdef" * 2
JOB = "etally-postgres-password"


def changing(password_before: str = BEFORE) -> dict[str, str]:
    return {**COMPLETE["secrets"], "postgresPasswordBefore": password_before}


def test_there_is_no_job_without_a_password_before(configure: Configure) -> None:
    configure()
    graph = run_program()
    assert JOB not in graph.services()
    assert not graph.of_type("Service")["etally-postgres-service"].dependencies & {f"{JOB}-service"}


def test_the_job_knows_both_passwords_and_refers_to_nothing(configure: Configure) -> None:
    configure(secrets=changing(), postgres={"user": "owner"})
    graph = run_program()
    job = dict(graph.services()[JOB])
    variables = dict(job["variables"])
    assert variables.pop("JOB").startswith("# Gives the owner")
    assert variables == {
        "PGHOST": "etally-postgres.railway.internal",
        "PGPORT": "5432",
        "PGUSER": "owner",
        "POSTGRES_PASSWORD": Secret(COMPLETE["secrets"]["postgresPassword"]),
        "POSTGRES_PASSWORD_BEFORE": Secret(BEFORE),
    }
    assert job["deploy"]["restartPolicyType"] == "NEVER"
    assert job["source"]["image"] == graph.services()["etally-postgres"]["source"]["image"]


def test_the_database_waits_for_the_job_and_all_that_refer_to_it_wait_for_the_database(
    configure: Configure,
) -> None:
    configure(secrets=changing())
    services = run_program().of_type("Service")
    assert f"{JOB}-service" in services["etally-postgres-service"].dependencies
    assert "etally-postgres-service" in services["etally-api-service"].dependencies
    assert "etally-postgres-service" not in services[f"{JOB}-service"].dependencies


def test_a_change_to_the_same_password_is_refused(configure: Configure) -> None:
    configure(secrets=changing(COMPLETE["secrets"]["postgresPassword"]))
    with pytest.raises(pulumi.RunError, match=r"is the same as secrets\.postgresPassword"):
        settings.load()
