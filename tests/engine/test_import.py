"""`pulumi import` of every resource by its documented id, through the real engine; then the program changes nothing."""

import json
from collections.abc import Iterator
from typing import Any

import pytest

from pulumi_resource_railway.resources import RESOURCES
from tests.engine.stage import Stage, program_beside, stage

pytestmark = [pytest.mark.xdist_group("import"), pytest.mark.timeout(300)]

PROGRAM = """
import pulumi
import pulumiverse_railway as railway

project = railway.Project("shop")
place = {"project_id": project.id, "environment_id": project.default_environment_id}
data = railway.Volume("data", **place)
web = railway.Service(
    "web",
    source={"image": "ghcr.io/etally/web:1"},
    deploy={
        "start_command": "serve",
        "healthcheck_path": "/health",
        "healthcheck_timeout": 300,
        "restart_policy_type": "ON_FAILURE",
        "multi_region_config": {"us-west2": {"num_replicas": 1}},
    },
    networking={"private_network_endpoint": "shop-front"},
    variables={"PORT": "8080", "API_KEY": "s3cret-enough"},
    volume_mounts=[{"volume_id": data.id, "mount_path": "/data", "backup_schedules": ["DAILY"]}],
    **place,
)
of_web = {"service_id": web.id, **place}
shared = railway.SharedVariables("shared", variables={"REGION": "eu"}, **place)
railway.ServiceDomain("address", subdomain="imported-shop", target_port=8080, **of_web)
railway.CustomDomain("own", domain="shop.example.com", target_port=8080, **of_web)
proxy = railway.TcpProxy("proxy", application_port=5432, **of_web)
railway.EgressGateway("egress", opts=pulumi.ResourceOptions(depends_on=[proxy]), **of_web)
railway.Bucket("pictures", region="ams", **place)
railway.ProjectToken("ci", **place)
railway.Environment(
    "staging",
    project_id=project.id,
    source_environment_id=project.default_environment_id,
    skip_initial_deploys=True,
    opts=pulumi.ResourceOptions(depends_on=[web]),
)
"""
WITHIN_ENVIRONMENTS = ("projectId", "environmentId")


@pytest.fixture(scope="module")
def shop(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stage]:
    folder = tmp_path_factory.mktemp("import")
    with stage(folder / "state", program_beside(folder / "program", PROGRAM)) as prepared:
        prepared.configure()
        yield prepared


def import_id(resource: dict[str, Any]) -> str:
    """The id that the resource's page tells to import it by."""
    kind, inputs, own = resource["type"].rpartition(":")[2], resource["inputs"], resource["id"]
    place = [inputs[key] for key in WITHIN_ENVIRONMENTS if key in inputs]
    match kind:
        case "ServiceDomain" | "CustomDomain" | "TcpProxy":
            return "/".join([*place, inputs["serviceId"], own])
        case "EgressGateway":
            return "/".join([*place, inputs["serviceId"]])
        case "SharedVariables":
            return "/".join(place)
        case "ProjectToken":
            return f"{inputs['projectId']}/{own}"
        case _:
            return "/".join([*place, own])


def railways(shop: Stage) -> list[dict[str, Any]]:
    resources = shop.exported()["checkpoint"]["latest"]["resources"]
    return [one for one in resources if one["type"].startswith("railway:index:")]


def test_everything_is_imported_and_nothing_is_left_to_do(shop: Stage) -> None:
    shop.run("up").succeeded()
    made = railways(shop)
    assert sorted(one["type"] for one in made) == sorted(resource.token for resource in RESOURCES)

    other = Stage(shop.railway, shop.program, "imported")
    other.configure()
    listed = [
        {"type": one["type"], "name": one["urn"].rpartition("::")[2], "id": import_id(one)} for one in made
    ]
    wanted = shop.state.root / "import.json"
    wanted.write_text(json.dumps({"resources": listed}))
    options = ("--file", str(wanted), "--generate-code=false", "--protect=false", "--yes")
    run = other.run("import", *options).succeeded()
    assert "s3cret-enough" not in run.output

    assert {one["urn"].rpartition("::")[2]: one["id"] for one in railways(other)} == {
        one["urn"].rpartition("::")[2]: one["id"] for one in made
    }
    assert "s3cret-enough" not in str(other.exported())
    other.run("preview", "--expect-no-changes").succeeded()
    assert other.run("up", "--expect-no-changes").succeeded().operations == []
    other.run("refresh", "--expect-no-changes").succeeded()
    assert other.run("up", "--expect-no-changes").succeeded().operations == []
