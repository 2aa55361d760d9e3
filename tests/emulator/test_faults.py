"""Declared misfortune, and the lively profile (railway-api §1.3, §27; anchors D.4, F.3)."""

from typing import Any

import pytest

from railway_emulator import REALISTIC, Emulator, ManualClock
from tests.emulator.client import RefusedError, World

CREATE = (
    'mutation($p: String!) { serviceCreate(input: {projectId: $p, name: "web", environmentId: null}) { id } }'
)


def _names(world: World) -> list[str]:
    found = world.ask(
        "query($id: String!) { project(id: $id) { services { edges { node { name } } } } }", id=world.project
    )
    return [edge["node"]["name"] for edge in found["services"]["edges"]]


def test_a_refusal_happens_as_often_as_declared_and_changes_nothing(world: World) -> None:
    world.control(
        "faults", [{"operation": "serviceCreate", "times": 2, "error": "Problem processing request"}]
    )
    for _ in range(2):
        with pytest.raises(RefusedError, match=r"^Problem processing request$"):
            world.ask(CREATE, p=world.project)
    assert _names(world) == []
    world.ask(CREATE, p=world.project)
    assert _names(world) == ["web"]


def test_a_fault_is_only_for_what_it_matches(world: World) -> None:
    world.control("faults", [{"operation": "serviceCreate", "matching": "api", "error": "no"}])
    world.row("web")
    with pytest.raises(RefusedError, match=r"^no$"):
        world.row("api")


def test_a_rate_limit_says_when_to_come_back(world: World) -> None:
    world.control("faults", [{"operation": "serviceCreate", "status": 429, "retryAfter": 3}])
    answer = world.raw(CREATE, p=world.project)
    assert (answer.status_code, answer.headers["Retry-After"]) == (429, "3")
    assert _names(world) == []


def test_a_lost_answer_comes_after_the_change(world: World) -> None:
    world.control("faults", [{"operation": "serviceCreate", "loseAnswer": True}])
    answer = world.raw(CREATE, p=world.project)
    assert len(answer.content) < int(answer.headers["Content-Length"])
    assert _names(world) == ["web"]


def test_a_delay_passes_before_the_change(world: World, clock: ManualClock) -> None:
    world.control("faults", [{"operation": "serviceCreate", "delaySeconds": 5}])
    before = clock.now()
    world.ask(CREATE, p=world.project)
    assert (clock.now() - before).total_seconds() >= 5


def test_a_workflow_can_end_in_an_error_and_change_nothing(world: World) -> None:
    service = world.service()
    before = world.config()
    world.control("faults", [{"operation": "environmentPatchCommit", "workflowError": "it failed"}])
    workflow = world.configure(service, variables={"A": {"value": "1"}})
    assert world.workflow(workflow) == {"status": "Error", "error": "it failed"}
    assert world.config() == before
    assert len(world.deployments(service)) == 1


@pytest.mark.parametrize(
    "fault",
    [
        {"operation": "serviceCreate"},
        {"operation": "serviceCreate", "error": "x", "often": 3},
        {"operation": "serviceCreate", "error": "x", "times": 0},
        {"operation": "serviceCreate", "status": 200},
        {"deployment": "web", "stage": "run"},
        "nonsense",
    ],
)
def test_a_malformed_fault_is_refused_with_a_reason(world: World, fault: Any) -> None:
    answer = world.http("POST", "/_local/faults", json=[fault])
    assert answer.status_code == 400
    assert answer.json()["error"]


@pytest.fixture
def lively(clock: ManualClock) -> World:
    return World(Emulator(profile=REALISTIC, clock=clock))


