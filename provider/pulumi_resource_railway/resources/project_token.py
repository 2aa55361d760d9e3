"""A token for one environment of a project."""

# ruff: noqa: A001, A002, S105 - what Pulumi calls an id, and a token: a resource's type

from __future__ import annotations

from contextlib import suppress
from typing import TYPE_CHECKING, Any, ClassVar

from pulumi_resource_railway.declaration import Model, field
from pulumi_resource_railway.errors import CheckFailure
from pulumi_resource_railway.railway.creation import Creation, look_up, name_exists, resume, send_noted
from pulumi_resource_railway.railway.documents import PAGE
from pulumi_resource_railway.railway.documents.projects import (
    PROJECT_TOKEN_CREATE,
    PROJECT_TOKEN_DELETE,
    PROJECT_TOKENS,
)
from pulumi_resource_railway.railway.errors import AnswerLost, NotFound, RailwayError
from pulumi_resource_railway.resource import Context, Created, Found, Resource
from pulumi_resource_railway.resources.common import import_parts, session_of, with_changes
from pulumi_resource_railway.resources.parents import deletion

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping

    from pulumi_resource_railway.railway.client import Status
    from pulumi_resource_railway.railway.session import Session


class ProjectTokenInputs(Model):
    """What a program says of a project token."""

    project_id: str = field(doc="The project's id.", immutable=True)
    environment_id: str = field(
        doc="The id of the environment that the token reaches; it reaches no other.", immutable=True
    )
    name: str = field(
        doc="The token's name, which is not in use by another token of the environment. Railway can't rename "
        "a token: another name makes another token.",
        auto_name=True,
        immutable=True,
    )


class ProjectTokenOutputs(ProjectTokenInputs):
    """What is known of a project token."""

    token: str | None = field(
        doc="The token itself. Railway shows it once, when it makes it: after an import it is absent.",
        default=None,
        secret=True,
    )


