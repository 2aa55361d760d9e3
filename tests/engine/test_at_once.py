"""What is created at the same time is one commit, on the real engine."""

from collections import Counter
from collections.abc import Iterator

import pytest

from tests.engine.stage import Stage, program_beside, stage

pytestmark = [pytest.mark.xdist_group("at-once"), pytest.mark.timeout(300)]

SERVICES = 10
PROGRAM = f"""
import pulumiverse_railway as railway

project = railway.Project("shop")
place = {{"project_id": project.id, "environment_id": project.default_environment_id}}
for number in range({SERVICES}):
    railway.Service(f"service-{{number}}", source={{"image": "nginx:1"}}, **place)
"""


@pytest.fixture(scope="module")
def shop(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stage]:
    folder = tmp_path_factory.mktemp("at-once")
    with stage(folder / "state", program_beside(folder / "program", PROGRAM)) as prepared:
        prepared.configure()
        yield prepared


def test_ten_services_are_one_commit_and_one_deployment_each(shop: Stage) -> None:
    # As on Railway, which doesn't answer at once, nor always at the same speed.
    slow = [
        {"operation": "serviceCreate", "matching": f"service-{number}", "delaySeconds": 1}
        for number in (3, 7)
    ]
    shop.control("faults", [{"operation": "environment", "delaySeconds": 3}, *slow])
    sent = Counter(shop.run("up", "--parallel", "64").succeeded().operations)
    assert sent["serviceCreate"] == SERVICES
    assert sent["environmentPatchCommit"] == 1
    deployed = Counter(one["serviceName"] for one in shop.environment["deployments"])
    assert deployed == {f"service-{number}": 1 for number in range(SERVICES)}
    assert shop.run("up", "--expect-no-changes", "--parallel", "64").succeeded().operations == []
    assert len(shop.run("refresh", "--expect-no-changes").succeeded().operations) <= 6
    removed = Counter(shop.run("destroy", "--parallel", "64").succeeded().operations)
    assert removed["projectDelete"] == 1
    assert shop.railway.contents()["projects"] == []
