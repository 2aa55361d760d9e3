"""The environment's configuration, patches and staged changes (railway-api §14)."""

from typing import Any

import pytest

from tests.emulator.client import RefusedError, World


def test_an_absent_key_keeps_and_null_clears(world: World) -> None:
    service = world.service(
        deploy={"startCommand": "run", "healthcheckPath": "/health"},
        variables={"A": {"value": "1"}, "B": {"value": "2"}},
    )
    world.configure(service, deploy={"startCommand": None}, variables={"A": None})
    config = world.config()["services"][service]
    assert "startCommand" not in config["deploy"]
    assert config["deploy"]["healthcheckPath"] == "/health"
    assert config["variables"] == {"B": {"value": "2"}}


def test_lists_replace(world: World) -> None:
    service = world.service(build={"watchPatterns": ["a", "b"]})
    world.configure(service, build={"watchPatterns": ["c"]})
    assert world.config()["services"][service]["build"]["watchPatterns"] == ["c"]


def test_defaults_are_materialised_and_come_back_when_cleared(world: World) -> None:
    service = world.service()
    deploy = world.config()["services"][service]["deploy"]
    assert (deploy["restartPolicyType"], deploy["restartPolicyMaxRetries"]) == ("ON_FAILURE", 10)
    assert deploy["multiRegionConfig"] == {"us-west2": {"numReplicas": 1}}
    assert world.config()["services"][service]["build"]["builder"] == "RAILPACK"
    world.configure(service, deploy={"restartPolicyType": "NEVER", "restartPolicyMaxRetries": 3})
    world.configure(service, deploy={"restartPolicyType": None, "restartPolicyMaxRetries": None})
    deploy = world.config()["services"][service]["deploy"]
    assert (deploy["restartPolicyType"], deploy["restartPolicyMaxRetries"]) == ("ON_FAILURE", 10)


def test_a_repository_gets_a_branch_until_it_is_cleared(world: World) -> None:
    service = world.service(source={"repo": "acme/web"})
    assert world.config()["services"][service]["source"]["branch"] == "main"
    world.configure(service, source={"branch": None})
    assert "branch" not in world.config()["services"][service]["source"]


def test_variables_are_masked_unless_asked_for(world: World) -> None:
    service = world.service(variables={"A": {"value": "1"}})
    assert world.config(decrypt=False)["services"][service]["variables"] == {"A": {"value": None}}
    assert world.config(decrypt=True)["services"][service]["variables"] == {"A": {"value": "1"}}


def test_a_sealed_variable_reads_null_and_reaches_the_container(world: World) -> None:
    service = world.service(variables={"A": {"value": "1", "isSealed": True}})
    assert world.config(decrypt=True)["services"][service]["variables"]["A"]["value"] is None
    assert world.variables_of(world.deployments(service)[0]["id"])["A"] == "1"


def test_registry_credentials_are_never_read_back(world: World) -> None:
    service = world.service(deploy={"registryCredentials": {"username": "u", "password": "p"}})
    deploy = world.config(decrypt=True)["services"][service]["deploy"]
    assert deploy["registryCredentials"] == {"username": "*****", "password": "*****"}


def test_the_instance_is_a_view_of_the_document(world: World) -> None:
    service = world.service(
        build={"builder": "DOCKERFILE", "dockerfilePath": "a/Dockerfile"}, deploy={"startCommand": "run"}
    )
    shown = world.ask(
        "query($s: String!, $e: String!) { serviceInstance(serviceId: $s, environmentId: $e)"
        "{ startCommand dockerfilePath builder source { image repo } region numReplicas rootDirectory } }",
        s=service,
        e=world.environment,
    )
    assert shown == {
        "startCommand": "run",
        "dockerfilePath": "a/Dockerfile",
        "builder": "RAILPACK",
        "source": {"image": "nginx:1.27", "repo": None},
        "region": None,
        "numReplicas": 1,
        "rootDirectory": "",
    }


def test_the_etag_changes_with_the_document_only(world: World) -> None:
    def etag() -> Any:
        return world.ask("query($id: String!) { environment(id: $id) { configEtag } }", id=world.environment)

    before = etag()
    service = world.service()
    middle = etag()
    world.ask('mutation($id: String!) { serviceUpdate(id: $id, input: {name: "x"}) { id } }', id=service)
    assert before != middle == etag()


def test_an_instance_can_be_made_without_the_flag(world: World) -> None:
    """An empty entry repairs a service that has no instance in an environment (anchors F.3, 1)."""
    service = world.row("web")
    world.configure(service)
    assert service in world.config()["services"]


@pytest.mark.parametrize("section", ["services", "volumes"])
def test_a_patch_makes_no_rows(world: World, section: str) -> None:
    with pytest.raises(RefusedError, match="not found"):
        world.commit({section: {"nobody": {"isCreated": True}}})


REFUSED: list[tuple[dict[str, Any], str]] = [
    ({"deploy": {"preDeployCommand": ["a", "b"]}}, "at most 1"),
    ({"deploy": {"healthcheckPath": "health"}}, "healthcheckPath"),
    ({"deploy": {"healthcheckTimeout": 0}}, "healthcheckTimeout"),
    ({"deploy": {"multiRegionConfig": {"moon": {"numReplicas": 1}}}}, 'Region "moon"'),
    ({"deploy": {"multiRegionConfig": {"us-west2": {"numReplicas": 51}}}}, "numReplicas"),
    ({"deploy": {"cronSchedule": "often"}}, "cron"),
    (
        {"deploy": {"cronSchedule": "* * * * *", "multiRegionConfig": {"us-west2": {"numReplicas": 2}}}},
        "one replica",
    ),
    ({"deploy": {"restartPolicyType": "SOMETIMES"}}, "restartPolicyType"),
    ({"build": {"builder": "MAKE"}}, "builder"),
    ({"configFile": {}}, "configFile"),
    ({"deploy": {"preDeployTimeoutSeconds": -1}}, "preDeployTimeoutSeconds"),
    ({"source": {"repo": "acme/web"}}, "either an image or a repository"),
    ({"deploy": {"startComand": "x"}}, 'Unrecognized key "startComand"'),
    ({"variables": {"A": "1"}}, "Expected object"),
    ({"variables": {"": {"value": "1"}}}, "name"),
]


