"""A service as it runs in one environment."""

# ruff: noqa: A001, A002 - what Pulumi calls an id

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar

from pulumi_resource_railway.errors import CheckFailure
from pulumi_resource_railway.railway.configuration import same
from pulumi_resource_railway.railway.creation import resume
from pulumi_resource_railway.railway.deployments import earlier_deployments, moment
from pulumi_resource_railway.railway.documents import PAGE
from pulumi_resource_railway.railway.documents.services import (
    SERVICE_DELETE,
    SERVICE_INSTANCES,
    SERVICE_UPDATE,
)
from pulumi_resource_railway.railway.errors import NotFound
from pulumi_resource_railway.railway.patches import missing
from pulumi_resource_railway.resource import Context, Created, Found, Resource
from pulumi_resource_railway.resources.common import import_parts, keeping_state, session_of, with_changes
from pulumi_resource_railway.resources.deploying import await_deployment, deadline_of, redeploy
from pulumi_resource_railway.resources.parents import deletion
from pulumi_resource_railway.resources.redeploy_triggers import asks_for_redeployment
from pulumi_resource_railway.resources.secret_values import secrets_of
from pulumi_resource_railway.resources.service_configuration import (
    change,
    configured,
    has_source,
    observed,
    only_private,
    template_of,
    without_defaults,
)
from pulumi_resource_railway.resources.service_model import ServiceInputs, ServiceOutputs
from pulumi_resource_railway.resources.service_prerequisites import check_prerequisites
from pulumi_resource_railway.resources.service_rows import TOKEN, creation_of, row_of, scope_of
from pulumi_resource_railway.resources.service_rules import check_service

if TYPE_CHECKING:
    from collections.abc import Mapping

    from pulumi_resource_railway.declaration import Model
    from pulumi_resource_railway.railway.session import EnvironmentSession
    from pulumi_resource_railway.railway.snapshots import Snapshot


