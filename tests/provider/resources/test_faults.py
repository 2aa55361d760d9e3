"""Each request of each resource's life fails once, in each way that it can; the next `up` converges."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import pytest

from pulumi_resource_railway.railway.documents import DOCUMENTS
from railway_emulator import ManualClock
from tests.provider.resources.cases import CASES, Case, Place, readable
from tests.provider.resources.cases_elsewhere import CASES_ELSEWHERE
from tests.provider.resources.harness import World
from tests.provider.resources.interruptions import FAULTS, PATIENT, Fault, NthRequest, StandingClock
from tests.provider.resources.runs import Held, Killed, down, up

if TYPE_CHECKING:
    from pathlib import Path

    from pulumi_resource_railway.declaration import Model
    from railway_emulator.state import State

pytestmark = pytest.mark.anyio
ALL_CASES = {**CASES, **CASES_ELSEWHERE}
PHASES = ("create", "update", "delete")
MUTATIONS = {document.name for document in DOCUMENTS if document.changes}
COMMITTING = {
    "Service": ("create", "update"),
    "Service that exists elsewhere": PHASES,
    "Volume": ("create", "update"),
    "Volume that exists elsewhere": PHASES,
    "Bucket": ("create", "delete"),
    "SharedVariables": PHASES,
    "TcpProxy": ("create",),
}
"""What is done by a commit."""


@dataclass
class Beginning:
    """What there is at the beginning of a phase."""

    state: State
    held: Held


@dataclass
class Ending:
    """What there is at a phase's end: how much of what, and what everything is called."""

    sizes: Counter[str]
    names: dict[str, str]
    deployments: int


@dataclass
class Life:
    """A resource on a Railway of its own, which can be taken back to an earlier beginning."""

    world: World
    case: Case
    place: Place

    async def go(self, phase: str, held: Held) -> bool:
        """Go through a phase as one run would; return whether that succeeded."""
        told = replace(held)
        match phase:
            case "create":
                run = up(self.world, self.case.resource, self.case.first(self.place), told)
            case "update":
                run = up(self.world, self.case.resource, self.case.second(self.place), told)
            case _:
                run = down(self.world, self.case.resource, told)
        try:
            transport = self.world.transport
            succeeded = await (transport.run(run) if isinstance(transport, NthRequest) else run)
        except Killed:
            held.why = "the process was killed"
            return False
        # Only of a process that lived to tell does the engine hear.
        held.id, held.outputs, held.failed, held.why = told.id, told.outputs, told.failed, told.why
        return succeeded

    async def measured(self, phase: str, held: Held) -> tuple[Beginning, list[str], Ending]:
        """Go through a phase undisturbed."""
        beginning = Beginning(self._state().model_copy(deep=True), replace(held))
        self.world.transport = counting = NthRequest(self.world)
        assert await self.go(phase, held), self.world.messages.text
        self.world.transport = counting.inner
        return beginning, counting.operations, await self.ending()

    async def back_to(self, beginning: Beginning, journal: Path) -> Held:
        self.world.emulator.railway.state = beginning.state.model_copy(deep=True)
        self.world.directory = journal
        return replace(beginning.held)

    async def ending(self) -> Ending:
        state = await self.world.state()
        names = {row["id"]: row["name"] for rows in _rows(state).values() for row in rows}
        environments = [row for project in state["projects"] for row in project["environments"]]
        return Ending(_sizes(state), names, sum(len(row["deployments"]) for row in environments))

    async def is_as_wanted(self, phase: str, held: Held, id_: str | None) -> str | None:
        """Return what a refresh would show that isn't as the program wants it."""
        await self.world.restart()
        if phase == "delete":
            assert id_ is not None
            found = await self.case.resource.read(self.world.context(), id_, self.case.second(self.place))
            return None if found is None else "it isn't deleted"
        inputs = self.case.first(self.place) if phase == "create" else self.case.second(self.place)
        if held.id is None:
            return "it has no id"
        found = await self.case.resource.read(self.world.context(), held.id, inputs)
        if found is None:
            return "it doesn't exist"
        wanted: tuple[Model, Any] = (inputs, readable(self.case, held.outputs))
        shown = (found.inputs, found.outputs)
        return None if shown == wanted else f"a refresh shows {shown} instead of {wanted}"

    def _state(self) -> State:
        return self.world.emulator.railway.state


async def new_life(directory: Path, kind: str) -> Life:
    time = ManualClock()
    world = World(directory, "calm", time)
    world.clock = StandingClock(time)  # type: ignore[assignment]
    case = ALL_CASES[kind]
    await world.restart()
    place = await case.prepare(world)
    # What was prepared is another run's affair, and longer ago than anything that clocks disagree about.
    time.advance(3600)
    return Life(world, case, place)


