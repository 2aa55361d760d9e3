"""A service's image updates, registry credentials, limits, private name and tracing."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from pulumi_resource_railway.diff import compare
from pulumi_resource_railway.railway.errors import RailwayError
from pulumi_resource_railway.resources.service import Service
from pulumi_resource_railway.resources.service_model import (
    ContainerLimits,
    LimitOverride,
    RegistryCredentials,
    ServiceBuild,
    ServiceDeploy,
    ServiceInputs,
    ServiceNetworking,
    ServiceSource,
    ServiceTemplate,
)
from tests.provider.resources.cases import TEMPLATE, Place

if TYPE_CHECKING:
    from tests.provider.resources.harness import World

pytestmark = pytest.mark.anyio
PASSWORD = "s3cret-of-the-registry"


def app(place: Place, *, private: str | None = None, **deploy: Any) -> ServiceInputs:
    return ServiceInputs(
        **place.environment,
        name="app",
        source=ServiceSource(image="ghcr.io/etally/app:1"),
        deploy=ServiceDeploy(**deploy) if deploy else None,
        networking=ServiceNetworking(private_network_endpoint=private) if private else None,
    )


def credentials(username: str = "ci", password: str = PASSWORD) -> RegistryCredentials:
    return RegistryCredentials(username=username, password=password)


async def configuration(world: World, service_id: str) -> dict[str, Any]:
    state = await world.state()
    found: dict[str, Any] = state["projects"][0]["environments"][0]["config"]["services"][service_id]
    return found


async def commit(world: World, place: Place, service_id: str, **change: Any) -> None:
    await world.graphql(
        "mutation ($e: String!, $p: EnvironmentConfig) { environmentPatchCommit(environmentId: $e, patch: $p) }",
        e=place.environment_id,
        p={"services": {service_id: change}},
    )


async def test_credentials_change_as_one_and_go(world: World, place: Place) -> None:
    first = app(place, registry_credentials=credentials())
    created = await Service().create(world.context(), first)
    second = app(place, registry_credentials=credentials("somebody"))
    updated = await Service().update(world.context(), created.id, created.outputs, second)
    kept = (await configuration(world, created.id))["deploy"]["registryCredentials"]
    assert kept == {"username": "somebody", "password": PASSWORD}
    await Service().update(world.context(), created.id, updated, app(place))
    assert "registryCredentials" not in (await configuration(world, created.id))["deploy"]


async def test_credentials_are_in_no_log(world: World, place: Place) -> None:
    await world.faults({"deployment": "app", "outcome": "FAILED", "log": [f"denied: {PASSWORD}"]})
    with pytest.raises(Exception, match="denied: ") as failure:
        await Service().create(world.context(), app(place, registry_credentials=credentials()))
    assert PASSWORD not in str(failure.value)
    assert PASSWORD not in world.messages.text


async def test_credentials_that_are_gone_are_missed_and_foreign_ones_arent_shown(
    world: World, place: Place
) -> None:
    with_credentials = app(place, registry_credentials=credentials())
    created = await Service().create(world.context(), with_credentials)
    found = await Service().read(
        world.context(), f"{place.project_id}/{place.environment_id}/{created.id}", None
    )
    assert found is not None
    assert found.inputs.deploy is not None
    assert found.inputs.deploy.registry_credentials is None
    await commit(world, place, created.id, deploy={"registryCredentials": None})
    await world.restart()
    found = await Service().read(world.context(), created.id, with_credentials)
    assert found is not None
    assert found.inputs.deploy is not None
    assert found.inputs.deploy.registry_credentials is None


async def test_limits_that_somebody_set_are_seen(world: World, place: Place) -> None:
    created = await Service().create(world.context(), app(place))
    limits = {"containers": {"cpu": 2, "memoryBytes": 1e9, "somethingNew": 1}}
    service = world.emulator.railway.state.environments[place.environment_id].config["services"][created.id]
    service["deploy"]["limitOverride"] = limits
    await world.restart()
    found = await Service().read(world.context(), created.id, app(place))
    assert found is not None
    expected = LimitOverride(containers=ContainerLimits(cpu=2, memory_bytes=1_000_000_000))
    assert found.inputs.deploy == ServiceDeploy(limit_override=expected)


async def test_limits_are_lowered_and_given_back(world: World, place: Place) -> None:
    limits = LimitOverride(containers=ContainerLimits(cpu=2, memory_bytes=1_000_000_000))
    created = await Service().create(world.context(), app(place, limit_override=limits))
    lower = LimitOverride(containers=ContainerLimits(cpu=1))
    updated = await Service().update(
        world.context(), created.id, created.outputs, app(place, limit_override=lower)
    )
    assert (await configuration(world, created.id))["deploy"]["limitOverride"] == {"containers": {"cpu": 1}}
    await Service().update(world.context(), created.id, updated, app(place))
    assert not (await configuration(world, created.id))["deploy"].get("limitOverride")
    assert len(await world.deployments()) == 3


async def test_a_private_name_is_changed_without_a_deployment(world: World, place: Place) -> None:
    created = await Service().create(world.context(), app(place))
    slept = world.clock.slept
    updated = await Service().update(
        world.context(), created.id, created.outputs, app(place, private="backend")
    )
    assert world.clock.slept - slept < 5
    networking = (await configuration(world, created.id))["networking"]
    assert networking == {"privateNetworkEndpoint": "backend"}
    await Service().update(world.context(), created.id, updated, app(place))
    assert not (await configuration(world, created.id))["networking"].get("privateNetworkEndpoint")
    assert len(await world.deployments()) == 1


async def test_a_private_name_of_railways_choice_is_no_drift(world: World, place: Place) -> None:
    created = await Service().create(world.context(), app(place))
    await commit(world, place, created.id, networking={"privateNetworkEndpoint": "app"})
    await world.restart()
    found = await Service().read(world.context(), created.id, app(place))
    assert found is not None
    assert found.inputs == app(place)


async def test_a_database_is_bound_to_its_template(world: World, place: Place) -> None:
    bound = app(place).model_copy(update={"template": TEMPLATE})
    created = await Service().create(world.context(), bound)
    row = await world.graphql(
        "query ($id: String!) { service(id: $id) { templateId templateServiceId } }", id=created.id
    )
    assert row["service"] == {
        "templateId": TEMPLATE.template_id,
        "templateServiceId": TEMPLATE.service_id,
    }
    config = await configuration(world, created.id)
    assert config["source"]["image"] == "ghcr.io/etally/app:1"
    assert not config.get("variables")
    await world.restart()
    found = await Service().read(world.context(), created.id, app(place))
    assert found is not None
    assert found.inputs.template is None, "what the program doesn't say is no drift"
    found = await Service().read(
        world.context(), f"{place.project_id}/{place.environment_id}/{created.id}", None
    )
    assert found is not None
    assert found.inputs.template == TEMPLATE


async def test_a_template_that_isnt_there_makes_nothing(world: World, place: Place) -> None:
    wrong = ServiceTemplate(template_id="0", service_id="0")
    with pytest.raises(RailwayError, match="Template not found"):
        await Service().create(world.context(), app(place).model_copy(update={"template": wrong}))
    assert (await world.state())["projects"][0]["services"] == []


def test_another_template_is_another_service() -> None:
    place = Place("p", "e")
    other = ServiceTemplate(template_id="0", service_id="0")
    first = app(place).model_copy(update={"template": TEMPLATE}).to_properties()
    second = app(place).model_copy(update={"template": other}).to_properties()
    assert compare(Service(), first, second).replaces
    assert not compare(Service(), first, app(place).to_properties()).changes


def built(
    place: Place, *, config_file: str | None = None, build: ServiceBuild | None = None
) -> ServiceInputs:
    return ServiceInputs(
        **place.environment,
        name="app",
        source=ServiceSource(repo="etally/app"),
        config_file=config_file,
        build=build,
    )


async def test_a_configuration_file_is_given_warned_of_and_taken_away(world: World, place: Place) -> None:
    created = await Service().create(world.context(), built(place, config_file="/web/railway.json"))
    assert (await configuration(world, created.id))["configFile"] == "/web/railway.json"
    assert "from 2026-12-01 on none is read" in world.messages.text
    world.messages.lines.clear()
    await Service().update(world.context(), created.id, created.outputs, built(place))
    assert "configFile" not in await configuration(world, created.id)
    assert "2026-12-01" not in world.messages.text
    assert len(await world.deployments()) == 2


async def test_a_configuration_file_that_somebody_set_is_seen(world: World, place: Place) -> None:
    created = await Service().create(world.context(), built(place))
    for shown, found in (("", None), ("/railway.toml", "/railway.toml")):
        await commit(world, place, created.id, configFile=shown)
        await world.restart()
        read = await Service().read(world.context(), created.id, built(place))
        assert read is not None
        assert read.inputs.config_file == found


async def test_a_builders_release_of_railways_choice_is_no_drift(world: World, place: Place) -> None:
    created = await Service().create(world.context(), built(place))
    await commit(world, place, created.id, build={"railpackVersion": "0.9.1"})
    await world.restart()
    read = await Service().read(world.context(), created.id, built(place))
    assert read is not None
    assert read.inputs == built(place)
    pinned = built(place, build=ServiceBuild(railpack_version="0.7.0"))
    read = await Service().read(world.context(), created.id, pinned)
    assert read is not None
    assert read.inputs.build == ServiceBuild(railpack_version="0.9.1")


async def test_the_time_that_a_pre_deploy_command_has_comes_and_goes(world: World, place: Place) -> None:
    timed = app(place, pre_deploy_command="migrate", pre_deploy_timeout_seconds=600)
    created = await Service().create(world.context(), timed)
    assert (await configuration(world, created.id))["deploy"]["preDeployTimeoutSeconds"] == 600
    untimed = app(place, pre_deploy_command="migrate")
    await Service().update(world.context(), created.id, created.outputs, untimed)
    assert "preDeployTimeoutSeconds" not in (await configuration(world, created.id))["deploy"]
