"""The control API and the page: what they show, and above all what they don't."""

import json
from pathlib import Path
from typing import Any

import pytest

from railway_emulator import Emulator
from tests.emulator.client import Client, World

SECRET = "s3cr3t-canary-value"
SHOWING = ["/_local/state", "/_local/requests", "/_local/health", "/"]


def _spread(world: World) -> str:
    """Sends a secret by every way in which one can be sent; returns the service."""
    service = world.service(
        variables={"A": {"value": SECRET, "defaultValue": SECRET}},
        deploy={"registryCredentials": {"username": SECRET, "password": SECRET}},
    )
    world.service("reader", variables={"B": {"value": "x${{web.A}}"}})
    world.commit({"sharedVariables": {"S": {"value": SECRET}}})
    where = {"projectId": world.project, "environmentId": world.environment}
    one = {**where, "serviceId": service, "name": "C", "value": SECRET}
    several = {**where, "serviceId": service, "variables": {"D": SECRET}}
    world.ask("mutation($input: VariableUpsertInput!) { variableUpsert(input: $input) }", input=one)
    world.ask(
        "mutation($value: String!, $p: String!, $e: String!) { variableUpsert(input:"
        ' {projectId: $p, environmentId: $e, name: "E", value: $value}) }',
        value=SECRET,
        p=world.project,
        e=world.environment,
    )
    world.ask(
        "mutation($x: VariableCollectionUpsertInput!) { variableCollectionUpsert(input: $x) }", x=several
    )
    world.ask(
        "mutation($m: EnvironmentVariables!, $p: String!, $e: String!) { variableCollectionUpsert(input:"
        " {projectId: $p, environmentId: $e, variables: $m}) }",
        m={"F": SECRET},
        p=world.project,
        e=world.environment,
    )
    world.ask(
        f'mutation {{ variableUpsert(input: {{projectId: "{world.project}",'
        f' environmentId: "{world.environment}",'
        f' name: "G", value: "{SECRET}"}}) }}'
    )
    world.ask(
        "mutation($id: String!, $input: EnvironmentConfig!) {"
        " environmentStageChanges(environmentId: $id, input: $input) { id } }",
        id=world.environment,
        input={"services": {service: {"variables": {"H": {"value": SECRET}}}}},
    )
    world.raw(
        "mutation($input: VariableUpsertInput!) { variableUpsert(input: $input) }",
        input={"value": SECRET, "x": 1},
    )
    world.raw(f'{{ nonsense(a: "{SECRET}" }}')
    world.row("created")
    world.service_create(
        "created-with",
        environmentId=None,
        variables={"I": SECRET},
        registryCredentials={"username": "u", "password": SECRET},
    )
    return service


@pytest.mark.parametrize("path", SHOWING)
def test_no_secret_is_shown(world: World, path: str, caplog: pytest.LogCaptureFixture) -> None:
    _spread(world)
    assert SECRET not in world.http("GET", path).text
    assert SECRET not in caplog.text


def test_masking_keeps_names_and_structure(world: World) -> None:
    service = _spread(world)
    environment = world.http("GET", "/_local/state").json()["projects"][0]["environments"][0]
    assert environment["config"]["services"][service]["variables"]["A"] == {
        "value": "*****",
        "defaultValue": "*****",
    }
    assert set(environment["deployments"][-1]["snapshot"]["variables"].values()) == {"*****"}


def test_the_control_token_reveals(world: World) -> None:
    service = _spread(world)
    config = world.state()["projects"][0]["environments"][0]["config"]
    assert config["services"][service]["variables"]["A"]["value"] == SECRET
    headers = {"Authorization": f"Bearer {world.emulator.control_token}"}
    assert SECRET in world.http("GET", "/_local/requests?reveal=1", headers=headers).text


@pytest.mark.parametrize("path", ["/_local/state", "/_local/requests"])
@pytest.mark.parametrize("token", [None, "wrong", "account"])
def test_nothing_else_reveals(world: World, path: str, token: str | None) -> None:
    _spread(world)
    shown = world.emulator.account_token if token == "account" else token
    headers = {} if shown is None else {"Authorization": f"Bearer {shown}"}
    answer = world.http("GET", f"{path}?reveal=1", headers=headers)
    assert answer.status_code == 403
    assert SECRET not in answer.text


