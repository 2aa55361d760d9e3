"""Projects, environments and services (railway-api §3, §4, §5)."""

import pytest

from tests.emulator.client import RefusedError, World

PROJECT = "query($id: String!) { project(id: $id) { name description primaryEnvironmentId isPublic } }"


def _services(world: World) -> list[str]:
    found = world.ask(
        "query($id: String!) { project(id: $id) { services { edges { node { id } } } } }", id=world.project
    )
    return [edge["node"]["id"] for edge in found["services"]["edges"]]


def _running_in(world: World, environment: str) -> list[str]:
    found = world.ask(
        "query($id: String!) { environment(id: $id) {"
        " serviceInstances { edges { node { serviceName } } } } }",
        id=environment,
    )
    return [edge["node"]["serviceName"] for edge in found["serviceInstances"]["edges"]]


def test_a_project_comes_with_one_environment(world: World) -> None:
    made = world.ask(
        'mutation { projectCreate(input: {name: "other"}) { id environments { edges { node { name } } } } }'
    )
    assert made["environments"]["edges"] == [{"node": {"name": "production"}}]


def test_a_project_s_description_is_kept_when_absent_and_cleared_by_null(world: World) -> None:
    update = (
        "mutation($id: String!, $input: ProjectUpdateInput!) {"
        " projectUpdate(id: $id, input: $input) { description } }"
    )
    assert world.ask(update, id=world.project, input={"description": "text"}) == {"description": "text"}
    assert world.ask(update, id=world.project, input={"isPublic": True}) == {"description": "text"}
    assert world.ask(update, id=world.project, input={"description": None}) == {"description": None}


def test_deleting_a_project_leaves_its_record_and_nothing_else(world: World) -> None:
    service, volume = world.service("web"), world.volume_create()
    world.service_domain(service)
    assert world.ask("mutation($id: String!) { projectDelete(id: $id) }", id=world.project) is True
    with pytest.raises(RefusedError, match="Project not found"):
        world.ask(PROJECT, id=world.project)
    kept = world.emulator.railway.state.model_dump(exclude={"deleted", "cooldowns", "plan"})
    assert [record["id"] for record in kept.pop("deleted_projects")] == [world.project]
    assert not any(kept.values()), volume
    listing = (
        "query($deleted: Boolean) { projects(includeDeleted: $deleted) { edges { node { id deletedAt } } } }"
    )
    (edge,) = world.ask(listing, deleted=True)["edges"]
    assert edge["node"]["id"] == world.project
    assert edge["node"]["deletedAt"]
    assert world.ask(listing, deleted=None)["edges"] == []


def test_a_new_environment_is_empty_and_can_be_renamed(world: World) -> None:
    world.service("web")
    staging = world.environment_create("staging")
    assert _running_in(world, staging) == []
    renamed = world.ask(
        'mutation($id: String!) { environmentRename(id: $id, input: {name: "review"}) { name } }', id=staging
    )
    assert renamed == {"name": "review"}


def test_a_fork_has_what_its_source_has_but_its_domains(world: World) -> None:
    service = world.service("web", variables={"A": {"value": "1"}})
    world.service_domain(service)
    fork = world.environment_create("pr-1", sourceEnvironmentId=world.environment)
    config = world.config(environment=fork)["services"][service]
    assert config["variables"] == {"A": {"value": "1"}}
    assert "networking" not in config
    assert len(world.deployments(service, environment=fork)) == 1


def test_a_deleted_environment_takes_its_instances_along_and_leaves_the_rows(world: World) -> None:
    staging = world.environment_create("staging")
    service = world.row("web")
    world.commit({"services": {service: {"isCreated": True}}}, environment=staging)
    world.ask("mutation($id: String!) { environmentDelete(id: $id) }", id=staging)
    assert _services(world) == [service]
    with pytest.raises(RefusedError, match="Environment not found"):
        world.config(environment=staging)


def test_an_absent_environment_means_all_and_null_means_none(world: World) -> None:
    staging = world.environment_create("staging")
    world.service_create("everywhere")
    world.service_create("nowhere", environmentId=None)
    world.service_create("here", environmentId=world.environment)
    assert _running_in(world, world.environment) == ["everywhere", "here"]
    assert _running_in(world, staging) == ["everywhere"]


def test_an_absent_environment_leaves_forks_alone(world: World) -> None:
    fork = world.environment_create("pr-1", sourceEnvironmentId=world.environment)
    world.service_create("web")
    assert _running_in(world, fork) == []


def test_a_service_with_a_source_deploys_when_created_and_one_without_doesn_t(world: World) -> None:
    with_source = world.service_create("web", source={"image": "nginx:1.27"}, environmentId=world.environment)
    without = world.service_create("empty", environmentId=world.environment)
    assert world.statuses(with_source) == ["SUCCESS"]
    assert world.statuses(without) == []


def test_service_names_are_unique_in_a_project(world: World) -> None:
    first = world.row("web")
    with pytest.raises(RefusedError, match="already exists"):
        world.row("web")
    other = world.row("api")
    with pytest.raises(RefusedError, match="already exists"):
        world.ask('mutation($id: String!) { serviceUpdate(id: $id, input: {name: "web"}) { id } }', id=other)
    assert world.ask(
        'mutation($id: String!) { serviceUpdate(id: $id, input: {name: "web"}) { name } }', id=first
    )


def test_a_rename_does_not_deploy(world: World) -> None:
    service = world.service("web")
    world.ask('mutation($id: String!) { serviceUpdate(id: $id, input: {name: "site"}) { id } }', id=service)
    assert len(world.deployments(service)) == 1


def test_deleting_a_service_in_one_environment_leaves_the_other_until_the_last(world: World) -> None:
    staging = world.environment_create("staging")
    service = world.service_create("web")
    delete = "mutation($id: String!, $e: String) { serviceDelete(id: $id, environmentId: $e) }"
    world.ask(delete, id=service, e=staging)
    assert _running_in(world, world.environment) == ["web"]
    assert _services(world) == [service]
    world.ask(delete, id=service, e=world.environment)
    assert _services(world) == []


def test_deleting_a_service_keeps_its_volume(world: World) -> None:
    volume = world.volume_row()
    service = world.row("db")
    world.commit(
        {
            "volumes": {volume: {"isCreated": True}},
            "services": {service: {"isCreated": True, "volumeMounts": {volume: {"mountPath": "/data"}}}},
        }
    )
    world.ask("mutation($id: String!) { serviceDelete(id: $id) }", id=service)
    found = world.ask(
        "query($id: String!) { environment(id: $id) { volumeInstances"
        " { edges { node { volumeId serviceId } } } } }",
        id=world.environment,
    )
    assert found["volumeInstances"]["edges"] == [{"node": {"volumeId": volume, "serviceId": None}}]


@pytest.mark.parametrize(
    "query", ["service(id: $id) { id }", "deployment(id: $id) { id }", "environment(id: $id) { id }"]
)
def test_an_unknown_id_is_not_found(world: World, query: str) -> None:
    with pytest.raises(RefusedError, match="not found"):
        world.ask(f"query($id: String!) {{ {query} }}", id="nobody")
