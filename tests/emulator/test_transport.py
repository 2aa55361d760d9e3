"""Transport, authentication, errors, pagination (railway-api §1)."""

import json

import pytest

from railway_emulator import Emulator
from tests.emulator.client import Client, RefusedError, World


def test_a_refusal_is_an_answer_with_status_200_and_no_data(world: World) -> None:
    answer = world.raw('{ project(id: "nobody") { id } }')
    assert answer.status_code == 200
    assert answer.json()["data"] is None
    assert answer.json()["errors"][0]["message"] == "Project not found"


@pytest.mark.parametrize(
    ("query", "message"),
    [
        ("{ nonsense }", 'Cannot query field "nonsense" on type "Query".'),
        ('{ project(id: "x") { id, colour } }', 'Cannot query field "colour" on type "Project".'),
        ('{ project(name: "x") { id } }', 'Unknown argument "name" on field "Query.project".'),
        ('{ project(id: "x") }', 'Field "project" of type "Project!" must have a selection of subfields.'),
    ],
)
def test_what_the_schema_does_not_have_is_refused_in_its_words(
    world: World, query: str, message: str
) -> None:
    answer = world.raw(query)
    assert answer.status_code == 400
    assert answer.json()["errors"][0]["message"].startswith(message)


def test_an_unknown_input_field_is_refused(world: World) -> None:
    answer = world.raw(
        'mutation($input: VolumeUpdateInput!) { volumeUpdate(volumeId: "x", input: $input) { id } }',
        input={"sizeMB": 1},
    )
    assert (
        'Field "sizeMB" is not defined by type "VolumeUpdateInput"' in answer.json()["errors"][0]["message"]
    )


def test_the_operation_is_found_without_its_name(world: World) -> None:
    body = {"query": f'query plan {{ project(id: "{world.project}") {{ name }} }}', "operationName": None}
    answer = world.http("POST", "/graphql/v2?source=test", json=body, headers=world.headers)
    assert answer.json()["data"]["project"]["name"] == "etally"


def test_introspection_and_typename_work_without_a_token(emulator: Emulator) -> None:
    stranger = Client(emulator, headers={})
    assert stranger.ask("{ __typename }") == "Query"
    assert stranger.ask("{ __schema { queryType { name } } }") == {"queryType": {"name": "Query"}}


@pytest.mark.parametrize(
    "body", [b"", b"[]", b"not json", b'{"variables": {}}', b'{"query": "{", "variables": 1}']
)
def test_a_body_that_is_no_request_is_refused(world: World, body: bytes) -> None:
    answer = world.http("POST", "/graphql/v2", content=body, headers=world.headers)
    assert answer.status_code == 400
    assert answer.json()["errors"][0]["message"]


@pytest.mark.parametrize("headers", [{}, {"Authorization": "Bearer wrong"}, {"Authorization": "Basic eDp5"}])
def test_without_the_account_s_token_nothing_is_authorized(
    emulator: Emulator, headers: dict[str, str]
) -> None:
    with pytest.raises(RefusedError, match=r"^Not Authorized$"):
        Client(emulator, headers).ask("{ projects { edges { node { id } } } }")


def test_an_account_token_made_by_the_api_works_until_it_is_deleted(world: World, emulator: Emulator) -> None:
    secret = world.ask('mutation { apiTokenCreate(input: {name: "ci"}) }')
    other = Client(emulator, {"Authorization": f"Bearer {secret}"})
    assert other.ask("{ apiToken { workspaces { name } } }") == {"workspaces": [{"name": "Local Railway"}]}
    listed = world.ask("{ apiTokens { edges { node { id name displayToken } } } }")["edges"][0]["node"]
    assert listed["name"] == "ci"
    assert secret not in json.dumps(listed)
    world.ask("mutation($id: String!) { apiTokenDelete(id: $id) }", id=listed["id"])
    with pytest.raises(RefusedError, match="Not Authorized"):
        other.ask("{ apiToken { workspaces { id } } }")


def _project_client(world: World) -> Client:
    secret = world.ask(
        "mutation($input: ProjectTokenCreateInput!) { projectTokenCreate(input: $input) }",
        input={"projectId": world.project, "environmentId": world.environment, "name": "deploy"},
    )
    return Client(world.emulator, {"Project-Access-Token": secret})


def test_a_project_token_says_what_it_is_for(world: World) -> None:
    found = _project_client(world).ask("{ projectToken { projectId environmentId } }")
    assert found == {"projectId": world.project, "environmentId": world.environment}


def test_a_project_token_reaches_its_environment_and_no_other(world: World) -> None:
    other = world.environment_create("staging")
    client = _project_client(world)
    assert client.ask("query($id: String!) { environment(id: $id) { name } }", id=world.environment)
    with pytest.raises(RefusedError, match="Not Authorized"):
        client.ask("query($id: String!) { environment(id: $id) { name } }", id=other)
    shown = client.ask(
        "query($id: String!) { project(id: $id) { environments { edges { node { id } } } } }",
        id=world.project,
    )
    assert [edge["node"]["id"] for edge in shown["environments"]["edges"]] == [world.environment]


@pytest.mark.parametrize(
    "query",
    [
        "{ projects { edges { node { id } } } }",
        "{ apiToken { workspaces { id } } }",
        'mutation { projectCreate(input: {name: "x"}) { id } }',
    ],
)
def test_a_project_token_can_t_do_what_belongs_to_the_account(world: World, query: str) -> None:
    with pytest.raises(RefusedError, match="Not Authorized"):
        _project_client(world).ask(query)


def test_a_project_token_can_commit_to_its_environment(world: World) -> None:
    service = world.row("web")
    client = _project_client(world)
    workflow = client.ask(
        "mutation($id: String!, $patch: EnvironmentConfig)"
        "{ environmentPatchCommit(environmentId: $id, patch: $patch) }",
        id=world.environment,
        patch={"services": {service: {"isCreated": True, "source": {"image": "nginx:1.27"}}}},
    )
    status = client.ask("query($id: String!) { workflowStatus(workflowId: $id) { status } }", id=workflow)
    assert status == {"status": "Complete"}


def test_an_unknown_project_token_is_not_found(emulator: Emulator) -> None:
    client = Client(emulator, {"Project-Access-Token": "wrong"})
    with pytest.raises(RefusedError, match=r"^Project Token not found$"):
        client.ask("{ projectToken { projectId } }")


def test_pages_follow_their_cursors_to_the_end(world: World) -> None:
    names = [f"service-{number}" for number in range(5)]
    for name in names:
        world.row(name)
    seen, cursor = [], None
    while True:
        page = world.ask(
            "query($id: String!, $after: String) { project(id: $id) { services(first: 2, after: $after)"
            "{ edges { node { name } } pageInfo { endCursor hasNextPage hasPreviousPage } } } }",
            id=world.project,
            after=cursor,
        )["services"]
        seen += [edge["node"]["name"] for edge in page["edges"]]
        assert page["pageInfo"]["hasPreviousPage"] == (cursor is not None)
        cursor = page["pageInfo"]["endCursor"]
        if not page["pageInfo"]["hasNextPage"]:
            break
    assert seen == names


def test_a_page_of_nothing_says_whether_there_is_more(world: World) -> None:
    world.row("web")
    page = world.ask(
        "query($id: String!) { project(id: $id) { services(first:"
        " 0) { edges { cursor } pageInfo { hasNextPage } } } }",
        id=world.project,
    )["services"]
    assert page == {"edges": [], "pageInfo": {"hasNextPage": True}}
