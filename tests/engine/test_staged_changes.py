"""What somebody staged in the dashboard, on the real engine: it stops an `up`, or stays as it is beside it."""

from collections.abc import Iterator
from typing import Any

import pytest

from tests.engine.stage import Stage, program_beside, stage
from tools.local.state import write_private

pytestmark = [pytest.mark.xdist_group("staged-changes"), pytest.mark.timeout(300)]

THEIRS = "c4n4ry-of-theirs"
PROGRAM = """
import pulumiverse_railway as railway

project = railway.Project("shop")
place = {"project_id": project.id, "environment_id": project.default_environment_id}
railway.Service("web", source={"image": "nginx:1"}, **place)
"""
MORE = PROGRAM + 'railway.Service("more", source={"image": "nginx:1"}, **place)\n'


@pytest.fixture(scope="module")
def shop(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stage]:
    folder = tmp_path_factory.mktemp("staged")
    with stage(folder / "state", program_beside(folder / "program", PROGRAM)) as prepared:
        prepared.configure()
        yield prepared


def staged(shop: Stage) -> dict[str, Any]:
    document = "query ($e: String!) { environmentStagedChanges(environmentId: $e) { patch(decryptVariables: true) } }"
    patch: dict[str, Any] = shop.graphql(document, e=shop.environment["id"])["environmentStagedChanges"][
        "patch"
    ]
    return patch


def test_it_stops_an_up_and_stays_beside_one_that_is_told_to_go_on(shop: Stage) -> None:
    shop.run("up").succeeded()
    environment = shop.environment
    (web,) = environment["config"]["services"]
    patch = {"services": {web: {"variables": {"NOTE": {"value": THEIRS}}}}}
    shop.graphql(
        "mutation ($e: String!, $i: EnvironmentConfig!) {"
        " environmentStageChanges(environmentId: $e, input: $i) { id } }",
        e=environment["id"],
        i=patch,
    )
    (shop.program / "__main__.py").unlink()
    write_private(shop.program / "__main__.py", MORE)
    stopped = shop.run("up")
    assert stopped.code != 0
    assert (
        "1 change is staged in environment 'production' but not deployed: services.web.variables.NOTE"
        in stopped.output
    )
    assert THEIRS not in stopped.output
    assert {"serviceCreate", "environmentPatchCommit"}.isdisjoint(stopped.operations)

    shop.configure({"railway:stagedChanges": "keep"})
    went_on = shop.run("up").succeeded()
    assert "environmentPatchCommit" in went_on.operations
    assert [one["serviceName"] for one in shop.environment["deployments"]] == ["web", "more"]
    assert staged(shop) == patch
    assert shop.run("up", "--expect-no-changes").succeeded().operations == []
    assert "about what is to be changed here" in " ".join(shop.run("destroy").output.split())
    assert staged(shop) == patch
