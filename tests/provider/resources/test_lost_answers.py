"""A change whose answer is lost is looked up within the same run: it succeeds, and is sent once."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import httpx
import pytest

from railway_emulator import ManualClock, Profile
from tests.provider.resources.cases import CASES, readable
from tests.provider.resources.harness import World
from tests.provider.resources.interruptions import StandingClock

if TYPE_CHECKING:
    from pathlib import Path

pytestmark = pytest.mark.anyio
CREATIONS = [
    ("Project", "projectCreate"),
    ("Environment", "environmentCreate"),
    ("Service", "serviceCreate"),
    ("Volume", "volumeCreate"),
    ("ServiceDomain", "serviceDomainCreate"),
    ("CustomDomain", "customDomainCreate"),
    ("TcpProxy", "environmentPatchCommit"),
    ("SharedVariables", "environmentPatchCommit"),
    ("Bucket", "bucketCreate"),
    ("EgressGateway", "egressGatewayAssociationCreate"),
]


@pytest.mark.parametrize(("kind", "operation"), CREATIONS)
async def test_what_was_created_is_found(world: World, kind: str, operation: str) -> None:
    case = CASES[kind]
    place = await case.prepare(world)
    await world.restart()
    before = (await world.counted())[operation]
    await world.faults({"operation": operation, "loseAnswer": True})
    created = await case.resource.create(world.context(), case.first(place))
    assert (await world.counted())[operation] == before + 1
    await world.restart()
    found = await case.resource.read(world.context(), created.id, case.first(place))
    assert found is not None
    assert (found.inputs, found.outputs) == (case.first(place), readable(case, created.outputs))


@pytest.mark.parametrize("kind", ["Service", "CustomDomain"])
async def test_what_was_not_created_is_created_where_names_are_unique(world: World, kind: str) -> None:
    case, operation = CASES[kind], dict(CREATIONS)[kind]
    place = await case.prepare(world)
    await world.restart()
    before = (await world.counted())[operation]
    await world.faults({"operation": operation, "status": 502})
    created = await case.resource.create(world.context(), case.first(place))
    assert (await world.counted())[operation] == before + 2
    assert await case.resource.read(world.context(), created.id, case.first(place)) is not None


class LateList(httpx.AsyncBaseTransport):
    """Shows deployments no earlier than a while after they began."""

    def __init__(self, inner: httpx.AsyncBaseTransport, time: ManualClock, seconds: float) -> None:
        self.inner = inner
        self.time = time
        self.seconds = seconds
        self.redeployed: float | None = None

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        operation = json.loads(request.content)["operationName"]
        now = self.time.now().timestamp()
        if operation == "redeploy":
            self.redeployed = now
        response = await self.inner.handle_async_request(request)
        if operation != "deployments" or self.redeployed is None or now >= self.redeployed + self.seconds:
            return response
        answer = json.loads(await response.aread())
        answer["data"]["deployments"]["edges"].pop(0)
        return httpx.Response(200, json=answer)


def standing(directory: Path, profile: Profile | str = "calm") -> tuple[World, ManualClock]:
    time = ManualClock()
    world = World(directory, profile, time)
    world.clock = StandingClock(time)  # type: ignore[assignment]
    return world, time


async def test_a_commit_that_shows_after_28_seconds_is_sent_once(tmp_path: Path) -> None:
    world, _ = standing(tmp_path, Profile("slow", workflow_seconds=28))
    case = CASES["SharedVariables"]
    await world.restart()
    place = await case.prepare(world)
    await world.faults({"operation": "environmentPatchCommit", "loseAnswer": True})
    await case.resource.create(world.context(), case.first(place))
    assert (await world.counted())["environmentPatchCommit"] == 1
    await world.close()


async def test_a_redeployment_that_shows_after_28_seconds_is_sent_once(tmp_path: Path) -> None:
    world, time = standing(tmp_path)
    case = CASES["EgressGateway"]
    await world.restart()
    place = await case.prepare(world)
    world.transport = LateList(world.transport, time, 28)
    await world.restart()
    await world.faults({"operation": "serviceInstanceRedeploy", "loseAnswer": True})
    await case.resource.create(world.context(), case.first(place))
    assert (await world.counted())["serviceInstanceRedeploy"] == 1
    await world.close()