@pytest.mark.parametrize("phase", PHASES)
@pytest.mark.parametrize("kind", ALL_CASES)
async def test_a_fault_at_each_request(tmp_path: Path, kind: str, phase: str) -> None:
    life = await new_life(tmp_path / "undisturbed", kind)
    held = Held()
    for earlier in PHASES[: PHASES.index(phase)]:
        assert await life.go(earlier, held)
    id_ = held.id
    beginning, operations, wanted = await life.measured(phase, held)
    wrong = []
    for number, operation in enumerate(operations, 1):
        for name, fault in FAULTS.items():
            held = await life.back_to(beginning, tmp_path / f"{name}-{number}")
            problem = await _disturbed(life, phase, held, id_ or "", wanted, name, fault, number)
            if problem is not None:
                wrong.append(f"{name} at request {number} ({operation}): {problem}")
    await life.world.close()
    assert not wrong, "\n".join(wrong)


async def _disturbed(
    life: Life, phase: str, held: Held, id_: str, wanted: Ending, name: str, fault: Fault, number: int
) -> str | None:
    """Go through a phase with a fault, and again when that failed; return what isn't as if nothing had been."""
    world = life.world
    world.transport = transport = NthRequest(world, fault, number)
    succeeded = await life.go(phase, held)
    world.transport = transport.inner
    theirs = Ending(Counter(), {}, 0)
    why = held.why
    if not transport.was_met:
        return "the fault was never met"
    if succeeded and fault.kills:
        return "it outlived its process"
    if not succeeded:
        if name in PATIENT or (name != "refused" and not fault.kills and transport.met not in MUTATIONS):
            return f"it failed, though nothing can have been changed: {why}"
        theirs = await _somebody_else(life)
        if not await life.go(phase, held):
            return f"the next run failed as well: {held.why}"
    elif name == "refused" and transport.met in MUTATIONS:
        return "a refusal went unnoticed"
    problem = await life.is_as_wanted(phase, held, id_)
    if problem is not None:
        return problem
    ending = await life.ending()
    if ending.sizes != wanted.sizes + theirs.sizes:
        return f"there is {ending.sizes} instead of {wanted.sizes + theirs.sizes}"
    others = {id_: name for id_, name in {**wanted.names, **theirs.names}.items() if id_ in ending.names}
    known = {id_: ending.names[id_] for id_ in others}
    if known != others or not theirs.names.keys() <= known.keys():
        return f"others' names are {known} instead of {others}"
    if succeeded and ending.deployments != wanted.deployments:
        return f"there were {ending.deployments} deployments instead of {wanted.deployments}"
    return None


async def _somebody_else(life: Life) -> Ending:
    """Let somebody make things between two runs that the next one could take for its own."""
    before = await life.ending()
    world, place = life.world, life.place
    if not place.project_id:
        await world.project("theirs")
    else:
        made = await world.graphql(
            'mutation ($p: String!) { environmentCreate(input: {projectId: $p, name: "theirs"}) { id } }',
            p=place.project_id,
        )
        await world.graphql(
            "mutation ($p: String!, $e: String!, $theirs: String!) {"
            ' serviceCreate(input: {projectId: $p, environmentId: $theirs, name: "theirs"}) { id }'
            ' volumeCreate(input: {projectId: $p, environmentId: $theirs, mountPath: "/theirs"}) { id }'
            ' bucketCreate(input: {projectId: $p, name: "theirs"}) { id }'
            ' projectTokenCreate(input: {projectId: $p, environmentId: $e, name: "theirs"}) }',
            p=place.project_id,
            e=place.environment_id,
            theirs=made["environmentCreate"]["id"],
        )
    after = await life.ending()
    return Ending(
        after.sizes - before.sizes,
        {id_: name for id_, name in after.names.items() if id_ not in before.names},
        after.deployments - before.deployments,
    )


@pytest.mark.parametrize(
    ("kind", "phase"), [(kind, phase) for kind, phases in COMMITTING.items() for phase in phases]
)
async def test_a_workflow_that_ends_in_an_error(tmp_path: Path, kind: str, phase: str) -> None:
    life = await new_life(tmp_path / "journal", kind)
    held = Held()
    for earlier in PHASES[: PHASES.index(phase)]:
        assert await life.go(earlier, held)
    id_ = held.id
    await life.world.faults({"operation": "environmentPatchCommit", "workflowError": "Out of capacity"})
    assert not await life.go(phase, held)
    assert "Out of capacity" in held.why
    assert await life.go(phase, held)
    assert await life.is_as_wanted(phase, held, id_) is None
    await life.world.close()


async def test_every_mutation_is_met(tmp_path: Path) -> None:
    sent: set[str] = set()
    for number, kind in enumerate(ALL_CASES):
        life, held = await new_life(tmp_path / str(number), kind), Held()
        for phase in PHASES:
            sent |= set((await life.measured(phase, held))[1])
        await life.world.close()
    assert sent >= MUTATIONS


def _rows(state: dict[str, Any]) -> dict[str, list[dict[str, Any]]]:
    """Return everything that has a name."""
    rows: dict[str, list[dict[str, Any]]] = {"projects": state["projects"]}
    for key in ("environments", "services", "volumes", "buckets", "projectTokens"):
        rows[key] = [row for project in state["projects"] for row in project[key]]
    return rows


def _sizes(state: dict[str, Any]) -> Counter[str]:
    """Count everything that could be doubled, orphaned or lost."""
    found = Counter({key: len(rows) for key, rows in _rows(state).items()})
    for project in state["projects"]:
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
