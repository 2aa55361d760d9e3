"""A project with its first environment."""

# ruff: noqa: A001, A002, S105 - what Pulumi calls an id, and a token: a resource's type

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar

from pulumi_resource_railway.declaration import Model, field
from pulumi_resource_railway.errors import CheckFailure
from pulumi_resource_railway.railway.creation import Creation, create_once, name_exists, resume
from pulumi_resource_railway.railway.documents import PAGE
from pulumi_resource_railway.railway.documents.projects import (
    PROJECT,
    PROJECT_CREATE,
    PROJECT_DELETE,
    PROJECT_UPDATE,
)
from pulumi_resource_railway.railway.errors import NotAuthorized, NotFound, Refused
from pulumi_resource_railway.resource import Context, Created, Found, Resource
from pulumi_resource_railway.resources.common import import_parts, session_of, with_changes
from pulumi_resource_railway.resources.parents import projects_of, state_deletion, was_deleted

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping

    from pulumi_resource_railway.railway.client import Status
    from pulumi_resource_railway.railway.session import Session


class ProjectInputs(Model):
    """What a program says of a project."""

    name: str = field(doc="The project's name. Renamed in place.", auto_name=True)
    description: str | None = field(doc="What the project is for.", default=None)
    workspace_id: str | None = field(
        doc="The workspace that the project belongs to; needed when the token reaches several.",
        default=None,
        immutable=True,
    )
    is_public: bool = field(doc="Whether everybody may see the project.", default=False)
    pr_deploys: bool = field(
        doc="Whether Railway makes an environment for each pull request of the services' repositories.",
        default=False,
    )
    default_environment_name: str = field(
        doc="The name of the environment that the project comes with.", default="production", immutable=True
    )


class ProjectOutputs(ProjectInputs):
    """What is known of a project."""

    default_environment_id: str = field(doc="The id of the environment that the project came with.")


class Project(Resource[ProjectInputs, ProjectOutputs]):
    """Creates the project in the one workspace that the token reaches, or in the one that is named."""

    token: ClassVar[str] = "railway:index:Project"
    inputs: ClassVar[type[Model]] = ProjectInputs
    outputs: ClassVar[type[Model]] = ProjectOutputs
    description: ClassVar[str] = (
        "A project, which holds environments, services and volumes. It comes with its first environment: "
        "`defaultEnvironmentName` names it, `defaultEnvironmentId` is its id. It needs an account's or "
        "workspace's token."
    )
    import_format: ClassVar[str] = "projectId"

    def check(self, properties: Mapping[str, Any], old: Mapping[str, Any] | None) -> list[CheckFailure]:  # noqa: ARG002
        """Refuse empty names: Railway would make up others."""
        return [
            CheckFailure(name, "A name must not be empty: Railway would make one up.")
            for name in ("name", "defaultEnvironmentName")
            if isinstance(properties.get(name), str) and not properties[name].strip()
        ]

    async def create(self, context: Context, inputs: ProjectInputs) -> Created[ProjectOutputs]:
        """Make the project and its environment by one call."""
        session = session_of(context)
        workspace_id = await _workspace(context, inputs)
        creation = _creation(context, inputs, session, workspace_id)
        id_ = await resume(session, creation, context.status)
        if id_ is None:
            rows = await projects_of(session, workspace_id, context.status)
            taken = next((row["id"] for row in rows if row["name"] == inputs.name), None)
            if taken is not None:
                raise name_exists(creation, taken)
            id_ = await create_once(session, creation, [row["id"] for row in rows], context.status)
        # Without the environment's id there are no outputs to keep: should this fail, the journal knows the
        # project.
        environment_id = await _new_environment_id(context, id_, inputs)
        outputs = ProjectOutputs(**with_changes(inputs), default_environment_id=environment_id)
        session.journal.close(context.urn, creation.scope)
        return Created(id_, outputs)

    async def read(
        self, context: Context, id: str, inputs: ProjectInputs | None
    ) -> Found[ProjectInputs, ProjectOutputs] | None:
        """Read the project by itself."""
        if inputs is None:
            (id,) = import_parts(id, self.import_format)
        try:
            project = await _project(session_of(context), id, context.status)
        except NotFound:
            return None
        environment_id = _default_environment_id(project, inputs)
        if environment_id is None:
            raise Refused(
                f"Project {project['name']!r} has no environment any more",
                advice="Make one in Railway's dashboard, or delete the project.",
            )
        names = {row["id"]: row["name"] for row in _environments(project)}
        found = ProjectInputs(
            name=project["name"],
            description=project.get("description") or None,
            workspace_id=project["workspaceId"]
            if inputs is None or inputs.workspace_id is not None
            else None,
            is_public=project["isPublic"],
            pr_deploys=project["prDeploys"],
            # The first environment may be renamed; that must not replace the project.
            default_environment_name=inputs.default_environment_name
            if inputs is not None
            else names.get(environment_id, "production"),
        )
        return Found(id, found, ProjectOutputs(**with_changes(found), default_environment_id=environment_id))

    async def update(
        self, context: Context, id: str, old: ProjectOutputs, new: ProjectInputs
    ) -> ProjectOutputs:
        """Change only what is different; other settings of the project stay as they are."""
        session = session_of(context)
        await _project(session, id, context.status)
        changes: dict[str, Any] = {}
        if old.name != new.name:
            changes["name"] = new.name
        if old.description != new.description:
            # An empty text is how Railway's clients clear it.
            changes["description"] = new.description or ""
        if old.is_public != new.is_public:
            changes["isPublic"] = new.is_public
        if old.pr_deploys != new.pr_deploys:
            changes["prDeploys"] = new.pr_deploys
        if changes:
            await session.client.send(PROJECT_UPDATE, {"id": id, "input": changes}, context.status)
        return ProjectOutputs(**with_changes(new), default_environment_id=old.default_environment_id)

    async def delete(self, context: Context, id: str, old: ProjectOutputs) -> None:
        """Delete the project with everything in it, at once."""
        session = session_of(context)
        try:
            project = await _project(session, id, context.status)
            for row in _environments(project):
                if row["unmergedChangesCount"]:
                    await session.environment(id, row["id"]).ready_for_changes(context.status)
            await session.client.send(PROJECT_DELETE, {"id": id}, context.status)
        except NotFound:
            return
        except NotAuthorized as denied:
            # Railway also says this of what was deleted; only the lists tell.
            if not await _is_gone(session, id, old.workspace_id, context.status):
                raise NotAuthorized(denied.words, advice=state_deletion(denied, context)) from denied


