"""The policy pack in a stack's first preview, by the real engine: no id is known, and no Railway is asked."""

import os
import subprocess
from dataclasses import dataclass
from pathlib import Path

import pytest
import yaml

from tools.local.engine import engine_environment
from tools.local.state import CHECKOUT, StateFolder

CANARY = "canary-of-the-policy-tests"

PROGRAM = f"""
import pulumi
import pulumiverse_railway as railway

project = railway.Project("shop")
place = {{"project_id": project.id, "environment_id": project.default_environment_id}}
data = railway.Volume("data", **place)
postgres = railway.Service(
    "postgres",
    source={{"image": "postgres:16.4"}},
    variables={{"POSTGRES_PASSWORD": pulumi.Output.secret("{CANARY}")}},
    volume_mounts=[{{"volume_id": data.id, "mount_path": "/var/lib/postgresql/data"}}],
    **place,
)
web = railway.Service("web", source={{"image": "nginx:1.27"}}, **place)
railway.ServiceDomain("pages", service_id=web.id, target_port=80, **place)
"""

PUBLIC_DATABASE = """
railway.ServiceDomain("exposed", service_id=postgres.id, target_port=5432, **place)
"""

UNTOLD = """
railway.ServiceDomain("elsewhere", service_id="00000000-0000-0000-0000-000000000000", **place)
"""

pytestmark = pytest.mark.xdist_group("policies")


@dataclass
class Project:
    """A program with a stack, and the provider and policies of the checkout. Its Railway does not exist."""

    folder: Path
    state: StateFolder

    def preview(self, program: str) -> tuple[int, str]:
        (self.folder / "__main__.py").write_text(program)
        return self.run("preview", "--policy-pack", str(CHECKOUT / "policies"), "--color", "never")

    def run(self, *arguments: str) -> tuple[int, str]:
        done = subprocess.run(
            [str(CHECKOUT / "bin" / "pulumi"), *arguments, "--non-interactive", "--stack", "first"],
            cwd=self.folder,
            env=engine_environment(self.state),
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            check=False,
            timeout=120,
        )
        return done.returncode, done.stdout + done.stderr


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> Project:
    folder = tmp_path_factory.mktemp("shop")
    description = {
        "name": "shop",
        "runtime": {"name": "python", "options": {"virtualenv": os.path.relpath(CHECKOUT / ".venv", folder)}},
        "plugins": {"providers": [{"name": "railway", "path": str(CHECKOUT / "provider")}]},
    }
    configuration = {"railway:endpoint": "http://127.0.0.1:1/graphql/v2", "railway:token": CANARY}
    (folder / "Pulumi.yaml").write_text(yaml.safe_dump(description))
    (folder / "Pulumi.first.yaml").write_text(yaml.safe_dump({"config": configuration}))
    made = Project(folder, StateFolder(folder / "state").prepared())
    code, output = made.run("stack", "init", "--secrets-provider", "passphrase")
    assert code == 0, output
    return made


def test_a_private_database_passes_without_a_word(project: Project) -> None:
    code, output = project.preview(PROGRAM)

    assert code == 0, output
    assert "railway@v" in output
    assert "[mandatory]" not in output
    assert "[advisory]" not in output


def test_a_public_database_fails_before_anything_exists(project: Project) -> None:
    code, output = project.preview(PROGRAM + PUBLIC_DATABASE + UNTOLD)

    assert code != 0
    assert "railway-data-store-disallow-public-domain  (railway:index:ServiceDomain: exposed)" in output
    assert 'Domain "exposed" opens the data store "postgres" to the internet' in output
    assert output.count("[mandatory]") == 1, output
    assert 'railway-data-store-disallow-public-domain: Domain "elsewhere" was not judged' in output
    assert CANARY not in output
