"""eTally's life on a local Railway, through the real engine. The tests tell one story and run in this order."""

import json
import re
from typing import Any

import pytest
from syrupy.assertion import SnapshotAssertion

from tests.engine.stage import ArgumentWatch, Run, Stage, files_holding

pytestmark = [pytest.mark.xdist_group("whole-path"), pytest.mark.timeout(600)]

SERVICES = ("etally-api", "etally-frontend", "etally-minio", "etally-postgres", "etally-redis")


@pytest.fixture(scope="module")
def first(etally: Stage) -> tuple[Run, set[str]]:
    """The first `up`, and the arguments of every process while it ran."""
    with ArgumentWatch() as watch:
        run = etally.run("up", policies=True).succeeded()
    return run, watch.seen


def deployment_counts(etally: Stage) -> dict[str, int]:
    return {service: len(etally.deployments(service)) for service in SERVICES}


def without_identities(etally: Stage, value: Any) -> Any:
    """The same document with ids and secrets replaced by what they are."""
    text = json.dumps(value, sort_keys=True)
    for key, secret in etally.secret_values().items():
        text = text.replace(secret, f"<{key}>")
    return json.loads(re.sub(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", "<id>", text))


def test_first_up_deploys_each_service_once(etally: Stage, first: tuple[Run, set[str]]) -> None:
    assert deployment_counts(etally) == dict.fromkeys(SERVICES, 1)
    assert {etally.deployments(service)[0]["status"] for service in SERVICES} == {"SUCCESS"}


@pytest.mark.parametrize("service", SERVICES)
def test_first_deployment_is_complete(
    etally: Stage, first: tuple[Run, set[str]], service: str, snapshot: SnapshotAssertion
) -> None:
    frozen = etally.deployments(service)[0]["snapshot"]
    assert [name for name, value in frozen["variables"].items() if not value] == []
    assert not any("${{" in value for value in frozen["variables"].values())
    assert without_identities(etally, frozen) == snapshot


def test_first_up_shows_outputs_and_deployment_states(etally: Stage, first: tuple[Run, set[str]]) -> None:
    run, _ = first
    assert "https://etally-dashboard.up.railway.app" in run.output
    assert "https://etally-storage.up.railway.app" in run.output


def test_secrets_are_nowhere_in_the_clear(etally: Stage, first: tuple[Run, set[str]]) -> None:
    run, arguments = first
    values = list(etally.secret_values().values())
    assert len(values) >= 7
    assert [value for value in values if value in run.output] == []
    assert [line for line in arguments if any(value in line for value in values)] == []
    assert any("railway_emulator" in line for line in arguments)  # it did look
    assert files_holding(etally.state.backend, values) == []
    assert files_holding(etally.state.pulumi_home, values) == []
    assert [value for value in values if value in etally.railway.log.read_text()] == []
    assert [value for value in values if value in json.dumps(etally.railway.requests())] == []


def test_second_up_changes_nothing_and_asks_nothing(etally: Stage, first: tuple[Run, set[str]]) -> None:
    run = etally.run("up", "--expect-no-changes", policies=True).succeeded()
    assert run.operations == []
    assert deployment_counts(etally) == dict.fromkeys(SERVICES, 1)


def test_preview_asks_nothing(etally: Stage, first: tuple[Run, set[str]]) -> None:
    run = etally.run("preview", "--expect-no-changes").succeeded()
    assert run.operations == []


def test_refresh_sees_no_change_after_a_push_a_deployment_and_a_certificate(
    etally: Stage, first: tuple[Run, set[str]]
) -> None:
    environment = etally.environment
    etally.control("push", {"repository": "etally/etally", "branch": "main"})
    (redis,) = [one for one in environment["serviceInstances"] if one["serviceName"] == "etally-redis"]
    etally.graphql(
        "mutation ($s: String!, $e: String!) { serviceInstanceRedeploy(serviceId: $s, environmentId: $e) }",
        s=redis["serviceId"],
        e=environment["id"],
    )
    assert deployment_counts(etally) == {
        "etally-api": 2,
        "etally-frontend": 2,
        "etally-minio": 1,
        "etally-postgres": 1,
        "etally-redis": 2,
    }
    run = etally.run("refresh", "--expect-no-changes").succeeded()
    assert len(run.operations) <= 6
    assert not [request for request in run.requests if request["document"].lstrip().startswith("mutation")]


def test_a_changed_variable_deploys_its_service_and_who_refers_to_it_once(
    etally: Stage, first: tuple[Run, set[str]]
) -> None:
    before = deployment_counts(etally)
    etally.configure({"etally:postgres": {"database": "another"}})
    run = etally.run("up").succeeded()
    assert run.operations.count("environmentPatchCommit") == 1
    assert run.operations.count("serviceInstanceRedeploy") == 1
    after = deployment_counts(etally)
    assert {name: after[name] - before[name] for name in SERVICES} == {
        "etally-api": 1,
        "etally-frontend": 0,
        "etally-minio": 0,
        "etally-postgres": 1,
        "etally-redis": 0,
    }
    assert "/another?" in etally.deployments("etally-api")[-1]["snapshot"]["variables"]["DATABASE_URL"]
    postgres, api = etally.deployments("etally-postgres")[-1], etally.deployments("etally-api")[-1]
    assert postgres["history"][-1]["at"] <= api["createdAt"]


def test_what_was_changed_behind_pulumis_back_is_shown_and_mended(
    etally: Stage, first: tuple[Run, set[str]]
) -> None:
    environment = etally.environment
    (api,) = [one for one in environment["serviceInstances"] if one["serviceName"] == "etally-api"]
    etally.graphql(
        "mutation ($e: String!, $p: EnvironmentConfig) { environmentPatchCommit(environmentId: $e, patch: $p) }",
        e=environment["id"],
        p={"services": {api["serviceId"]: {"deploy": {"healthcheckPath": "/elsewhere"}}}},
    )
    refreshed = etally.run("refresh", "--diff").succeeded()
    assert "healthcheckPath" in refreshed.output
    before = len(etally.deployments("etally-api"))
    etally.run("up").succeeded()
    assert len(etally.deployments("etally-api")) == before + 1
    assert etally.deployments("etally-api")[-1]["snapshot"]["deploy"]["healthcheckPath"] == "/health"
    assert etally.run("up", "--expect-no-changes").succeeded().operations == []


def test_a_failing_deployment_fails_with_its_log_and_the_next_up_resumes(
    etally: Stage, first: tuple[Run, set[str]]
) -> None:
    etally.control(
        "faults",
        [{"deployment": "etally-redis", "outcome": "CRASHED", "log": ["Fatal: out of memory at line 7"]}],
    )
    etally.configure({"etally:redis": {"memoryMb": 128}})
    failed = etally.run("up")
    assert failed.code != 0
    assert "Fatal: out of memory at line 7" in failed.output
    assert etally.deployments("etally-redis")[-1]["id"] in failed.output
    assert "Traceback" not in failed.output
    services = len(etally.environment["serviceInstances"])
    resumed = etally.run("up").succeeded()
    assert "serviceCreate" not in resumed.operations
    assert len(etally.environment["serviceInstances"]) == services
    assert etally.deployments("etally-redis")[-1]["status"] == "SUCCESS"
    assert etally.run("up", "--expect-no-changes").succeeded().operations == []


def test_destroy_leaves_the_local_railway_empty(etally: Stage, first: tuple[Run, set[str]]) -> None:
    etally.run("destroy").succeeded()
    assert etally.railway.contents()["projects"] == []
