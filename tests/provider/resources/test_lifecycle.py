"""Every resource, from its creation to its second deletion; nothing ever looks like drift."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from pulumi_resource_railway.diff import compare
from pulumi_resource_railway.resources.service import Service
from pulumi_resource_railway.resources.service_configuration import change
from pulumi_resource_railway.resources.service_model import ServiceInputs
from pulumi_resource_railway.values import UNKNOWN
from tests.provider.resources.cases import CASES, Case, readable

if TYPE_CHECKING:
    from tests.provider.resources.harness import World

pytestmark = pytest.mark.anyio
every_case = pytest.mark.parametrize("case", CASES.values(), ids=CASES.keys())


@every_case
async def test_life_of_a_resource(world: World, case: Case) -> None:
    place = await case.prepare(world)
    before = await world.state()
    first, second = case.first(place), case.second(place)
    resource = case.resource

    created = await resource.create(world.context(), first)
    await world.restart()
    found = await resource.read(world.context(), created.id, first)
    assert found is not None
    assert (found.id, found.inputs) == (created.id, first)
    assert found.outputs == readable(case, created.outputs)

    await world.restart()
    updated = await resource.update(world.context(), created.id, created.outputs, second)
    await world.restart()
    found = await resource.read(world.context(), created.id, second)
    assert found is not None
    assert (found.inputs, found.outputs) == (second, readable(case, updated))

    await world.restart()
    await resource.delete(world.context(), created.id, updated)
    await world.restart()
    assert await resource.read(world.context(), created.id, second) is None
    await resource.delete(world.context(), created.id, updated)
    assert _without_times(await world.state()) == _without_times(before)


@every_case
async def test_what_is_imported_can_be_written_as_a_program(world: World, case: Case) -> None:
    place = await case.prepare(world)
    created = await case.resource.create(world.context(), case.first(place))
    await world.restart()
    imported = await case.resource.read(world.context(), case.import_id(place, created.id), None)
    assert imported is not None
    assert imported.id == created.id
    refreshed = await case.resource.read(world.context(), created.id, imported.inputs)
    assert refreshed is not None
    assert (refreshed.inputs, refreshed.outputs) == (imported.inputs, imported.outputs)


NOT_AT_RAILWAY = {
    "redeployTriggers",
    "awaitDeployment",
    "deploy.registryCredentials",
    "build.railpackVersion",
}
"""What Railway doesn't have or doesn't show, so that an import can't know it; the property's description says so."""


@every_case
@pytest.mark.parametrize("of", ["first", "second"])
async def test_what_is_imported_differs_in_nothing_from_the_program(
    world: World, case: Case, of: str
) -> None:
    place = await case.prepare(world)
    program = getattr(case, of)(place)
    created = await case.resource.create(world.context(), program)
    await world.restart()
    imported = await case.resource.read(world.context(), case.import_id(place, created.id), None)
    assert imported is not None
    recorded, stated = imported.inputs.to_properties(), program.to_properties()
    if of == "second" and "build" in stated:
        del stated["build"]["railpackVersion"]
    difference = compare(case.resource, recorded, stated, state=imported.outputs.to_properties())
    assert {change.text for change in difference.changes} <= NOT_AT_RAILWAY


@pytest.mark.parametrize(
    ("recorded", "stated", "differs"),
    [
        ({"deploy": {"restartPolicyType": "ON_FAILURE", "sleepApplication": False}}, {}, set()),
        ({"deploy": {"restartPolicyType": "ON_FAILURE", "startCommand": "x"}}, {}, {"deploy"}),
        (
            {"deploy": {"restartPolicyType": "ALWAYS"}},
            {"deploy": {"startCommand": "x"}},
            {"deploy.restartPolicyType", "deploy.startCommand"},
        ),
        ({}, {"deploy": {"restartPolicyType": "ON_FAILURE"}}, {"deploy"}),
        ({"build": {"builder": "RAILPACK"}}, {}, {"build"}),
        ({"source": {"repo": "a/b", "branch": "main"}}, {"source": {"repo": "a/b"}}, set()),
        ({"source": {"repo": "a/b", "branch": "next"}}, {"source": {"repo": "a/b"}}, {"source.branch"}),
        ({"deploy": {"multiRegionConfig": {"us-west2": {"numReplicas": 1}}}}, {}, set()),
        ({"deploy": {"multiRegionConfig": {"us-west2": {"numReplicas": 2}}}}, {}, {"deploy"}),
        ({}, {"deploy": {"multiRegionConfig": {"us-west2": {"numReplicas": 1}}}}, {"deploy"}),
        ({"deploy": {"restartPolicyType": "ON_FAILURE"}}, {"deploy": UNKNOWN}, {"deploy"}),
    ],
)
async def test_what_railway_has_by_itself_can_be_left_out(
    recorded: dict[str, Any], stated: dict[str, Any], differs: set[str]
) -> None:
    name = {"projectId": "p", "environmentId": "e", "name": "web"}
    difference = compare(Service(), {**name, **recorded}, {**name, **stated})
    assert {change.text for change in difference.changes} == differs
    if UNKNOWN not in stated.values():
        old, new = (ServiceInputs.from_properties({**name, **each}) for each in (recorded, stated))
        assert bool(change(old, new, {})) is bool(differs)


@every_case
async def test_delete_and_read_in_the_run_that_created_it(world: World, case: Case) -> None:
    place = await case.prepare(world)
    created = await case.resource.create(world.context(), case.first(place))
    assert await case.resource.read(world.context(), created.id, case.first(place)) is not None
    await case.resource.delete(world.context(), created.id, created.outputs)
    assert await case.resource.read(world.context(), created.id, case.first(place)) is None


@every_case
async def test_a_name_that_exists_is_refused_with_its_import_id(world: World, case: Case) -> None:
    place = await case.prepare(world)
    created = await case.resource.create(world.context("first"), case.first(place))
    await world.restart()
    with pytest.raises(Exception, match="pulumi import") as failure:
        await case.resource.create(world.context("second"), case.first(place))
    assert case.import_id(place, created.id) in str(failure.value)
    assert await case.resource.read(world.context(), created.id, case.first(place)) is not None


@every_case
async def test_a_wrong_import_id_is_explained(world: World, case: Case) -> None:
    with pytest.raises(Exception, match=case.resource.import_format):
        await case.resource.read(world.context(), "a/b/c/d/e", None)


def _without_times(state: object) -> object:
    if isinstance(state, dict):
        ignored = {"workflows", "patches", "deployments", "updatedAt", "createdAt", "mountPath"}
        ignored |= {"buckets"}  # the project's records: Railway has no way to remove one
        entries = {key: _without_times(value) for key, value in state.items() if key not in ignored}
        return {key: value for key, value in entries.items() if value != {}}
    return [_without_times(entry) for entry in state] if isinstance(state, list) else state