def test_a_realistic_commit_runs_for_a_while_and_shows_late(lively: World, clock: ManualClock) -> None:
    service = lively.row("web")
    workflow = lively.configure(service, isCreated=True, source={"image": "nginx:1.27"})
    assert lively.workflow(workflow)["status"] == "NotFound"
    clock.advance(0.6)
    assert lively.workflow(workflow)["status"] == "Running"
    assert lively.config() == {}
    clock.advance(1)
    assert lively.workflow(workflow)["status"] == "Complete"
    assert lively.statuses(service) == ["QUEUED"]
    commit = next(r for r in lively.requests() if r["operation"] == "environmentPatchCommit")
    assert [entry["serviceName"] for entry in commit["deployments"]] == ["web"]
    clock.advance(10)
    assert lively.statuses(service) == ["SUCCESS"]


def test_two_realistic_commits_apply_in_their_order(lively: World, clock: ManualClock) -> None:
    service = lively.row("web")
    lively.configure(service, isCreated=True, variables={"A": {"value": "1"}})
    lively.configure(service, variables={"A": {"value": "2"}})
    clock.advance(5)
    assert lively.config()["services"][service]["variables"] == {"A": {"value": "2"}}


def test_new_objects_come_into_lists_late_and_are_read_by_id_at_once(
    lively: World, clock: ManualClock
) -> None:
    service = lively.row("web")
    assert lively.ask("query($id: String!) { service(id: $id) { name } }", id=service) == {"name": "web"}
    assert _names(lively) == []
    clock.advance(4)
    assert _names(lively) == ["web"]


def test_creations_have_to_cool_down(lively: World, clock: ManualClock) -> None:
    with pytest.raises(RefusedError, match="1 project per 30 seconds"):
        lively.ask('mutation { projectCreate(input: {name: "x"}) { id } }')
    lively.environment_create("staging")
    with pytest.raises(RefusedError, match="Only one environment can be created per user every 30s"):
        lively.environment_create("review")
    lively.volume_row()
    with pytest.raises(RefusedError, match="Whoa there pal!"):
        lively.volume_row()
    clock.advance(31)
    lively.environment_create("review")
    lively.volume_row()


def test_what_was_deleted_is_not_authorized(lively: World) -> None:
    service = lively.row("web")
    lively.ask("mutation($id: String!) { serviceDelete(id: $id) }", id=service)
    with pytest.raises(RefusedError, match=r"^Not Authorized$"):
        lively.ask("query($id: String!) { service(id: $id) { name } }", id=service)
    with pytest.raises(RefusedError, match=r"^Service not found$"):
        lively.ask('{ service(id: "nobody") { name } }')


def test_too_many_requests_are_limited(lively: World, clock: ManualClock) -> None:
    answers = [lively.raw("{ __typename }") for _ in range(60)]
    limited = [answer for answer in answers if answer.status_code == 429]
    assert limited
    assert limited[0].headers["Retry-After"] == "1"
    clock.advance(1)
    assert lively.raw("{ __typename }").status_code == 200


def test_health_checks_wait_for_the_first_deployment(lively: World, clock: ManualClock) -> None:
    service = lively.service_create("web", environmentId=lively.environment)
    with pytest.raises(RefusedError, match="Invalid input"):
        lively.ask(
            "mutation($s: String!, $e: String!) { serviceInstanceUpdate(serviceId: $s, environmentId: $e,"
            ' input: {healthcheckPath: "/health"}) }',
            s=service,
            e=lively.environment,
        )


def test_an_older_deployment_drains_before_it_is_removed(lively: World, clock: ManualClock) -> None:
    service = lively.row("web")
    lively.configure(service, isCreated=True, source={"image": "nginx:1.27"})
    clock.advance(20)
    lively.configure(service, variables={"A": {"value": "1"}})
    seen = []
    for _ in range(60):
        clock.advance(0.25)
        statuses = lively.statuses(service)
        if statuses not in seen:
            seen.append(statuses)
    assert seen[-2:] == [["SUCCESS", "REMOVING"], ["SUCCESS", "REMOVED"]]
    assert ["DEPLOYING", "SUCCESS"] in seen
