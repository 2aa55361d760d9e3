"""A volume's instance in one environment."""

# ruff: noqa: A001, A002, S105 - what Pulumi calls an id, and a token: a resource's type

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar

from pulumi_resource_railway.declaration import Model, field
from pulumi_resource_railway.errors import CheckFailure
from pulumi_resource_railway.railway.creation import Creation, create_once, name_exists, resume, take
from pulumi_resource_railway.railway.documents import PAGE
from pulumi_resource_railway.railway.documents.storage import (
    VOLUME_CREATE,
    VOLUME_DELETE,
    VOLUME_INSTANCES,
    VOLUME_UPDATE,
)
from pulumi_resource_railway.railway.errors import NotFound, Refused
from pulumi_resource_railway.railway.plans import plan_named
from pulumi_resource_railway.resource import Context, Created, Found, Resource
from pulumi_resource_railway.resources.common import import_parts, keeping_state, session_of, with_changes
from pulumi_resource_railway.resources.parents import deletion

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping

    from pulumi_resource_railway.railway.client import Status
    from pulumi_resource_railway.railway.session import EnvironmentSession, Session
    from pulumi_resource_railway.railway.snapshots import Snapshot

_PLACEHOLDER_PATH = "/data"
"""Railway demands a path at creation; the service that mounts the volume gives the real one."""


class VolumeInputs(Model):
    """What a program says of a volume."""

    project_id: str = field(doc="The project's id.", immutable=True)
    environment_id: str = field(doc="The id of the environment that the volume is in.", immutable=True)
    name: str = field(doc="The volume's name. Renamed in place.", auto_name=True)
    size_mb: int | None = field(
        doc="The size in megabytes. Grown in place; Railway can't make a volume smaller. When it is absent, "
        "Railway takes "
        "what the workspace's plan gives.",
        default=None,
        left_to_railway=True,
        ge=1,
        le=1_000_000,
    )
    region: str | None = field(
        doc="The region, such as `us-west2`. A change moves the data, with a downtime of the service that "
        "mounts it. When "
        "it is absent, Railway takes the workspace's region.",
        default=None,
        left_to_railway=True,
    )
    allow_replace: bool = field(
        doc="Whether the volume may be replaced by a new, empty one; all of its data is lost then.",
        default=False,
    )


class VolumeOutputs(VolumeInputs):
    """What is known of a volume."""


