"""The policy pack in a stack's first preview, by the real engine: no id is known, and no Railway is asked."""

import json
import os
import subprocess
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

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
data = railway.Volume("data", size_mb=5000, **place)
postgres = railway.Service(
    "postgres",
    source={{"image": "postgres:16.14"}},
    variables={{"POSTGRES_PASSWORD": pulumi.Output.secret("{CANARY}")}},
    volume_mounts=[
        {{"volume_id": data.id, "mount_path": "/var/lib/postgresql/data", "backup_schedules": ["DAILY"]}}
    ],
    **place,
)
web = railway.Service(
    "web",
    source={{"image": "nginx:1.27"}},
    deploy={{"healthcheck_path": "/", "restart_policy_type": "ALWAYS"}},
    **place,
)
railway.ServiceDomain("pages", service_id=web.id, target_port=80, **place)
"""

PUBLIC_DATABASE = """
railway.ServiceDomain("exposed", service_id=postgres.id, target_port=5432, **place)
"""

UNTOLD = """
railway.ServiceDomain(
    "elsewhere", service_id="00000000-0000-0000-0000-000000000000", target_port=80, **place
)
"""

# The provider marks PASSWORD before any policy sees it; that SETTINGS is a secret, the stack alone knows.
LOOSE = """
loose = railway.Service(
    "loose",
    source={"image": "nginx:latest"},
    variables={"PASSWORD": "9d3f7a1c5e8b2460-mine", "SETTINGS": "dsn-of-some-tracker", "MODE": "x"},
    **place,
)
railway.ServiceDomain("loose-pages", service_id=loose.id, target_port=80, **place)
"""

LEVELS: dict[str, Any] = {
    "railway-image-require-version": "advisory",
    "railway-public-service-require-restart": "disabled",
    "railway-public-service-require-healthcheck": {
        "exemptions": [{"resource": "*pages", "reason": "serves static files", "expires": "2099-12-31"}]
    },
    "railway-variable-require-secret": {"names": ["SETTINGS"]},
}

pytestmark = pytest.mark.xdist_group("policies")


@dataclass
class Project:
    """A program with a stack, and the provider and policies of the checkout. Its Railway does not exist."""

    folder: Path
    state: StateFolder

    def preview(self, program: str, *options: str, rules: Mapping[str, Any] | None = None) -> tuple[int, str]:
        (self.folder / "__main__.py").write_text(program)
        self.configure(rules or {})
        return self.run("preview", "--policy-pack", str(CHECKOUT / "policies"), "--color", "never", *options)

    def configure(self, rules: Mapping[str, Any]) -> None:
        """Say in the stack's file that it isn't production, and what holds for the policies."""
        path = self.folder / "Pulumi.first.yaml"
        document = yaml.safe_load(path.read_text())
        document["config"] |= {"railway-policies:production": False, "railway-policies:rules": dict(rules)}
        path.write_text(yaml.safe_dump(document))

    def run(self, *arguments: str, stack: bool = True) -> tuple[int, str]:
        chosen = ["--stack", "first"] if stack else []
        done = subprocess.run(
            [str(CHECKOUT / "bin" / "pulumi"), *arguments, "--non-interactive", *chosen],
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


def test_each_level_and_an_exemption_from_the_stacks_own_file(project: Project) -> None:
    code, output = project.preview(PROGRAM + LOOSE, "--show-policy-remediations", rules=LEVELS)

    assert code == 0, output
    assert "[remediate]  railway-variable-require-secret  (railway:index:Service: loose)" in output
    assert (
        "[advisory] [severity: medium]  railway-image-require-version  (railway:index:Service: loose)"
        in output
    )
    assert "railway-public-service-require-restart" not in output, "it is disabled"
    assert 'Domain "loose-pages" is exempt until 2099-12-31, because: serves static files' in output
    assert "[mandatory]" not in output


def test_a_remedy_sees_what_is_secret_and_the_provider_has_marked_what_looks_like_it(
    project: Project,
) -> None:
    """A policy is shown secrets as plain text; a remedy is shown what is one, after the provider's Check."""
    options = ("--show-policy-remediations", "--diff")
    _, output = project.preview(PROGRAM + LOOSE, *options, rules=LEVELS)

    mended = output[output.index("railway-variable-require-secret") :].partition("}")[0]
    assert "~ SETTINGS" in mended
    assert "=> [secret]" in mended
    assert "PASSWORD" not in mended
    assert "9d3f7a1c5e8b2460-mine" not in output, "the provider made it a secret before"


def test_a_json_file_wins_over_the_stacks_and_an_expired_exemption_is_a_violation(project: Project) -> None:
    exemption = {"resource": "*pages", "reason": "serves static files", "expires": "2020-12-31"}
    chosen = project.folder / "policies.json"
    chosen.write_text(
        json.dumps(
            {
                "railway-image-require-version": "mandatory",
                "railway-public-service-require-healthcheck": {"exemptions": [exemption]},
            }
        )
    )

    code, output = project.preview(PROGRAM + LOOSE, "--policy-pack-config", str(chosen), rules=LEVELS)

    assert code != 0
    assert "[mandatory] [severity: medium]  railway-image-require-version" in output
    assert 'The exemption of Domain "loose-pages" from this rule ended on 2020-12-31.' in output


def test_a_stack_that_names_no_policy_of_the_pack_is_told_so(project: Project) -> None:
    code, output = project.preview(PROGRAM, rules={"railway-image-require-versions": "advisory"})

    assert code != 0
    assert "did you mean railway-image-require-version?" in output
    assert "Traceback" not in output


def test_what_exists_is_judged_from_its_state_without_a_program(project: Project) -> None:
    state = project.folder / "state.json"
    state.write_text(json.dumps(deployed_state()))

    code, output = project.run(
        "policy", "analyze", "--file", str(state), "--policy-pack", str(CHECKOUT / "policies"), stack=False
    )

    assert code != 0
    assert 'Domain "exposed" opens the data store "postgres" to the internet' in output


def deployed_state() -> dict[str, Any]:
    """What `pulumi stack export` gives of a database with a domain."""
    urns = {
        name: f"urn:pulumi:first::shop::{kind}::{name}"
        for kind, name in (
            ("pulumi:pulumi:Stack", "shop-first"),
            ("pulumi:providers:railway", "default"),
            ("railway:index:Service", "postgres"),
            ("railway:index:ServiceDomain", "exposed"),
        )
    }
    identity = "8f3d3a3e-0000-4000-8000-000000000001"
    place = {"projectId": "p", "environmentId": "e", "name": "postgres"}

    def resource(name: str, properties: Mapping[str, Any], *sources: str) -> dict[str, Any]:
        return {
            "urn": urns[name],
            "type": urns[name].split("::")[2],
            "custom": True,
            "id": identity,
            "inputs": properties,
            "outputs": properties,
            "dependencies": list(sources),
            "propertyDependencies": {"serviceId": list(sources)},
            **({"provider": f"{urns['default']}::{identity}"} if name != "default" else {}),
        }

    resources = [
        {"urn": urns["shop-first"], "type": "pulumi:pulumi:Stack", "custom": False},
        resource("default", {}),
        resource("postgres", {**place, "source": {"image": "postgres:16.14"}}),
        resource("exposed", {"serviceId": identity, "targetPort": 5432}, urns["postgres"]),
    ]
    manifest = {"time": "2026-11-25T00:00:00Z", "magic": "", "version": ""}
    return {"version": 3, "deployment": {"manifest": manifest, "resources": resources}}
