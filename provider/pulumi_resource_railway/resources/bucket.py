"""A bucket: object storage that S3 clients reach."""

# ruff: noqa: A001, A002, S105 - what Pulumi calls an id, and a token: a resource's type

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar, Final

from pulumi_resource_railway.declaration import Model, field
from pulumi_resource_railway.errors import CheckFailure
from pulumi_resource_railway.railway.creation import Creation, create_once, name_exists, resume, take
from pulumi_resource_railway.railway.documents import PAGE
from pulumi_resource_railway.railway.documents.storage import (
    BUCKET_CREATE,
    BUCKET_CREDENTIALS,
    BUCKET_UPDATE,
    BUCKETS,
)
from pulumi_resource_railway.railway.errors import Conflict, NotFound
from pulumi_resource_railway.resource import Context, Created, Found, Resource
from pulumi_resource_railway.resources.common import import_parts, keeping_state, session_of, with_changes
from pulumi_resource_railway.resources.parents import deletion

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping

    from pulumi_resource_railway.railway.client import Status
    from pulumi_resource_railway.railway.session import EnvironmentSession, Session

_LAG_PAUSES: Final = (1, 2, 4, 8, 15)
"""Seconds between looks for what a list or the credentials don't have yet."""


class BucketInputs(Model):
    """What a program says of a bucket."""

    project_id: str = field(doc="The project's id.", immutable=True)
    environment_id: str = field(doc="The id of the environment that the bucket is in.", immutable=True)
    name: str = field(
        doc="The bucket's name in the dashboard. Renamed in place; what S3 calls it, `bucketName`, stays.",
        auto_name=True,
    )
    region: str = field(
        doc="Where the objects are: `sjc` (US West), `iad` (US East), `ams` (EU West) or `sin` (Asia "
        "Pacific), which aren't the regions of services. Railway can't move a bucket.",
        immutable=True,
    )
    allow_replace: bool = field(
        doc="Whether the bucket may be replaced by a new, empty one; all of its objects are lost then.",
        default=False,
    )


class BucketOutputs(BucketInputs):
    """What is known of a bucket."""

    bucket_name: str = field(doc="What S3 clients call it: `AWS_S3_BUCKET_NAME`.")
    endpoint: str = field(doc="The address of the S3 interface: `AWS_ENDPOINT_URL`.")
    s3_region: str = field(doc="The region that S3 clients give: `AWS_DEFAULT_REGION`.")
    url_style: str = field(doc="How S3 clients form addresses, such as `virtual-hosted`: `AWS_S3_URL_STYLE`.")
    access_key_id: str = field(doc="The key's id: `AWS_ACCESS_KEY_ID`.", secret=True)
    secret_access_key: str = field(doc="The key's secret: `AWS_SECRET_ACCESS_KEY`.", secret=True)


