"""Deployments: what causes one, how it goes, what it is made from (railway-api §13, §24)."""

from typing import Any

import pytest

from railway_emulator import ManualClock
from tests.emulator.client import RefusedError, World

LOGS = (
    "query($id: String!, $limit: Int) { %s(deploymentId: $id, limit: $limit) { message severity timestamp } }"
)


def _history(world: World, deployment: str) -> list[str]:
    environment = world.state()["projects"][0]["environments"][0]
    found = next(d for d in environment["deployments"] if d["id"] == deployment)
    return [entry["status"] for entry in found["history"]]


def test_a_deployment_goes_through_railway_s_states(world: World) -> None:
    deployment = world.deployments(world.service())[0]
    assert deployment["status"] == "SUCCESS"
    assert deployment["deploymentStopped"] is False
    assert _history(world, deployment["id"]) == ["QUEUED", "INITIALIZING", "BUILDING", "DEPLOYING", "SUCCESS"]


def test_one_commit_deploys_each_service_it_touches_once(world: World) -> None:
    web, api, other = world.service("web"), world.service("api"), world.service("other")
    change = {"variables": {"A": {"value": "1"}}, "deploy": {"startCommand": "run"}}
    world.commit({"services": {web: change, api: change}})
    assert [len(world.deployments(service)) for service in (web, api, other)] == [2, 2, 1]
    assert world.requests()[-4]["operation"] == "environmentPatchCommit"
    caused = world.requests()[-4]["deployments"]
    assert sorted(entry["serviceName"] for entry in caused) == ["api", "web"]


def test_a_commit_that_changes_nothing_deploys_nothing(world: World) -> None:
    service = world.service(variables={"A": {"value": "1"}})
    world.configure(service, variables={"A": {"value": "1"}}, deploy={"startCommand": None})
    assert len(world.deployments(service)) == 1


def test_a_service_without_a_source_does_not_deploy(world: World) -> None:
    service = world.row("empty")
    world.configure(service, isCreated=True, variables={"A": {"value": "1"}})
    assert world.deployments(service) == []


def test_domains_and_renames_of_volumes_do_not_deploy(world: World) -> None:
    service, volume = world.service(), world.volume_create()
    world.service_domain(service)
    world.custom_domain(service, "a.example.com")
    world.ask('mutation($id: String!) { volumeUpdate(volumeId: $id, input: {name: "x"}) { id } }', id=volume)
    world.commit({"volumes": {volume: {"sizeMB": 60_000}}})
    assert len(world.deployments(service)) == 1


def test_a_shared_variable_deploys_who_refers_to_it(world: World) -> None:
    user = world.service("user", variables={"A": {"value": "${{ shared.TOKEN }}"}})
    other = world.service("other")
    world.commit({"sharedVariables": {"TOKEN": {"value": "1"}}})
    assert [len(world.deployments(service)) for service in (user, other)] == [2, 1]


def test_the_newest_success_removes_the_older_one(world: World) -> None:
    service = world.service()
    world.configure(service, variables={"A": {"value": "1"}})
    assert world.statuses(service) == ["SUCCESS", "REMOVED"]


def test_a_failed_deployment_leaves_the_older_one_running(world: World) -> None:
    service = world.service()
    world.control("faults", [{"deployment": "web", "outcome": "FAILED", "log": ["npm ERR! missing script"]}])
    world.configure(service, variables={"A": {"value": "1"}})
    assert world.statuses(service) == ["FAILED", "SUCCESS"]
    instance = world.ask(
        "query($s: String!, $e: String!) { serviceInstance(serviceId: $s, environmentId: $e)"
        "{ latestDeployment { status } activeDeployments { status } } }",
        s=service,
        e=world.environment,
    )
    assert instance == {
        "latestDeployment": {"status": "FAILED"},
        "activeDeployments": [{"status": "SUCCESS"}],
    }