def test_headers_and_tokens_are_never_recorded(world: World) -> None:
    secret = world.ask('mutation { apiTokenCreate(input: {name: "ci"}) }')
    headers = {"Authorization": f"Bearer {world.emulator.control_token}"}
    everything = [world.http("GET", f"{path}?reveal=1", headers=headers).text for path in SHOWING]
    for token in (world.emulator.account_token, world.emulator.control_token, secret):
        assert not any(token in text for text in everything)


def test_requests_are_recorded_with_what_they_caused(world: World) -> None:
    service = world.row("web")
    world.configure(service, isCreated=True, source={"image": "nginx:1.27"})
    world.raw("{ nonsense }")
    recorded = world.requests()[-3:]
    assert [r["operation"] for r in recorded] == ["serviceCreate", "environmentPatchCommit", "nonsense"]
    assert [r["status"] for r in recorded] == [200, 200, 400]
    assert [len(r["deployments"]) for r in recorded] == [0, 1, 0]
    assert "environmentPatchCommit" in recorded[1]["document"]
    assert recorded[1]["variables"]["patch"]["services"][service]["source"] == {"image": "nginx:1.27"}


def test_a_reset_forgets_everything_but_the_account(world: World) -> None:
    world.service()
    world.control("faults", [{"operation": "projectCreate", "error": "x"}])
    world.control("reset")
    assert world.http("GET", "/_local/state").json()["projects"] == []
    assert world.requests() == []
    World(world.emulator)


@pytest.mark.parametrize("path", ["reset", "faults", "push", "certificates", "repositories", "members"])
@pytest.mark.parametrize(
    "kind", ["text/plain", "application/x-www-form-urlencoded", "multipart/form-data", ""]
)
def test_a_web_page_of_another_site_can_t_post(world: World, path: str, kind: str) -> None:
    answer = world.http("POST", f"/_local/{path}", content=b"{}", headers={"Content-Type": kind})
    assert answer.status_code == 400
    assert "application/json" in answer.json()["error"]


@pytest.mark.parametrize(
    ("path", "body"),
    [
        ("push", {"repository": "acme/web"}),
        ("certificates", {"domain": "a.example.com", "status": "VALID"}),
        ("certificates", {"domain": "a.example.com", "status": "GOOD"}),
        ("push", []),
    ],
)
def test_a_wrong_body_is_refused_with_a_reason(world: World, path: str, body: Any) -> None:
    answer = world.http("POST", f"/_local/{path}", json=body)
    assert answer.status_code == 400
    assert answer.json()["error"]


def test_reading_changes_nothing_and_posting_needs_post(world: World) -> None:
    assert world.http("GET", "/_local/reset").status_code == 405


def test_the_page_shows_the_canvas_and_escapes_names(world: World) -> None:
    service, volume = world.service("<b>web</b>"), world.volume_create()
    domain = world.service_domain(service, targetPort=8080)["domain"]
    page = world.http("GET", "/")
    assert page.headers["Content-Type"].startswith("text/html")
    assert "default-src 'none'" in page.headers["Content-Security-Policy"]
    for shown in ("etally", "production", "&lt;b&gt;web&lt;/b&gt;", "SUCCESS", domain, "not mounted"):
        assert shown in page.text
    assert "<b>web" not in page.text
    assert volume


def test_state_survives_in_its_private_file(tmp_path: Path) -> None:
    path = tmp_path / "deep" / "state.json"
    world = World(Emulator(state=path))
    service = world.service(variables={"A": {"value": "1"}})
    assert path.stat().st_mode & 0o777 == 0o600
    again = Client(Emulator(state=path, account_token=world.emulator.account_token))
    assert again.state()["projects"] == world.state()["projects"]
    assert again.ask("query($id: String!) { service(id: $id) { name } }", id=service) == {"name": "web"}


def test_a_file_of_something_else_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "state.json"
    path.write_text(json.dumps({"projects": 3}))
    with pytest.raises(ValueError, match="projects"):
        Emulator(state=path)


def test_an_unknown_profile_is_refused() -> None:
    with pytest.raises(ValueError, match="calm or realistic"):
        Emulator(profile="wild")


def test_the_workspaces_plan(world: World) -> None:
    question = "query($id: String!) { project(id: $id) { subscriptionType } }"
    assert world.ask(question, id=world.project) == {"subscriptionType": "pro"}
    assert world.control("plan", {"plan": "hobby"}) == {"plan": "hobby"}
    assert world.ask(question, id=world.project) == {"subscriptionType": "hobby"}
    refused = world.http("POST", "/_local/plan", json={"plan": "golden"})
    assert refused.status_code == 400
    assert "free, hobby, pro, trial" in refused.text
