"""Each change that is sent to Railway fails once, in each way that it can; the next `up` converges."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Any

import pytest

from pulumi_resource_railway.railway.documents import DOCUMENTS
from tests.provider.resources.cases import CASES, Case, Place, readable
from tests.provider.resources.harness import World
from tests.provider.resources.runs import Held, KillingTransport, down, up

if TYPE_CHECKING:
    from pathlib import Path

pytestmark = pytest.mark.anyio

MUTATIONS = {
    "Project": ("projectCreate", "projectUpdate", "projectDelete"),
    "Environment": ("environmentCreate", "environmentRename", "environmentDelete"),
    "Service": ("serviceCreate", "environmentPatchCommit", "serviceUpdate", "serviceDelete"),
    "Service with everything of the platform": ("serviceCreate", "environmentPatchCommit", "serviceDelete"),
    "Volume": ("volumeCreate", "volumeUpdate", "environmentPatchCommit", "volumeDelete"),
    "ServiceDomain": ("serviceDomainCreate", "serviceDomainUpdate", "serviceDomainDelete"),
    "CustomDomain": ("customDomainCreate", "customDomainUpdate", "customDomainDelete"),
    "Environment from a source": ("environmentCreate", "environmentRename", "environmentDelete"),
    "TcpProxy": ("environmentPatchCommit", "tcpProxyDelete"),
    "SharedVariables": ("environmentPatchCommit",),
    "Bucket": ("bucketCreate", "environmentPatchCommit", "bucketUpdate"),
    "ProjectToken": ("projectTokenCreate", "projectTokenDelete"),
    "EgressGateway": (
        "egressGatewayAssociationCreate",
        "serviceInstanceRedeploy",
        "egressGatewayAssociationsClear",
    ),
}
FAULTS: dict[str, dict[str, Any]] = {
    "refused": {"error": "Something is wrong with this"},
    "failed": {"error": "Problem processing request"},
    "answer lost": {"loseAnswer": True},
    "rate limit": {"status": 429, "retryAfter": 2},
    "bad gateway": {"status": 502},
    "cooldown": {"error": "Whoa there pal! You are doing this too quickly. Try again in a sec"},
}
PATIENT = {"rate limit", "cooldown"}
every_mutation = pytest.mark.parametrize(
    ("kind", "operation"),
    [(kind, operation) for kind, operations in MUTATIONS.items() for operation in operations],
)


@every_mutation
@pytest.mark.parametrize("fault", FAULTS)
async def test_a_fault_at_each_change(world: World, kind: str, operation: str, fault: str) -> None:
    case = CASES[kind]
    place = await case.prepare(world)
    await world.faults({"operation": operation, **FAULTS[fault]})
    failures = await _live(world, case, place)
    state = await world.state()
    assert state["faults"] == [], "the fault was never met"
    if fault in PATIENT:
        assert failures == 0
    if fault == "refused":
        assert failures == 1


@every_mutation
async def test_the_plugin_is_killed_at_each_change(tmp_path: Path, kind: str, operation: str) -> None:
    world = World(tmp_path / "journal")
    case = CASES[kind]
    place = await case.prepare(world)
    world.transport = transport = KillingTransport(world.transport, operation)
    assert await _live(world, case, place) == 1
    assert transport.killed
    await world.close()


async def _live(world: World, case: Case, place: Place) -> int:
    """Lead a resource through its life, again where that failed; return how often it failed."""
    before = await world.state()
    failures = 0
    held = Held()
    ids = set()
    for inputs in (case.first(place), case.second(place)):
        while not await up(world, case.resource, inputs, held):
            failures += 1
            assert failures <= 2
        ids.add(held.id)
        assert held.id is not None
        await world.restart()
        found = await case.resource.read(world.context(), held.id, inputs)
        assert found is not None
        assert (found.inputs, found.outputs) == (inputs, readable(case, held.outputs))
        if inputs == case.first(place):
            _assert_nothing_doubled(before, await world.state())
    assert len(ids) == 1
    id_ = held.id
    while not await down(world, case.resource, held):
        failures += 1
        assert failures <= 2
    assert id_ is not None
    assert await case.resource.read(world.context(), id_, case.second(place)) is None
    after = await world.state()
    assert _sizes(after) == _sizes(before)
    # Railway has no way to remove a bucket's record, so at least there must be no second one.
    assert sum(len(project["buckets"]) for project in after["projects"]) <= 1
    return failures


def _sizes(state: dict[str, Any]) -> Counter[str]:
    """Count everything that could be doubled, orphaned or lost."""
    found: Counter[str] = Counter(projects=len(state["projects"]))
    for project in state["projects"]:
        for key in ("environments", "services", "volumes", "projectTokens"):
            found[key] += len(project[key])
        for environment in project["environments"]:
            found["serviceInstances"] += len(environment["serviceInstances"])
            found["volumeInstances"] += len(environment["volumeInstances"])
            found["bucketInstances"] += len(environment["bucketInstances"])
            found["shared"] += bool(environment["config"].get("sharedVariables"))
            for instance in environment["serviceInstances"]:
                found["tcpProxies"] += len(instance["tcpProxies"])
                found["egressGateways"] += len(instance["egressGateways"])
            for service in (environment["config"].get("services") or {}).values():
                networking = service.get("networking") or {}
                found["domains"] += sum(
                    len(networking.get(key) or {}) for key in ("serviceDomains", "customDomains")
                )
    return +found


def _assert_nothing_doubled(before: dict[str, Any], after: dict[str, Any]) -> None:
    grown = _sizes(after) - _sizes(before)
    assert all(count == 1 for count in grown.values()), grown


def test_every_mutation_is_meant() -> None:
    known = {operation for operations in MUTATIONS.values() for operation in operations}
    sent = {
        document.text.partition("{")[2].strip().partition("(")[0]
        for document in DOCUMENTS
        if document.text.strip().startswith("mutation")
    }
    assert sent == known