class Bucket(Resource[BucketInputs, BucketOutputs]):
    """Creates a record, then gives it an instance in the environment by a commit."""

    token: ClassVar[str] = "railway:index:Bucket"
    inputs: ClassVar[type[Model]] = BucketInputs
    outputs: ClassVar[type[Model]] = BucketOutputs
    description: ClassVar[str] = (
        "A bucket: object storage with an S3 interface, and the key to it as secret outputs. It is replaced, "
        "and its objects lost, only with `allowReplace`. Railway keeps a deleted bucket's name in the "
        "project's list."
    )
    import_format: ClassVar[str] = "projectId/environmentId/bucketId"

    def check(self, properties: Mapping[str, Any], old: Mapping[str, Any] | None) -> list[CheckFailure]:  # noqa: ARG002
        """Refuse empty texts, and a service's region."""
        failures = []
        name, region = properties.get("name"), properties.get("region")
        if isinstance(name, str) and not name.strip():
            failures.append(CheckFailure("name", "A bucket's name must not be empty."))
        if isinstance(region, str) and not (region.isalnum() and region.islower()):
            failures.append(
                CheckFailure(
                    "region",
                    f"{region!r} isn't a bucket's region: those are named after airports. Write sjc, iad, "
                    "ams or sin.",
                )
            )
        return failures

    def replace_refusal(self, old: Mapping[str, Any], new: Mapping[str, Any]) -> CheckFailure | None:  # noqa: ARG002
        """Refuse to lose objects."""
        if new.get("allowReplace") is True:
            return None
        return CheckFailure(
            "allowReplace",
            "This change would delete the bucket with all its objects and make an empty one. Undo the change "
            "of its project, environment or region, or set allowReplace: true.",
        )

    async def create(self, context: Context, inputs: BucketInputs) -> Created[BucketOutputs]:
        """Make the record, then its instance, then read the key."""
        session = session_of(context)
        place = session.environment(inputs.project_id, inputs.environment_id)
        await place.ready_for_changes(context.status, ())
        creation = _creation(context, inputs, session)
        id_ = await resume(session, creation, context.status)
        if id_ is None:
            id_ = await self._record(context, inputs, place, creation)
        outputs: Model = BucketInputs(**with_changes(inputs))
        async with keeping_state(context, id_, lambda: outputs, creation.scope):
            finished = await self._deploy(context, place, id_, inputs)
        return Created(id_, finished)

    async def _record(
        self, context: Context, inputs: BucketInputs, place: EnvironmentSession, creation: Creation
    ) -> str:
        """Return a new record, or, where Railway allows one of the name, that which is in no use here."""
        session = session_of(context)
        async with session.lock(creation.scope):
            rows = await _buckets(session, inputs.project_id, context.status)
            here = (await place.snapshots.known(context.status)).configuration.get("buckets") or {}
            same_name = [id_ for id_, row in rows.items() if row["name"] == inputs.name]
            for id_ in same_name:
                if id_ in here:
                    raise name_exists(creation, id_)
            try:
                return await create_once(session, creation, rows.keys(), context.status)
            except Conflict:
                if len(same_name) != 1:
                    raise
                await context.info(
                    f"The project has a bucket {inputs.name!r} that isn't in this environment."
                )
                return take(session, creation, same_name[0], rows.keys())

    async def _deploy(
        self, context: Context, place: EnvironmentSession, id_: str, inputs: BucketInputs
    ) -> BucketOutputs:
        snapshot = await place.snapshots.known(context.status)
        if id_ not in (snapshot.configuration.get("buckets") or {}):
            patch = {"buckets": {id_: {"isCreated": True, "region": inputs.region}}}
            await place.commits.submit(patch, inputs.name, context.status)
        return await _outputs(context, id_, inputs)

    async def read(
        self, context: Context, id: str, inputs: BucketInputs | None
    ) -> Found[BucketInputs, BucketOutputs] | None:
        """Read the configuration from the environment's shared snapshot, the rest by itself."""
        if inputs is None:
            project_id, environment_id, id = import_parts(id, self.import_format)
        else:
            project_id, environment_id = inputs.project_id, inputs.environment_id
        session = session_of(context)
        try:
            snapshot = await session.environment(project_id, environment_id).snapshots.fresh(context.status)
            configured = (snapshot.configuration.get("buckets") or {}).get(id)
            if configured is None:
                return None
            name = await _name(context, project_id, id)
            if name is None:
                return None
        except NotFound:
            return None
        found = BucketInputs(
            project_id=project_id,
            environment_id=environment_id,
            name=name,
            region=configured["region"],
            allow_replace=inputs.allow_replace if inputs is not None else False,
        )
        return Found(id, found, await _outputs(context, id, found))

    async def update(self, context: Context, id: str, old: BucketOutputs, new: BucketInputs) -> BucketOutputs:
        """Rename in place; finish what a creation left."""
        session = session_of(context)
        place = session.environment(new.project_id, new.environment_id)
        await place.ready_for_changes(context.status, {id})
        session.journal.close(context.urn, _scope(new))
        if old.name != new.name:
            await session.client.send(BUCKET_UPDATE, {"id": id, "name": new.name}, context.status)
        # A record that an interrupted creation left is incomplete, and stays so here.
        reached = old.model_copy(update={"name": new.name})
        async with keeping_state(context, id, lambda: reached):
            return await self._deploy(context, place, id, new)

    async def delete(self, context: Context, id: str, old: BucketOutputs) -> None:
        """Remove the bucket with its objects from its environment; Railway has no way to remove its record."""
        session = session_of(context)
        place = session.environment(old.project_id, old.environment_id)

        async def exists() -> bool:
            place.snapshots.invalidate()
            snapshot = await place.snapshots.fresh(context.status)
            return id in (snapshot.configuration.get("buckets") or {})

        async with deletion(context, old.project_id, old.environment_id, exists):
            snapshot = await place.ready_for_changes(context.status, {id})
            session.journal.close(context.urn, _scope(old))
            if id in (snapshot.configuration.get("buckets") or {}):
                patch = {"buckets": {id: {"isDeleted": True}}}
                await place.commits.submit(patch, f"delete {old.name}", context.status)


