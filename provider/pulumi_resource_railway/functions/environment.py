"""An environment that exists."""

# ruff: noqa: S105 - a token: a function's name

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar

from pulumi_resource_railway.declaration import Model, field
from pulumi_resource_railway.function import Function, exactly_one
from pulumi_resource_railway.functions.common import ask, id_of_named, is_gone, missing, nodes
from pulumi_resource_railway.railway import questions
from pulumi_resource_railway.railway.documents import PAGE
from pulumi_resource_railway.railway.documents.environments import ENVIRONMENTS

if TYPE_CHECKING:
    from collections.abc import Mapping

    from pulumi_resource_railway.errors import CheckFailure
    from pulumi_resource_railway.resource import Context


class GetEnvironmentArguments(Model):
    """Which environment is meant."""

    project_id: str = field(doc="The id of the environment's project.")
    id: str | None = field(doc="The environment's id; or give its name.", default=None)
    name: str | None = field(doc="The environment's name; or give its id.", default=None)


class EnvironmentService(Model):
    """A service that runs in an environment."""

    id: str = field(doc="The service's id.")
    name: str = field(doc="Its name.")


class GetEnvironmentResult(Model):
    """An environment as it is."""

    id: str = field(doc="The environment's id.")
    project_id: str = field(doc="The id of its project.")
    name: str = field(doc="Its name.")
    is_ephemeral: bool = field(doc="Whether Railway made it for a pull request.")
    services: list[EnvironmentService] = field(doc="The services that run in it, by name.")
    shared_variables: dict[str, str] = field(
        doc="The variables that its services may share, references unrendered; without sealed ones, which "
        "nobody can read.",
        secret=True,
    )
    staged_changes: int = field(
        doc="How many changes somebody has prepared in Railway's dashboard without deploying them."
    )
    created_at: str = field(doc="When it was created.")


class GetEnvironment(Function[GetEnvironmentArguments, GetEnvironmentResult]):
    """Asks for an environment by id, or looks for its name first."""

    token: ClassVar[str] = "railway:index:getEnvironment"
    arguments: ClassVar[type[Model]] = GetEnvironmentArguments
    result: ClassVar[type[Model]] = GetEnvironmentResult
    description: ClassVar[str] = (
        "An environment that exists, with the services that run in it, its shared variables and how many "
        "changes are staged in it."
    )
    example: ClassVar[str] = """
import pulumi
import pulumiverse_railway as railway

project = railway.Project("shop")
staging = railway.get_environment_output(project_id=project.id, name="production")
pulumi.export("services", staging.services.apply(lambda found: [one.name for one in found]))
"""
    calls: ClassVar[str] = "1; with a name, 1 more for each 500 environments of the project."
    railway_page: ClassVar[str] = "https://docs.railway.com/reference/environments"

    def check(self, properties: Mapping[str, Any]) -> list[CheckFailure]:
        """Ask for an id or a name."""
        return exactly_one(properties, "id", "name")

    async def call(self, context: Context, arguments: GetEnvironmentArguments) -> GetEnvironmentResult:
        """Read the environment."""
        id_ = arguments.id
        if id_ is None:
            id_ = await id_of_named(
                context,
                ENVIRONMENTS,
                lambda answer: answer["environments"],
                arguments.name,
                f"environment named {arguments.name!r} in project {arguments.project_id}",
                projectId=arguments.project_id,
            )
        answer = await ask(context, questions.ENVIRONMENT, id=id_, projectId=arguments.project_id, first=PAGE)
        environment = answer["environment"]
        if is_gone(environment):
            raise missing(f"environment {id_}")
        services = [row for row in nodes(environment["serviceInstances"]) if not is_gone(row)]
        return GetEnvironmentResult(
            id=environment["id"],
            project_id=arguments.project_id,
            name=environment["name"],
            is_ephemeral=environment["isEphemeral"],
            services=[
                EnvironmentService(id=row["serviceId"], name=row["serviceName"])
                for row in sorted(services, key=lambda row: (row["serviceName"], row["serviceId"]))
            ],
            shared_variables={
                name: value for name, value in answer["variables"].items() if value is not None
            },
            staged_changes=environment["unmergedChangesCount"] or 0,
            created_at=environment["createdAt"],
        )
