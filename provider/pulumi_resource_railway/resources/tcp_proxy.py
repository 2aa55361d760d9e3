"""A public TCP port of a service."""

# ruff: noqa: A002, S105 - what Pulumi calls an id, and a token: a resource's type

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar, Final

from pulumi_resource_railway.declaration import Model, field
from pulumi_resource_railway.railway.creation import LONGEST_COMMIT, Creation, look_up, resume
from pulumi_resource_railway.railway.deployments import earlier_deployments, moment
from pulumi_resource_railway.railway.documents.environments import COMMIT
from pulumi_resource_railway.railway.documents.networking import TCP_PROXIES, TCP_PROXY_DELETE
from pulumi_resource_railway.railway.errors import (
    Conflict,
    NotApplied,
    NotFound,
    RailwayError,
    WorkflowFailed,
)
from pulumi_resource_railway.resource import Context, Created, Found, Resource
from pulumi_resource_railway.resources.common import keeping_state, session_of, with_changes
from pulumi_resource_railway.resources.deploying import (
    await_deployment_of,
    deadline_of,
    deploys,
    finish_deployment_of,
)
from pulumi_resource_railway.resources.service_parts import delete_part, whereabouts

if TYPE_CHECKING:
    from collections.abc import Collection
    from datetime import datetime

    from pulumi_resource_railway.railway.client import Status
    from pulumi_resource_railway.railway.session import EnvironmentSession, Session
    from pulumi_resource_railway.resources.service_parts import Part, Whereabouts

_LAG_PAUSES: Final = (1, 2, 4, 8, 15)
"""Seconds between looks at a list that lacks what the configuration has."""


class TcpProxyInputs(Model):
    """What a program says of a TCP proxy."""

    project_id: str = field(doc="The project's id.", immutable=True)
    environment_id: str = field(doc="The environment's id.", immutable=True)
    service_id: str = field(doc="The id of the service that the proxy leads to.", immutable=True)
    application_port: int = field(
        doc="The port that the service listens on, such as 5432. Railway can't change it: another one makes "
        "another proxy, with another public port.",
        immutable=True,
        ge=1,
        le=65535,
    )
    await_deployment: bool = field(
        doc="Whether to wait for the deployment of the service that a new proxy causes.", default=True
    )


class TcpProxyOutputs(TcpProxyInputs):
    """What is known of a TCP proxy."""

    domain: str = field(doc="The public host, of Railway's choice.")
    proxy_port: int = field(doc="The public port, of Railway's choice.")