class Volume(Resource[VolumeInputs, VolumeOutputs]):
    """Creates a record, names it, and gives it an instance in the environment by a commit."""

    token: ClassVar[str] = "railway:index:Volume"
    inputs: ClassVar[type[Model]] = VolumeInputs
    outputs: ClassVar[type[Model]] = VolumeOutputs
    description: ClassVar[str] = (
        "A volume: storage that outlives deployments. It knows nothing of the service that mounts it: that "
        "says so itself, "
        "in its `volumeMounts`. Size, region and name change in place; it is never made smaller, and "
        "replaced only with "
        "`allowReplace`."
    )
    import_format: ClassVar[str] = "projectId/environmentId/volumeId"

    def check(self, properties: Mapping[str, Any], old: Mapping[str, Any] | None) -> list[CheckFailure]:
        """Refuse to shrink, and a region that Railway would take for an unusable one."""
        failures = []
        size, before = properties.get("sizeMb"), (old or {}).get("sizeMb")
        if isinstance(size, int) and isinstance(before, int) and size < before:
            failures.append(
                CheckFailure(
                    "sizeMb",
                    f"Railway can't make a volume smaller (from {before} to {size} MB). Keep {before}, or "
                    "move the data to a "
                    "new volume.",
                )
            )
        if properties.get("region") == "":
            failures.append(
                CheckFailure(
                    "region", "An empty region makes a volume that nothing can mount; leave it out instead."
                )
            )
        if properties.get("name") == "":
            failures.append(CheckFailure("name", "A volume's name must not be empty."))
        return failures

    def replace_refusal(self, old: Mapping[str, Any], new: Mapping[str, Any]) -> CheckFailure | None:  # noqa: ARG002
        """Refuse to lose data."""
        if new.get("allowReplace") is True:
            return None
        return CheckFailure(
            "allowReplace",
            "This change would delete the volume with all its data and make an empty one. Undo the change "
            "of its project or "
            "environment, or set allowReplace: true.",
        )

    async def create(self, context: Context, inputs: VolumeInputs) -> Created[VolumeOutputs]:
        """Make the record, then name it, then its instance."""
        session = session_of(context)
        place = session.environment(inputs.project_id, inputs.environment_id)
        plan = plan_named((await place.ready_for_changes(context.status, ())).plan)
        if inputs.size_mb is not None:
            await plan.size_volume(context.warn, inputs.size_mb, inputs.name)
        creation = _creation(context, inputs, place)
        id_ = await resume(session, creation, context.status)
        if id_ is None:
            with place.commits.expected():
                id_ = await self._record(context, inputs, place, creation)
        snapshot = await place.snapshots.known(context.status)
        outputs = VolumeOutputs(
            project_id=inputs.project_id,
            environment_id=inputs.environment_id,
            # Lists lag, so one that was loaded since may lack what was just made.
            name=snapshot.volumes.get(id_, {}).get("name", ""),
            allow_replace=inputs.allow_replace,
        )
        async with keeping_state(context, id_, lambda: outputs, creation.scope):
            with place.commits.expected():
                outputs = await self._bring(context, place, id_, outputs, inputs)
            outputs = await self._commit(context, place, id_, outputs, inputs)
        return Created(id_, outputs)

    async def _record(
        self, context: Context, inputs: VolumeInputs, place: EnvironmentSession, creation: Creation
    ) -> str:
        """Return the volume's record: one without an instance in this environment, or a new one."""
        session = session_of(context)
        # One at a time, so that what appears after a lost answer can only be the one that was asked for.
        async with session.lock(creation.scope):
            snapshot = await place.snapshots.known(context.status)
            for id_, row in snapshot.volumes.items():
                if row["name"] != inputs.name or id_ in snapshot.pending_volumes:
                    continue
                if id_ in snapshot.volume_instances:
                    raise name_exists(creation, id_)
                await context.info(
                    f"Volume {inputs.name!r} exists in another environment of the project; adding it to "
                    "this one, empty."
                )
                return take(session, creation, id_, snapshot.volumes.keys())
            existing = snapshot.volumes.keys() - snapshot.pending_volumes
            await plan_named(snapshot.plan).count_volume(context.warn, len(existing), inputs.name)
            id_ = await create_once(session, creation, snapshot.volumes.keys(), context.status)
            place.snapshots.invalidate()
            snapshot.volumes[id_] = {"id": id_, "name": ""}
        return id_

    async def _bring(
        self, context: Context, place: EnvironmentSession, id_: str, old: VolumeOutputs, new: VolumeInputs
    ) -> VolumeOutputs:
        if old.name == new.name:
            return old
        await session_of(context).client.send(VOLUME_UPDATE, {"id": id_, "name": new.name}, context.status)
        place.snapshots.invalidate()
        snapshot = await place.snapshots.known(context.status)
        snapshot.volumes.setdefault(id_, {"id": id_})["name"] = new.name
        return VolumeOutputs(**with_changes(old, name=new.name))

    async def _commit(
        self, context: Context, place: EnvironmentSession, id_: str, old: VolumeOutputs, new: VolumeInputs
    ) -> VolumeOutputs:
        snapshot = await place.snapshots.known(context.status)
        patch: dict[str, Any] = {}
        configured = (snapshot.configuration.get("volumes") or {}).get(id_)
        if configured is None and id_ not in snapshot.volume_instances:
            patch["isCreated"] = True
        # What is absent now keeps its size and region: there is nothing smaller or nowhere that it could go
        # back to.
        if new.size_mb is not None and new.size_mb != old.size_mb:
            patch["sizeMB"] = new.size_mb
        if new.region is not None and new.region != old.region:
            patch["region"] = new.region
        if patch:
            await place.commits.submit({"volumes": {id_: patch}}, new.name, context.status)
        return VolumeOutputs(**with_changes(new))

    async def read(
        self, context: Context, id: str, inputs: VolumeInputs | None
    ) -> Found[VolumeInputs, VolumeOutputs] | None:
        """Read from the environment's shared snapshot."""
        if inputs is None:
            project_id, environment_id, id = import_parts(id, self.import_format)
        else:
            project_id, environment_id = inputs.project_id, inputs.environment_id
        place = session_of(context).environment(project_id, environment_id)
        try:
            snapshot = await place.snapshots.settled(
                "volumes",
                id,
                context.status,
                seen=lambda snapshot: id in snapshot.volumes and id in snapshot.volume_instances,
            )
        except NotFound:
            return None
        row, instance = snapshot.volumes.get(id), snapshot.volume_instances.get(id)
        if row is None or instance is None:
            return None
        configured = (snapshot.configuration.get("volumes") or {}).get(id) or {}
        size, region = _size(snapshot, id), configured.get("region") or instance["region"]
        found = VolumeInputs(
            project_id=project_id,
            environment_id=environment_id,
            name=row["name"],
            # Absent, they are Railway's choice, which is no drift.
            size_mb=size if inputs is None or inputs.size_mb is not None else None,
            region=region if inputs is None or inputs.region is not None else None,
            allow_replace=inputs.allow_replace if inputs is not None else False,
        )
        return Found(id, found, VolumeOutputs(**with_changes(found)))

    async def update(self, context: Context, id: str, old: VolumeOutputs, new: VolumeInputs) -> VolumeOutputs:
        """Rename, grow and move in place."""
        session = session_of(context)
        place = session.environment(new.project_id, new.environment_id)
        await place.ready_for_changes(context.status, {id})
        snapshot = await place.snapshots.knowing("volumes", id, context.status)
        if id not in snapshot.volumes:
            raise NotFound(f"Volume {new.name!r} ({id}) doesn't exist any more")
        if new.size_mb is not None and new.size_mb != old.size_mb:
            _refuse_to_shrink(new, _size(snapshot, id))
            await plan_named(snapshot.plan).size_volume(context.warn, new.size_mb, new.name)
        session.journal.close(context.urn, _scope(new))
        reached = await self._bring(context, place, id, old, new)
        if reached is old:
            return await self._commit(context, place, id, old, new)
        async with keeping_state(context, id, lambda: reached):
            return await self._commit(context, place, id, reached, new)

    async def delete(self, context: Context, id: str, old: VolumeOutputs) -> None:
        """Remove the instance from its environment, and the record from the project when it was the last."""
        session = session_of(context)
        place = session.environment(old.project_id, old.environment_id)

        async def exists() -> bool:
            place.snapshots.invalidate()
            return id in (await place.snapshots.fresh(context.status)).volume_instances

        async with deletion(context, old.project_id, old.environment_id, exists):
            await place.ready_for_changes(context.status, {id})
            snapshot = await place.snapshots.knowing("volumes", id, context.status)
            session.journal.close(context.urn, _scope(old))
            if await self._is_elsewhere(context, id, old):
                if id in snapshot.volume_instances:
                    patch = {"volumes": {id: {"isDeleted": True}}}
                    await place.commits.submit(patch, f"delete {old.name}", context.status)
            elif id not in snapshot.pending_volumes:
                await session.client.send(VOLUME_DELETE, {"id": id}, context.status)
        place.snapshots.forget_volume(id)

    async def _is_elsewhere(self, context: Context, id_: str, old: VolumeOutputs) -> bool:
        instances = (await _instances(session_of(context), old.project_id, context.status)).get(id_)
        if instances is None:
            # The list lags behind, or the volume is gone; deleting its record would delete all of its instances.
            return True
        return any(row["environmentId"] != old.environment_id for row in instances)


