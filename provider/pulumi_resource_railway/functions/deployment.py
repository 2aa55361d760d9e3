"""A deployment: a given one, or a service's latest."""

# ruff: noqa: S105 - a token: a function's name

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar

from pulumi_resource_railway.declaration import Model, field
from pulumi_resource_railway.errors import CheckFailure
from pulumi_resource_railway.function import Function, exactly_one
from pulumi_resource_railway.functions.common import ask, missing, nodes
from pulumi_resource_railway.railway import questions
from pulumi_resource_railway.values import is_unknown

if TYPE_CHECKING:
    from collections.abc import Mapping

    from pulumi_resource_railway.resource import Context


class GetDeploymentArguments(Model):
    """Which deployment is meant."""

    id: str | None = field(doc="The deployment's id; or give a service and its environment.", default=None)
    service_id: str | None = field(doc="The service whose latest deployment is meant.", default=None)
    environment_id: str | None = field(doc="The environment that the service runs in.", default=None)


class GetDeploymentResult(Model):
    """A deployment as it is."""

    id: str = field(doc="The deployment's id.")
    project_id: str = field(doc="The id of its project.")
    environment_id: str = field(doc="The id of its environment.")
    service_id: str | None = field(doc="The id of its service.", default=None)
    status: str = field(
        doc="Its state: `QUEUED`, `INITIALIZING`, `BUILDING`, `DEPLOYING`, `SUCCESS`, `SLEEPING`, `FAILED`, "
        "`CRASHED`, `REMOVING`, `REMOVED`, `SKIPPED`, `WAITING` or `NEEDS_APPROVAL`."
    )
    stopped: bool = field(
        doc="Whether nothing of it runs any more; a one-off job that succeeded has stopped."
    )
    url: str | None = field(doc="The domain that leads to it.", default=None)
    image: str | None = field(doc="The image that it runs, if it wasn't built.", default=None)
    repo: str | None = field(doc="The repository that it was built from.", default=None)
    branch: str | None = field(doc="The branch that it was built from.", default=None)
    commit_hash: str | None = field(doc="The commit that it was built from.", default=None)
    commit_message: str | None = field(doc="That commit's message.", default=None)
    can_rollback: bool = field(doc="Whether Railway can go back to it.")
    can_redeploy: bool = field(doc="Whether Railway can deploy it again.")
    created_at: str = field(doc="When it began.")
    status_updated_at: str | None = field(doc="When its state changed last.", default=None)


class GetDeployment(Function[GetDeploymentArguments, GetDeploymentResult]):
    """Asks for a deployment by id, or for a service's latest."""

    token: ClassVar[str] = "railway:index:getDeployment"
    arguments: ClassVar[type[Model]] = GetDeploymentArguments
    result: ClassVar[type[Model]] = GetDeploymentResult
    description: ClassVar[str] = (
        "A deployment by its id, or the latest one of a service, whatever caused it: a Pulumi update, a push "
        "or somebody in the dashboard. That is why it is a function: what moves by itself is no output of a "
        "Service."
    )
    example: ClassVar[str] = """
import pulumi
import pulumiverse_railway as railway

project = railway.Project("shop")
web = railway.Service(
    "web",
    project_id=project.id,
    environment_id=project.default_environment_id,
    source={"image": "nginx:1.27.4"},
)
latest = railway.get_deployment_output(service_id=web.id, environment_id=web.environment_id)
pulumi.export("deployment", latest.id)
pulumi.export("state", latest.status)
"""
    calls: ClassVar[str] = "1."
    railway_page: ClassVar[str] = "https://docs.railway.com/reference/deployments"

    def check(self, properties: Mapping[str, Any]) -> list[CheckFailure]:
        """Ask for an id, or a service with its environment."""
        failures = exactly_one(properties, "id", "serviceId")
        place = properties.get("environmentId")
        if not failures and not is_unknown(place):
            if properties.get("serviceId") is not None and place is None:
                failures.append(
                    CheckFailure("environmentId", "is required with a service: it may run in several.")
                )
            if properties.get("id") is not None and place is not None:
                failures.append(
                    CheckFailure("environmentId", "goes with a service; a deployment's id says it all.")
                )
        return failures

    async def call(self, context: Context, arguments: GetDeploymentArguments) -> GetDeploymentResult:
        """Read the deployment."""
        if arguments.id is not None:
            row = (await ask(context, questions.DEPLOYMENT, id=arguments.id))["deployment"]
        else:
            place = {"serviceId": arguments.service_id, "environmentId": arguments.environment_id}
            answer = await ask(context, questions.LATEST_DEPLOYMENT, input=place)
            found = nodes(answer["deployments"])
            if not found:
                raise missing(
                    f"deployment of service {arguments.service_id} in environment {arguments.environment_id}"
                )
            row = found[0]
        # Railway documents nothing of `meta`; its keys are those that its own command line reads.
        meta = row["meta"] if isinstance(row["meta"], dict) else {}
        return GetDeploymentResult(
            id=row["id"],
            project_id=row["projectId"],
            environment_id=row["environmentId"],
            service_id=row["serviceId"],
            status=row["status"],
            stopped=row["deploymentStopped"],
            url=row["url"] or row["staticUrl"] or None,
            image=_text(meta, "image"),
            repo=_text(meta, "repo"),
            branch=_text(meta, "branch"),
            commit_hash=_text(meta, "commitHash"),
            commit_message=_text(meta, "commitMessage"),
            can_rollback=row["canRollback"],
            can_redeploy=row["canRedeploy"],
            created_at=row["createdAt"],
            status_updated_at=row["statusUpdatedAt"],
        )


def _text(meta: Mapping[str, Any], key: str) -> str | None:
    value = meta.get(key)
    return value if isinstance(value, str) and value else None