class Service(Resource[ServiceInputs, ServiceOutputs]):
    """Creates a bare row, configures it by one commit, and waits for its deployment."""

    token: ClassVar[str] = TOKEN
    inputs: ClassVar[type[Model]] = ServiceInputs
    outputs: ClassVar[type[Model]] = ServiceOutputs
    description: ClassVar[str] = (
        "A service as it runs in one environment: its source, build, deployment, variables and volume "
        "mount. All of it is "
        "in place before the first deployment starts, and each update makes at most one deployment, which "
        "is waited for."
    )
    import_format: ClassVar[str] = "projectId/environmentId/serviceId"
    delete_before_replace: ClassVar[bool] = True

    def check(self, properties: Mapping[str, Any], old: Mapping[str, Any] | None) -> list[CheckFailure]:  # noqa: ARG002
        """Refuse what Railway would refuse later, or accept and not do."""
        return check_service(properties)

    def as_compared(self, old: Mapping[str, Any], new: Mapping[str, Any]) -> Mapping[str, Any]:
        """Leave out what the program leaves to Railway, and Railway has by itself."""
        return without_defaults(old, new)

    def replace_refusal(self, old: Mapping[str, Any], new: Mapping[str, Any]) -> CheckFailure | None:
        """Refuse to replace a service whose data lies on a volume."""
        if not old.get("volumeMounts") or new.get("allowReplace") is True:
            return None
        return CheckFailure(
            "allowReplace",
            "This change would delete the service and make a new one, and the service has a volume. Undo "
            "the change of its "
            "project or environment, or set allowReplace: true.",
        )

    async def create(self, context: Context, inputs: ServiceInputs) -> Created[ServiceOutputs]:
        """Make the row, then everything else by one commit."""
        deadline = deadline_of(context)
        session = session_of(context)
        place = session.environment(inputs.project_id, inputs.environment_id)
        _remember_secrets(context, inputs)
        creation = creation_of(context, inputs, place)
        entry = session.journal.find(context.urn, creation.scope)
        with place.commits.expected():
            plan = (await place.ready_for_changes(context.status, _mounted(inputs))).plan
            await check_prerequisites(context, inputs, configured(inputs), plan)
            id_ = await resume(session, creation, context.status)
            resumed = id_ is not None
            if id_ is None:
                id_ = await row_of(context, inputs, place, creation)
        snapshot = await place.snapshots.known(context.status)
        outputs = _bare(inputs)
        async with keeping_state(context, id_, lambda: outputs, creation.scope):
            document = configured(inputs)
            since = None
            if resumed and id_ in snapshot.service_instances:
                shown = (snapshot.configuration.get("services") or {}).get(id_) or {}
                if not missing(document, shown, same) and entry is not None:
                    since = moment(entry.begun)
            if since is None:
                patch = {"services": {id_: {"isCreated": True, **document}}}
                since = (await place.commits.submit(patch, inputs.name, context.status)).began
            outputs = ServiceOutputs(**with_changes(inputs))
            if inputs.await_deployment and has_source(inputs):
                await await_deployment(context, place, id_, inputs, since, frozenset(), deadline)
        return Created(id_, outputs)

    async def read(
        self, context: Context, id: str, inputs: ServiceInputs | None
    ) -> Found[ServiceInputs, ServiceOutputs] | None:
        """Read from the environment's shared snapshot."""
        if inputs is None:
            project_id, environment_id, id = import_parts(id, self.import_format)
        else:
            project_id, environment_id = inputs.project_id, inputs.environment_id
        try:
            place = session_of(context).environment(project_id, environment_id)
            snapshot = await place.snapshots.settled(
                "services",
                id,
                context.status,
                seen=lambda snapshot: id in snapshot.services and id in snapshot.service_instances,
            )
        except NotFound:
            return None
        row = snapshot.services.get(id)
        if row is None or id not in snapshot.service_instances:
            return None
        identity = {
            "project_id": project_id,
            "environment_id": environment_id,
            "name": row["name"],
            "icon": row.get("icon") or None,
            "template": template_of(row, inputs),
        }
        live = (snapshot.configuration.get("services") or {}).get(id) or {}
        found = observed(live, identity, inputs)
        return Found(id, found, ServiceOutputs(**with_changes(found)))

    async def update(
        self, context: Context, id: str, old: ServiceOutputs, new: ServiceInputs
    ) -> ServiceOutputs:
        """Rename in place, commit one sparse patch, or redeploy when only what it refers to has changed."""
        deadline = deadline_of(context)
        session = session_of(context)
        place = session.environment(new.project_id, new.environment_id)
        _remember_secrets(context, new)
        await place.ready_for_changes(context.status, {id, *_mounted(new)})
        snapshot = await place.snapshots.knowing("services", id, context.status)
        if id not in snapshot.services:
            raise NotFound(f"Service {new.name!r} ({id}) doesn't exist any more")
        session.journal.close(context.urn, scope_of(new))
        renaming: dict[str, Any] = {} if old.name == new.name else {"name": new.name}
        if old.icon != new.icon:
            renaming["icon"] = new.icon
        live = (snapshot.configuration.get("services") or {}).get(id) or {}
        patch = change(old, new, live)
        if id not in snapshot.service_instances:
            patch = {"isCreated": True, **configured(new)}
        await check_prerequisites(context, new, patch, snapshot.plan)
        reached = old
        if renaming:
            await session.client.send(SERVICE_UPDATE, {"id": id, "input": renaming}, context.status)
            place.snapshots.invalidate()
            snapshot.services[id].update(renaming)
            reached = ServiceOutputs(**with_changes(old, name=new.name, icon=new.icon))
        if not patch:
            return await self._without_commit(context, place, id, old, new, snapshot, reached, deadline)
        earlier = earlier_deployments(snapshot.service_instances.get(id), place.deployments.seen(id))
        if not renaming:
            applied = await place.commits.submit({"services": {id: patch}}, new.name, context.status)
        else:
            async with keeping_state(context, id, lambda: reached):
                applied = await place.commits.submit({"services": {id: patch}}, new.name, context.status)
        reached = ServiceOutputs(**with_changes(new))
        if new.await_deployment and has_source(new) and not only_private(patch):
            async with keeping_state(context, id, lambda: reached):
                await await_deployment(context, place, id, new, applied.began, earlier, deadline)
        return reached

    async def _without_commit(
        self,
        context: Context,
        place: EnvironmentSession,
        id_: str,
        old: ServiceOutputs,
        new: ServiceInputs,
        snapshot: Snapshot,
        reached: ServiceOutputs,
        deadline: float,
    ) -> ServiceOutputs:
        """Redeploy when what the service refers to has changed, or when its deployment had failed."""
        done = ServiceOutputs(**with_changes(new))
        if not has_source(new):
            return done
        same_triggers = (old.redeploy_triggers or {}) == (new.redeploy_triggers or {})
        if asks_for_redeployment(old, new, others_changed=session_of(context).client.changed):
            async with keeping_state(context, id_, lambda: reached):
                since, earlier = await redeploy(context, place, id_, snapshot)
            async with keeping_state(context, id_, lambda: done):
                if new.await_deployment:
                    await await_deployment(context, place, id_, new, since, earlier, deadline)
        elif new.await_deployment and same_triggers and reached is old and _flags(old) == _flags(new):
            async with keeping_state(context, id_, lambda: done):
                await self._finish(context, place, id_, new, snapshot, deadline)
        return done

    async def _finish(
        self,
        context: Context,
        place: EnvironmentSession,
        id_: str,
        new: ServiceInputs,
        snapshot: Snapshot,
        deadline: float,
    ) -> None:
        """Bring an update to its end whose deployment had failed or was still going on."""
        latest = await place.deployments.latest(id_)
        if latest is not None and latest["status"] not in {"FAILED", "CRASHED", "REMOVED", "REMOVING"}:
            await await_deployment(
                context, place, id_, new, moment(latest["createdAt"]), frozenset(), deadline
            )
            return
        since, earlier = await redeploy(context, place, id_, snapshot)
        await await_deployment(context, place, id_, new, since, earlier, deadline)

    async def delete(self, context: Context, id: str, old: ServiceOutputs) -> None:
        """Remove the service from its environment, and its row from the project when it was the last."""
        session = session_of(context)
        place = session.environment(old.project_id, old.environment_id)

        async def exists() -> bool:
            place.snapshots.invalidate()
            return id in (await place.snapshots.fresh(context.status)).services

        async with deletion(context, old.project_id, old.environment_id, exists):
            await place.ready_for_changes(context.status, {id})
            snapshot = await place.snapshots.knowing("services", id, context.status)
            session.journal.close(context.urn, scope_of(old))
            if await self._is_elsewhere(context, id, old.environment_id):
                if id in snapshot.service_instances:
                    patch = {"services": {id: {"isDeleted": True}}}
                    await place.commits.submit(patch, f"delete {old.name}", context.status)
            else:
                # Named, the environment is deleted from also when it is a fork; the row goes with its last
                # instance.
                variables = {"id": id, "environmentId": old.environment_id}
                await session.client.send(SERVICE_DELETE, variables, context.status)
        place.snapshots.forget_service(id)

    async def _is_elsewhere(self, context: Context, id_: str, environment_id: str) -> bool:
        variables = {"id": id_, "first": PAGE, "after": None}
        while True:
            data = await session_of(context).client.send(SERVICE_INSTANCES, variables, context.status)
            if data["service"].get("deletedAt"):
                raise NotFound(f"Service {id_} is deleted")
            page = data["service"]["serviceInstances"]
            instances = [edge["node"] for edge in page["edges"]]
            if any(row["environmentId"] != environment_id and not row["deletedAt"] for row in instances):
                return True
            if not page["pageInfo"]["hasNextPage"]:
                return False
            variables["after"] = page["pageInfo"]["endCursor"]


def _bare(inputs: ServiceInputs) -> ServiceOutputs:
    """Return the outputs of a row without configuration, so that the next update sends everything."""
    return ServiceOutputs(
        project_id=inputs.project_id,
        environment_id=inputs.environment_id,
        name=inputs.name,
        icon=inputs.icon,
        template=inputs.template,
        await_deployment=inputs.await_deployment,
        allow_replace=inputs.allow_replace,
    )


def _mounted(inputs: ServiceInputs) -> set[str]:
    """Return the volumes that the service mounts."""
    return {mount.volume_id for mount in inputs.volume_mounts or ()}


def _flags(service: ServiceInputs) -> tuple[bool, bool]:
    """Return what only this provider knows of; when it alone has changed, there is nothing to do."""
    return service.await_deployment, service.allow_replace


def _remember_secrets(context: Context, inputs: ServiceInputs) -> None:
    """Keep the values of secrets out of the logs that a failed deployment shows."""
    credentials = inputs.deploy.registry_credentials if inputs.deploy is not None else None
    session_of(context).redact.remember(
        [*secrets_of(inputs.variables or {}), *([credentials.password] if credentials is not None else [])]
    )
