"""States that earlier versions of the provider wrote preview clean with this one, without a look at Railway."""

import json
from collections.abc import Iterator
from pathlib import Path

import pytest
import yaml

from pulumi_resource_railway.resources import RESOURCES
from tests.engine.recording import ENDPOINT, RECORDED, TOKEN, on_stack, program
from tests.engine.stage import Stage, stage
from tools.local.state import write_private

pytestmark = [pytest.mark.xdist_group("recorded-states"), pytest.mark.timeout(300)]
STATES = sorted(RECORDED.glob("*.json"))


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


def test_the_newest_recorded_state_holds_every_resource() -> None:
    newest = STATES[-1].read_text()
    assert [resource.token for resource in RESOURCES if f'"type": "{resource.token}"' not in newest] == []
