"""A further environment of a project."""

# ruff: noqa: A001, A002, S105 - what Pulumi calls an id, and a token: a resource's type

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar

from pulumi_resource_railway.declaration import Model, field
from pulumi_resource_railway.errors import CheckFailure
from pulumi_resource_railway.railway.creation import Creation, create_once, name_exists, resume
from pulumi_resource_railway.railway.documents.environments import (
    ENVIRONMENT_CREATE,
    ENVIRONMENT_DELETE,
    ENVIRONMENT_RENAME,
)
from pulumi_resource_railway.railway.errors import NotFound
from pulumi_resource_railway.resource import Context, Created, Found, Resource
from pulumi_resource_railway.resources.common import import_parts, session_of, with_changes
from pulumi_resource_railway.resources.parents import deletion, environments_of

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping

    from pulumi_resource_railway.railway.client import Status
    from pulumi_resource_railway.railway.session import Session


class EnvironmentInputs(Model):
    """What a program says of an environment."""

    project_id: str = field(doc="The project's id.", immutable=True)
    name: str = field(doc="The environment's name. Renamed in place.", auto_name=True)
    source_environment_id: str | None = field(
        doc="The id of the environment whose services, volumes, configuration and variables this one begins "
        "with; domains, proxies and the volumes' data aren't copied. What it begins with belongs to no "
        "resource. When it is absent, the environment is empty.",
        default=None,
        immutable=True,
        left_to_railway=True,
    )
    ephemeral: bool = field(
        doc="Whether it is marked as one that doesn't last, like those that Railway makes for pull requests.",
        default=False,
        immutable=True,
    )
    skip_initial_deploys: bool = field(
        doc="Whether what is copied from the source stays undeployed. Of use only at creation; a later "
        "change does nothing.",
        default=False,
    )


class EnvironmentOutputs(EnvironmentInputs):
    """What is known of an environment."""


