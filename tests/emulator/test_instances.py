"""Service instances through their own mutations (railway-api §6)."""

from typing import Any

import pytest

from railway_emulator import REALISTIC, Emulator, ManualClock
from tests.emulator.client import RefusedError, World

UPDATE = (
    "mutation($s: String!, $e: String, $input: ServiceInstanceUpdateInput!)"
    "{ serviceInstanceUpdate(serviceId: $s, environmentId: $e, input: $input) }"
)


def _update(world: World, service: str, **given: Any) -> Any:
    return world.ask(UPDATE, s=service, e=world.environment, input=given)


def test_absent_keeps_and_null_clears(world: World) -> None:
    service = world.service(deploy={"startCommand": "run", "cronSchedule": "0 4 * * *"})
    assert _update(world, service, cronSchedule=None, preDeployCommand=["migrate"]) is True
    deploy = world.config()["services"][service]["deploy"]
    assert (deploy["startCommand"], deploy["preDeployCommand"]) == ("run", ["migrate"])
    assert "cronSchedule" not in deploy


def test_false_says_that_nothing_changed(world: World) -> None:
    service = world.service(deploy={"startCommand": "run"})
    assert _update(world, service, startCommand="run") is False


def test_calm_does_not_deploy_for_it_and_realistic_does(world: World, clock: ManualClock) -> None:
    service = world.service()
    _update(world, service, startCommand="run")
    assert len(world.deployments(service)) == 1
    lively = World(Emulator(profile=REALISTIC, clock=clock))
    service = lively.service_create("web", source={"image": "nginx:1.27"}, environmentId=lively.environment)
    clock.advance(60)
    _update(lively, service, startCommand="run")
    assert len(lively.deployments(service)) == 2


def test_where_the_service_does_not_run_it_answers_true_and_does_nothing(world: World) -> None:
    service = world.row("web")
    assert _update(world, service, startCommand="run") is True
    assert service not in world.config().get("services", {})


def test_no_environment_means_all_but_forks(world: World) -> None:
    staging = world.environment_create("staging")
    service = world.service_create("web")
    world.ask(UPDATE, s=service, e=None, input={"startCommand": "run"})
    for environment in (world.environment, staging):
        assert world.config(environment=environment)["services"][service]["deploy"]["startCommand"] == "run"


def test_the_legacy_region_moves_the_service(world: World) -> None:
    service = world.service()
    _update(world, service, region="europe-west4-drams3a", numReplicas=2)
    regions = world.config()["services"][service]["deploy"]["multiRegionConfig"]
    assert regions == {"europe-west4-drams3a": {"numReplicas": 2}}


def test_more_than_one_command_before_a_deployment_is_refused(world: World) -> None:
    with pytest.raises(RefusedError, match="preDeployCommand"):
        _update(world, world.service(), preDeployCommand=["a", "b"])


def test_limits_can_be_set_read_and_cleared(world: World) -> None:
    service = world.service()
    update = (
        "mutation($input: ServiceInstanceLimitsUpdateInput!) { serviceInstanceLimitsUpdate(input: $input) }"
    )
    read = (
        "query($s: String!, $e: String!) { serviceInstanceLimitOverride(serviceId: $s, environmentId: $e) }"
    )
    where = {"serviceId": service, "environmentId": world.environment}
    assert world.ask(read, s=service, e=world.environment) is None
    world.ask(update, input={**where, "vCPUs": 2, "memoryGB": 1})
    found = {"containers": {"cpu": 2, "memoryBytes": 1_000_000_000}}
    assert world.ask(read, s=service, e=world.environment) == found
    world.ask(update, input={**where, "vCPUs": None})
    assert world.ask(read, s=service, e=world.environment) == {"containers": {"memoryBytes": 1_000_000_000}}


def test_connecting_a_source_deploys_at_once_and_disconnecting_doesn_t(world: World) -> None:
    service = world.service_create("web", environmentId=world.environment)
    connect = (
        "mutation($id: String!, $input: ServiceConnectInput!)"
        " { serviceConnect(id: $id, input: $input) { id } }"
    )
    world.ask(connect, id=service, input={"repo": "acme/web", "branch": "next"})
    assert len(world.deployments(service)) == 1
    triggers = world.ask(
        "query($p: String!, $e: String!, $s: String!) { deploymentTriggers(projectId: $p, environmentId: $e,"
        " serviceId: $s) { edges { node { repository branch provider checkSuites } } } }",
        p=world.project,
        e=world.environment,
        s=service,
    )
    assert triggers["edges"] == [
        {"node": {"repository": "acme/web", "branch": "next", "provider": "github", "checkSuites": False}}
    ]
    world.ask("mutation($id: String!) { serviceDisconnect(id: $id) { id } }", id=service)
    assert len(world.deployments(service)) == 1
    assert "repo" not in world.config()["services"][service]["source"]
