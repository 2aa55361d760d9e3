"""States that earlier versions of the provider wrote preview clean with this one, without a look at Railway."""

import json
from collections.abc import Iterator
from pathlib import Path

import pytest
import yaml

from pulumi_resource_railway.resources import RESOURCES
from pulumi_resource_railway.version import VERSION
from tests.engine.recording import ENDPOINT, RECORDED, TOKEN, on_stack, program
from tests.engine.stage import Stage, stage
from tools.local.state import write_private

pytestmark = [pytest.mark.xdist_group("recorded-states"), pytest.mark.timeout(300)]


def release(text: str) -> tuple[int, ...]:
    """The version as numbers, which sort as versions do."""
    return tuple(int(number) for number in text.split("."))


STATES = sorted(RECORDED.glob("*.json"), key=lambda path: release(path.stem))
FIRST = "0.1.0"
"""Released before nothing: a state of its own is all that there is to preview."""


@pytest.fixture(scope="module")
def prepared(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stage]:
    folder = tmp_path_factory.mktemp("recorded")
    with stage(folder / "state", program(folder / "program")) as prepared:
        prepared.configure()
        yield prepared


@pytest.mark.parametrize("recorded", STATES, ids=lambda path: path.stem)
def test_a_recorded_state_previews_without_changes(prepared: Stage, recorded: Path) -> None:
    state = recorded.read_text()
    state = state.replace(ENDPOINT, prepared.railway.endpoint).replace(TOKEN, prepared.railway.token)
    document = json.loads(state)
    salt = yaml.safe_load(prepared.engine.configuration.read_text())["encryptionsalt"]
    document["deployment"]["secrets_providers"] = {"type": "passphrase", "state": {"salt": salt}}
    write_private(prepared.program / "state.json", json.dumps(document))
    on_stack(prepared, "import", "--file", "state.json")
    run = prepared.run("preview", "--expect-no-changes").succeeded()
    assert run.operations == []


def unrecorded(version: str, recorded: list[str]) -> list[str]:
    """What is to be recorded before the provider may call itself this version."""
    wanted = [] if version in recorded else [version]
    if version != FIRST and not any(release(each) < release(version) for each in recorded):
        wanted.append("the version before")
    return wanted


@pytest.mark.parametrize(
    ("version", "recorded", "wanted"),
    [
        ("0.1.0", ["0.1.0"], []),
        ("0.1.0", [], ["0.1.0"]),
        ("0.2.0", ["0.1.0"], ["0.2.0"]),
        ("0.2.0", ["0.2.0"], ["the version before"]),
        ("0.10.0", ["0.9.0", "0.10.0"], []),
    ],
)
def test_a_version_that_rises_without_its_state_is_noticed(
    version: str, recorded: list[str], wanted: list[str]
) -> None:
    assert unrecorded(version, recorded) == wanted


def test_this_version_and_the_one_before_are_recorded() -> None:
    assert unrecorded(VERSION, [path.stem for path in STATES]) == [], (
        "Record the state: python -m tests.engine.recording; and keep what earlier versions recorded"
    )


@pytest.mark.parametrize("recorded", STATES, ids=lambda path: path.stem)
def test_a_recorded_state_is_of_the_version_that_it_is_named_after(recorded: Path) -> None:
    resources = json.loads(recorded.read_text())["deployment"]["resources"]
    versions = {
        one["inputs"].get("version") for one in resources if one["type"] == "pulumi:providers:railway"
    }
    assert versions == {recorded.stem}


def test_the_newest_recorded_state_holds_every_resource() -> None:
    newest = STATES[-1].read_text()
    assert [resource.token for resource in RESOURCES if f'"type": "{resource.token}"' not in newest] == []
