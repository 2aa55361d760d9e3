"""What is special about the resources that live in an environment beside its services."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Any

import pytest

from pulumi_resource_railway.errors import PartialFailure
from pulumi_resource_railway.railway.errors import Conflict, RailwayError
from pulumi_resource_railway.resources.bucket import Bucket, BucketInputs
from pulumi_resource_railway.resources.egress_gateway import EgressGateway, EgressGatewayInputs
from pulumi_resource_railway.resources.environment import Environment, EnvironmentInputs
from pulumi_resource_railway.resources.project_token import ProjectToken, ProjectTokenInputs
from pulumi_resource_railway.resources.service import Service
from pulumi_resource_railway.resources.service_model import ServiceInputs, ServiceSource
from pulumi_resource_railway.resources.shared_variables import SharedVariables, SharedVariablesInputs
from pulumi_resource_railway.resources.tcp_proxy import TcpProxy, TcpProxyInputs
from tests.provider.resources.cases import CASES, Place
from tests.provider.resources.runs import Held, KillingTransport, down, up

if TYPE_CHECKING:
    from tests.provider.resources.harness import World

pytestmark = pytest.mark.anyio
POLLING = {"workflowStatus, environment", "deployments"}


@pytest.fixture
async def place(world: World) -> Place:
    project = Place(*await world.project())
    service = await Service().create(world.context("web"), web(project))
    return Place(project.project_id, project.environment_id, service.id)


def web(place: Place, name: str = "web", **changes: Any) -> ServiceInputs:
    return ServiceInputs(
        **place.environment, name=name, **{"source": ServiceSource(image="nginx:1"), **changes}
    )


def shared(place: Place, **variables: str) -> SharedVariablesInputs:
    return SharedVariablesInputs(**place.environment, variables=variables)


async def environments(world: World) -> dict[str, dict[str, Any]]:
    state = await world.state()
    return {found["name"]: found for found in state["projects"][0]["environments"]}


async def configured(world: World) -> dict[str, Any]:
    config: dict[str, Any] = (await environments(world))["production"]["config"]
    return config


# TCP proxies


async def test_a_proxy_deploys_its_service_once_and_leads_somewhere(world: World, place: Place) -> None:
    created = await TcpProxy().create(
        world.context("proxy"), TcpProxyInputs(**place.service, application_port=5432)
    )
    assert created.outputs.domain.endswith(".proxy.rlwy.net")
    assert created.outputs.proxy_port != 5432
    _, second = await world.deployments()
    assert second["snapshot"]["variables"]["RAILWAY_TCP_PROXY_PORT"] == str(created.outputs.proxy_port)
    assert second["status"] == "SUCCESS"


async def test_a_proxy_whose_service_fails_is_finished_by_the_next_up(world: World, place: Place) -> None:
    inputs, held = TcpProxyInputs(**place.service, application_port=5432), Held()
    await world.faults({"deployment": "web", "outcome": "CRASHED", "log": ["no such host"]})
    assert not await up(world, TcpProxy(), inputs, held)
    assert held.failed
    assert await up(world, TcpProxy(), inputs, held)
    assert [one["status"] for one in await world.deployments()][-1] == "SUCCESS"
    assert (await world.counted())["environmentPatchCommit"] == 2


async def test_a_proxy_of_a_deleted_service_is_gone(world: World, place: Place) -> None:
    inputs = TcpProxyInputs(**place.service, application_port=5432)
    created = await TcpProxy().create(world.context("proxy"), inputs)
    await world.graphql("mutation ($id: String!) { serviceDelete(id: $id) }", id=place.service_id)
    await world.restart()
    assert await TcpProxy().read(world.context("proxy"), created.id, inputs) is None
    await TcpProxy().delete(world.context("proxy"), created.id, created.outputs)


# Shared variables


async def test_a_change_deploys_who_refers_to_it_once(world: World, place: Place) -> None:
    variables = {"A": "${{ shared.REGION }}", "B": "${{shared.OTHER}}"}
    await Service().create(world.context("api"), web(place, "api", variables=variables))
    held = Held()
    assert await up(world, SharedVariables(), shared(place, REGION="eu", UNUSED="1"), held)
    assert await up(world, SharedVariables(), shared(place, REGION="us", UNUSED="1"), held)
    assert await up(world, SharedVariables(), shared(place, REGION="us", UNUSED="2"), held)
    deployments = await world.deployments()
    assert Counter(one["serviceName"] for one in deployments) == {"web": 1, "api": 3}
    assert [one["snapshot"]["variables"]["A"] for one in deployments if one["serviceName"] == "api"] == [
        "",
        "eu",
        "us",
    ]


async def test_who_refers_to_a_change_is_waited_for(world: World, place: Place) -> None:
    await Service().create(world.context("api"), web(place, "api", variables={"A": "${{shared.KEY}}"}))
    await world.faults({"deployment": "api", "outcome": "CRASHED", "log": ["with s3cret-enough"]})
    with pytest.raises(PartialFailure, match="api") as failure:
        await SharedVariables().create(world.context(), shared(place, API_KEY="s3cret-enough", KEY="1"))
    assert "s3cret-enough" not in str(failure.value)
    assert failure.value.outputs is not None
    assert set((await configured(world))["sharedVariables"]) == {"API_KEY", "KEY"}


async def test_other_names_are_somebody_elses(world: World, place: Place) -> None:
    first = await SharedVariables().create(world.context("first"), shared(place, A="1", B="2"))
    second = await SharedVariables().create(world.context("second"), shared(place, C="3"))
    await world.restart()
    with pytest.raises(Conflict, match=r"variable A already, and 1 more.*pulumi import"):
        await SharedVariables().update(
            world.context("second"), second.id, second.outputs, shared(place, A="x", B="2", C="3")
        )
    found = await SharedVariables().read(world.context("second"), second.id, shared(place, C="3"))
    assert found is not None
    assert found.inputs.variables == {"C": "3"}
    await SharedVariables().delete(world.context("first"), first.id, first.outputs)
    assert (await configured(world))["sharedVariables"] == {"C": {"value": "3"}}


async def test_an_interrupted_creation_takes_over_what_it_made_and_no_more(
    world: World, place: Place
) -> None:
    world.transport = KillingTransport(world.transport, "environmentPatchCommit")
    held = Held()
    assert not await up(world, SharedVariables(), shared(place, A="1"), held)
    await world.graphql(
        "mutation ($p: String!, $e: String!) { variableUpsert(input: {projectId: $p, environmentId: $e,"
        ' name: "B", value: "theirs"}) }',
        p=place.project_id,
        e=place.environment_id,
    )
    assert await up(world, SharedVariables(), shared(place, A="1"), held)
    assert await down(world, SharedVariables(), held)
    assert (await configured(world))["sharedVariables"] == {"B": {"value": "theirs"}}


async def test_what_somebody_changed_is_seen(world: World, place: Place) -> None:
    inputs = shared(place, A="1", B="2")
    created = await SharedVariables().create(world.context(), inputs)
    for name, value in (("A", "changed"), ("C", "new")):
        await world.graphql(
            "mutation ($p: String!, $e: String!, $n: String!, $v: String!) { variableUpsert(input:"
            " {projectId: $p, environmentId: $e, name: $n, value: $v}) }",
            p=place.project_id,
            e=place.environment_id,
            n=name,
            v=value,
        )
    await world.restart()
    found = await SharedVariables().read(world.context(), created.id, inputs)
    assert found is not None
    assert found.inputs.variables == {"A": "changed", "B": "2"}


# Buckets


async def test_a_bucket_says_how_s3_clients_reach_it(world: World, place: Place) -> None:
    inputs = BucketInputs(**place.environment, name="pictures", region="ams")
    made = (await Bucket().create(world.context(), inputs)).outputs
    assert made.bucket_name.startswith("pictures-")
    assert made.endpoint.startswith("https://")
    assert made.access_key_id
    assert made.secret_access_key
    assert world.session.redact(f"key {made.secret_access_key}") == "key *****"


async def test_new_credentials_are_seen_by_a_refresh(world: World, place: Place) -> None:
    inputs = BucketInputs(**place.environment, name="pictures", region="ams")
    created = await Bucket().create(world.context(), inputs)
    await world.graphql(
        "mutation ($b: String!, $e: String!, $p: String!) { bucketCredentialsReset(bucketId: $b,"
        " environmentId: $e, projectId: $p) { accessKeyId } }",
        b=created.id,
        e=place.environment_id,
        p=place.project_id,
    )
    await world.restart()
    found = await Bucket().read(world.context(), created.id, inputs)
    assert found is not None
    assert found.outputs.secret_access_key != created.outputs.secret_access_key
    assert found.inputs == inputs


async def test_a_bucket_of_a_name_that_was_deleted_can_be_made_again(world: World, place: Place) -> None:
    inputs = BucketInputs(**place.environment, name="pictures", region="ams")
    first = await Bucket().create(world.context(), inputs)
    await Bucket().delete(world.context(), first.id, first.outputs)
    second = await Bucket().create(world.context(), inputs)
    assert second.id != first.id
    await Bucket().delete(world.context(), second.id, second.outputs)
    # Should Railway keep names unique, the record that is left over is the only way.
    await world.graphql(
        'mutation ($id: String!) { bucketUpdate(id: $id, input: {name: "old"}) { id } }', id=first.id
    )
    await world.faults({"operation": "bucketCreate", "error": "A bucket of this name already exists"})
    third = await Bucket().create(world.context(), inputs)
    assert third.id == second.id


# Project tokens


async def test_a_token_works_where_it_is_for(world: World, place: Place) -> None:
    created = await ProjectToken().create(
        world.context(kind="ProjectToken"), ProjectTokenInputs(**place.environment, name="ci")
    )
    assert created.outputs.token is not None
    assert world.session.redact(created.outputs.token) == "*****"
    found = await ProjectToken().read(world.context(), f"{place.project_id}/{created.id}", None)
    assert found is not None
    assert found.outputs.token is None


async def test_a_token_whose_answer_was_lost_is_made_anew(world: World, place: Place) -> None:
    await world.faults({"operation": "projectTokenCreate", "loseAnswer": True})
    inputs = ProjectTokenInputs(**place.environment, name="ci")
    created = await ProjectToken().create(world.context(kind="ProjectToken"), inputs)
    assert created.outputs.token
    counted = await world.counted()
    assert (counted["projectTokenCreate"], counted["projectTokenDelete"]) == (2, 1)
    (left,) = (await world.state())["projects"][0]["projectTokens"]
    assert left["id"] == created.id
    assert "deleting it" in world.messages.text


async def test_a_token_of_a_killed_run_is_made_anew(world: World, place: Place) -> None:
    inner = world.transport
    world.transport = KillingTransport(inner, "projectTokenCreate")
    inputs, held = ProjectTokenInputs(**place.environment, name="ci"), Held()
    assert not await up(world, ProjectToken(), inputs, held)
    (useless,) = (await world.state())["projects"][0]["projectTokens"]
    assert await up(world, ProjectToken(), inputs, held)
    (left,) = (await world.state())["projects"][0]["projectTokens"]
    assert left["id"] == held.id != useless["id"]


async def test_a_token_of_the_same_name_in_another_environment_is_another(world: World, place: Place) -> None:
    staging = await Environment().create(
        world.context("staging", "Environment"),
        EnvironmentInputs(project_id=place.project_id, name="staging"),
    )
    for environment_id in (place.environment_id, staging.id):
        inputs = ProjectTokenInputs(project_id=place.project_id, environment_id=environment_id, name="ci")
        await ProjectToken().create(world.context(environment_id, "ProjectToken"), inputs)
    assert len((await world.state())["projects"][0]["projectTokens"]) == 2


# Static outbound addresses


async def test_addresses_are_put_into_use_by_one_redeployment(world: World, place: Place) -> None:
    created = await EgressGateway().create(world.context(), EgressGatewayInputs(**place.service))
    assert len(created.outputs.addresses) == 1
    assert [one["status"] for one in await world.deployments()] == ["REMOVED", "SUCCESS"]


async def test_addresses_that_arent_in_use_yet_are_by_the_next_up(world: World, place: Place) -> None:
    inputs, held = EgressGatewayInputs(**place.service), Held()
    await world.faults({"deployment": "web", "outcome": "FAILED"})
    assert not await up(world, EgressGateway(), inputs, held)
    assert held.failed
    assert await up(world, EgressGateway(), inputs, held)
    assert (await world.counted())["egressGatewayAssociationCreate"] == 1
    assert [one["status"] for one in await world.deployments()][-1] == "SUCCESS"
    found = await EgressGateway().read(world.context(), place.service_id, inputs)
    assert found is not None
    assert found.outputs == held.outputs


async def test_a_service_without_a_source_gets_addresses_and_no_deployment(
    world: World, place: Place
) -> None:
    empty = await Service().create(world.context("empty"), web(place, "empty", source=None))
    inputs = EgressGatewayInputs(**place.environment, service_id=empty.id, region="us-west2")
    created = await EgressGateway().create(world.context(), inputs)
    assert len(created.outputs.addresses) == 1
    assert len(await world.deployments()) == 1


async def test_a_region_that_doesnt_exist_gives_no_addresses(world: World, place: Place) -> None:
    inputs = EgressGatewayInputs(**place.service, region="atlantis")
    with pytest.raises(RailwayError, match="atlantis"):
        await EgressGateway().create(world.context(), inputs)
    assert len(await world.deployments()) == 1


# Environments that begin as a copy


@pytest.mark.parametrize(("skip", "expected"), [(True, 0), (False, 1)])
async def test_a_copy_has_what_its_source_has(
    world: World, place: Place, *, skip: bool, expected: int
) -> None:
    before = (await environments(world))["production"]
    copy = await Environment().create(
        world.context("preview", "Environment"),
        EnvironmentInputs(
            project_id=place.project_id,
            name="preview",
            source_environment_id=place.environment_id,
            ephemeral=True,
            skip_initial_deploys=skip,
        ),
    )
    found = await environments(world)
    assert found["production"] == before
    assert found["preview"]["id"] == copy.id
    assert found["preview"]["config"]["services"] == before["config"]["services"]
    assert len(found["preview"]["deployments"]) == expected


async def test_a_copy_outlives_its_source(world: World, place: Place) -> None:
    staging = await Environment().create(
        world.context("staging", "Environment"),
        EnvironmentInputs(project_id=place.project_id, name="staging"),
    )
    inputs = EnvironmentInputs(project_id=place.project_id, name="preview", source_environment_id=staging.id)
    copy = await Environment().create(world.context("preview", "Environment"), inputs)
    await Environment().delete(world.context("staging", "Environment"), staging.id, staging.outputs)
    await world.restart()
    found = await Environment().read(world.context(), copy.id, inputs)
    assert found is not None
    assert found.inputs == inputs


# Counts


@pytest.mark.parametrize(
    ("kind", "create", "delete"),
    [
        ("TcpProxy", 5, 2),
        ("SharedVariables", 2, 2),
        ("Bucket", 5, 2),
        ("ProjectToken", 4, 2),
        ("EgressGateway", 5, 2),
        ("Environment from a source", 2, 2),
    ],
)
async def test_what_things_cost(world: World, kind: str, create: int, delete: int) -> None:
    case = CASES[kind]
    place = await case.prepare(world)
    await world.restart()
    start = len(await world.requests())
    created = await case.resource.create(world.context(), case.first(place))
    assert await _spent(world, start) == create
    await world.restart()
    start = len(await world.requests())
    await case.resource.delete(world.context(), created.id, created.outputs)
    assert await _spent(world, start) == delete


async def _spent(world: World, start: int) -> int:
    rows = (await world.requests())[start:]
    return sum(row["operation"] not in POLLING for row in rows)
