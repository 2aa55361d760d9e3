from __future__ import annotations

from typing import Any

import pytest
from google.protobuf import empty_pb2

from pulumi_resource_railway.declaration import properties_of
from pulumi_resource_railway.functions import FUNCTIONS
from pulumi_resource_railway.values import UNKNOWN, Secret, is_unknown
from railway_emulator import ManualClock
from tests.provider.functions.asking import Asker, RefusedError, Shop, shop
from tests.provider.resources.harness import World

pytestmark = pytest.mark.anyio


@pytest.fixture
async def place(world: World) -> Shop:
    return await shop(world)


async def test_a_project_by_id_and_by_name(asker: Asker, place: Shop) -> None:
    before = await asker.calls()
    by_id = await asker.ask("getProject", id=place.project_id)
    assert await asker.calls() == before + 1
    assert await asker.ask("getProject", name="shop") == by_id
    assert await asker.calls() == before + 3
    assert by_id["name"] == "shop"
    assert by_id["defaultEnvironmentId"] == place.environment_id
    assert by_id["services"] == [{"id": place.service_id, "name": "db"}]
    assert by_id["environments"] == [{"id": place.environment_id, "name": "production", "isEphemeral": False}]
    assert "description" not in by_id


async def test_an_environment_by_id_and_by_name(asker: Asker, place: Shop) -> None:
    world = asker.world
    await world.graphql(
        "mutation ($p: String!, $e: String!) { variableUpsert(input: "
        '{projectId: $p, environmentId: $e, name: "TEAM", value: "blue"}) }',
        p=place.project_id,
        e=place.environment_id,
    )
    by_name = await asker.ask("getEnvironment", projectId=place.project_id, name="production")
    assert await asker.ask("getEnvironment", projectId=place.project_id, id=place.environment_id) == by_name
    assert by_name["id"] == place.environment_id
    assert by_name["services"] == [{"id": place.service_id, "name": "db"}]
    assert by_name["sharedVariables"] == Secret({"TEAM": "blue"})
    assert by_name["stagedChanges"] == 0
    assert by_name["isEphemeral"] is False


async def test_staged_changes_are_counted(asker: Asker, place: Shop) -> None:
    await asker.world.graphql(
        "mutation ($e: String!, $p: EnvironmentConfig!) "
        "{ environmentStageChanges(environmentId: $e, input: $p) { id } }",
        e=place.environment_id,
        p={"services": {place.service_id: {"deploy": {"startCommand": "x"}}}},
    )
    found = await asker.ask("getEnvironment", projectId=place.project_id, id=place.environment_id)
    assert found["stagedChanges"] == 1


async def test_a_service_by_id_and_by_name(asker: Asker, place: Shop) -> None:
    await asker.world.graphql(
        "mutation ($i: ServiceDomainCreateInput!) { serviceDomainCreate(input: $i) { id } }",
        i={"environmentId": place.environment_id, "serviceId": place.service_id},
    )
    by_id = await asker.ask("getService", **place.place, id=place.service_id)
    assert await asker.ask("getService", **place.place, name="db") == by_id
    assert (by_id["name"], by_id["image"], by_id["deploymentStatus"]) == ("db", "postgres:16", "SUCCESS")
    assert by_id["variables"] == Secret({"PASSWORD": "hunter22-hunter22", "URL": "${{PASSWORD}}@x"})
    (domain,) = by_id["domains"]
    assert domain.endswith(".up.railway.app")
    assert "repo" not in by_id


async def test_a_deployment_by_id_and_a_services_latest(asker: Asker, place: Shop) -> None:
    latest = await asker.ask("getDeployment", serviceId=place.service_id, environmentId=place.environment_id)
    assert await asker.ask("getDeployment", id=latest["id"]) == latest
    assert (latest["status"], latest["image"], latest["stopped"]) == ("SUCCESS", "postgres:16", False)
    await asker.world.graphql(
        "mutation ($s: String!, $e: String!) { serviceInstanceRedeploy(serviceId: $s, environmentId: $e) }",
        s=place.service_id,
        e=place.environment_id,
    )
    newer = await asker.ask("getDeployment", serviceId=place.service_id, environmentId=place.environment_id)
    assert newer["id"] != latest["id"]


