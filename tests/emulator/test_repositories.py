"""GitHub repositories: who says how they are reached, and what Railway does without its GitHub App."""

from typing import Any

import pytest

from tests.emulator.client import Client, RefusedError, World

ASK = "query($name: String!) { gitHubRepoAccessAvailable(fullRepoName: $name) { hasAccess isPublic } }"


def _reach(world: World, access: str, repository: str = "acme/web") -> None:
    answer = world.control("repositories", {"repository": repository, "access": access})
    assert answer == {"repository": repository, "access": access}


@pytest.mark.parametrize(
    ("access", "answer"),
    [
        (None, {"hasAccess": True, "isPublic": False}),
        ("app", {"hasAccess": True, "isPublic": False}),
        ("public", {"hasAccess": False, "isPublic": True}),
        ("none", {"hasAccess": False, "isPublic": False}),
    ],
)
def test_how_a_repository_is_reached(world: World, access: str | None, answer: dict[str, bool]) -> None:
    if access is not None:
        _reach(world, access)
    assert world.ask(ASK, name="Acme/Web") == answer
    assert world.ask(ASK, name="acme/other") == {"hasAccess": True, "isPublic": False}


def test_a_workspace_s_token_is_no_user_s(world: World) -> None:
    (workspace,) = world.ask("{ apiToken { workspaces { id } } }")["workspaces"]
    create = "mutation($input: ApiTokenCreateInput!) { apiTokenCreate(input: $input) }"
    secret = world.ask(create, input={"name": "ci", "workspaceId": workspace["id"]})
    client = Client(world.emulator, {"Authorization": f"Bearer {secret}"})
    assert client.ask("{ apiToken { workspaces { id } } }") == {"workspaces": [workspace]}
    for question in (ASK, "query($name: String!) { me { id } template(code: $name) { id } }"):
        with pytest.raises(RefusedError, match="Not Authorized"):
            client.ask(question, name="acme/web")
    assert world.ask("{ me { id name } }")["id"]


@pytest.mark.parametrize(("access", "deployed"), [("app", 1), ("public", 0), ("none", 0)])
def test_without_the_app_a_push_is_not_heard_of(world: World, access: str, deployed: int) -> None:
    service = world.service("web", source={"repo": "acme/web"})
    _reach(world, access)
    pushed = world.control("push", {"repository": "acme/web", "branch": "main"})
    assert len(pushed["deployments"]) == deployed
    triggers = world.ask(
        "query($p: String!, $e: String!, $s: String!) { deploymentTriggers(projectId: $p, environmentId: $e,"
        " serviceId: $s) { edges { node { repository } } } }",
        p=world.project,
        e=world.environment,
        s=service,
    )
    assert len(triggers["edges"]) == deployed


@pytest.mark.parametrize(("access", "status"), [("public", "SUCCESS"), ("none", "FAILED")])
def test_a_build_needs_the_code(world: World, access: str, status: str) -> None:
    _reach(world, access)
    service = world.service("web", source={"repo": "acme/web"})
    assert world.statuses(service) == [status]


@pytest.mark.parametrize("body", [{"repository": "acme/web"}, {"repository": "acme/web", "access": "some"}])
def test_what_is_no_access_is_refused(world: World, body: Any) -> None:
    answer = world.http("POST", "/_local/repositories", json=body)
    assert answer.status_code == 400
    assert "access" in answer.json()["error"]


def test_who_is_in_the_workspace(world: World) -> None:
    question = (
        "query($id: String!) { project(id: $id) { members { email } workspace { members { email } } } }"
    )
    me = world.ask("{ me { email } }")
    assert world.ask(question, id=world.project) == {"members": [me], "workspace": {"members": [me]}}
    world.control("members", {"email": "ada@example.com"})
    both = [me, {"email": "ada@example.com"}]
    assert world.ask(question, id=world.project) == {"members": both, "workspace": {"members": both}}
