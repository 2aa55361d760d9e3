"""What is gone, and what only can't be seen: for every resource, by each way of not getting an answer."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import httpx
import pytest

from pulumi_resource_railway.railway.documents.projects import PROJECTS, WHO_WITH_TOKEN
from pulumi_resource_railway.railway.errors import (
    AnswerLost,
    NotAuthorized,
    RailwayError,
    Refused,
    ServerError,
    TransportError,
)
from pulumi_resource_railway.resources.project import Project, ProjectInputs
from railway_emulator import REALISTIC
from tests.provider.resources.cases import CASES, Case, Place
from tests.provider.resources.harness import World
from tests.provider.resources.test_realistic import SPEED, HurriedTime

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

pytestmark = pytest.mark.anyio
every_case = pytest.mark.parametrize("case", CASES.values(), ids=CASES.keys())
ANYWHERE = Place("project", "environment", "service", "volume")


def refusal(words: str) -> httpx.Response:
    return httpx.Response(200, json={"data": None, "errors": [{"message": words}]})


def lost(error: Exception) -> Callable[[httpx.Request], httpx.Response]:
    def answer(_request: httpx.Request) -> httpx.Response:
        raise error

    return answer


@every_case
@pytest.mark.parametrize(
    ("answer", "kind"),
    [
        (lambda _: refusal("Not Authorized"), NotAuthorized),
        (lambda _: refusal("Something is wrong"), Refused),
        (lambda _: httpx.Response(502), ServerError),
        (lost(httpx.ReadError("")), AnswerLost),
        (lost(httpx.ConnectError("")), TransportError),
    ],
    ids=["denied", "refused", "502", "connection lost", "no connection"],
)
async def test_only_not_found_means_gone(
    world: World, case: Case, answer: Callable[[httpx.Request], httpx.Response], kind: type[RailwayError]
) -> None:
    world.transport = httpx.MockTransport(answer)
    world.clock.speed = 1e5
    await world.restart()
    with pytest.raises(RailwayError) as failure:
        await case.resource.read(world.context(), "id", case.first(ANYWHERE))
    assert type(failure.value) is kind


@every_case
async def test_not_found_means_gone(world: World, case: Case) -> None:
    world.transport = httpx.MockTransport(lambda _: refusal("Object not found"))
    await world.restart()
    assert await case.resource.read(world.context(), "id", case.first(ANYWHERE)) is None


def realistic(directory: Path) -> World:
    hurried = HurriedTime()
    world = World(directory, replace(REALISTIC, deployment_seconds_per_state=0.5), hurried)
    world.clock.speed = SPEED
    world.clock.now = hurried.now  # type: ignore[method-assign]
    return world


@every_case
@pytest.mark.parametrize("make", [World, realistic], ids=["says not found", "says Not Authorized"])
@pytest.mark.parametrize("parent", ["project", "environment"])
async def test_what_went_with_its_parent_is_deleted(
    tmp_path: Path, case: Case, make: Callable[[Path], World], parent: str
) -> None:
    world = make(tmp_path)
    place = await case.prepare(world)
    created = await case.resource.create(world.context(timeout=600), case.first(place))
    project_id = place.project_id or created.id
    id_, mutation = project_id, "projectDelete"
    if parent == "environment" and place.environment_id:
        id_, mutation = place.environment_id, "environmentDelete"
    await world.graphql(f"mutation ($id: String!) {{ {mutation}(id: $id) }}", id=id_)
    await world.clock.sleep(5)
    await world.restart()
    await case.resource.delete(world.context(), created.id, created.outputs)
    await world.close()


class Denying(httpx.AsyncBaseTransport):
    """Railway for a token of another workspace: it is denied everything but that workspace's own lists."""

    def __init__(self, inner: httpx.AsyncBaseTransport) -> None:
        self.inner = inner

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        name = json.loads(request.content)["operationName"]
        if name == PROJECTS.name:
            page: dict[str, Any] = {"edges": [], "pageInfo": {"hasNextPage": False, "endCursor": None}}
            return httpx.Response(200, json={"data": {"projects": page}})
        if name == WHO_WITH_TOKEN.name:
            return await self.inner.handle_async_request(request)
        return refusal("Not Authorized")


@every_case
async def test_what_the_token_does_not_reach_is_not_taken_for_deleted(world: World, case: Case) -> None:
    place = await case.prepare(world)
    created = await case.resource.create(world.context(), case.first(place))
    world.transport = Denying(world.transport)
    await world.restart()
    context = world.context()
    with pytest.raises(NotAuthorized, match="Railway also says this of ids that it doesn't know") as failure:
        await case.resource.delete(context, created.id, created.outputs)
    assert f"pulumi state delete '{context.urn}'" in str(failure.value)


async def test_a_project_of_a_workspace_that_the_token_reaches_is_gone_when_it_is_not_listed(
    world: World,
) -> None:
    workspace = next(iter(await world.session.workspaces()))
    inputs = ProjectInputs(name="shop", workspace_id=workspace)
    created = await Project().create(world.context(), inputs)
    world.transport = Denying(world.transport)
    await world.restart()
    await Project().delete(world.context(), created.id, created.outputs)
