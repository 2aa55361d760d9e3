"""The examples of docs/components.md, run from top to bottom as the one program that they say they are."""

import json
import re
import subprocess
import sys
from pathlib import Path

import pytest

from tests.program.conftest import ROOT
from tests.program.graph import Graph, run_program

PAGE = (ROOT / "docs" / "components.md").read_text()
PROGRAM = "\n".join(re.findall(r"```python\n(.*?)```", PAGE, flags=re.DOTALL))
SECRETS = dict.fromkeys(re.findall(r'secret\("(\w+)"\)', PROGRAM), "0123456789abcdef" * 4)


@pytest.fixture
def graph(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, configure: object) -> Graph:
    del configure
    config = {f"etally:{key}": value for key, value in SECRETS.items()}
    monkeypatch.setenv("PULUMI_CONFIG", json.dumps(config))
    program = tmp_path / "__main__.py"
    program.write_text(PROGRAM)
    return run_program(program=program)


def test_the_examples_make_what_they_say(graph: Graph) -> None:
    services = graph.services()
    names = {"postgres", "redis", "minio", "api", "frontend", "prometheus", "grafana", "backup", "search"}
    assert set(services) >= {f"shop-{name}" for name in names}
    assert services["shop-api"]["variables"]["DATABASE_URL"].startswith("${{shop-postgres.DATABASE_URL}}?")
    assert services["shop-api"]["deploy"]["multiRegionConfig"] == {"europe-west4-drams3a": {"numReplicas": 2}}
    assert {each.inputs["domain"] for each in graph.of_type("CustomDomain").values()} == {
        "pictures.shop.example",
        "www.shop.example",
    }
    keeping = names - {"redis", "api", "frontend"}
    assert set(graph.of_type("Volume")) == {f"shop-{name}-volume" for name in keeping}
    assert {name for name, each in graph.of_type("Service").items() if each.protect} == {
        "shop-postgres-service",
        "shop-minio-service",
    }


def test_every_component_has_an_example() -> None:
    defined = {
        name
        for path in (ROOT / "components").glob("*.py")
        for name in re.findall(
            r"^class (\w+)\(pulumi\.ComponentResource\)", path.read_text(), flags=re.MULTILINE
        )
    }
    assert {name for name in defined if f"## {name}\n" not in PAGE} == set()


def test_the_examples_are_typed(tmp_path: Path) -> None:
    program = tmp_path / "page.py"
    program.write_text(PROGRAM)
    done = subprocess.run(
        [sys.executable, "-m", "mypy", "--config-file", "pyproject.toml", str(program)],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout
