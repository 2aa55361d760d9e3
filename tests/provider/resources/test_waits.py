"""What is waited for is shown, is waited for whole, and says how to get more time."""

from __future__ import annotations

import asyncio
import json
from typing import TYPE_CHECKING, Any

import httpx
import pytest

from pulumi_resource_railway import operations
from pulumi_resource_railway.errors import PartialFailure
from pulumi_resource_railway.resources.egress_gateway import EgressGateway, EgressGatewayInputs
from pulumi_resource_railway.resources.service import Service
from pulumi_resource_railway.resources.service_domain import ServiceDomain, ServiceDomainInputs
from pulumi_resource_railway.resources.service_model import (
    RegionReplicas,
    ServiceDeploy,
    ServiceInputs,
    ServiceSource,
)
from tests.provider.resources.cases import Place

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.provider.resources.harness import World

pytestmark = pytest.mark.anyio


class Lagging(httpx.AsyncBaseTransport):
    """Changes the first answers to a query."""

    def __init__(
        self, inner: httpx.AsyncBaseTransport, operation: str, change: Callable[[Any], None], times: int
    ) -> None:
        self.inner, self.operation, self.change, self.times = inner, operation, change, times

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        answer = await self.inner.handle_async_request(request)
        if self.times and json.loads(request.content)["operationName"] == self.operation:
            await answer.aread()
            document = answer.json()
            self.change(document["data"])
            self.times -= 1
            return httpx.Response(200, json=document)
        return answer


def web(place: Place, **changes: Any) -> ServiceInputs:
    return ServiceInputs(**place.environment, name="web", source=ServiceSource(image="nginx:1"), **changes)


async def service(world: World, place: Place, **changes: Any) -> Place:
    made = await Service().create(world.context("web"), web(place, **changes))
    return Place(place.project_id, place.environment_id, made.id)


@pytest.mark.parametrize(("late", "words"), [(True, "custom_timeouts"), (False, "Cancelled before")])
async def test_what_takes_too_long_is_told_apart_from_what_is_cancelled(
    world: World, place: Place, monkeypatch: pytest.MonkeyPatch, late: bool, words: str
) -> None:
    monkeypatch.setattr(operations, "DEADLINE_MARGIN_SECONDS", 0.05)
    await world.faults({"operation": "environmentPatchCommit", "status": 429, "retryAfter": 300})
    world.clock.speed = 1
    seconds = 0.5 if late else 60
    running = operations.Operations()
    work = running.run(Service().create(world.context(timeout=seconds), web(place)), seconds)
    task = asyncio.create_task(work)
    if not late:
        await world.until(lambda: "rate limit" in world.messages.text)
        running.cancel()
    with pytest.raises(PartialFailure) as failure:
        await task
    assert words in str(failure.value)
    assert failure.value.id


async def test_the_addresses_of_all_regions_are_waited_for(world: World, place: Place) -> None:
    regions = {name: RegionReplicas(num_replicas=1) for name in ("us-west2", "europe-west4-drams3a")}
    place = await service(world, place, deploy=ServiceDeploy(multi_region_config=regions))
    inputs = EgressGatewayInputs(**place.service)
    for lost in (False, True):
        world.transport = Lagging(
            world.transport,
            "egressGateways",
            lambda data: data["egressGateways"].__delitem__(slice(1, None)),
            3,
        )
        await world.restart()
        if lost:
            await world.faults({"operation": "egressGatewayAssociationCreate", "loseAnswer": True})
        made = await EgressGateway().create(world.context("egress"), inputs)
        assert len(made.outputs.addresses) == 2
        assert "waiting for the new addresses" in world.messages.text
        found = await EgressGateway().read(world.context("egress"), made.id, inputs)
        assert found is not None
        assert found.outputs == made.outputs
        await EgressGateway().delete(world.context("egress"), made.id, made.outputs)


async def test_a_domain_that_does_not_show_yet_is_waited_for_visibly(world: World, place: Place) -> None:
    place = await service(world, place)

    def without_domains(data: Any) -> None:
        for edge in data["environment"]["serviceInstances"]["edges"]:
            edge["node"]["domains"]["serviceDomains"] = []

    world.transport = Lagging(world.transport, "snapshot", without_domains, 3)
    await world.restart()
    inputs = ServiceDomainInputs(**place.service, subdomain="waited-for")
    made = await ServiceDomain().create(world.context("domain"), inputs)
    assert made.outputs.domain.startswith("waited-for.")
    assert "waiting for the new domain" in world.messages.text


async def test_a_redeployment_whose_answer_was_lost_is_waited_for_visibly(world: World, place: Place) -> None:
    place = await service(world, place)
    old = await Service().read(world.context(), place.service_id, web(place))
    assert old is not None

    def nothing(data: Any) -> None:
        data["deployments"]["edges"] = []

    world.transport = Lagging(world.transport, "deployments", nothing, 2)
    await world.restart()
    await world.faults({"operation": "serviceInstanceRedeploy", "loseAnswer": True})
    triggered = web(place, redeploy_triggers={"again": "1"})
    await Service().update(world.context(), place.service_id, old.outputs, triggered)
    assert "waiting for the deployment to appear" in world.messages.text
    assert len(await world.deployments()) == 2