@pytest.mark.parametrize("deploy", [{"cronSchedule": "0 4 * * *"}, {"restartPolicyType": "NEVER"}])
def test_a_job_ends_as_a_stopped_success(world: World, deploy: dict[str, Any]) -> None:
    deployment = world.deployments(world.service(deploy=deploy))[0]
    assert (deployment["status"], deployment["deploymentStopped"]) == ("SUCCESS", True)


def test_the_snapshot_is_frozen_when_the_deployment_is_made(world: World) -> None:
    volume, service = world.volume_row(), world.row("db")
    world.commit(
        {
            "volumes": {volume: {"isCreated": True, "sizeMB": 10_000}},
            "services": {
                service: {
                    "isCreated": True,
                    "source": {"image": "redis:7.2.5"},
                    "deploy": {"startCommand": "redis-server"},
                    "variables": {"A": {"value": "1"}},
                    "volumeMounts": {volume: {"mountPath": "/data"}},
                }
            },
        }
    )
    domain = world.service_domain(service)["domain"]
    world.configure(service, variables={"A": {"value": "2"}}, deploy={"startCommand": "other"})
    first, second = (d["snapshot"] for d in world.state()["projects"][0]["environments"][0]["deployments"])
    assert (first["startCommand"], first["variables"]["A"], first["domains"]) == ("redis-server", "1", [])
    assert first["volumeMounts"] == [{"volumeId": volume, "mountPath": "/data"}]
    assert first["source"] == {"image": "redis:7.2.5"}
    assert (second["startCommand"], second["variables"]["A"], second["domains"]) == ("other", "2", [domain])
    assert second["variables"]["RAILWAY_PUBLIC_DOMAIN"] == domain


def test_the_manifest_of_a_deployment_shows_its_regions(world: World) -> None:
    service = world.service(deploy={"multiRegionConfig": {"europe-west4-drams3a": {"numReplicas": 2}}})
    manifest = world.deployments(service)[0]["meta"]["serviceManifest"]
    assert manifest["deploy"]["multiRegionConfig"] == {"europe-west4-drams3a": {"numReplicas": 2}}


def test_logs_have_one_row_more_than_asked_for(world: World) -> None:
    lines = [f"line {number}" for number in range(10)]
    world.control("faults", [{"deployment": "web", "outcome": "CRASHED", "log": lines}])
    deployment = world.deployments(world.service())[0]
    assert deployment["status"] == "CRASHED"
    found = world.ask(LOGS % "deploymentLogs", id=deployment["id"], limit=3)
    assert [row["message"] for row in found] == lines[-4:]
    assert world.ask(LOGS % "buildLogs", id=deployment["id"], limit=0)[0]["message"] == "Build finished"


def test_a_failed_build_tells_in_the_build_s_log(world: World) -> None:
    world.control("faults", [{"deployment": "web", "outcome": "FAILED", "log": ["it broke"]}])
    deployment = world.deployments(world.service())[0]["id"]
    assert world.ask(LOGS % "buildLogs", id=deployment, limit=100)[-1]["message"] == "it broke"
    assert world.ask(LOGS % "deploymentLogs", id=deployment, limit=100) == []


def test_slow_states_pass_with_the_clock(world: World, clock: ManualClock) -> None:
    world.control("faults", [{"deployment": "web", "outcome": "SUCCESS", "secondsPerState": 10}])
    service = world.service()
    seen = [world.statuses(service)[0]]
    for _ in range(4):
        clock.advance(10)
        seen.append(world.statuses(service)[0])
    assert seen == ["QUEUED", "INITIALIZING", "BUILDING", "DEPLOYING", "SUCCESS"]


def test_a_stuck_deployment_stays_until_it_is_superseded(world: World, clock: ManualClock) -> None:
    world.control("faults", [{"deployment": "web", "outcome": "STUCK"}])
    service = world.service()
    clock.advance(3600)
    assert world.statuses(service) == ["INITIALIZING"]
    world.configure(service, variables={"A": {"value": "1"}})
    assert world.statuses(service) == ["SUCCESS", "REMOVED"]


@pytest.mark.parametrize("outcome", ["SKIPPED", "NEEDS_APPROVAL", "WAITING", "SLEEPING", "REMOVED"])
def test_a_deployment_can_end_otherwise(world: World, outcome: str) -> None:
    world.control("faults", [{"deployment": "web", "outcome": outcome}])
    assert world.statuses(world.service()) == [outcome]