class TcpProxy(Resource[TcpProxyInputs, TcpProxyOutputs]):
    """Commits a proxy's port to the service's configuration and finds the proxy that Railway makes of it."""

    token: ClassVar[str] = "railway:index:TcpProxy"
    inputs: ClassVar[type[Model]] = TcpProxyInputs
    outputs: ClassVar[type[Model]] = TcpProxyOutputs
    description: ClassVar[str] = (
        "A public port, on a host that Railway chooses, that leads to a port of a service: for databases and "
        "other protocols than HTTP. A service has at most one. Adding it deploys the service once; removing "
        "it deploys nothing."
    )
    import_format: ClassVar[str] = "projectId/environmentId/serviceId/proxyId"
    delete_before_replace: ClassVar[bool] = True

    async def create(self, context: Context, inputs: TcpProxyInputs) -> Created[TcpProxyOutputs]:
        """Commit the port, then look the proxy up."""
        deadline = deadline_of(context)
        session = session_of(context)
        place = session.environment(inputs.project_id, inputs.environment_id)
        snapshot = await place.ready_for_changes(context.status, {inputs.service_id})
        creation = _creation(context, inputs, session)
        entry = session.journal.find(context.urn, creation.scope)
        earlier: frozenset[str] = frozenset()
        id_ = await resume(session, creation, context.status)
        if id_ is None or entry is None:
            instance = snapshot.service_instances.get(inputs.service_id)
            earlier = earlier_deployments(instance, place.deployments.seen(inputs.service_id))
            id_, since = await self._commit(context, inputs, place, creation)
        else:
            since = moment(entry.begun)
        row = next(row for row in await _proxies(session, inputs, context.status) if row["id"] == id_)
        outputs = _outputs(inputs, row)
        async with keeping_state(context, id_, lambda: outputs, creation.scope):
            live = (snapshot.configuration.get("services") or {}).get(inputs.service_id) or {}
            if inputs.await_deployment and deploys(live):
                await await_deployment_of(context, place, inputs.service_id, since, earlier, deadline)
        return Created(id_, outputs)

    async def _commit(
        self, context: Context, inputs: TcpProxyInputs, place: EnvironmentSession, creation: Creation
    ) -> tuple[str, datetime]:
        session = session_of(context)
        async with session.lock(creation.scope):
            before = [row["id"] for row in await _proxies(session, inputs, context.status)]
            if before:
                raise Conflict(
                    "The service has a TCP proxy already, and Railway allows one",
                    advice="Remove it, or import it: "
                    f"`pulumi import {TcpProxy.token} <name> {creation.import_id.format(id=before[0])}`.",
                )
            entry = session.journal.begin(
                context.urn, creation.scope, creation.document.name, creation.name, before
            )
            session.journal.sending(context.urn, creation.scope)
            networking: dict[str, Any] = {"tcpProxies": {str(inputs.application_port): {}}}
            patch = {"services": {inputs.service_id: {"networking": networking}}}
            try:
                applied = await place.commits.submit(patch, context.name, context.status)
            except RailwayError as error:
                if not error.outcome_unknown and not isinstance(error, WorkflowFailed | NotApplied):
                    session.journal.close(context.urn, creation.scope)
                raise
            id_ = await look_up(session, creation, before, context.status)
            if id_ is None:
                raise NotFound(
                    "The new TCP proxy doesn't appear", advice="Run `pulumi up` again; it looks for it."
                )
            session.journal.answered(entry, id_)
            return id_, applied.began

    async def read(
        self, context: Context, id: str, inputs: TcpProxyInputs | None
    ) -> Found[TcpProxyInputs, TcpProxyOutputs] | None:
        """Read the service's proxies."""
        where = whereabouts(id, inputs, self.import_format)
        try:
            row = await _row(context, where)
        except NotFound:
            return None
        if row is None:
            return None
        found = TcpProxyInputs(
            **where.service,
            application_port=row["applicationPort"],
            await_deployment=inputs.await_deployment if inputs is not None else True,
        )
        return Found(where.id, found, _outputs(found, row))

    async def update(
        self, context: Context, id: str, old: TcpProxyOutputs, new: TcpProxyInputs
    ) -> TcpProxyOutputs:
        """Wait again when the deployment wasn't waited for to its end; nothing else can change."""
        deadline = deadline_of(context)
        session = session_of(context)
        place = session.environment(new.project_id, new.environment_id)
        session.journal.close(context.urn, _scope(new))
        outputs = TcpProxyOutputs(**with_changes(new), domain=old.domain, proxy_port=old.proxy_port)
        if new.await_deployment and old.await_deployment:
            await place.ready_for_changes(context.status, {new.service_id})
            async with keeping_state(context, id, lambda: outputs):
                await finish_deployment_of(context, place, new.service_id, deadline)
        return outputs

    async def delete(self, context: Context, id: str, old: TcpProxyOutputs) -> None:
        """Delete the proxy; its public port is gone for good."""

        async def exists() -> bool:
            return any(row["id"] == id for row in await _proxies(session_of(context), old, context.status))

        await delete_part(context, TCP_PROXY_DELETE, id, old, _scope(old), exists)


async def _row(context: Context, where: Whereabouts) -> dict[str, Any] | None:
    """Return the proxy as Railway shows it, once the list has as many as the configuration."""
    session = session_of(context)
    place = session.environment(where.project_id, where.environment_id)
    snapshot = await place.snapshots.fresh(context.status)
    service = (snapshot.configuration.get("services") or {}).get(where.service_id) or {}
    configured = len((service.get("networking") or {}).get("tcpProxies") or {})
    for pause in (*_LAG_PAUSES, None):
        rows = await _proxies(session, where, context.status)
        row = next((row for row in rows if row["id"] == where.id), None)
        if row is not None or len(rows) >= configured or pause is None:
            return row
        await context.status("waiting for Railway's lists, which lag behind")
        await session.clock.sleep(pause)
    return None


async def _proxies(session: Session, part: Part, status: Status) -> list[dict[str, Any]]:
    where = {"environmentId": part.environment_id, "serviceId": part.service_id}
    data = await session.read(TCP_PROXIES, where, status)
    return [row for row in data["tcpProxies"] if not _is_gone(row)]


def _is_gone(row: dict[str, Any]) -> bool:
    return bool(row.get("deletedAt")) or row.get("syncStatus") in {"DELETED", "DELETING"}


def _outputs(inputs: TcpProxyInputs, row: dict[str, Any]) -> TcpProxyOutputs:
    return TcpProxyOutputs(**with_changes(inputs), domain=row["domain"], proxy_port=row["proxyPort"])


def _scope(inputs: TcpProxyInputs) -> str:
    return f"{inputs.environment_id}/{inputs.service_id}/tcpProxies"


def _creation(context: Context, inputs: TcpProxyInputs, session: Session) -> Creation:
    async def candidates(status: Status) -> list[dict[str, Any]]:
        return await _proxies(session, inputs, status)

    async def existing(status: Status) -> Collection[str]:
        return [row["id"] for row in await candidates(status)]

    return Creation(
        urn=context.urn,
        scope=_scope(inputs),
        kind="TCP proxy",
        name=context.name,
        document=COMMIT,
        variables={},
        existing=existing,
        candidates=candidates,
        import_id=f"{inputs.project_id}/{inputs.environment_id}/{inputs.service_id}/{{id}}",
        type_token=TcpProxy.token,
        name_is_unique=True,
        longest=LONGEST_COMMIT,
    )
