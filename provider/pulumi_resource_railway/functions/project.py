"""A project that exists."""

# ruff: noqa: S105 - a token: a function's name

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar

from pulumi_resource_railway.declaration import Model, field
from pulumi_resource_railway.function import Function, exactly_one
from pulumi_resource_railway.functions.common import ask, id_of_named, is_gone, missing, nodes
from pulumi_resource_railway.railway import questions
from pulumi_resource_railway.railway.documents import PAGE
from pulumi_resource_railway.railway.documents.projects import PROJECTS

if TYPE_CHECKING:
    from collections.abc import Mapping

    from pulumi_resource_railway.errors import CheckFailure
    from pulumi_resource_railway.resource import Context


class GetProjectArguments(Model):
    """Which project is meant."""

    id: str | None = field(doc="The project's id; or give its name.", default=None)
    name: str | None = field(doc="The project's name; or give its id.", default=None)
    workspace_id: str | None = field(
        doc="The workspace to look in for the name. Without it, all that the token reaches.", default=None
    )


class ProjectEnvironment(Model):
    """One of a project's environments."""

    id: str = field(doc="The environment's id.")
    name: str = field(doc="Its name.")
    is_ephemeral: bool = field(doc="Whether Railway made it for a pull request.")


class ProjectService(Model):
    """One of a project's services."""

    id: str = field(doc="The service's id.")
    name: str = field(doc="Its name.")
    icon: str | None = field(doc="The address of its icon.", default=None)


class GetProjectResult(Model):
    """A project as it is."""

    id: str = field(doc="The project's id.")
    name: str = field(doc="Its name.")
    description: str | None = field(doc="What it is for.", default=None)
    workspace_id: str | None = field(doc="The workspace that it belongs to.", default=None)
    is_public: bool = field(doc="Whether anybody may look at it.")
    pr_deploys: bool = field(doc="Whether pull requests get environments of their own.")
    default_environment_id: str | None = field(
        doc="The oldest environment that isn't a pull request's.", default=None
    )
    environments: list[ProjectEnvironment] = field(doc="Its environments, the oldest first.")
    services: list[ProjectService] = field(doc="Its services, by name.")
    created_at: str = field(doc="When it was created.")


class GetProject(Function[GetProjectArguments, GetProjectResult]):
    """Asks for a project by id, or looks for its name first."""

    token: ClassVar[str] = "railway:index:getProject"
    arguments: ClassVar[type[Model]] = GetProjectArguments
    result: ClassVar[type[Model]] = GetProjectResult
    description: ClassVar[str] = (
        "A project that exists, with its environments and services: for a program that deploys into a project "
        "that somebody else manages."
    )
    example: ClassVar[str] = """
import pulumi
import pulumiverse_railway as railway

shop = railway.get_project_output(name="shop")
service = railway.Service(
    "web",
    project_id=shop.id,
    environment_id=shop.default_environment_id.apply(lambda id: id or ""),
    source={"image": "nginx:1.27.4"},
)
pulumi.export("environments", shop.environments.apply(lambda found: [one.name for one in found]))
"""
    calls: ClassVar[str] = "1; with a name, 1 more for each 500 projects that the token reaches."
    railway_page: ClassVar[str] = "https://docs.railway.com/reference/projects"

    def check(self, properties: Mapping[str, Any]) -> list[CheckFailure]:
        """Ask for an id or a name."""
        return exactly_one(properties, "id", "name")

    async def call(self, context: Context, arguments: GetProjectArguments) -> GetProjectResult:
        """Read the project."""
        id_ = arguments.id
        if id_ is None:
            id_ = await id_of_named(
                context,
                PROJECTS,
                lambda answer: answer["projects"],
                arguments.name,
                f"project named {arguments.name!r}",
                workspaceId=arguments.workspace_id,
            )
        project = (await ask(context, questions.PROJECT, id=id_, first=PAGE))["project"]
        if is_gone(project):
            raise missing(f"project {id_}")
        environments = [row for row in nodes(project["environments"]) if not is_gone(row)]
        services = [row for row in nodes(project["services"]) if not is_gone(row)]
        return GetProjectResult(
            id=project["id"],
            name=project["name"],
            description=project["description"] or None,
            workspace_id=project["workspaceId"],
            is_public=project["isPublic"],
            pr_deploys=project["prDeploys"],
            default_environment_id=project["primaryEnvironmentId"],
            environments=[
                ProjectEnvironment(id=row["id"], name=row["name"], is_ephemeral=row["isEphemeral"])
                for row in sorted(environments, key=lambda row: (row["createdAt"], row["id"]))
            ],
            services=[
                ProjectService(id=row["id"], name=row["name"], icon=row["icon"] or None)
                for row in sorted(services, key=lambda row: (row["name"], row["id"]))
            ],
            created_at=project["createdAt"],
        )