def test_a_deployment_can_fail_to_appear(world: World) -> None:
    world.control("faults", [{"deployment": "web", "outcome": "NONE"}])
    assert world.deployments(world.service()) == []


REDEPLOY = "mutation($s: String!, $e: String!) { serviceInstanceRedeploy(serviceId: $s, environmentId: $e) }"


def test_a_redeployment_runs_the_service_as_it_is_now(world: World) -> None:
    service = world.service()
    assert world.ask(REDEPLOY, s=service, e=world.environment) is True
    assert world.statuses(service) == ["SUCCESS", "REMOVED"]


def test_redeploying_what_has_no_source_does_nothing_and_is_no_error(world: World) -> None:
    service = world.row("empty")
    world.configure(service, isCreated=True)
    assert world.ask(REDEPLOY, s=service, e=world.environment) is True
    assert world.deployments(service) == []


def test_redeploying_what_is_being_built_is_refused(world: World) -> None:
    world.control("faults", [{"deployment": "web", "outcome": "SUCCESS", "secondsPerState": 10}])
    service = world.service()
    with pytest.raises(RefusedError, match="Cannot redeploy yet, please wait"):
        world.ask(REDEPLOY, s=service, e=world.environment)


def test_deploying_by_hand_answers_the_deployment_s_id(world: World) -> None:
    service = world.service(source={"repo": "acme/web"})
    identifier = world.ask(
        "mutation($s: String!, $e: String!) { serviceInstanceDeployV2(serviceId: $s, environmentId: $e,"
        ' commitSha: "abc") }',
        s=service,
        e=world.environment,
    )
    newest = world.deployments(service)[0]
    assert (newest["id"], newest["meta"]["commitHash"]) == (identifier, "abc")


def test_a_push_deploys_what_follows_the_branch(world: World) -> None:
    web = world.service("web", source={"repo": "acme/web"})
    other = world.service("other", source={"repo": "acme/web", "branch": "next"})
    image = world.service("image")
    pushed = world.control("push", {"repository": "acme/web", "branch": "main", "commitSha": "f00"})
    assert [entry["serviceName"] for entry in pushed["deployments"]] == ["web"]
    assert [len(world.deployments(service)) for service in (web, other, image)] == [2, 1, 1]
    assert world.deployments(web)[0]["meta"]["commitHash"] == "f00"


@pytest.mark.parametrize(
    ("mutation", "status"),
    [("deploymentRemove", "REMOVED"), ("deploymentStop", "SUCCESS"), ("deploymentRestart", "SUCCESS")],
)
def test_what_can_be_done_to_a_running_deployment(world: World, mutation: str, status: str) -> None:
    service = world.service()
    deployment = world.deployments(service)[0]["id"]
    assert world.ask(f"mutation($id: String!) {{ {mutation}(id: $id) }}", id=deployment) is True
    assert world.statuses(service) == [status]


def test_only_what_is_being_built_can_be_cancelled(world: World) -> None:
    done = world.deployments(world.service("done"))[0]["id"]
    cancel = "mutation($id: String!) { deploymentCancel(id: $id) }"
    with pytest.raises(RefusedError, match="not building"):
        world.ask(cancel, id=done)
    world.control("faults", [{"deployment": "slow", "outcome": "STUCK"}])
    slow = world.service("slow")
    world.ask(cancel, id=world.deployments(slow)[0]["id"])
    assert world.statuses(slow) == ["REMOVED"]


def test_deployments_can_be_asked_for_by_status(world: World) -> None:
    service = world.service()
    world.configure(service, variables={"A": {"value": "1"}})
    found = world.ask(
        "query($input: DeploymentListInput!) { deployments(input: $input,"
        " first: 1) { edges { node { status } } } }",
        input={"serviceId": service, "status": {"notIn": ["SUCCESS"]}},
    )
    assert found["edges"] == [{"node": {"status": "REMOVED"}}]