async def _instances(session: Session, project_id: str, status: Status) -> dict[str, list[dict[str, Any]]]:
    """Return the instances of the project's volumes in all environments, by the volume's id."""
    found: dict[str, list[dict[str, Any]]] = {}
    after = None
    while True:
        variables = {"projectId": project_id, "first": PAGE, "after": after}
        page = (await session.client.send(VOLUME_INSTANCES, variables, status))["project"]["volumes"]
        for edge in page["edges"]:
            instances = [entry["node"] for entry in edge["node"]["volumeInstances"]["edges"]]
            found[edge["node"]["id"]] = [
                row for row in instances if not row["deletedAt"] and not row["isPendingDeletion"]
            ]
            if edge["node"]["volumeInstances"]["pageInfo"]["hasNextPage"]:
                # One of the others may be anywhere, and what is unsure must not be deleted for all.
                found[edge["node"]["id"]].append({"environmentId": None})
        if not page["pageInfo"]["hasNextPage"]:
            return found
        after = page["pageInfo"]["endCursor"]


def _size(snapshot: Snapshot, id_: str) -> int | None:
    """Return what a volume has on Railway, in MB; None where it has no instance yet."""
    configured: Mapping[str, Any] = (snapshot.configuration.get("volumes") or {}).get(id_) or {}
    size: int | None = configured.get("sizeMB", (snapshot.volume_instances.get(id_) or {}).get("sizeMB"))
    return size


def _refuse_to_shrink(new: VolumeInputs, size: int | None) -> None:
    """Compare with what the volume has become outside of the program, which Check can't know."""
    if size is not None and new.size_mb is not None and new.size_mb < size:
        raise Refused(
            f"sizeMb: volume {new.name!r} has {size} MB on Railway, which can't be made {new.size_mb} MB",
            advice=f"Railway never makes a volume smaller. Set sizeMb to {size} or more, or leave it out.",
        )


def _scope(inputs: VolumeInputs) -> str:
    return f"{inputs.project_id}/volumes"


def _creation(context: Context, inputs: VolumeInputs, place: EnvironmentSession) -> Creation:
    async def existing(status: Status) -> Collection[str]:
        place.snapshots.invalidate()
        return (await place.snapshots.fresh(status)).volumes.keys()

    async def candidates(status: Status) -> list[dict[str, Any]]:
        await existing(status)
        volumes = (await place.snapshots.known(status)).volumes
        instances = await _instances(session_of(context), inputs.project_id, status)
        # What somebody makes in the dashboard has an instance from the first moment on; ours has none yet.
        return [row for id_, row in volumes.items() if not instances.get(id_)]

    # `environmentId: null` makes a record without an instance; leaving it out would make one in each
    # environment.
    variables = {
        "input": {"projectId": inputs.project_id, "environmentId": None, "mountPath": _PLACEHOLDER_PATH}
    }
    return Creation(
        urn=context.urn,
        scope=_scope(inputs),
        kind="volume",
        name=inputs.name,
        document=VOLUME_CREATE,
        variables=variables,
        existing=existing,
        candidates=candidates,
        import_id=f"{inputs.project_id}/{inputs.environment_id}/{{id}}",
        type_token=Volume.token,
        name_is_unique=False,
    )
