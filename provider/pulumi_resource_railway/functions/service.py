"""A service that runs in an environment."""

# ruff: noqa: S105 - a token: a function's name

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar

from pulumi_resource_railway.declaration import Model, field
from pulumi_resource_railway.function import Function, exactly_one
from pulumi_resource_railway.functions.common import ask, ask_all, is_gone, missing, only
from pulumi_resource_railway.railway import questions

if TYPE_CHECKING:
    from collections.abc import Mapping

    from pulumi_resource_railway.errors import CheckFailure
    from pulumi_resource_railway.resource import Context


class GetServiceArguments(Model):
    """Which service is meant, and where."""

    project_id: str = field(doc="The id of the service's project.")
    environment_id: str = field(doc="The id of the environment that it runs in.")
    id: str | None = field(doc="The service's id; or give its name.", default=None)
    name: str | None = field(doc="The service's name; or give its id.", default=None)


class GetServiceResult(Model):
    """A service as it is in one environment."""

    id: str = field(doc="The service's id.")
    project_id: str = field(doc="The id of its project.")
    environment_id: str = field(doc="The id of the environment.")
    name: str = field(doc="Its name.")
    icon: str | None = field(doc="The address of its icon.", default=None)
    image: str | None = field(doc="The image that it runs, if it runs one.", default=None)
    repo: str | None = field(doc="The GitHub repository that it is built from, if it is.", default=None)
    start_command: str | None = field(
        doc="The command that starts it, when it isn't the image's.", default=None
    )
    domains: list[str] = field(doc="The domains that lead to it, its own before Railway's.")
    variables: dict[str, str] = field(
        doc="Its variables, references unrendered; without sealed ones, which nobody can read.", secret=True
    )
    deployment_id: str | None = field(doc="The id of its latest deployment.", default=None)
    deployment_status: str | None = field(
        doc="The state of its latest deployment, such as `SUCCESS` or `BUILDING`.", default=None
    )


class GetService(Function[GetServiceArguments, GetServiceResult]):
    """Asks for a service by id, or looks for its name first."""

    token: ClassVar[str] = "railway:index:getService"
    arguments: ClassVar[type[Model]] = GetServiceArguments
    result: ClassVar[type[Model]] = GetServiceResult
    description: ClassVar[str] = (
        "A service that exists, as it runs in one environment: for a program that refers to a service which "
        "somebody else manages, or that wants to know how its latest deployment went."
    )
    example: ClassVar[str] = """
import pulumi
import pulumiverse_railway as railway

project = railway.Project("shop")
web = railway.get_service_output(
    project_id=project.id, environment_id=project.default_environment_id, name="web"
)
pulumi.export("state", web.deployment_status)
"""
    calls: ClassVar[str] = "1; with a name, 1 more for each 500 services of the environment."
    railway_page: ClassVar[str] = "https://docs.railway.com/reference/services"

    def check(self, properties: Mapping[str, Any]) -> list[CheckFailure]:
        """Ask for an id or a name."""
        return exactly_one(properties, "id", "name")

    async def call(self, context: Context, arguments: GetServiceArguments) -> GetServiceResult:
        """Read the service."""
        id_ = arguments.id if arguments.id is not None else await _named(context, arguments)
        answer = await ask(
            context,
            questions.SERVICE,
            projectId=arguments.project_id,
            environmentId=arguments.environment_id,
            serviceId=id_,
        )
        row, instance = answer["service"], answer["serviceInstance"]
        if is_gone(row) or is_gone(instance):
            raise missing(f"service {id_} in environment {arguments.environment_id}")
        source, latest = instance["source"] or {}, instance["latestDeployment"] or {}
        domains = [*instance["domains"]["customDomains"], *instance["domains"]["serviceDomains"]]
        return GetServiceResult(
            id=row["id"],
            project_id=arguments.project_id,
            environment_id=arguments.environment_id,
            name=row["name"],
            icon=row["icon"] or None,
            image=source.get("image"),
            repo=source.get("repo"),
            start_command=instance["startCommand"] or None,
            domains=[domain["domain"] for domain in domains if not is_gone(domain)],
            variables={name: value for name, value in answer["variables"].items() if value is not None},
            deployment_id=latest.get("id"),
            deployment_status=latest.get("status"),
        )


async def _named(context: Context, arguments: GetServiceArguments) -> str:
    instances = await ask_all(
        context,
        questions.INSTANCES,
        lambda answer: answer["environment"]["serviceInstances"],
        projectId=arguments.project_id,
        environmentId=arguments.environment_id,
    )
    found = [row for row in instances if row["serviceName"] == arguments.name]
    what = f"service named {arguments.name!r} in environment {arguments.environment_id}"
    id_: str = only(found, what, "serviceId")["serviceId"]
    return id_
