"""The components deploy another application, through the real engine, on a local Railway."""

import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
import yaml

from settings import stand_in
from tests.engine.stage import Run
from tools.local.engine import ENGINE, PARALLEL, engine_environment
from tools.local.railway import LocalRailway
from tools.local.state import CHECKOUT, StateFolder, write_private

WIKI = CHECKOUT / "examples" / "wiki"
SECRETS = ("postgresPassword", "redisPassword", "secretKey", "utilsSecret")


@dataclass
class Example:
    """An example's program and its stack, whose files lie beside it in a private folder."""

    program: Path
    railway: LocalRailway

    @property
    def configuration(self) -> Path:
        return self.railway.state.root / "Pulumi.test.yaml"

    def configure(self, plain: dict[str, str], secrets: dict[str, str]) -> None:
        folder = self.railway.state.root
        name = yaml.safe_load((self.program / "Pulumi.yaml").read_text())["name"]
        write_private(folder / "Pulumi.yaml", f"name: {name}\nruntime: python\n")
        document = {f"{name}:{key}": value for key, value in plain.items()}
        document["railway:endpoint"] = self.railway.endpoint
        # As for every stack that isn't production's: an address of Railway's own is good enough.
        document["railway-policies:production"] = "false"
        write_private(self.configuration, yaml.safe_dump({"config": document}))
        self._engine("stack", "init", "test", "--secrets-provider", "passphrase", cwd=folder)
        for key, value in {**secrets, "railway:token": self.railway.token}.items():
            command = ("config", "set", "--secret", key, "--stack", "test")
            self._engine(*command, cwd=folder, words=value)

    def run(self, command: str, *options: str) -> Run:
        sent = len(self.railway.requests())
        common = ("--yes", "--skip-preview", "--stack", "test", "--config-file", str(self.configuration))
        done = self._engine(
            command, *common, "--parallel", PARALLEL, "--non-interactive", *options, cwd=self.program
        )
        return Run(done.returncode, done.stdout + done.stderr, self.railway.requests()[sent:])

    def _engine(self, *arguments: str, cwd: Path, words: str = "") -> "subprocess.CompletedProcess[str]":
        return subprocess.run(
            [str(ENGINE), *arguments, "--cwd", str(cwd)],
            env=engine_environment(self.railway.state),
            input=words,
            capture_output=True,
            text=True,
            check=False,
            timeout=120,
        )


@pytest.fixture
def wiki(tmp_path: Path) -> Iterator[Example]:
    railway = LocalRailway(StateFolder(tmp_path).prepared(), port=0)
    railway.ensure_running()
    example = Example(WIKI, railway)
    example.configure({"domain": "our-wiki"}, {key: stand_in() for key in SECRETS})
    yield example
    railway.stop()


def test_a_wiki_is_made_of_the_same_components(wiki: Example) -> None:
    up = wiki.run("up", "--policy-pack", str(CHECKOUT / "policies")).succeeded()
    assert "https://our-wiki.up.railway.app" in up.output
    (project,) = wiki.railway.contents()["projects"]
    (environment,) = project["environments"]
    deployed = {one["serviceName"]: one for one in environment["deployments"]}
    assert set(deployed) == {"wiki", "wiki-postgres", "wiki-redis"}
    assert {one["status"] for one in deployed.values()} == {"SUCCESS"}
    assert len(environment["deployments"]) == len(deployed)
    variables = deployed["wiki"]["snapshot"]["variables"]
    assert [name for name, value in variables.items() if not value] == []
    assert "wiki-redis.railway.internal:6379?family=0" in variables["REDIS_URL"]
    assert variables["URL"] == "https://our-wiki.up.railway.app"
    again = wiki.run("up", "--expect-no-changes").succeeded()
    assert again.operations == []
    assert not sorted(WIKI.glob("Pulumi.*.yaml"))