async def _buckets(session: Session, project_id: str, status: Status) -> dict[str, dict[str, Any]]:
    """Return the project's records by their ids."""
    rows: dict[str, dict[str, Any]] = {}
    after = None
    while True:
        variables = {"projectId": project_id, "first": PAGE, "after": after}
        page = (await session.read(BUCKETS, variables, status))["project"]["buckets"]
        rows |= {edge["node"]["id"]: edge["node"] for edge in page["edges"]}
        if not page["pageInfo"]["hasNextPage"]:
            return rows
        after = page["pageInfo"]["endCursor"]


async def _name(context: Context, project_id: str, id_: str) -> str | None:
    """Return the record's name, waiting for a list that lacks what the configuration has."""
    session = session_of(context)
    for pause in _LAG_PAUSES:
        rows = await _buckets(session, project_id, context.status)
        if id_ in rows:
            name: str = rows[id_]["name"]
            return name
        await context.status("waiting for Railway's lists, which lag behind")
        await session.clock.sleep(pause)
    return None


async def _outputs(context: Context, id_: str, inputs: BucketInputs) -> BucketOutputs:
    session = session_of(context)
    where = {
        "bucketId": id_,
        "environmentId": inputs.environment_id,
        "projectId": inputs.project_id,
    }
    for pause in (*_LAG_PAUSES, None):
        try:
            data = await session.read(BUCKET_CREDENTIALS, where, context.status)
        except NotFound:
            if pause is None:
                raise
            rows = []
        else:
            rows = data["bucketS3Credentials"]
        if rows:
            break
        if pause is None:
            raise NotFound(
                f"Bucket {inputs.name!r} has no S3 credentials yet", advice="Run `pulumi up` again."
            )
        await context.status("waiting for the bucket's credentials")
        await session.clock.sleep(pause)
    found = rows[0]
    session.redact.remember([found["accessKeyId"], found["secretAccessKey"]])
    return BucketOutputs(
        **with_changes(inputs),
        bucket_name=found["bucketName"],
        endpoint=found["endpoint"],
        s3_region=found["region"],
        url_style=found["urlStyle"],
        access_key_id=found["accessKeyId"],
        secret_access_key=found["secretAccessKey"],
    )


def _scope(inputs: BucketInputs) -> str:
    return f"{inputs.project_id}/buckets"


def _creation(context: Context, inputs: BucketInputs, session: Session) -> Creation:
    async def existing(status: Status) -> Collection[str]:
        return (await _buckets(session, inputs.project_id, status)).keys()

    async def candidates(status: Status) -> list[dict[str, Any]]:
        rows = await _buckets(session, inputs.project_id, status)
        return [row for row in rows.values() if row["name"] == inputs.name]

    return Creation(
        urn=context.urn,
        scope=_scope(inputs),
        kind="bucket",
        name=inputs.name,
        document=BUCKET_CREATE,
        variables={"input": {"projectId": inputs.project_id, "name": inputs.name}},
        existing=existing,
        candidates=candidates,
        import_id=f"{inputs.project_id}/{inputs.environment_id}/{{id}}",
        type_token=Bucket.token,
        name_is_unique=False,
    )
