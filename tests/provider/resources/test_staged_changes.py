"""Changes that somebody staged in the dashboard stop a run, or stay as they are beside it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from pulumi_resource_railway.configuration import ProviderInputs
from pulumi_resource_railway.railway.errors import StagedChanges
from pulumi_resource_railway.resources.environment import EnvironmentInputs
from pulumi_resource_railway.resources.service import Service
from pulumi_resource_railway.resources.service_model import ServiceInputs, ServiceSource
from pulumi_resource_railway.resources.shared_variables import SharedVariables, SharedVariablesInputs
from tests.provider.resources.cases import CASES, Case, Place
from tests.provider.resources.harness import ENDPOINT, World

if TYPE_CHECKING:
    from collections.abc import Iterable

pytestmark = pytest.mark.anyio

STAGE = """
mutation ($e: String!, $i: EnvironmentConfig!) { environmentStageChanges(environmentId: $e, input: $i) { id } }
"""
THEIRS = "c4n4ry-of-theirs"
OUTSIDE = {"Project", "Environment", "Environment from a source"}
"""What isn't made within an environment; to delete it deletes what is staged in it."""
SINGLE = {name for name in CASES if name not in OUTSIDE and "Service " not in name}
within_environments = pytest.mark.parametrize("name", sorted(SINGLE))


def service(place: Place, name: str = "theirs", **changes: Any) -> ServiceInputs:
    return ServiceInputs(
        **place.environment, **{"name": name, "source": ServiceSource(image="nginx:1"), **changes}
    )


async def stage(world: World, place: Place, **patch: Any) -> None:
    await world.graphql(STAGE, e=place.environment_id, i=patch)


async def staged(world: World, environment_id: str) -> dict[str, Any]:
    data = await world.graphql(
        "query ($e: String!) { environmentStagedChanges(environmentId: $e) { status patch(decryptVariables: true) } }",
        e=environment_id,
    )
    patch: dict[str, Any] = data["environmentStagedChanges"]
    return patch


async def sent(world: World) -> list[dict[str, Any]]:
    return [row for row in await world.requests() if row["document"].lstrip().startswith("mutation")]


async def keep(world: World) -> None:
    """Begin a new run whose configuration lets it go on."""
    await world.restart(
        ProviderInputs(token=world.emulator.account_token, endpoint=ENDPOINT, staged_changes="keep")
    )


async def stops(world: World, attempts: Iterable[Any], *words: str) -> None:
    for attempt in attempts:
        await world.restart()
        before = await sent(world)
        with pytest.raises(StagedChanges, match="Deploy or discard") as failure:
            await attempt()
        assert await sent(world) == before
        for word in words:
            assert word in str(failure.value)
        assert THEIRS not in str(failure.value)


def attempts(world: World, case: Case, place: Place, made: Any) -> list[Any]:
    first, second = case.first(place), case.second(place)
    return [
        lambda: case.resource.create(world.context("another"), first),
        lambda: case.resource.update(world.context(), made.id, made.outputs, second),
        lambda: case.resource.delete(world.context(), made.id, made.outputs),
    ]


@within_environments
async def test_nothing_is_changed_beside_them(world: World, name: str) -> None:
    case = CASES[name]
    place = await case.prepare(world)
    theirs = await Service().create(world.context("theirs"), service(place))
    made = await case.resource.create(world.context(), case.first(place))
    variables = {"NOTE": {"value": THEIRS}}
    await stage(
        world,
        place,
        services={theirs.id: {"deploy": {"startCommand": THEIRS}, "variables": variables}},
        sharedVariables=variables,
    )
    create, update, delete = attempts(world, case, place, made)
    changing = [create, delete]
    if name not in {"ProjectToken", "TcpProxy", "EgressGateway"}:
        changing.append(update)  # nothing of the others changes at Railway
    await stops(
        world,
        changing,
        "2 changes are staged in environment 'production'",
        "services.theirs.deploy.startCommand, services.theirs.variables.NOTE",
        "sharedVariables.NOTE",
        "railway:stagedChanges keep",
    )
    found = await case.resource.read(world.context(), made.id, case.first(place))
    assert found is not None


