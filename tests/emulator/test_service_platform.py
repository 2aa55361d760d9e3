"""What a service's part of the document says of images, limits, names and tracing (railway-api §6, §12, §14)."""

from typing import Any

import pytest

from tests.emulator.client import RefusedError, World


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
