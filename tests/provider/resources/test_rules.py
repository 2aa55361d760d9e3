"""What is refused before anything is changed: with the path, and never because of what isn't known yet."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pulumi_resource_railway.resources import RESOURCES
from pulumi_resource_railway.resources.bucket import Bucket
from pulumi_resource_railway.resources.custom_domain import CustomDomain
from pulumi_resource_railway.resources.egress_gateway import EgressGateway
from pulumi_resource_railway.resources.environment import Environment
from pulumi_resource_railway.resources.project import Project
from pulumi_resource_railway.resources.project_token import ProjectToken
from pulumi_resource_railway.resources.service import Service
from pulumi_resource_railway.resources.service_domain import ServiceDomain
from pulumi_resource_railway.resources.shared_variables import SharedVariables
from pulumi_resource_railway.resources.volume import Volume
from pulumi_resource_railway.values import UNKNOWN

REGIONS = {"us-west2": {"numReplicas": 2}}
MOUNT = {"volumeId": "v", "mountPath": "/data"}


@pytest.mark.parametrize(
    ("properties", "path", "words"),
    [
        ({"source": {"image": "a:1", "repo": "o/r"}}, "source", "remove `image` or `repo`"),
        ({"source": {"image": "a b"}}, "source.image", "no spaces"),
        ({"source": {"image": ""}}, "source.image", "isn't empty"),
        ({"source": {"repo": "https://github.com/o/r"}}, "source.repo", "owner/name"),
        ({"source": {"image": "a:1", "branch": "main"}}, "source.branch", "only for a repository"),
        ({"source": {"image": "a:1", "checkSuites": False}}, "source.checkSuites", "only for a repository"),
        ({"source": {"image": "a:1"}, "build": {"buildCommand": "make"}}, "build", "never built"),
        ({"source": {"image": "a:1"}, "configFile": "railway.json"}, "configFile", "lies in a repository"),
        ({"configFile": "railway.json"}, "configFile", "lies in a repository"),
        (
            {"source": {"repo": "o/r"}, "configFile": "/backend"},
            "configFile",
            "'/backend' is no railway.json",
        ),
        ({"source": {"repo": "o/r"}, "configFile": ""}, "configFile", "'' is no railway.json"),
        (
            {"build": {"builder": "NIXPACKS", "railpackVersion": "1"}},
            "build.railpackVersion",
            "NIXPACKS does",
        ),
        ({"build": {"railpackVersion": "newest"}}, "build.railpackVersion", "such as 0.7.0"),
        (
            {"deploy": {"preDeployTimeoutSeconds": 60}},
            "deploy.preDeployTimeoutSeconds",
            "Without `preDeployCommand`",
        ),
        ({"source": {"repo": "o/r", "autoUpdates": {"type": "patch"}}}, "source.autoUpdates", "each push"),
        (
            {"source": {"image": "quay.io/a:1", "autoUpdates": {"type": "patch"}}},
            "source.autoUpdates",
            "not at quay.io",
        ),
        ({"source": {"image": "a@sha256:0", "autoUpdates": {"type": "patch"}}}, "source.autoUpdates", "tag"),
        (
            {
                "source": {
                    "image": "a:1",
                    "autoUpdates": {
                        "type": "disabled",
                        "schedule": [{"day": 0, "startHour": 1, "endHour": 2}],
                    },
                }
            },
            "source.autoUpdates.schedule",
            "nothing is scheduled",
        ),
        (
            {
                "source": {
                    "image": "a:1",
                    "autoUpdates": {"type": "patch", "schedule": [{"day": 0, "startHour": 4, "endHour": 2}]},
                }
            },
            "source.autoUpdates.schedule[0].endHour",
            "past midnight",
        ),
        (
            {
                "source": {"repo": "o/r"},
                "deploy": {"registryCredentials": {"username": "u", "password": "p"}},
            },
            "deploy.registryCredentials",
            "source.image",
        ),
        (
            {"source": {"image": "a"}, "deploy": {"registryCredentials": {"username": "", "password": "p"}}},
            "deploy.registryCredentials.username",
            "empty",
        ),
        (
            {
                "source": {"image": "a"},
                "deploy": {"registryCredentials": {"username": "u", "password": "*****"}},
            },
            "deploy.registryCredentials.password",
            "instead of the password",
        ),
        (
            {"deploy": {"limitOverride": {"containers": {"cpu": 0}}}},
            "deploy.limitOverride.containers.cpu",
            "nothing",
        ),
        (
            {"networking": {"privateNetworkEndpoint": "up"}},
            "networking.privateNetworkEndpoint",
            "choose another",
        ),
        ({"networking": {"privateNetworkEndpoint": "A.b"}}, "networking.privateNetworkEndpoint", "label"),
        (
            {"tracing": {"enabled": False, "autoInstrumentation": True}},
            "tracing.autoInstrumentation",
            "set tracing.enabled",
        ),
        ({"build": {"builder": "RAILPACK", "dockerfilePath": "D"}}, "build.dockerfilePath", "DOCKERFILE"),
        ({"build": {"watchPatterns": ["a", ""]}}, "build.watchPatterns[1]", "matches nothing"),
        ({"deploy": {"healthcheckPath": "health"}}, "deploy.healthcheckPath", "write /health"),
        ({"deploy": {"healthcheckTimeout": 3}}, "deploy.healthcheckTimeout", "healthcheckPath"),
        (
            {"deploy": {"restartPolicyType": "NEVER", "restartPolicyMaxRetries": 3}},
            "deploy.restartPolicyMaxRetries",
            "ON_FAILURE",
        ),
        ({"deploy": {"startCommand": " "}}, "deploy.startCommand", "runs nothing"),
        ({"deploy": {"preDeployCommand": ""}}, "deploy.preDeployCommand", "runs nothing"),
        ({"deploy": {"multiRegionConfig": {"": {"numReplicas": 1}}}}, "deploy.multiRegionConfig", "empty"),
        (
            {"deploy": {"multiRegionConfig": {"a": {"numReplicas": 30}, "b": {"numReplicas": 30}}}},
            "deploy.multiRegionConfig",
            "60 replicas",
        ),
        ({"deploy": {"cronSchedule": "0 3 * *"}}, "deploy.cronSchedule", "five fields"),
        ({"deploy": {"cronSchedule": "@daily"}}, "deploy.cronSchedule", "five fields"),
        ({"deploy": {"cronSchedule": "61 3 * * *"}}, "deploy.cronSchedule", "isn't a cron expression"),
        ({"deploy": {"cronSchedule": "a b c d e"}}, "deploy.cronSchedule", "isn't a cron expression"),
        ({"deploy": {"cronSchedule": "* * * * *"}}, "deploy.cronSchedule", "every 5 minutes"),
        (
            {"deploy": {"cronSchedule": "0 3 * * *", "multiRegionConfig": REGIONS}},
            "deploy.cronSchedule",
            "one replica, not 2",
        ),
        (
            {"deploy": {"cronSchedule": "0 3 * * *", "sleepApplication": True}},
            "deploy.sleepApplication",
            "can't be put to sleep",
        ),
        (
            {"deploy": {"cronSchedule": "0 3 * * *", "healthcheckPath": "/"}},
            "deploy.healthcheckPath",
            "isn't asked for its health",
        ),
        ({"variables": {"A-B": "x"}}, "variables.A-B", "letters, digits and underscores"),
        ({"variables": {"1A": "x"}}, "variables.1A", "doesn't begin with a digit"),
        ({"variables": {"A": "x${{B"}}, "variables.A", "must end with }}"),
        ({"variables": {"A": "${{}}"}}, "variables.A", "has the form"),
        ({"variables": {"A": "${{db.DATABASE-URL}}"}}, "variables.A", "has the form"),
        ({"variables": {"A": "${{a.b.C}}"}}, "variables.A", "has the form"),
        ({"volumeMounts": [MOUNT, {**MOUNT, "volumeId": "w"}]}, "volumeMounts[1]", "one volume"),
        ({"volumeMounts": [{**MOUNT, "mountPath": "data"}]}, "volumeMounts[0].mountPath", "write /data"),
        (
            {"volumeMounts": [{**MOUNT, "mountPath": "/"}]},
            "volumeMounts[0].mountPath",
            "hide the whole image",
        ),
        (
            {"volumeMounts": [{**MOUNT, "backupSchedules": ["DAILY", "DAILY"]}]},
            "volumeMounts[0].backupSchedules",
            "once",
        ),
        (
            {"volumeMounts": [MOUNT], "deploy": {"multiRegionConfig": REGIONS}},
            "deploy.multiRegionConfig",
            "can't run 2",
        ),
        ({"name": ""}, "name", "not be empty"),
        ({"name": " x"}, "name", "space"),
        ({"name": "a.b"}, "name", "cut at dots"),
        ({"name": "Shared"}, "name", "shared variables"),
        ({"name": "x" * 101}, "name", "at most 100"),
    ],
)
def test_a_service(properties: dict[str, Any], path: str, words: str) -> None:
    whole = {"projectId": "p", "environmentId": "e", "name": "web", **properties}
    (failure,) = Service().check(whole, None)
    assert failure.property == path
    assert words in failure.reason


@pytest.mark.parametrize(
    "properties",
    [
        {"source": {"image": "ghcr.io/owner/name@sha256:00"}},
        {"source": {"repo": "owner/na.me", "branch": "main", "checkSuites": True}},
        {"source": {"repo": "o/r"}, "configFile": "/backend/railway.toml"},
        {"source": UNKNOWN, "configFile": "railway.json"},
        {"source": {"repo": UNKNOWN}, "configFile": UNKNOWN},
        {"build": {"builder": "RAILPACK", "railpackVersion": "0.7.0"}},
        {"deploy": {"preDeployCommand": "migrate", "preDeployTimeoutSeconds": 600}},
        {"deploy": {"cronSchedule": "0 3 * * 1-5", "restartPolicyType": "NEVER"}},
        {"deploy": {"cronSchedule": "*/5 * * * *", "multiRegionConfig": {"us-west2": {"numReplicas": 1}}}},
        {"deploy": {"restartPolicyType": "ON_FAILURE", "restartPolicyMaxRetries": 0}},
        {"deploy": {"restartPolicyMaxRetries": 3}},
        {
            "variables": {
                "A": "",
                "_B": "${{shared.X}}",
                "C": "a ${{ My Service.URL }}/${{PORT}}",
                "D": "$${x} }}",
            }
        },
        {"variables": {"RAILWAY_DEPLOYMENT_DRAINING_SECONDS": "60"}},
        {"volumeMounts": [{**MOUNT, "backupSchedules": ["DAILY", "WEEKLY"]}]},
        {"name": "etally-api"},
        {"source": {"image": "redis:7", "autoUpdates": {"type": "patch"}}},
        {"networking": {"privateNetworkEndpoint": "api"}, "tracing": {"enabled": True}},
    ],
)
def test_a_service_that_is_right(properties: dict[str, Any]) -> None:
    assert Service().check({"projectId": "p", "environmentId": "e", "name": "web", **properties}, None) == []


@pytest.mark.parametrize(
    "properties",
    [
        {"source": {"image": UNKNOWN}, "build": UNKNOWN},
        {"source": UNKNOWN, "deploy": UNKNOWN, "variables": UNKNOWN, "volumeMounts": UNKNOWN},
        {"deploy": {"cronSchedule": UNKNOWN, "multiRegionConfig": REGIONS}},
        {"deploy": {"cronSchedule": "0 3 * * *", "multiRegionConfig": {"a": {"numReplicas": UNKNOWN}}}},
        {"deploy": {"healthcheckTimeout": 3, "healthcheckPath": UNKNOWN}},
        {"deploy": {"multiRegionConfig": UNKNOWN}, "volumeMounts": [MOUNT]},
        {"deploy": UNKNOWN, "volumeMounts": [MOUNT]},
        {"volumeMounts": [UNKNOWN]},
        {"source": UNKNOWN, "deploy": {"registryCredentials": {"username": "u", "password": UNKNOWN}}},
        {"source": {"image": UNKNOWN, "autoUpdates": {"type": UNKNOWN, "schedule": UNKNOWN}}},
        {"networking": UNKNOWN, "tracing": UNKNOWN, "deploy": {"limitOverride": UNKNOWN}},
        {"volumeMounts": [{"volumeId": UNKNOWN, "mountPath": UNKNOWN, "backupSchedules": UNKNOWN}]},
        {"variables": {"A": UNKNOWN}},
        {"name": UNKNOWN},
    ],
)
def test_what_isnt_known_isnt_judged(properties: dict[str, Any]) -> None:
    assert (
        Service().check({"projectId": UNKNOWN, "environmentId": UNKNOWN, "name": "web", **properties}, None)
        == []
    )


def test_what_is_known_beside_it_is_judged() -> None:
    properties = {"source": {"image": UNKNOWN, "repo": "o/r"}, "variables": {"A": UNKNOWN, "B": "${{"}}
    assert [failure.property for failure in Service().check(properties, None)] == ["source", "variables.B"]


@given(st.text())
def test_no_value_of_a_variable_is_shown(value: str) -> None:
    value = "s3cret" + value
    for failure in Service().check({"variables": {"A": f"{value}${{{{"}}, None):
        assert "s3cret" not in failure.reason


@pytest.mark.parametrize(
    ("resource", "properties", "old", "path", "words"),
    [
        (Volume(), {"sizeMb": 10}, {"sizeMb": 20}, "sizeMb", "smaller"),
        (Volume(), {"region": ""}, None, "region", "leave it out"),
        (Volume(), {"name": ""}, None, "name", "empty"),
        (Project(), {"name": " "}, None, "name", "empty"),
        (Project(), {"name": "a", "defaultEnvironmentName": ""}, None, "defaultEnvironmentName", "empty"),
        (Environment(), {"name": ""}, None, "name", "empty"),
        (Environment(), {"sourceEnvironmentId": ""}, None, "sourceEnvironmentId", "leave it out"),
        (Environment(), {"skipInitialDeploys": True}, None, "skipInitialDeploys", "set sourceEnvironmentId"),
        (SharedVariables(), {"variables": {"A=B": "1"}}, None, "variables.A=B", "'='"),
        (SharedVariables(), {"variables": {"": "1"}}, None, "variables.", "empty"),
        (SharedVariables(), {"variables": {"A": "x${{ db.URL }}"}}, None, "variables.A", "service's own"),
        (Bucket(), {"name": " "}, None, "name", "empty"),
        (Bucket(), {"region": "us-west2"}, None, "region", "sjc, iad, ams or sin"),
        (ProjectToken(), {"name": ""}, None, "name", "empty"),
        (EgressGateway(), {"region": ""}, None, "region", "leave it out"),
        (ServiceDomain(), {"subdomain": "shop.up.railway.app"}, None, "subdomain", "write 'shop'"),
        (ServiceDomain(), {"subdomain": "Shop"}, None, "subdomain", "lower-case"),
        (ServiceDomain(), {"subdomain": "-shop"}, None, "subdomain", "hyphen"),
        (CustomDomain(), {"domain": "https://shop.example"}, None, "domain", "without scheme"),
        (CustomDomain(), {"domain": "localhost"}, None, "domain", "no domain name"),
        (CustomDomain(), {"domain": "Shop.example.com"}, None, "domain", "lower case"),
        (CustomDomain(), {"domain": "x.up.railway.app"}, None, "domain", "ServiceDomain"),
    ],
)
def test_the_others(resource: Any, properties: dict[str, Any], old: Any, path: str, words: str) -> None:
    (failure,) = resource.check(properties, old)
    assert failure.property == path
    assert words in failure.reason


@pytest.mark.parametrize(
    ("resource", "properties", "old"),
    [
        (Volume(), {"sizeMb": 20}, {"sizeMb": 20}),
        (Volume(), {"sizeMb": UNKNOWN, "region": UNKNOWN, "name": UNKNOWN}, {"sizeMb": 20}),
        (Volume(), {}, {"sizeMb": 20}),
        (Project(), {"name": UNKNOWN}, None),
        (Environment(), {"sourceEnvironmentId": UNKNOWN, "skipInitialDeploys": True}, None),
        (Environment(), {"name": "a", "skipInitialDeploys": False}, None),
        (SharedVariables(), {"variables": UNKNOWN}, None),
        (SharedVariables(), {"variables": {"A": UNKNOWN, "B": "", "C": "$${x}"}}, None),
        (Bucket(), {"name": UNKNOWN, "region": UNKNOWN}, None),
        (Bucket(), {"name": "pictures", "region": "sjc"}, None),
        (ProjectToken(), {"name": UNKNOWN}, None),
        (EgressGateway(), {"region": UNKNOWN}, None),
        (EgressGateway(), {}, None),
        (ServiceDomain(), {"subdomain": UNKNOWN}, None),
        (ServiceDomain(), {}, None),
        (CustomDomain(), {"domain": UNKNOWN}, None),
        (CustomDomain(), {"domain": "*.shop.example"}, None),
        (CustomDomain(), {"domain": "xn--bcher-kva.example"}, None),
    ],
)
def test_the_others_when_right(resource: Any, properties: dict[str, Any], old: Any) -> None:
    assert resource.check(properties, old) == []


def test_replacing_what_holds_data_is_refused() -> None:
    volume, service = Volume(), Service()
    assert volume.replace_refusal({}, {}) is not None
    assert volume.replace_refusal({}, {"allowReplace": UNKNOWN}) is not None
    assert volume.replace_refusal({}, {"allowReplace": True}) is None
    assert service.replace_refusal({"volumeMounts": [MOUNT]}, {}) is not None
    assert service.replace_refusal({"volumeMounts": [MOUNT]}, {"allowReplace": True}) is None
    assert service.replace_refusal({}, {}) is None
    assert Bucket().replace_refusal({"region": "sjc"}, {"region": "ams"}) is not None
    assert Bucket().replace_refusal({}, {"allowReplace": UNKNOWN}) is not None
    assert Bucket().replace_refusal({}, {"allowReplace": True}) is None


def test_every_resource_is_registered_once() -> None:
    assert len({resource.token for resource in RESOURCES}) == len(RESOURCES)