class ProjectToken(Resource[ProjectTokenInputs, ProjectTokenOutputs]):
    """Creates a token whose secret is answered once; one whose answer got lost is deleted and made anew."""

    token: ClassVar[str] = "railway:index:ProjectToken"
    inputs: ClassVar[type[Model]] = ProjectTokenInputs
    outputs: ClassVar[type[Model]] = ProjectTokenOutputs
    description: ClassVar[str] = (
        "A token that reaches one environment of a project and nothing else: for deployments from elsewhere, "
        "or for a stack that manages one environment. It is a secret, kept in the state. Making one takes "
        "an account's or workspace's token."
    )
    import_format: ClassVar[str] = "projectId/tokenId"
    shown_once: ClassVar[frozenset[str]] = frozenset({"token"})

    def check(self, properties: Mapping[str, Any], old: Mapping[str, Any] | None) -> list[CheckFailure]:  # noqa: ARG002
        """Refuse an empty name."""
        name = properties.get("name")
        if isinstance(name, str) and not name.strip():
            return [CheckFailure("name", "A token's name must not be empty.")]
        return []

    async def create(self, context: Context, inputs: ProjectTokenInputs) -> Created[ProjectTokenOutputs]:
        """Make the token and find its id, which the answer doesn't have."""
        session = session_of(context)
        place = session.environment(inputs.project_id, inputs.environment_id)
        await place.ready_for_changes(context.status, ())
        creation = _creation(context, inputs, session)
        async with session.lock(creation.scope):
            useless = await resume(session, creation, context.status)
            if useless is not None:
                await self._discard(context, useless)
            rows = await _tokens(session, inputs.project_id, context.status)
            before = [row["id"] for row in rows]
            fitting = [row["id"] for row in _fitting(rows, inputs)]
            taken = next((id_ for id_ in fitting if id_ != useless), None)
            if taken is not None:
                raise name_exists(creation, taken)
            id_, secret = await self._make(context, creation, before)
        session.journal.close(context.urn, creation.scope)
        return Created(id_, ProjectTokenOutputs(**with_changes(inputs), token=secret))

    async def _make(self, context: Context, creation: Creation, before: list[str]) -> tuple[str, str]:
        session = session_of(context)
        session.journal.begin(context.urn, creation.scope, creation.document.name, creation.name, before)
        for last in (False, True):
            try:
                data = await send_noted(session, creation, context.status)
            except RailwayError as error:
                if not error.outcome_unknown:
                    session.journal.close(context.urn, creation.scope)
                    raise
                await context.status("the answer got lost, and the secret with it; looking for the token")
                useless = await look_up(session, creation, before, context.status)
                if useless is not None:
                    await self._discard(context, useless)
                    before = [*before, useless]  # a list that lags behind may go on showing it
                if useless is None or last:
                    raise AnswerLost(
                        f"Creating token {creation.name!r} got no answer: {error.words}",
                        advice="Run `pulumi up` again: it deletes what that may have made, and makes another.",
                    ) from error
            else:
                secret: str = data["projectTokenCreate"]
                session.redact.remember([secret])
                id_ = await look_up(session, creation, before, context.status)
                if id_ is None:
                    raise NotFound(
                        f"The new token {creation.name!r} doesn't appear",
                        advice="Run `pulumi up` again: it deletes the token, and makes another.",
                    )
                return id_, secret
        raise AssertionError("the second attempt returns or raises")

    async def _discard(self, context: Context, id_: str) -> None:
        await context.info("A token was made whose secret nobody has; deleting it.")
        with suppress(NotFound):
            await session_of(context).client.send(PROJECT_TOKEN_DELETE, {"id": id_}, context.status)

    async def read(
        self, context: Context, id: str, inputs: ProjectTokenInputs | None
    ) -> Found[ProjectTokenInputs, ProjectTokenOutputs] | None:
        """Read from the list of the project's tokens; the secret stays as the state has it."""
        if inputs is None:
            project_id, id = import_parts(id, self.import_format)
        else:
            project_id = inputs.project_id
        try:
            rows = await _tokens(session_of(context), project_id, context.status)
        except NotFound:
            return None
        row = next((row for row in rows if row["id"] == id), None)
        if row is None:
            return None
        found = ProjectTokenInputs(
            project_id=project_id, environment_id=row["environmentId"], name=row["name"]
        )
        return Found(id, found, ProjectTokenOutputs(**with_changes(found)))

    async def update(
        self, context: Context, id: str, old: ProjectTokenOutputs, new: ProjectTokenInputs
    ) -> ProjectTokenOutputs:
        """Keep what is: nothing of a token can be changed."""
        del id
        session_of(context).journal.close(context.urn, _scope(new))
        return ProjectTokenOutputs(**with_changes(new), token=old.token)

    async def delete(self, context: Context, id: str, old: ProjectTokenOutputs) -> None:
        """Delete the token; it is void at once."""
        session = session_of(context)
        place = session.environment(old.project_id, old.environment_id)

        async def exists() -> bool:
            return any(row["id"] == id for row in await _tokens(session, old.project_id, context.status))

        async with deletion(context, old.project_id, old.environment_id, exists):
            await place.ready_for_changes(context.status, ())
            session.journal.close(context.urn, _scope(old))
            await session.client.send(PROJECT_TOKEN_DELETE, {"id": id}, context.status)


async def _tokens(session: Session, project_id: str, status: Status) -> list[dict[str, Any]]:
    rows: list[dict[str, Any]] = []
    after = None
    while True:
        variables = {"projectId": project_id, "first": PAGE, "after": after}
        page = (await session.read(PROJECT_TOKENS, variables, status))["projectTokens"]
        rows += [edge["node"] for edge in page["edges"]]
        if not page["pageInfo"]["hasNextPage"]:
            return rows
        after = page["pageInfo"]["endCursor"]


def _fitting(rows: list[dict[str, Any]], inputs: ProjectTokenInputs) -> list[dict[str, Any]]:
    return [
        row for row in rows if row["name"] == inputs.name and row["environmentId"] == inputs.environment_id
    ]


def _scope(inputs: ProjectTokenInputs) -> str:
    return f"{inputs.project_id}/projectTokens"


def _creation(context: Context, inputs: ProjectTokenInputs, session: Session) -> Creation:
    async def existing(status: Status) -> Collection[str]:
        return [row["id"] for row in await _tokens(session, inputs.project_id, status)]

    async def candidates(status: Status) -> list[dict[str, Any]]:
        return _fitting(await _tokens(session, inputs.project_id, status), inputs)

    given = {
        "projectId": inputs.project_id,
        "environmentId": inputs.environment_id,
        "name": inputs.name,
    }
    return Creation(
        urn=context.urn,
        scope=_scope(inputs),
        kind="project token",
        name=inputs.name,
        document=PROJECT_TOKEN_CREATE,
        variables={"input": given},
        existing=existing,
        candidates=candidates,
        import_id=f"{inputs.project_id}/{{id}}",
        type_token=ProjectToken.token,
        name_is_unique=False,
    )