@pytest.mark.parametrize(("settings", "words"), REFUSED)
def test_what_railway_refuses_is_refused_before_anything_changes(
    world: World, settings: dict[str, Any], words: str
) -> None:
    service = world.service()
    before = world.config()
    with pytest.raises(RefusedError, match=words):
        world.configure(service, **settings)
    assert world.config() == before
    assert len(world.deployments(service)) == 1


STAGED = (
    "query($id: String!) { environmentStagedChanges(environmentId: $id)"
    " { status patch(decryptVariables: true) } }"
)
UNMERGED = "query($id: String!) { environment(id: $id) { unmergedChangesCount } }"
STAGE = (
    "mutation($id: String!, $input: EnvironmentConfig!, $merge: Boolean)"
    "{ environmentStageChanges(environmentId: $id, input: $input, merge: $merge) { id status } }"
)
COMMIT_STAGED = (
    "mutation($id: String!, $skip: Boolean) {"
    " environmentPatchCommitStaged(environmentId: $id, skipDeploys: $skip) }"
)


def test_nothing_staged_is_an_empty_patch(world: World) -> None:
    assert world.ask(STAGED, id=world.environment) == {"status": "STAGED", "patch": {}}
    assert world.ask(UNMERGED, id=world.environment) == {"unmergedChangesCount": 0}


def test_staged_changes_merge_or_replace_and_change_nothing_yet(world: World) -> None:
    service = world.service()
    stage = {"services": {service: {"variables": {"A": {"value": "1"}}}}}
    more = {"services": {service: {"variables": {"B": {"value": "2"}}, "deploy": {"startCommand": None}}}}
    world.ask(STAGE, id=world.environment, input=stage)
    world.ask(STAGE, id=world.environment, input=more, merge=True)
    assert world.ask(STAGED, id=world.environment)["patch"] == {
        "services": {
            service: {
                "variables": {"A": {"value": "1"}, "B": {"value": "2"}},
                "deploy": {"startCommand": None},
            }
        }
    }
    assert world.ask(UNMERGED, id=world.environment)["unmergedChangesCount"] == 1
    assert "variables" not in world.config()["services"][service]
    world.ask(STAGE, id=world.environment, input={}, merge=False)
    assert world.ask(UNMERGED, id=world.environment)["unmergedChangesCount"] == 0


@pytest.mark.parametrize(("skip", "deployments"), [(False, 2), (True, 1)])
def test_committing_what_is_staged_deploys_unless_told_not_to(
    world: World, skip: bool, deployments: int
) -> None:
    service = world.service()
    world.ask(
        STAGE, id=world.environment, input={"services": {service: {"variables": {"A": {"value": "1"}}}}}
    )
    workflow = world.ask(COMMIT_STAGED, id=world.environment, skip=skip)
    assert world.workflow(workflow) == {"status": "Complete", "error": None}
    assert world.config()["services"][service]["variables"] == {"A": {"value": "1"}}
    assert world.ask(UNMERGED, id=world.environment)["unmergedChangesCount"] == 0
    assert len(world.deployments(service)) == deployments


def test_an_unknown_workflow_is_answered_not_refused(world: World) -> None:
    assert world.workflow("nobody") == {"status": "NotFound", "error": None}


def test_patches_are_listed_the_newest_first(world: World) -> None:
    service = world.service()
    world.configure(service, variables={"A": {"value": "1"}})
    found = world.ask(
        "query($id: String!) { environmentPatches(environmentId: $id) { edges { node { status patch } } } }",
        id=world.environment,
    )["edges"]
    assert [edge["node"]["status"] for edge in found] == ["COMMITTED", "COMMITTED"]
    assert found[0]["node"]["patch"] == {"services": {service: {"variables": {"A": {"value": None}}}}}


def test_a_refused_change_leaves_no_trace_in_what_it_only_passed_by(world: World) -> None:
    """Deleting a volume unmounts it; if the same commit is refused for another reason, it stays mounted."""
    volume, service = world.volume_row(), world.row("db")
    mounts = {volume: {"mountPath": "/data"}}
    world.commit(
        {
            "volumes": {volume: {"isCreated": True}},
            "services": {
                service: {"isCreated": True, "source": {"image": "redis:7.2.5"}, "volumeMounts": mounts}
            },
        }
    )
    other = world.service("other")
    before = world.config()
    with pytest.raises(RefusedError, match="cron"):
        world.commit(
            {
                "volumes": {volume: {"isDeleted": True}},
                "services": {other: {"deploy": {"cronSchedule": "often"}}},
            }
        )
    assert world.config() == before
    world.commit({"volumes": {volume: {"isDeleted": True}}})
    assert len(world.deployments(service)) == 2


def test_null_for_a_whole_service_removes_its_instance(world: World) -> None:
    service = world.service()
    world.commit({"services": {service: None}})
    assert world.config()["services"] == {}


def test_a_whole_number_is_an_integer_however_it_is_written(world: World) -> None:
    volume = world.volume_create()
    world.commit({"volumes": {volume: {"sizeMB": 60_000.0}}})
    with pytest.raises(RefusedError, match="sizeMB"):
        world.commit({"volumes": {volume: {"sizeMB": 60_000.5}}})
