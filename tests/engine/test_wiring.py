"""References that lead nowhere, on the real engine: what is told, and that nothing is sent."""

from collections.abc import Iterator

import pytest

from tests.engine.stage import Run, Stage, program_beside, stage
from tools.local.state import write_private

pytestmark = [pytest.mark.xdist_group("wiring"), pytest.mark.timeout(600)]

CANARY = "c4n4ry-of-the-password"
PROGRAM = """
import pulumi
import pulumiverse_railway as railway

from components.place import PlaceArgs, make_place
from components.service import add_service
from components.sources import Image

CANARY = "c4n4ry-of-the-password"
place = make_place("shop", PlaceArgs(project_name="shop", environment_name="production"))
parent = pulumi.ComponentResource("shop:components:All", "shop")


def service(name, **variables):
    return add_service(
        name,
        place,
        source=Image("nginx:1.27.4"),
        deploy=railway.ServiceDeployArgs(),
        variables=variables,
        parent=parent,
    )


store = service("store", URL="x", PORT="1")
known = pulumi.Output.from_input("${{stor.URL}}")
secret = pulumi.Output.secret(CANARY + " ${{store.URI}} " + CANARY)
late = place.project_id.apply(lambda id: "${{store.PORD}}" + id)
right = pulumi.Output.concat("http://", place.wiring.link(store, "URL").text, ":${{store.PORT}}/", place.project_id)
"""


@pytest.fixture(scope="module")
def shop(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stage]:
    folder = tmp_path_factory.mktemp("wiring")
    with stage(folder / "state", program_beside(folder / "program", PROGRAM)) as prepared:
        prepared.configure()
        yield prepared


def run(shop: Stage, command: str, variable: str) -> Run:
    (shop.program / "__main__.py").unlink()
    ending = f"service('web', A={variable})\nplace.wiring.check()\n"
    write_private(shop.program / "__main__.py", PROGRAM + ending)
    return shop.run(command)


def refused(run: Run) -> str:
    assert run.code != 0
    assert "references to variables lead nowhere:" in run.output
    assert "Traceback" not in run.output
    assert CANARY not in run.output
    return run.output


def test_a_text_stops_everything(shop: Stage) -> None:
    for command in ("preview", "up"):
        stopped = run(shop, command, "'${{stor.URL}}'")
        assert "A of web has ${{stor.URL}}: there is no service stor; did you mean store?" in refused(stopped)
        assert stopped.operations == []


def test_an_output_fails_a_preview(shop: Stage) -> None:
    stopped = run(shop, "preview", "known")
    assert "A of web has ${{stor.URL}}: there is no service stor; did you mean store?" in refused(stopped)
    assert stopped.operations == []


def test_a_secret_fails_a_preview_and_is_not_shown(shop: Stage) -> None:
    stopped = refused(run(shop, "preview", "secret"))
    assert "A of web has a reference in its secret value: store has no variable of that name" in stopped
    assert "URI" not in stopped


def test_what_gets_known_late_keeps_its_service_from_being_made(shop: Stage) -> None:
    run(shop, "preview", "late").succeeded()
    stopped = refused(run(shop, "up", "late"))
    assert "A of web has ${{store.PORD}}: store has no variable PORD; did you mean PORT?" in stopped
    (project,) = shop.railway.contents()["projects"]
    assert "web" not in {service["name"] for service in project["services"]}

    run(shop, "up", "right").succeeded()
    (project,) = shop.railway.contents()["projects"]
    assert {service["name"] for service in project["services"]} == {"store", "web"}
    shop.run("destroy").succeeded()