async def _is_gone(session: Session, id_: str, workspace_id: str | None, status: Status) -> bool:
    if session.client.credentials.is_project_token:
        return False
    if workspace_id is None:
        return await was_deleted(session, id_, status)
    rows = await projects_of(session, workspace_id, status)
    return all(row["id"] != id_ for row in rows)


async def _workspace(context: Context, inputs: ProjectInputs) -> str | None:
    """Return the workspace to create in. A project without one would be deleted by Railway after a day."""
    workspaces = await session_of(context).workspaces(context.status)
    if inputs.workspace_id is not None:
        if inputs.workspace_id not in workspaces:
            raise Refused(
                f"The token doesn't reach workspace {inputs.workspace_id}",
                advice=f"It reaches {_named(workspaces)}; correct workspaceId, or use a token of that "
                "workspace.",
            )
        return inputs.workspace_id
    if len(workspaces) > 1:
        raise Refused(
            "The token reaches several workspaces",
            advice=f"Set the project's workspaceId to one of {_named(workspaces)}.",
        )
    return next(iter(workspaces), None)


def _named(workspaces: Mapping[str, str]) -> str:
    return ", ".join(f"{id_} ({name})" for id_, name in workspaces.items()) or "no workspace at all"


async def _project(session: Session, id_: str, status: Status) -> dict[str, Any]:
    variables = {"id": id_, "first": PAGE, "after": None}
    project: dict[str, Any] = (await session.read(PROJECT, variables, status))["project"]
    if project.get("deletedAt"):
        raise NotFound(f"Project {id_} is deleted")
    page = project["environments"]
    while page["pageInfo"]["hasNextPage"]:
        variables["after"] = page["pageInfo"]["endCursor"]
        page = (await session.read(PROJECT, variables, status))["project"]["environments"]
        project["environments"]["edges"] += page["edges"]
    return project


def _environments(project: dict[str, Any]) -> list[dict[str, Any]]:
    rows = [edge["node"] for edge in project["environments"]["edges"]]
    return [row for row in rows if not row.get("deletedAt")]


def _default_environment_id(project: dict[str, Any], inputs: ProjectInputs | None) -> str | None:
    """Return the id of the environment that the project came with, or None while Railway shows none.

    Railway names the oldest one itself; a list of environments may lag behind the project's creation.
    """
    if project.get("primaryEnvironmentId"):
        return str(project["primaryEnvironmentId"])
    environments = sorted(_environments(project), key=lambda row: str(row["createdAt"]))
    named = [
        row for row in environments if inputs is not None and row["name"] == inputs.default_environment_name
    ]
    return next((row["id"] for row in [*named, *environments]), None)


async def _new_environment_id(context: Context, id_: str, inputs: ProjectInputs) -> str:
    """Return the new project's environment, waiting a little for it to appear."""
    session = session_of(context)
    for pause in (0, 1, 2, 4, 8, 15):
        await session.clock.sleep(pause)
        found = _default_environment_id(await _project(session, id_, context.status), inputs)
        if found is not None:
            return found
        await context.status("waiting for the project's environment to appear")
    raise NotFound(
        f"The new project {inputs.name!r} shows no environment",
        advice="Run `pulumi up` again; it looks for it.",
    )


def _creation(
    context: Context, inputs: ProjectInputs, session: Session, workspace_id: str | None
) -> Creation:
    settings: dict[str, Any] = {
        "name": inputs.name,
        "defaultEnvironmentName": inputs.default_environment_name,
        "isPublic": inputs.is_public,
        "prDeploys": inputs.pr_deploys,
    }
    if workspace_id is not None:
        settings["workspaceId"] = workspace_id
    if inputs.description is not None:
        settings["description"] = inputs.description

    async def existing(status: Status) -> Collection[str]:
        return [row["id"] for row in await projects_of(session, workspace_id, status)]

    async def candidates(status: Status) -> list[dict[str, Any]]:
        rows = await projects_of(session, workspace_id, status)
        return [row for row in rows if row["name"] == inputs.name]

    return Creation(
        urn=context.urn,
        scope=f"{workspace_id}/projects",
        kind="project",
        name=inputs.name,
        document=PROJECT_CREATE,
        variables={"input": settings},
        existing=existing,
        candidates=candidates,
        import_id="{id}",
        type_token=Project.token,
        name_is_unique=False,
    )
