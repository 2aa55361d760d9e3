"""`make rehearse` of the stacks that this checkout holds, and a first `up` whose domains lead nowhere yet."""

import os
import subprocess
from pathlib import Path

import pytest
from rich.console import Console

from tools.local.configuration import load_stack_file, write_configuration
from tools.local.engine import Engine
from tools.local.environment import harmless
from tools.local.rehearsal import STACK, for_a_fresh_project, fresh_railway, verify
from tools.local.state import CHECKOUT

pytestmark = pytest.mark.timeout(300)


@pytest.mark.parametrize("stack", ["production", "staging"])
def test_a_stacks_own_configuration_is_applied_verified_and_torn_down(stack: str, tmp_path: Path) -> None:
    done = subprocess.run(
        [".venv/bin/python", "-m", "tools.local", "rehearse", stack],
        cwd=CHECKOUT,
        env=harmless(os.environ) | {"XDG_STATE_HOME": str(tmp_path), "COLUMNS": "200"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    assert f"{stack}: rehearsed, verified, torn down" in done.stdout
    assert "No changes, and no request was sent." in done.stdout


def test_the_first_up_waits_for_no_dns() -> None:
    with fresh_railway() as railway:
        engine = Engine(railway.state, STACK)
        configuration = for_a_fresh_project(load_stack_file("production"))
        write_configuration(engine, railway, configuration, rehearsal=True)
        engine.up()
        verify(railway, Console(quiet=True))
        (project,) = railway.contents()["projects"]
        (environment,) = project["environments"]
        domains = [domain for instance in environment["serviceInstances"] for domain in instance["domains"]]
        assert {domain["domain"] for domain in domains} == set(configuration["etally:domains"].values())
        assert {domain["certificateStatus"] for domain in domains} == {"VALIDATING_OWNERSHIP"}