async def test_a_custom_domain_on_its_way_to_a_certificate(tmp_path: Any) -> None:
    clock = ManualClock()
    world = World(tmp_path / "journal", "realistic", clock)
    try:
        place = Shop(*await world.project(), "", "")
        created = await world.graphql(
            'mutation ($p: String!) { serviceCreate(input: {projectId: $p, name: "web"}) { id } }',
            p=place.project_id,
        )
        domain = await world.graphql(
            "mutation ($i: CustomDomainCreateInput!) { customDomainCreate(input: $i) { id } }",
            i={**place.place, "serviceId": created["serviceCreate"]["id"], "domain": "shop.etally.example"},
        )
        (function,) = (one for one in FUNCTIONS if one.token.endswith("getCustomDomain"))

        async def ask(**arguments: Any) -> dict[str, Any]:
            model = function.arguments.from_properties({"projectId": place.project_id, **arguments})
            answer: dict[str, Any] = (await function.call(world.context(), model)).to_properties()
            return answer

        id_ = domain["customDomainCreate"]["id"]
        waiting = await ask(id=id_)
        assert (waiting["verified"], waiting["ready"]) == (False, False)
        assert waiting["certificateStatus"] == "VALIDATING_OWNERSHIP"
        route, ownership = waiting["dnsRecords"]
        assert (route["purpose"], route["status"]) == ("TRAFFIC_ROUTE", "REQUIRES_UPDATE")
        assert "currentValue" not in route
        assert (ownership["purpose"], ownership["recordType"]) == ("OWNERSHIP", "TXT")
        assert "status" not in ownership
        clock.advance(3600)
        ready = await ask(
            domain="shop.etally.example",
            environmentId=place.environment_id,
            serviceId=created["serviceCreate"]["id"],
        )
        assert (ready["verified"], ready["ready"], ready["certificateStatus"]) == (True, True, "VALID")
        assert ready["dnsRecords"][0]["currentValue"] == ready["dnsRecords"][0]["requiredValue"]
    finally:
        await world.close()


@pytest.mark.parametrize("by", ["id", "name", "serviceId"])
async def test_a_volume(asker: Asker, place: Shop, by: str) -> None:
    which = {"id": place.volume_id, "name": "data", "serviceId": place.service_id}[by]
    before = await asker.calls()
    volume = await asker.ask("getVolume", **place.place, **{by: which})
    assert await asker.calls() == before + 1
    assert (volume["id"], volume["name"], volume["sizeMb"]) == (place.volume_id, "data", 5000)
    assert (volume["state"], volume["mountPath"]) == ("READY", "/data")
    assert volume["serviceId"] == place.service_id
    assert volume["instanceId"] != place.volume_id


async def test_regions(asker: Asker) -> None:
    found = await asker.ask("getRegions")
    assert found["names"] == sorted(found["names"])
    assert "us-west2" in found["names"]
    assert not any(region["isDeprecated"] for region in found["regions"])
    everything = await asker.ask("getRegions", includeDeprecated=True)
    (deprecated,) = (one for one in everything["regions"] if one["isDeprecated"])
    assert deprecated["replacedBy"] in found["names"]


async def test_a_template(asker: Asker) -> None:
    found = await asker.ask("getTemplate", code="postgres")
    (service,) = found["services"]
    assert service["image"].startswith("ghcr.io/railwayapp-templates/postgres-ssl:")
    assert service["mountPaths"] == ["/var/lib/postgresql/data"]
    assert service["variables"].value["POSTGRES_USER"] == "postgres"
    assert service["variables"].value["POSTGRES_PASSWORD"].startswith("${{secret(32")
    assert isinstance(found["serializedConfig"], Secret)


@pytest.mark.parametrize(
    ("name", "arguments", "words"),
    [
        ("getProject", {}, "give id or name"),
        ("getProject", {"id": "1", "name": "shop"}, "only one of id or name"),
        ("getEnvironment", {"projectId": "1"}, "give id or name"),
        ("getService", {"id": "1"}, "projectId is required"),
        ("getDeployment", {"serviceId": "1"}, "environmentId is required"),
        ("getDeployment", {"id": "1", "environmentId": "2"}, "environmentId goes with a service"),
        (
            "getCustomDomain",
            {"projectId": "1", "domain": "a.b", "serviceId": "3"},
            "environmentId is required",
        ),
        ("getVolume", {"projectId": "1", "environmentId": "2"}, "give id, name or serviceId"),
        ("getRegions", {"deprecated": True}, "Did you mean includeDeprecated?"),
        ("getTemplate", {"code": 7}, "must be a text"),
    ],
)
async def test_wrong_arguments_are_named_without_asking(
    asker: Asker, name: str, arguments: dict[str, Any], words: str
) -> None:
    with pytest.raises(RefusedError) as refusal:
        await asker.ask(name, **arguments)
    assert words in str(refusal.value)
    assert await asker.calls() == 0


