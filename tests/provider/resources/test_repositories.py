"""Whether Railway reaches a repository is asked before anything is changed, and once for all services of it."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any

import pytest

from pulumi_resource_railway.configuration import ProviderInputs
from pulumi_resource_railway.guides import GUIDES
from pulumi_resource_railway.railway.errors import OutOfReach
from pulumi_resource_railway.resources.service import Service
from pulumi_resource_railway.resources.service_model import ServiceInputs, ServiceSource
from tests.provider.resources.harness import ENDPOINT

if TYPE_CHECKING:
    from tests.provider.resources.cases import Place
    from tests.provider.resources.harness import World

pytestmark = pytest.mark.anyio
QUESTION = "gitHubRepoAccessAvailable, me"
MEMBERS = "me, project"
FAILURES: dict[str, dict[str, Any]] = {
    "refused": {"error": "Something is wrong with this"},
    "failed": {"error": "Problem processing request"},
    "answer lost": {"loseAnswer": True},
    "bad gateway": {"status": 502},
    "not authorized": {"error": "Not Authorized"},
}
DELAYS: dict[str, dict[str, Any]] = {
    "rate limit": {"status": 429, "retryAfter": 2},
    "cooldown": {"error": "Whoa there pal! You are doing this too quickly. Try again in a sec"},
}


def app(place: Place, name: str = "app", repo: str | None = "acme/shop", **source: Any) -> ServiceInputs:
    origin = ServiceSource(repo=repo, **source) if repo else ServiceSource(image="nginx:1")
    return ServiceInputs(**place.environment, name=name, source=origin, await_deployment=False)


async def reach(world: World, access: str, repository: str = "acme/shop") -> None:
    await world.control("repositories", {"repository": repository, "access": access})


async def mutations(world: World) -> list[str]:
    changes = [row for row in await world.requests() if row["document"].lstrip().startswith("mutation")]
    return [row["operation"] for row in changes if row["operation"] != "projectCreate"]


async def test_what_railway_cannot_build_is_refused_before_anything_is_made(
    world: World, place: Place
) -> None:
    await reach(world, "none")
    with pytest.raises(OutOfReach, match=r"source\.repo: .* acme/shop") as refusal:
        await Service().create(world.context(), app(place))
    assert "https://github.com/apps/railway-app/installations/new" in str(refusal.value)
    assert "Nothing was changed." in str(refusal.value)
    assert await mutations(world) == []


async def test_another_member_may_reach_it(world: World, place: Place) -> None:
    await reach(world, "none")
    await world.control("members", {"email": "ada@example.com"})
    await Service().create(world.context(), app(place))
    assert "Unless another member of the project does, its builds fail" in world.messages.text
    assert "ada@example.com" not in world.messages.text


async def test_who_the_members_are_may_be_a_secret(world: World, place: Place) -> None:
    await reach(world, "none")
    await Service().create(world.context("other"), app(place, "other", repo=None))
    await world.faults({"operation": "project", "error": "Not Authorized"})
    await Service().create(world.context(), app(place))
    assert "Unless another member of the project does" in world.messages.text


async def test_a_public_one_is_built_but_its_pushes_are_not_heard_of(world: World, place: Place) -> None:
    await reach(world, "public")
    await Service().create(world.context(), app(place))
    (warning,) = [text for severity, text in world.messages.lines if severity == "warning"]
    assert warning.startswith("source.repo: acme/shop is public")
    assert "a push deploys nothing" in warning
    assert MEMBERS not in await world.counted()


async def test_one_that_the_app_reaches_is_no_word_worth(world: World, place: Place) -> None:
    await Service().create(world.context(), app(place))
    assert [text for severity, text in world.messages.lines if severity == "warning"] == []


async def test_services_of_one_repository_ask_once(world: World, place: Place) -> None:
    services = [app(place, f"s{number}", "acme/Shop" if number % 2 else "acme/shop") for number in range(6)]
    await asyncio.gather(*(Service().create(world.context(one.name), one) for one in services))
    assert (await world.counted())[QUESTION] == 1
    await Service().create(world.context("other"), app(place, "other", "acme/other"))
    assert (await world.counted())[QUESTION] == 2
    assert "one call for each repository" in GUIDES[Service.token].shared_calls


async def test_an_update_asks_only_about_a_new_repository(world: World, place: Place) -> None:
    made = await Service().create(world.context(), app(place))
    await world.restart()
    asked = (await world.counted())[QUESTION]
    same = await Service().update(world.context(), made.id, made.outputs, app(place, branch="next"))
    assert (await world.counted())[QUESTION] == asked
    await reach(world, "none", "acme/other")
    before = await mutations(world)
    with pytest.raises(OutOfReach, match="acme/other"):
        await Service().update(world.context(), made.id, same, app(place, "renamed", "acme/other"))
    assert await mutations(world) == before
    await Service().update(world.context(), made.id, same, app(place, repo=None))
    assert (await world.counted())[QUESTION] == asked + 1


@pytest.mark.parametrize("fault", FAILURES)
async def test_an_answer_that_fails_holds_nothing_up(world: World, place: Place, fault: str) -> None:
    await reach(world, "public")
    await world.faults({"operation": "gitHubRepoAccessAvailable", "times": 30, **FAILURES[fault]})
    made = await Service().create(world.context(), app(place))
    assert (await world.state())["projects"][0]["services"][0]["id"] == made.id
    assert "can't tell whether Railway reaches repository acme/shop" in world.messages.text


@pytest.mark.parametrize("fault", DELAYS)
async def test_an_answer_that_is_to_come_is_waited_for(world: World, place: Place, fault: str) -> None:
    await reach(world, "public")
    await world.faults({"operation": "gitHubRepoAccessAvailable", **DELAYS[fault]})
    await Service().create(world.context(), app(place))
    assert (await world.state())["faults"] == [], "the fault was never met"
    assert "acme/shop is public" in world.messages.text


async def test_a_cancelled_service_does_not_take_the_answer_from_the_others(
    world: World, place: Place
) -> None:
    await world.faults({"operation": "gitHubRepoAccessAvailable", "delaySeconds": 0.3})
    first = asyncio.create_task(Service().create(world.context("first"), app(place, "first")))
    await world.until(lambda: world.session.repositories._asked)
    second = asyncio.create_task(Service().create(world.context("second"), app(place, "second")))
    first.cancel()
    await second
    assert (await world.counted())[QUESTION] == 1


async def test_a_project_token_asks_nothing(world: World, place: Place) -> None:
    await reach(world, "none")
    data = await world.graphql(
        "mutation ($input: ProjectTokenCreateInput!) { projectTokenCreate(input: $input) }",
        input={"projectId": place.project_id, "environmentId": place.environment_id, "name": "ci"},
    )
    await world.restart(ProviderInputs(project_token=data["projectTokenCreate"], endpoint=ENDPOINT))
    await Service().create(world.context(), app(place))
    assert QUESTION not in await world.counted()


async def test_a_workspaces_token_is_nobodys(world: World, place: Place) -> None:
    await reach(world, "none")
    who = await world.graphql("{ apiToken { workspaces { id } } }")
    data = await world.graphql(
        "mutation ($input: ApiTokenCreateInput!) { apiTokenCreate(input: $input) }",
        input={"name": "ci", "workspaceId": who["apiToken"]["workspaces"][0]["id"]},
    )
    await world.restart(ProviderInputs(token=data["apiTokenCreate"], endpoint=ENDPOINT))
    await Service().create(world.context(), app(place))
    assert "can't tell whether Railway reaches repository acme/shop" in world.messages.text
