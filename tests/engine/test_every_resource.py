"""The resources that live beside services, in one program on the real engine: up, nothing more, refresh, destroy."""

from collections.abc import Iterator

import pytest

from tests.engine.stage import Stage, files_holding, program_beside, stage

pytestmark = [pytest.mark.xdist_group("every-resource"), pytest.mark.timeout(600)]

PROGRAM = """
import pulumi
import pulumiverse_railway as railway

project = railway.Project("shop")
place = {"project_id": project.id, "environment_id": project.default_environment_id}
shared = railway.SharedVariables("shared", variables={"REGION": "eu", "API_KEY": "s3cret-enough"}, **place)
wired = railway.variables_with_references({"REGION": railway.shared_reference("REGION", shared)})
web = railway.Service(
    "web",
    source={"image": "ghcr.io/etally/web:1", "auto_updates": {"type": "patch"}},
    deploy={
        "limit_override": {"containers": {"cpu": 0.5, "memory_bytes": 512_000_000}},
        "registry_credentials": {"username": "ci", "password": "s3cret-of-the-registry"},
    },
    networking={"private_network_endpoint": "backend"},
    variables=wired.variables,
    redeploy_triggers=wired.redeploy_triggers,
    **place,
)
proxy = railway.TcpProxy("proxy", service_id=web.id, application_port=5432, **place)
egress = railway.EgressGateway(
    "egress", service_id=web.id, opts=pulumi.ResourceOptions(depends_on=[proxy]), **place
)
bucket = railway.Bucket("pictures", region="ams", **place)
token = railway.ProjectToken("ci", **place)
preview = railway.Environment(
    "preview",
    project_id=project.id,
    source_environment_id=project.default_environment_id,
    ephemeral=True,
    skip_initial_deploys=True,
    opts=pulumi.ResourceOptions(depends_on=[egress, bucket]),
)
pulumi.export("proxy", pulumi.Output.concat(proxy.domain, ":", proxy.proxy_port.apply(str)))
pulumi.export("addresses", egress.addresses)
pulumi.export("bucket", bucket.bucket_name)
pulumi.export("token", token.token)
pulumi.export("key", bucket.secret_access_key)
"""


@pytest.fixture(scope="module")
def shop(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stage]:
    folder = tmp_path_factory.mktemp("every-resource")
    with stage(folder / "state", program_beside(folder / "program", PROGRAM)) as prepared:
        prepared.configure()
        yield prepared


def test_a_whole_life(shop: Stage) -> None:
    run = shop.run("up").succeeded()
    assert len([one for one in run.operations if one == "environmentPatchCommit"]) >= 1
    (project,) = shop.railway.contents()["projects"]
    production, preview = project["environments"]
    assert [one["status"] for one in production["deployments"]][-1] == "SUCCESS"
    assert len(production["deployments"]) == 3  # its own, the proxy's, the addresses'
    assert production["deployments"][-1]["snapshot"]["variables"]["REGION"] == "eu"
    assert preview["deployments"] == []

    assert shop.run("up", "--expect-no-changes").succeeded().operations == []
    assert shop.run("preview", "--expect-no-changes").succeeded().operations == []
    shop.run("refresh", "--expect-no-changes").succeeded()
    assert shop.run("up", "--expect-no-changes").succeeded().operations == []

    state = str(shop.exported())
    for secret in ("s3cret-enough", "s3cret-of-the-registry"):
        assert secret not in state
        assert secret not in run.output
    outputs = next(
        one["outputs"]
        for one in shop.exported()["checkpoint"]["latest"]["resources"]
        if one["type"] == "railway:index:ProjectToken"
    )
    assert "ciphertext" in outputs["token"]

    shop.run("destroy").succeeded()
    assert shop.railway.contents()["projects"] == []
    for folder in (shop.state.backend, shop.state.pulumi_home):
        assert files_holding(folder, ["s3cret-enough", "s3cret-of-the-registry"]) == []
