"""Environments of one project: two stacks of the same program in it, and one that somebody else made."""

from dataclasses import replace
from typing import Any

import pytest

from tests.engine.stage import Stage, stage

pytestmark = [pytest.mark.xdist_group("environments"), pytest.mark.timeout(600)]

SERVICES = {
    "etally-api",
    "etally-buckets",
    "etally-frontend",
    "etally-minio",
    "etally-postgres",
    "etally-redis",
}


def environments(railway: Stage) -> dict[str, dict[str, Any]]:
    (project,) = railway.railway.contents()["projects"]
    return {each["name"]: each for each in project["environments"]}


def deployed(environment: dict[str, Any]) -> dict[str, str]:
    return {each["serviceName"]: each["status"] for each in environment["deployments"]}


def test_staging_comes_and_goes_and_leaves_production_alone(tmp_path_factory: pytest.TempPathFactory) -> None:
    with stage(tmp_path_factory.mktemp("environments")) as production:
        production.configure()
        production.run("up").succeeded()
        (project,) = production.railway.contents()["projects"]
        before = environments(production)["production"]

        staging = replace(production, stack="staging")
        staging.configure(
            {
                "etally:railway": {
                    "project": project["id"],
                    "environmentId": "create",
                    "environment": "staging",
                },
                "etally:domains": {"frontend": "etally-staging", "storage": "etally-staging-storage"},
                "etally:source": {"branch": "staging"},
            }
        )
        run = staging.run("up").succeeded()
        assert "projectCreate" not in run.operations
        both = environments(production)
        assert deployed(both["staging"]) == dict.fromkeys(SERVICES, "SUCCESS")
        assert len(both["staging"]["deployments"]) == len(SERVICES)
        assert both["production"] == before
        (project,) = production.railway.contents()["projects"]
        assert {each["name"] for each in project["services"]} == SERVICES
        assert staging.run("up", "--expect-no-changes").succeeded().operations == []

        staging.run("destroy").succeeded()
        assert environments(production) == {"production": before}
        assert production.run("refresh", "--expect-no-changes").code == 0


def test_an_environment_that_somebody_else_made_is_found_by_its_name_and_stays(
    tmp_path_factory: pytest.TempPathFactory,
) -> None:
    with stage(tmp_path_factory.mktemp("named")) as place:
        made = place.graphql('mutation m { projectCreate(input: {name: "shop"}) { id } }')
        project = made["projectCreate"]["id"]
        place.graphql(
            "mutation m($project: String!) {"
            ' environmentCreate(input: {projectId: $project, name: "testing"}) { id } }',
            project=project,
        )
        before = environments(place)

        place.configure({"etally:railway": {"project": project, "environment": "testin"}})
        for command in ("preview", "up"):
            refused = place.run(command)
            assert refused.code != 0
            assert f"railway.environment 'testin' is not an environment of railway.project '{project}'" in (
                refused.output
            )
            assert "production, testing" in refused.output
            assert "pulumi config set --path 'railway.environmentId' create" in refused.output
            assert "Traceback" not in refused.output
            assert refused.operations == ["project"]

        place.configure({"etally:railway": {"project": project, "environment": "testing"}})
        run = place.run("up").succeeded()
        assert {"projectCreate", "environmentCreate"}.isdisjoint(run.operations)
        after = environments(place)
        assert deployed(after["testing"]) == dict.fromkeys(SERVICES, "SUCCESS")
        assert after["production"] == before["production"]
        assert place.run("up", "--expect-no-changes").succeeded().operations == ["project"]

        place.run("destroy").succeeded()
        left = environments(place)
        assert left["production"] == before["production"]
        assert left["testing"]["id"] == before["testing"]["id"]
        assert not left["testing"]["serviceInstances"]

        elsewhere = "11111111-2222-3333-4444-555555555555"
        place.configure({"etally:railway": {"project": elsewhere, "environment": "testing"}})
        refused = place.run("preview")
        assert refused.code != 0
        assert f"can't be looked up in railway.project '{elsewhere}'" in refused.output
        assert "Traceback" not in refused.output
