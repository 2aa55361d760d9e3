"""Two stacks in one project, and what an error says."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import httpx
import pytest

from pulumi_resource_railway.configuration import ProviderInputs
from pulumi_resource_railway.errors import PartialFailure
from pulumi_resource_railway.railway.errors import (
    Ambiguous,
    AnswerLost,
    Conflict,
    NotAuthorized,
    Refused,
)
from pulumi_resource_railway.railway.session import Session
from pulumi_resource_railway.resources.custom_domain import CustomDomain, CustomDomainInputs
from pulumi_resource_railway.resources.environment import Environment, EnvironmentInputs
from pulumi_resource_railway.resources.project import Project, ProjectInputs
from pulumi_resource_railway.resources.service import Service
from pulumi_resource_railway.resources.service_domain import ServiceDomain, ServiceDomainInputs
from pulumi_resource_railway.resources.service_model import (
    RegionReplicas,
    ServiceDeploy,
    ServiceInputs,
    ServiceSource,
)
from pulumi_resource_railway.resources.volume import Volume, VolumeInputs
from tests.provider.resources.cases import Place
from tests.provider.resources.harness import ENDPOINT
from tests.provider.resources.runs import Held, KillingTransport, up

if TYPE_CHECKING:
    from tests.provider.resources.harness import World

pytestmark = pytest.mark.anyio


def web(place: Place, **changes: Any) -> ServiceInputs:
    return ServiceInputs(
        **place.environment, name="web", **{"source": ServiceSource(image="nginx:1"), **changes}
    )


async def test_two_stacks_share_a_project_and_leave_each_other_alone(world: World, place: Place) -> None:
    production = await Service().create(
        world.context("production"), web(place, variables={"A": "production"})
    )
    data = await Volume().create(
        world.context("production data"), VolumeInputs(**place.environment, name="data")
    )
    staging = await Environment().create(
        world.context("staging", "Environment"),
        EnvironmentInputs(project_id=place.project_id, name="staging"),
    )
    before = _environment(await world.state(), "production")
    await world.restart()
    there = Place(place.project_id, staging.id)
    attached = await Service().create(world.context("staging"), web(there, variables={"A": "staging"}))
    more_data = await Volume().create(
        world.context("staging data"), VolumeInputs(**there.environment, name="data")
    )
    assert (attached.id, more_data.id) == (production.id, data.id)
    assert "exists in another environment" in world.messages.text
    await world.restart()
    await Service().delete(world.context("staging"), attached.id, attached.outputs)
    await Volume().delete(world.context("staging data"), more_data.id, more_data.outputs)
    state = await world.state()
    assert _environment(state, "production") == before
    assert _environment(state, "staging")["serviceInstances"] == []
    assert _environment(state, "staging")["volumeInstances"] == []
    await Service().delete(world.context("production"), production.id, production.outputs)
    await Volume().delete(world.context("production data"), data.id, data.outputs)
    state = await world.state()
    assert (state["projects"][0]["services"], state["projects"][0]["volumes"]) == ([], [])


def _environment(state: dict[str, Any], name: str) -> dict[str, Any]:
    (found,) = [row for row in state["projects"][0]["environments"] if row["name"] == name]
    return {key: value for key, value in found.items() if key not in {"patches", "updatedAt"}}


async def test_not_authorized_for_what_was_just_deleted_is_success(world: World, place: Place) -> None:
    service = await Service().create(world.context(), web(place))
    await world.restart()
    await world.faults(
        {"operation": "serviceDelete", "loseAnswer": True},
        {"operation": "serviceDelete", "error": "Not Authorized"},
    )
    await Service().delete(world.context(), service.id, service.outputs)
    assert (await world.state())["projects"][0]["services"] == []


async def test_not_authorized_for_what_still_exists_is_an_error(world: World, place: Place) -> None:
    service = await Service().create(world.context(), web(place))
    await world.restart()
    await world.faults({"operation": "serviceDelete", "error": "Not Authorized"})
    with pytest.raises(NotAuthorized):
        await Service().delete(world.context(), service.id, service.outputs)


async def test_a_wrong_token_is_said_before_anything_is_changed(world: World, place: Place) -> None:
    session = Session.open(
        ProviderInputs(token="wrong", endpoint=ENDPOINT),
        environment={},
        transport=world.transport,
        clock=world.clock,
        journal_directory=world.directory,
    )
    await world.session.close()
    world.session = session
    for attempt in (
        Service().create(world.context(), web(place)),
        Project().create(world.context(), ProjectInputs(name="mine")),
    ):
        with pytest.raises(NotAuthorized, match="doesn't accept the token in railway:token"):
            await attempt
    assert not [row for row in await world.requests() if row["document"].strip().startswith("mutation")][1:]


async def test_a_project_token_works_in_its_environment_and_says_where_it_doesnt(
    world: World, place: Place
) -> None:
    data = await world.graphql(
        "mutation ($i: ProjectTokenCreateInput!) { projectTokenCreate(input: $i) }",
        i={"projectId": place.project_id, "environmentId": place.environment_id, "name": "ci"},
    )
    elsewhere = Place(*await world.project("other"))
    await world.restart(ProviderInputs(project_token=data["projectTokenCreate"], endpoint=ENDPOINT))
    created = await Service().create(world.context(), web(place))
    await Service().delete(world.context(), created.id, created.outputs)
    with pytest.raises(NotAuthorized, match=place.environment_id):
        await Service().create(world.context(), web(elsewhere))
    with pytest.raises(NotAuthorized, match="bound to one environment"):
        await Project().create(world.context(), ProjectInputs(name="mine"))


async def test_a_service_whose_row_was_made_but_not_configured_goes_on(world: World, place: Place) -> None:
    await world.faults({"operation": "environmentPatchCommit", "error": "Invalid input", "times": 1})
    with pytest.raises(PartialFailure) as failure:
        await Service().create(world.context(), web(place, variables={"A": "1"}))
    assert await world.deployments() == []
    await world.restart()
    outputs: Any = failure.value.outputs
    updated = await Service().update(
        world.context(), failure.value.id, outputs, web(place, variables={"A": "1"})
    )
    assert updated.variables == {"A": "1"}
    assert len(await world.deployments()) == 1
    assert (await world.counted())["serviceCreate"] == 1


async def test_several_candidates_stop_with_the_import_commands(world: World, place: Place) -> None:
    inner = world.transport
    world.transport = KillingTransport(inner, "volumeCreate")
    assert not await up(world, Volume(), VolumeInputs(**place.environment, name="data"), Held())
    bare = (
        "mutation ($p: String!) {"
        ' volumeCreate(input: {projectId: $p, environmentId: null, mountPath: "/x"}) { id } }'
    )
    await world.graphql(bare, p=place.project_id)
    await world.restart()
    with pytest.raises(Ambiguous) as failure:
        await Volume().create(world.context(kind="Volume"), VolumeInputs(**place.environment, name="data"))
    assert str(failure.value).count("pulumi import railway:index:Volume") == 2
    assert len((await world.state())["projects"][0]["volumes"]) == 2


async def test_a_taken_subdomain_is_said_before_anything_is_made(world: World, place: Place) -> None:
    first = await Service().create(world.context("a"), web(place))
    inputs = ServiceDomainInputs(**place.environment, service_id=first.id, subdomain="etally")
    await ServiceDomain().create(world.context("a", "ServiceDomain"), inputs)
    other = await Service().create(world.context("b"), web(place).model_copy(update={"name": "b"}))
    taken = ServiceDomainInputs(**place.environment, service_id=other.id, subdomain="etally")
    with pytest.raises(Conflict, match=r"etally\.up\.railway\.app.*choose another"):
        await ServiceDomain().create(world.context("b", "ServiceDomain"), taken)
    assert (await world.counted())["serviceDomainCreate"] == 1


async def test_dns_records_come_in_a_stable_order(world: World, place: Place) -> None:
    service = await Service().create(world.context("a"), web(place))
    inputs = CustomDomainInputs(**place.environment, service_id=service.id, domain="www.etally.example")
    created = await CustomDomain().create(world.context("d", "CustomDomain"), inputs)
    records = created.outputs.dns_records
    assert records[0].purpose == "TRAFFIC_ROUTE"
    (ownership,) = [record for record in records if record.purpose == "OWNERSHIP"]
    assert ownership.record_type == "TXT"
    assert ownership.required_value.startswith("railway-verify=")
    assert ownership.fqdn.endswith("etally.example")
    await world.control("certificates", {"domain": "www.etally.example", "status": "VALID"})
    await world.restart()
    found = await CustomDomain().read(world.context("d", "CustomDomain"), created.id, inputs)
    assert found is not None
    assert found.outputs == created.outputs


async def test_a_push_is_no_drift(world: World, place: Place) -> None:
    inputs = web(place, source=ServiceSource(repo="etally/app", branch="main"))
    created = await Service().create(world.context(), inputs)
    await world.control("push", {"repository": "etally/app", "branch": "main"})
    assert len(await world.deployments()) == 2
    await world.restart()
    found = await Service().read(world.context(), created.id, inputs)
    assert found is not None
    assert (found.inputs, found.outputs) == (inputs, created.outputs)


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        ({"variables": {"A": {"value": "theirs"}}}, {"variables": {"A": "theirs"}}),
        ({"variables": {"B": {"value": "new"}}}, {"variables": {"A": "1", "B": "new"}}),
        ({"variables": {"A": None}}, {"variables": None}),
        ({"variables": {"A": {"isSealed": True}}}, {}),
        ({"deploy": {"restartPolicyType": "ALWAYS"}}, {"deploy": {"restart_policy_type": "ALWAYS"}}),
        ({"deploy": {"healthcheckTimeout": 300}}, {}),
        ({"source": {"image": "nginx:2"}}, {"source": {"image": "nginx:2"}}),
        ({"networking": {"serviceDomains": {"x.up.railway.app": {}}}}, {}),
    ],
)
async def test_what_was_changed_behind_pulumis_back(
    world: World, place: Place, change: dict[str, Any], expected: dict[str, Any]
) -> None:
    inputs = web(place, variables={"A": "1"})
    created = await Service().create(world.context(), inputs)
    commit = (
        "mutation ($e: String!, $p: EnvironmentConfig) { environmentPatchCommit(environmentId: $e, patch: "
        "$p) }"
    )
    await world.graphql(commit, e=place.environment_id, p={"services": {created.id: change}})
    await world.restart()
    found = await Service().read(world.context(), created.id, inputs)
    assert found is not None
    wanted = inputs.model_dump(exclude_none=True)
    wanted.update(expected)
    assert found.inputs.model_dump(exclude_none=True) == {k: v for k, v in wanted.items() if v is not None}
    await Service().update(world.context(), created.id, found.outputs, inputs)
    await world.restart()
    again = await Service().read(world.context(), created.id, inputs)
    assert again is not None
    assert again.inputs == inputs


async def test_a_chosen_region_takes_the_place_of_railways_own(world: World, place: Place) -> None:
    created = await Service().create(world.context(), web(place))
    regions = {"europe-west4-drams3a": RegionReplicas(num_replicas=2)}
    wanted = web(place, deploy=ServiceDeploy(multi_region_config=regions))
    await Service().update(world.context(), created.id, created.outputs, wanted)
    state = await world.state()
    config = state["projects"][0]["environments"][0]["config"]["services"][created.id]
    assert config["deploy"]["multiRegionConfig"] == {"europe-west4-drams3a": {"numReplicas": 2}}


async def test_the_redeployment_whose_answer_was_lost_happens_once(world: World, place: Place) -> None:
    created = await Service().create(world.context(), web(place, redeploy_triggers={"db": "1"}))
    for fault in ({"loseAnswer": True}, {"status": 502}):
        await world.restart()
        await world.faults({"operation": "serviceInstanceRedeploy", **fault})
        before = len(await world.deployments())
        triggers = {"db": json.dumps(fault)}
        await Service().update(
            world.context(), created.id, created.outputs, web(place, redeploy_triggers=triggers)
        )
        assert len(await world.deployments()) == before + 1


async def test_several_workspaces_must_be_chosen_from(world: World) -> None:
    answer = {
        "data": {"apiToken": {"workspaces": [{"id": "w1", "name": "Mine"}, {"id": "w2", "name": "Ours"}]}}
    }
    await world.session.close()
    world.session = Session.open(
        ProviderInputs(token="t", endpoint=ENDPOINT),
        environment={},
        transport=httpx.MockTransport(lambda _: httpx.Response(200, json=answer)),
        journal_directory=world.directory,
    )
    with pytest.raises(Refused, match=r"workspaceId.*w1 \(Mine\), w2 \(Ours\)"):
        await Project().create(world.context(), ProjectInputs(name="shop"))
    with pytest.raises(Refused, match=r"doesn't reach workspace w3"):
        await Project().create(world.context(), ProjectInputs(name="shop", workspace_id="w3"))


async def test_a_creation_that_never_appears_isnt_repeated(world: World, place: Place) -> None:
    await world.faults({"operation": "environmentCreate", "status": 502})
    inputs = EnvironmentInputs(project_id=place.project_id, name="staging")
    with pytest.raises(AnswerLost, match="looks for the object"):
        await Environment().create(world.context("staging", "Environment"), inputs)
    assert (await world.counted())["environmentCreate"] == 1
    await world.restart()
    await Environment().create(world.context("staging", "Environment"), inputs)
    names = [environment["name"] for environment in (await world.state())["projects"][0]["environments"]]
    assert sorted(names) == ["production", "staging"]
