"""Variables, references and what Railway adds (railway-api §8)."""

from typing import Any

import pytest

from tests.emulator.client import RefusedError, World

VARIABLES = (
    "query($p: String!, $e: String!, $s: String, $raw: Boolean)"
    "{ variables(projectId: $p, environmentId: $e, serviceId: $s, unrendered: $raw) }"
)


def _variables(world: World, service: str | None, *, raw: bool = False) -> Any:
    return world.ask(VARIABLES, p=world.project, e=world.environment, s=service, raw=raw)


def _upsert(world: World, service: str | None, **given: Any) -> Any:
    return world.ask(
        "mutation($input: VariableUpsertInput!) { variableUpsert(input: $input) }",
        input={"projectId": world.project, "environmentId": world.environment, "serviceId": service, **given},
    )


def _upsert_all(world: World, service: str | None, **given: Any) -> Any:
    return world.ask(
        "mutation($input: VariableCollectionUpsertInput!) { variableCollectionUpsert(input: $input) }",
        input={"projectId": world.project, "environmentId": world.environment, "serviceId": service, **given},
    )


def _text(**values: str) -> dict[str, dict[str, str]]:
    return {name: {"value": value} for name, value in values.items()}


def test_references_render_through_services_shared_variables_and_railway_s_own(world: World) -> None:
    world.commit({"sharedVariables": _text(REGION="eu")})
    world.service(
        "etally-postgres",
        variables=_text(
            PASSWORD="pw",
            DATABASE_URL="postgres://u:${{ PASSWORD }}@${{RAILWAY_PRIVATE_DOMAIN}}:5432/${{shared.REGION}}",
        ),
    )
    api = world.service(
        "api", variables=_text(URL="${{etally-postgres.DATABASE_URL}}?a=b", WHO="${{RAILWAY_SERVICE_NAME}}")
    )
    assert _variables(world, api) == {
        "URL": "postgres://u:pw@etally-postgres.railway.internal:5432/eu?a=b",
        "WHO": "api",
    }
    assert _variables(world, api, raw=True)["URL"] == "${{etally-postgres.DATABASE_URL}}?a=b"


@pytest.mark.parametrize(
    "reference",
    [
        "${{nobody.URL}}",
        "${{web.NOTHING}}",
        "${{NOTHING}}",
        "${{shared.NOTHING}}",
        "${{A}}",
        "${{web.RAILWAY_PUBLIC_DOMAIN}}",
    ],
)
def test_what_does_not_exist_or_leads_back_renders_empty(world: World, reference: str) -> None:
    service = world.service(variables=_text(A=f"<{reference}>", B="${{A}}"))
    assert _variables(world, service)["A"] == "<>"


def test_a_shared_variable_can_t_refer_to_a_service(world: World) -> None:
    world.service(variables=_text(A="1"))
    world.commit({"sharedVariables": _text(S="<${{web.A}}>")})
    assert _variables(world, None) == {"S": "<>"}


def test_a_container_gets_railway_s_variables(world: World) -> None:
    volume, service = world.volume_row(), world.row("db")
    world.commit(
        {
            "volumes": {volume: {"isCreated": True}},
            "services": {
                service: {
                    "isCreated": True,
                    "source": {"repo": "acme/db"},
                    "volumeMounts": {volume: {"mountPath": "/data"}},
                    "networking": {"tcpProxies": {"5432": {}}},
                }
            },
        }
    )
    world.service_domain(service)
    world.custom_domain(service, "db.example.com")
    found = world.ask(
        "query($p: String!, $e: String!, $s: String!)"
        "{ variablesForServiceDeployment(projectId: $p, environmentId: $e, serviceId: $s) }",
        p=world.project,
        e=world.environment,
        s=service,
    )
    assert (
        found.items()
        >= {
            "RAILWAY_PROJECT_ID": world.project,
            "RAILWAY_PROJECT_NAME": "etally",
            "RAILWAY_ENVIRONMENT_ID": world.environment,
            "RAILWAY_ENVIRONMENT_NAME": "production",
            "RAILWAY_SERVICE_ID": service,
            "RAILWAY_SERVICE_NAME": "db",
            "RAILWAY_PRIVATE_DOMAIN": "db.railway.internal",
            "RAILWAY_PUBLIC_DOMAIN": "db.example.com",
            "RAILWAY_VOLUME_MOUNT_PATH": "/data",
            "RAILWAY_TCP_APPLICATION_PORT": "5432",
            "RAILWAY_GIT_REPO_NAME": "db",
            "RAILWAY_GIT_BRANCH": "main",
        }.items()
    )
    assert world.variables_of(world.deployments(service)[0]["id"])["RAILWAY_DEPLOYMENT_ID"]


def test_the_private_name_outlives_a_rename_and_old_references_break(world: World) -> None:
    db = world.service("db", variables=_text(URL="${{RAILWAY_PRIVATE_DOMAIN}}"))
    api = world.service("api", variables=_text(OLD="${{db.URL}}", NEW="${{store.URL}}"))
    world.ask('mutation($id: String!) { serviceUpdate(id: $id, input: {name: "store"}) { id } }', id=db)
    assert _variables(world, api) == {"OLD": "", "NEW": "db.railway.internal"}


def test_an_upsert_deploys_unless_told_not_to(world: World) -> None:
    service = world.service()
    assert _upsert(world, service, name="A", value="1", skipDeploys=True) is True
    assert len(world.deployments(service)) == 1
    _upsert(world, service, name="A", value="2")
    assert len(world.deployments(service)) == 2
    assert _variables(world, service) == {"A": "2"}


def test_a_collection_keeps_the_others_unless_it_replaces(world: World) -> None:
    service = world.service(variables=_text(A="1", B="2"))
    _upsert_all(world, service, variables={"C": "3"}, skipDeploys=True)
    assert _variables(world, service) == {"A": "1", "B": "2", "C": "3"}
    _upsert_all(world, service, variables={"D": "4"}, replace=True)
    assert _variables(world, service) == {"D": "4"}
    assert len(world.deployments(service)) == 2


def test_a_deletion_always_deploys(world: World) -> None:
    service = world.service(variables=_text(A="1"))
    world.ask(
        "mutation($input: VariableDeleteInput!) { variableDelete(input: $input) }",
        input={
            "projectId": world.project,
            "environmentId": world.environment,
            "serviceId": service,
            "name": "A",
        },
    )
    assert _variables(world, service) == {}
    assert len(world.deployments(service)) == 2


def test_variables_without_a_service_are_shared(world: World) -> None:
    service = world.service()
    _upsert(world, None, name="S", value="1")
    assert _variables(world, None) == {"S": "1"}
    assert _variables(world, service) == {}
    assert world.config()["sharedVariables"] == {"S": {"value": "1"}}


def test_an_empty_value_is_a_value(world: World) -> None:
    service = world.service(variables=_text(A=""))
    assert _variables(world, service) == {"A": ""}


def test_a_service_without_an_instance_has_no_variables(world: World) -> None:
    with pytest.raises(RefusedError, match="ServiceInstance not found"):
        _variables(world, world.row("web"))