async def test_an_unfinished_proxy_is_not_redeployed_beside_them(world: World) -> None:
    case = CASES["TcpProxy"]
    place = await case.prepare(world)
    made = await case.resource.create(world.context(), case.first(place))
    await stage(world, place, services={place.service_id: {"deploy": {"startCommand": THEIRS}}})
    await stops(
        world, [lambda: case.resource.update(world.context(), made.id, made.outputs, case.first(place))]
    )


@pytest.mark.parametrize("name", sorted(OUTSIDE))
async def test_what_holds_them_is_not_deleted(world: World, name: str) -> None:
    case = CASES[name]
    place = await case.prepare(world)
    made = await case.resource.create(world.context(), case.first(place))
    inside = made.outputs.default_environment_id if name == "Project" else made.id
    await stage(world, Place("", inside), sharedVariables={"NOTE": {"value": THEIRS}})
    deletion = attempts(world, case, place, made)[-1]
    await stops(world, [deletion], "1 change is staged", "sharedVariables.NOTE")
    await keep(world)
    with pytest.raises(StagedChanges, match="so railway:stagedChanges doesn't help"):
        await deletion()
    if name != "Project":
        renamed = EnvironmentInputs(**{**case.first(place).model_dump(), "name": "renamed"})
        await stops(world, [lambda: case.resource.update(world.context(), made.id, made.outputs, renamed)])


@within_environments
async def test_a_run_may_go_on_beside_them(world: World, name: str) -> None:
    case = CASES[name]
    place = await case.prepare(world)
    theirs = await Service().create(world.context("theirs"), service(place))
    patch = {
        "services": {theirs.id: {"deploy": {"startCommand": THEIRS}}},
        "sharedVariables": {"NOTE": {"value": THEIRS}},
    }
    await stage(world, place, **patch)
    before = await staged(world, place.environment_id)
    assert before["patch"] == patch
    await keep(world)
    made = await case.resource.create(world.context(), case.first(place))
    await keep(world)
    updated = await case.resource.update(world.context(), made.id, made.outputs, case.second(place))
    await keep(world)
    await case.resource.delete(world.context(), made.id, updated)
    assert await staged(world, place.environment_id) == before
    (production,) = (await world.state())["projects"][0]["environments"]
    assert "NOTE" not in (production["config"].get("sharedVariables") or {})
    assert THEIRS not in str(production["config"])


@pytest.mark.parametrize("name", sorted(SINGLE - {"ProjectToken"}))
async def test_it_stops_where_they_are_about_the_same(world: World, name: str) -> None:
    case = CASES[name]
    place = await case.prepare(world)
    made = await case.resource.create(world.context(), case.first(place))
    settings: dict[str, Any] = {"deploy": {"startCommand": THEIRS}}
    if name == "SharedVariables":
        await stage(world, place, sharedVariables={"REGION": {"value": THEIRS}})
    elif name in {"Volume", "Bucket"}:
        await stage(world, place, **{f"{name.lower()}s": {made.id: {"isDeleted": True}}})
    else:
        await stage(world, place, services={place.service_id or made.id: settings})
    await keep(world)
    before = await sent(world)
    with pytest.raises(StagedChanges, match="about what is to be changed here"):
        await case.resource.delete(world.context(), made.id, made.outputs)
    assert await sent(world) == before


async def test_a_new_variable_of_a_staged_name_is_not_made(world: World) -> None:
    place = Place(*await world.project())
    await stage(world, place, sharedVariables={"REGION": {"value": THEIRS}})
    await keep(world)
    inputs = SharedVariablesInputs(**place.environment, variables={"REGION": "eu"})
    with pytest.raises(StagedChanges, match=r"staged .*: sharedVariables\.REGION"):
        await SharedVariables().create(world.context(), inputs)


async def test_what_is_staged_is_asked_for_once_in_a_run(world: World) -> None:
    place = Place(*await world.project())
    await stage(world, place, sharedVariables={f"N{number}": {"value": THEIRS} for number in range(20)})
    await world.restart()
    before = await world.counted()
    for name in ("one", "two"):
        with pytest.raises(StagedChanges, match=r"sharedVariables\.N19 and 8 more"):
            await Service().create(world.context(name), service(place, name))
    after = await world.counted() - before
    assert after["environmentStagedChanges"] == 1
