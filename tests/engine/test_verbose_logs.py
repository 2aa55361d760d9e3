"""A run that fails and one that succeeds, at the engine's highest verbosity: the provider shows no secret."""

import re
import subprocess
from collections.abc import Iterator

import pytest

from tests.engine.stage import STACK, Run, Stage, program_beside, stage
from tools.local.engine import ENGINE, engine_environment

pytestmark = [pytest.mark.xdist_group("verbose-logs"), pytest.mark.timeout(300)]

# At this verbosity the engine itself writes each value that it sends or receives, secrets among them, and its SDK
# each answer. That is nothing a provider can help, and the only thing here that is left out.
PULUMIS_OWN_TRACE = re.compile(
    r'"msg":"(Unm|M)arshaling property for RPC\[|regist\S* resource outputs prepared|resource registration successful'
)
VERY_VERBOSE = '"v":9'
EVERYTHING = ("-v=9", "--logtostderr", "--logflow")
MARKED = "canary-marked-8c21"
BY_LOOK = "canary-by-look-4f77"
IN_ADDRESS = "canary-in-address-1d0e"
PROGRAM = f"""
import pulumi
import pulumiverse_railway as railway

project = railway.Project("shop")
place = {{"project_id": project.id, "environment_id": project.default_environment_id}}
shared = railway.SharedVariables("shared", variables={{"NOTE": pulumi.Output.secret("{MARKED}")}}, **place)
database = railway.Service(
    "database",
    source={{"image": "redis:7.2.11"}},
    variables={{
        "NOTE": pulumi.Output.secret("{MARKED}"),
        "REDIS_PASSWORD": pulumi.Output.secret("{BY_LOOK}"),
        "ADDRESS": pulumi.Output.secret("redis://default:{IN_ADDRESS}@somewhere:6379"),
    }},
    **place,
)
wired = railway.variables_with_references({{"CACHE": railway.reference(database, "ADDRESS")}})
web = railway.Service(
    "web",
    source={{"image": "nginx:1.27.4"}},
    variables=wired.variables,
    redeploy_triggers=wired.redeploy_triggers,
    **place,
)
token = railway.ProjectToken("deployments", **place)
found = railway.get_service_output(id=database.id, **place)
pulumi.export("variables", found.variables)
pulumi.export("token", token.token)
"""


@pytest.fixture(scope="module")
def shop(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stage]:
    folder = tmp_path_factory.mktemp("verbose")
    with stage(folder / "state", program_beside(folder / "program", PROGRAM)) as prepared:
        prepared.configure()
        yield prepared


@pytest.fixture(scope="module")
def failed(shop: Stage) -> Run:
    """A run in which the database shows its secrets, and what it got of others', and crashes."""
    words = [
        f"password {BY_LOOK}",
        f"a note: {MARKED}",
        f"connecting to redis://default:{IN_ADDRESS}@somewhere",
        "giving up",
    ]
    shop.control("faults", [{"deployment": "database", "outcome": "CRASHED", "log": words}])
    return shop.run("up", *EVERYTHING)


@pytest.fixture(scope="module")
def failed_elsewhere(shop: Stage, failed: Run) -> Run:
    """A run in which another service shows the database's secrets and crashes."""
    words = [f"got {MARKED} and {BY_LOOK}", f"from redis://default:{IN_ADDRESS}@somewhere", "giving up, too"]
    shop.control("faults", [{"deployment": "web", "outcome": "CRASHED", "log": words}])
    return shop.run("up", *EVERYTHING)


@pytest.fixture(scope="module")
def succeeded(shop: Stage, failed_elsewhere: Run) -> Run:
    return shop.run("up", *EVERYTHING).succeeded()


def shown_secrets(shop: Stage, run: Run, *more: str) -> list[str]:
    """The secrets that a run shows, each with the beginning of a line that does."""
    lines = [line for line in run.output.splitlines() if not PULUMIS_OWN_TRACE.search(line)]
    values = (MARKED, BY_LOOK, IN_ADDRESS, shop.railway.token, *more)
    return [f"{value}: {line[:600]}" for value in values for line in lines if value in line][:5]


def made_token(shop: Stage) -> str:
    """The project token that a run made; Railway itself shows it only once."""
    done = subprocess.run(
        [str(ENGINE), "stack", "output", "token", "--show-secrets", "--stack", STACK],
        cwd=shop.program,
        env=engine_environment(shop.state),
        capture_output=True,
        text=True,
        check=True,
    )
    return done.stdout.strip()


def test_a_failing_run_shows_its_reason_and_no_secret(shop: Stage, failed: Run) -> None:
    assert failed.code != 0
    assert "giving up" in failed.output
    assert VERY_VERBOSE in failed.output
    assert shown_secrets(shop, failed) == []


def test_a_service_that_refers_to_secrets_shows_none(shop: Stage, failed_elsewhere: Run) -> None:
    assert failed_elsewhere.code != 0
    assert "giving up, too" in failed_elsewhere.output
    assert shown_secrets(shop, failed_elsewhere) == []


def test_a_succeeding_run_shows_no_secret(shop: Stage, succeeded: Run) -> None:
    assert VERY_VERBOSE in succeeded.output
    token = made_token(shop)
    assert len(token) > 20
    assert shown_secrets(shop, succeeded, token) == []
    assert token not in shop.engine.checkpoint.read_text()
