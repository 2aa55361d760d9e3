"""Another project takes the provider's folder with `pulumi package add`; an engine attaches to a provider by hand."""

import json
import os
import shutil
import signal
import subprocess
import sys
import sysconfig
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.engine.stage import Stage, stage
from tools.local.engine import ENGINE, engine_environment
from tools.local.state import CHECKOUT

pytestmark = [pytest.mark.xdist_group("another-project"), pytest.mark.timeout(300)]

PROGRAM = """
import pulumi
import pulumiverse_railway as railway

regions = railway.get_regions()
project = railway.Project("elsewhere")
place = {"project_id": project.id, "environment_id": project.default_environment_id}
web = railway.Service(
    "web",
    source={"image": "nginx:1.27.4"},
    variables={"GREETING": "hello", "LOGIN": pulumi.Output.secret("canary-5d1f0c")},
    **place,
)
latest = railway.get_deployment_output(service_id=web.id, environment_id=web.environment_id)
found = railway.get_service_output(id=web.id, **place)
database = railway.get_template_output(code="postgres")
pulumi.export("regions", regions.names)
pulumi.export("state", latest.status)
pulumi.export("variables", found.variables)
pulumi.export("image", database.services[0].image)
"""


@dataclass
class Elsewhere:
    """An empty Python project beside a copy of the provider's folder, each with a virtual environment."""

    folder: Path
    stage: Stage

    @property
    def project(self) -> Path:
        return self.folder / "project"

    @property
    def provider(self) -> Path:
        return self.folder / "provider"

    def environment(self, **more: str) -> dict[str, str]:
        # Nothing is fetched: what there is to install stands in this environment already.
        return (
            engine_environment(self.stage.state) | {"PIP_NO_INDEX": "1", "PIP_NO_BUILD_ISOLATION": "0"} | more
        )

    def run(self, *arguments: str, stdin: str | None = None, **more: str) -> str:
        done = subprocess.run(
            [str(ENGINE), *arguments],
            cwd=self.project,
            env=self.environment(**more),
            input=stdin,
            capture_output=True,
            text=True,
            check=False,
            timeout=200,
        )
        assert done.returncode == 0, done.stdout + done.stderr
        return done.stdout


def virtual_environment(folder: Path) -> None:
    """A new virtual environment that sees the packages of this one."""
    subprocess.run([sys.executable, "-m", "venv", "--without-pip", str(folder)], check=True)
    (site,) = folder.glob("lib/python*/site-packages")
    (site / "shared.pth").write_text(sysconfig.get_path("purelib") + "\n")


@pytest.fixture(scope="module")
def elsewhere(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Elsewhere]:
    folder = tmp_path_factory.mktemp("elsewhere")
    with stage(folder / "state") as prepared:
        place = Elsewhere(folder, prepared)
        leftovers = shutil.ignore_patterns("__pycache__", "*.egg-info")
        shutil.copytree(CHECKOUT / "provider", place.provider, ignore=leftovers)
        virtual_environment(folder / ".venv")  # the one that the provider's folder names
        place.project.mkdir()
        virtual_environment(place.project / "venv")
        (place.project / "Pulumi.yaml").write_text(
            "name: elsewhere\nruntime: {name: python, options: {toolchain: pip, virtualenv: venv}}\n"
        )
        (place.project / "requirements.txt").write_text("pulumi>=3.258,<4\n")
        (place.project / "__main__.py").write_text(PROGRAM)
        place.run("package", "add", str(place.provider))
        place.run("stack", "init", "dev", "--secrets-provider", "passphrase")
        place.run("config", "set", "railway:endpoint", prepared.railway.endpoint)
        place.run("config", "set", "--secret", "railway:token", stdin=prepared.railway.token)
        yield place


@pytest.fixture(scope="module")
def applied(elsewhere: Elsewhere) -> str:
    """What the engine printed when it previewed and applied the stack."""
    return elsewhere.run("preview") + elsewhere.run("up", "--yes", "--skip-preview")


def test_the_package_is_added(elsewhere: Elsewhere) -> None:
    assert "railway:" in (elsewhere.project / "Pulumi.yaml").read_text()
    assert "sdks/railway" in (elsewhere.project / "requirements.txt").read_text()
    assert (elsewhere.project / "sdks" / "railway" / "pulumiverse_railway" / "service.py").exists()


def test_a_program_of_it_makes_things_and_asks_about_them(elsewhere: Elsewhere, applied: str) -> None:
    outputs = json.loads(elsewhere.run("stack", "output", "--json", "--show-secrets"))
    assert outputs["state"] == "SUCCESS"
    assert "us-west2" in outputs["regions"]
    assert outputs["variables"] == {"GREETING": "hello", "LOGIN": "canary-5d1f0c"}
    assert outputs["image"].startswith("ghcr.io/railwayapp-templates/postgres-ssl:")
    assert elsewhere.stage.deployments("web")[-1]["status"] == "SUCCESS"


def test_secrets_in_answers_stay_secret(elsewhere: Elsewhere, applied: str) -> None:
    shown = applied + elsewhere.run("stack", "output") + elsewhere.run("stack", "export")
    assert "canary-5d1f0c" not in shown


def test_an_engine_attaches_to_a_provider_started_by_hand(elsewhere: Elsewhere, applied: str) -> None:
    with subprocess.Popen(
        [sys.executable, "-u", str(elsewhere.provider)],
        env=elsewhere.environment(),
        stdout=subprocess.PIPE,
        text=True,
    ) as provider:
        try:
            assert provider.stdout is not None
            attached = f"railway:{int(provider.stdout.readline())}"
            # Without its program the folder is of no use any more: whatever works, works through the one by hand.
            (elsewhere.provider / "__main__.py").rename(elsewhere.provider / "away.py")
            elsewhere.run("refresh", "--yes", "--expect-no-changes", PULUMI_DEBUG_PROVIDERS=attached)
            elsewhere.run("destroy", "--yes", "--skip-preview", PULUMI_DEBUG_PROVIDERS=attached)
            assert provider.poll() is None
        finally:
            os.kill(provider.pid, signal.SIGTERM)
        assert provider.wait(10) == 0
    assert elsewhere.stage.railway.contents()["projects"] == []
