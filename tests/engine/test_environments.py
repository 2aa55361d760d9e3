"""Staging beside production in one project: two stacks of the same program, through the real engine."""

from dataclasses import replace
from typing import Any

import pytest

from tests.engine.stage import Stage, stage

pytestmark = [pytest.mark.xdist_group("environments"), pytest.mark.timeout(600)]

SERVICES = {"etally-api", "etally-frontend", "etally-minio", "etally-postgres", "etally-redis"}


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
