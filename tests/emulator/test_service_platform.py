"""What a service's part of the document says of images, limits, names and tracing (railway-api §6, §12, §14)."""

from typing import Any

import pytest

from railway_emulator.templates import TEMPLATES
from tests.emulator.client import RefusedError, World

POSTGRES = next(one for one in TEMPLATES if one.code == "postgres")


@pytest.mark.parametrize(
    ("settings", "words"),
    [
        ({"source": {"image": "quay.io/a:1", "autoUpdates": {"type": "patch"}}}, "docker.io and ghcr.io"),
        ({"source": {"image": "a:1", "autoUpdates": {"type": "major"}}}, "autoUpdates.type"),
        ({"deploy": {"limitOverride": {"containers": {"cpu": 0}}}}, "positive"),
        ({"deploy": {"limitOverride": {"containers": {"gpu": 1}}}}, "gpu"),
        ({"deploy": {"registryCredentials": {"username": "u"}}}, "a username and a password"),
        ({"deploy": {"registryCredentials": {"username": "u", "password": "*****"}}}, "shown in their place"),
        ({"networking": {"privateNetworkEndpoint": "railway"}}, "reserved"),
        ({"networking": {"privateNetworkEndpoint": "a.b"}}, "label"),
        ({"tracing": {"enable": True}}, "enable"),
    ],
)
def test_what_is_refused(world: World, settings: dict[str, Any], words: str) -> None:
    service = world.service()
    with pytest.raises(RefusedError, match=words):
        world.configure(service, **settings)


def test_what_is_taken(world: World) -> None:
    updates = {"type": "minor", "schedule": [{"day": 0, "startHour": 2, "endHour": 4}]}
    limits = {"containers": {"cpu": 0.5, "memoryBytes": 512_000_000}}
    service = world.service(
        source={"image": "ghcr.io/o/n:1", "autoUpdates": updates},
        deploy={"limitOverride": limits},
        networking={"privateNetworkEndpoint": "backend"},
        tracing={"enabled": True, "autoInstrumentation": False},
    )
    found = world.config()["services"][service]
    assert found["source"]["autoUpdates"] == updates
    assert found["deploy"]["limitOverride"] == limits
    assert found["tracing"] == {"enabled": True, "autoInstrumentation": False}
    variables = world.ask(
        "query($p: String!, $e: String!, $s: String!) { variablesForServiceDeployment(projectId: $p,"
        " environmentId: $e, serviceId: $s) }",
        p=world.project,
        e=world.environment,
        s=service,
    )
    assert variables["RAILWAY_PRIVATE_DOMAIN"] == "backend.railway.internal"


def test_another_private_name_deploys_nothing(world: World) -> None:
    service = world.service()
    world.configure(service, networking={"privateNetworkEndpoint": "backend"})
    assert len(world.deployments(service)) == 1


@pytest.mark.parametrize(
    ("given", "words"),
    [
        ({"templateId": "t"}, "required together"),
        ({"templateServiceId": "s"}, "required together"),
        ({"templateId": "t", "templateServiceId": "s"}, "Template not found"),
        ({"templateId": POSTGRES.id, "templateServiceId": "s"}, "no such service"),
    ],
)
def test_a_template_must_be_one(world: World, given: dict[str, str], words: str) -> None:
    with pytest.raises(RefusedError, match=words):
        world.service_create("db", environmentId=None, **given)


def test_a_row_can_be_of_a_template_and_is_no_more_than_a_row(world: World) -> None:
    template = {"templateId": POSTGRES.id, "templateServiceId": next(iter(POSTGRES.config["services"]))}
    service = world.service_create("db", environmentId=None, **template)
    ask = "query($id: String!) { service(id: $id) { templateId templateServiceId } }"
    assert world.ask(ask, id=service) == template
    assert world.config().get("services") in (None, {})


def test_another_configuration_file_deploys(world: World) -> None:
    service = world.service(source={"repo": "acme/web"}, configFile="/web/railway.json")
    assert world.config()["services"][service]["configFile"] == "/web/railway.json"
    world.configure(service, configFile=None)
    assert "configFile" not in world.config()["services"][service]
    assert len(world.deployments(service)) == 2