@pytest.mark.parametrize(
    ("name", "arguments", "words"),
    [
        ("getProject", {"name": "nothing"}, "There is no project named 'nothing'"),
        ("getEnvironment", {"projectId": "PROJECT", "name": "x"}, "There is no environment named 'x'"),
        (
            "getService",
            {"projectId": "PROJECT", "environmentId": "ENVIRONMENT", "name": "x"},
            "no service named",
        ),
        (
            "getVolume",
            {"projectId": "PROJECT", "environmentId": "ENVIRONMENT", "name": "x"},
            "no volume named",
        ),
        ("getDeployment", {"id": "00000000-0000-0000-0000-000000000000"}, "Deployment not found"),
        ("getTemplate", {"code": "nothing"}, "Template not found"),
        ("getNothing", {}, "has no function railway:index:getNothing"),
    ],
)
async def test_what_does_not_exist_is_said(
    asker: Asker, place: Shop, name: str, arguments: dict[str, Any], words: str
) -> None:
    places = {"PROJECT": place.project_id, "ENVIRONMENT": place.environment_id}
    with pytest.raises(RefusedError) as refusal:
        await asker.ask(name, **{key: places.get(value, value) for key, value in arguments.items()})
    assert words in str(refusal.value)
    assert "pulumi refresh" not in str(refusal.value)
    assert "Traceback" not in str(refusal.value)


async def test_two_of_one_name_are_told_apart_by_id(asker: Asker, place: Shop) -> None:
    other, _ = await asker.world.project("shop")
    with pytest.raises(RefusedError, match="more than one project named 'shop'") as refusal:
        await asker.ask("getProject", name="shop")
    assert other in str(refusal.value)
    assert place.project_id in str(refusal.value)


@pytest.mark.parametrize("function", FUNCTIONS, ids=lambda function: function.token)
async def test_unknown_arguments_make_an_unknown_answer(asker: Asker, function: Any) -> None:
    name = function.token.rpartition(":")[2]
    declared = properties_of(function.arguments)
    arguments: dict[str, Any] = {key: UNKNOWN for key, one in declared.items() if one.required}
    if not arguments:
        arguments = {next(iter(declared)): UNKNOWN}
    elif {"id", "name"} & declared.keys():
        arguments["id"] = UNKNOWN
    answer = await asker.ask(name, **arguments)
    assert answer.keys() == properties_of(function.result).keys()
    assert all(is_unknown(value) for value in answer.values())
    assert await asker.calls() == 0


async def test_a_secret_argument_stays_out_of_the_message(asker: Asker) -> None:
    with pytest.raises(RefusedError) as refusal:
        await asker.ask("getProject", name=Secret("hunter22-hunter22"))
    assert "hunter22" not in str(refusal.value)


async def test_what_nobody_may_read_is_left_out(asker: Asker, place: Shop) -> None:
    await asker.world.graphql(
        "mutation ($e: String!, $p: EnvironmentConfig) { environmentPatchCommit(environmentId: $e, patch: $p) }",
        e=place.environment_id,
        p={"services": {place.service_id: {"variables": {"SEALED": {"value": "x", "isSealed": True}}}}},
    )
    found = await asker.ask("getService", **place.place, id=place.service_id)
    assert "SEALED" not in found["variables"].value


async def test_a_wrong_token_is_explained(asker: Asker) -> None:
    await asker.world.faults(
        {"operation": "regions", "times": 1, "error": "Not Authorized"},
        {"operation": "apiToken", "times": 1, "error": "Not Authorized"},
    )
    with pytest.raises(RefusedError, match="doesn't accept the token"):
        await asker.ask("getRegions")


async def test_a_cancelled_plugin_answers_nothing(asker: Asker) -> None:
    await asker.stub.Cancel(empty_pb2.Empty())
    with pytest.raises(RefusedError, match="cancelled"):
        await asker.ask("getRegions")


def test_every_function_documents_everything() -> None:
    assert len({function.token for function in FUNCTIONS}) == len(FUNCTIONS) == 8
    for function in FUNCTIONS:
        assert function.description
        for model in (function.arguments, function.result):
            assert all(declared.traits.doc for declared in properties_of(model).values())