class Environment(Resource[EnvironmentInputs, EnvironmentOutputs]):
    """Creates an environment, empty or as a copy of another."""

    token: ClassVar[str] = "railway:index:Environment"
    inputs: ClassVar[type[Model]] = EnvironmentInputs
    outputs: ClassVar[type[Model]] = EnvironmentOutputs
    description: ClassVar[str] = (
        "A further environment of a project, empty at first, unless it begins as a copy of another. The one "
        "that a project comes with is the project's `defaultEnvironmentId`. Railway makes at most one "
        "environment every 30 seconds; more are waited for."
    )
    import_format: ClassVar[str] = "projectId/environmentId"

    def check(self, properties: Mapping[str, Any], old: Mapping[str, Any] | None) -> list[CheckFailure]:  # noqa: ARG002
        """Refuse an empty name, and to leave undeployed what isn't there."""
        failures = []
        name = properties.get("name")
        if isinstance(name, str) and not name.strip():
            failures.append(CheckFailure("name", "An environment's name must not be empty."))
        source = properties.get("sourceEnvironmentId")
        if source == "":
            failures.append(
                CheckFailure("sourceEnvironmentId", "An id must not be empty; leave it out instead.")
            )
        if properties.get("skipInitialDeploys") is True and source is None:
            failures.append(
                CheckFailure(
                    "skipInitialDeploys",
                    "An environment without a source is empty, so it deploys nothing at first. Leave "
                    "skipInitialDeploys out, or set sourceEnvironmentId.",
                )
            )
        return failures

    def as_compared(self, old: Mapping[str, Any], new: Mapping[str, Any]) -> Mapping[str, Any]:
        """Leave out what is of use only at creation."""
        return {**old, "skipInitialDeploys": new.get("skipInitialDeploys")}

    async def create(self, context: Context, inputs: EnvironmentInputs) -> Created[EnvironmentOutputs]:
        """Make the environment, if none of this name exists."""
        session = session_of(context)
        creation = _creation(context, inputs, session)
        rows = await environments_of(session, inputs.project_id, context.status)
        id_ = await resume(session, creation, context.status)
        if id_ is None:
            taken = next((row["id"] for row in rows if row["name"] == inputs.name), None)
            if taken is not None:
                raise name_exists(creation, taken)
            id_ = await create_once(session, creation, [row["id"] for row in rows], context.status)
        session.journal.close(context.urn, creation.scope)
        if inputs.source_environment_id is not None:
            # The project's lists have instances more than before.
            session.environment(inputs.project_id, inputs.source_environment_id).snapshots.invalidate()
        return Created(id_, EnvironmentOutputs(**with_changes(inputs)))

    async def read(
        self, context: Context, id: str, inputs: EnvironmentInputs | None
    ) -> Found[EnvironmentInputs, EnvironmentOutputs] | None:
        """Read from the snapshot that everything in the environment shares."""
        if inputs is None:
            project_id, id = import_parts(id, self.import_format)
        else:
            project_id = inputs.project_id
        try:
            snapshot = await session_of(context).environment(project_id, id).snapshots.fresh(context.status)
        except NotFound:
            return None
        live, recorded = snapshot.environment, inputs
        source = (live.get("sourceEnvironment") or {}).get("id")
        if recorded is not None and source is None:
            # Railway forgets a source that is deleted.
            source = recorded.source_environment_id
        found = EnvironmentInputs(
            project_id=project_id,
            name=live["name"],
            source_environment_id=source,
            ephemeral=bool(live.get("isEphemeral")),
            skip_initial_deploys=recorded.skip_initial_deploys if recorded is not None else False,
        )
        return Found(id, found, EnvironmentOutputs(**with_changes(found)))

    async def update(
        self, context: Context, id: str, old: EnvironmentOutputs, new: EnvironmentInputs
    ) -> EnvironmentOutputs:
        """Rename in place."""
        if old.name != new.name:
            session = session_of(context)
            place = session.environment(new.project_id, id)
            await place.ready_for_changes(context.status, ())
            await session.client.send(ENVIRONMENT_RENAME, {"id": id, "name": new.name}, context.status)
            place.snapshots.invalidate()
        return EnvironmentOutputs(**with_changes(new))

    async def delete(self, context: Context, id: str, old: EnvironmentOutputs) -> None:
        """Delete the environment with everything in it."""
        session = session_of(context)

        async def exists() -> bool:
            return any(
                row["id"] == id for row in await environments_of(session, old.project_id, context.status)
            )

        async with deletion(context, old.project_id, id, exists):
            await session.environment(old.project_id, id).ready_for_changes(context.status)
            await session.client.send(ENVIRONMENT_DELETE, {"id": id}, context.status)
        session.environment(old.project_id, id).snapshots.invalidate()


def _wanted(inputs: EnvironmentInputs) -> dict[str, Any]:
    wanted: dict[str, Any] = {"projectId": inputs.project_id, "name": inputs.name}
    if inputs.source_environment_id is not None:
        wanted["sourceEnvironmentId"] = inputs.source_environment_id
    if inputs.ephemeral:
        wanted["ephemeral"] = True
    if inputs.skip_initial_deploys:
        wanted["skipInitialDeploys"] = True
    return wanted


def _creation(context: Context, inputs: EnvironmentInputs, session: Session) -> Creation:
    async def existing(status: Status) -> Collection[str]:
        return [row["id"] for row in await environments_of(session, inputs.project_id, status)]

    async def candidates(status: Status) -> list[dict[str, Any]]:
        rows = await environments_of(session, inputs.project_id, status)
        return [row for row in rows if row["name"] == inputs.name]

    return Creation(
        urn=context.urn,
        scope=f"{inputs.project_id}/environments",
        kind="environment",
        name=inputs.name,
        document=ENVIRONMENT_CREATE,
        variables={"input": _wanted(inputs)},
        existing=existing,
        candidates=candidates,
        import_id=f"{inputs.project_id}/{{id}}",
        type_token=Environment.token,
        name_is_unique=False,
    )
