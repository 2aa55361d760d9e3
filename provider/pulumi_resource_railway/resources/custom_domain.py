"""A domain of one's own that leads to a service."""

# ruff: noqa: A002, S105 - what Pulumi calls an id, and a token: a resource's type

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, ClassVar, Final

from pulumi_resource_railway.declaration import Model, field
from pulumi_resource_railway.errors import CheckFailure
from pulumi_resource_railway.railway.creation import Creation, create_once, name_exists, resume
from pulumi_resource_railway.railway.documents.networking import (
    CUSTOM_DOMAIN_CREATE,
    CUSTOM_DOMAIN_DELETE,
    CUSTOM_DOMAIN_UPDATE,
)
from pulumi_resource_railway.railway.errors import NotFound
from pulumi_resource_railway.railway.plans import plan_named
from pulumi_resource_railway.resource import Context, Created, Found, Resource
from pulumi_resource_railway.resources.common import keeping_state, session_of, with_changes
from pulumi_resource_railway.resources.dns_records import DnsRecord, required_records
from pulumi_resource_railway.resources.service_parts import (
    delete_part,
    domain_of,
    has_domain,
    read_domain,
    whereabouts,
)

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping

    from pulumi_resource_railway.railway.client import Status
    from pulumi_resource_railway.railway.session import EnvironmentSession

_DOMAIN: Final = re.compile(r"(\*\.)?([a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z][a-z0-9-]*[a-z0-9]")
_LONGEST: Final = 253


class CustomDomainInputs(Model):
    """What a program says of a domain of one's own."""

    project_id: str = field(doc="The project's id.", immutable=True)
    environment_id: str = field(doc="The environment's id.", immutable=True)
    service_id: str = field(doc="The id of the service that the domain leads to.", immutable=True)
    domain: str = field(doc="The domain, such as `dashboard.example.com`.", immutable=True)
    target_port: int | None = field(
        doc="The service's port that the domain leads to. When it is absent, Railway finds it out.",
        default=None,
        ge=1,
        le=65535,
    )


class CustomDomainOutputs(CustomDomainInputs):
    """What is known of a domain of one's own, without what moves by itself: DNS and certificate."""

    dns_records: list[DnsRecord] = field(
        doc="The records to set at the domain's DNS provider: first the one that routes traffic, then the "
        "others, among "
        "them the one that proves the ownership."
    )


class CustomDomain(Resource[CustomDomainInputs, CustomDomainOutputs]):
    """Creates the domain and says which DNS records it needs."""

    token: ClassVar[str] = "railway:index:CustomDomain"
    inputs: ClassVar[type[Model]] = CustomDomainInputs
    outputs: ClassVar[type[Model]] = CustomDomainOutputs
    description: ClassVar[str] = (
        "A domain of one's own, under which a service is reached from the Internet. `dnsRecords` says what "
        "to set at its DNS "
        "provider; Railway gets a certificate by itself once they are there, which isn't waited for. "
        "Nothing is deployed."
    )
    import_format: ClassVar[str] = "projectId/environmentId/serviceId/domainId"
    delete_before_replace: ClassVar[bool] = True

    def check(self, properties: Mapping[str, Any], old: Mapping[str, Any] | None) -> list[CheckFailure]:  # noqa: ARG002
        """Refuse what is no domain name."""
        domain = properties.get("domain")
        if not isinstance(domain, str):
            return []
        if "://" in domain or "/" in domain or ":" in domain:
            return [CheckFailure("domain", "Write the domain alone, without scheme, port or path.")]
        if len(domain) > _LONGEST or not _DOMAIN.fullmatch(domain):
            return [
                CheckFailure(
                    "domain",
                    "This is no domain name; write it in lower case and whole, such as "
                    "dashboard.example.com.",
                )
            ]
        if domain.endswith(".railway.app"):
            return [
                CheckFailure("domain", "This is one of Railway's own domains; use a ServiceDomain for it.")
            ]
        return []

    async def create(self, context: Context, inputs: CustomDomainInputs) -> Created[CustomDomainOutputs]:
        """Make the domain and read which DNS records it needs."""
        session = session_of(context)
        place = session.environment(inputs.project_id, inputs.environment_id)
        snapshot = await place.ready_for_changes(context.status, {inputs.service_id})
        creation = _creation(context, inputs, place)
        id_ = await resume(session, creation, context.status)
        if id_ is None:
            existing = snapshot.domains(inputs.service_id, "customDomains")
            for row in existing:
                if row["domain"] == inputs.domain:
                    raise name_exists(creation, row["id"])
            number = session.room.number(creation.scope, [row["domain"] for row in existing], inputs.domain)
            await plan_named(snapshot.plan).count_domain(context.warn, number, inputs.domain)
            id_ = await create_once(session, creation, [row["id"] for row in existing], context.status)
            place.snapshots.invalidate()
        outputs = CustomDomainOutputs(**with_changes(inputs), dns_records=[])
        async with keeping_state(context, id_, lambda: outputs, creation.scope):
            row = await _ready_row(context, place, inputs.service_id, id_)
            outputs = CustomDomainOutputs(**with_changes(inputs), dns_records=required_records(row))
            if row["targetPort"] != inputs.target_port and inputs.target_port is not None:
                await self._lead(context, id_, inputs)
        return Created(id_, outputs)

    async def _lead(self, context: Context, id_: str, inputs: CustomDomainInputs) -> None:
        variables = {"id": id_, "environmentId": inputs.environment_id, "targetPort": inputs.target_port}
        session = session_of(context)
        await session.client.send(CUSTOM_DOMAIN_UPDATE, variables, context.status)
        session.environment(inputs.project_id, inputs.environment_id).snapshots.invalidate()

    async def read(
        self, context: Context, id: str, inputs: CustomDomainInputs | None
    ) -> Found[CustomDomainInputs, CustomDomainOutputs] | None:
        """Read from the environment's shared snapshot."""
        where = whereabouts(id, inputs, self.import_format)
        row = await read_domain(context, "customDomains", where)
        if row is None:
            return None
        found = CustomDomainInputs(
            **where.service,
            domain=row["domain"],
            # Absent, it is Railway's choice, which is no drift.
            target_port=row["targetPort"] if inputs is None or inputs.target_port is not None else None,
        )
        outputs = CustomDomainOutputs(**with_changes(found), dns_records=required_records(row))
        return Found(where.id, found, outputs)

    async def update(
        self, context: Context, id: str, old: CustomDomainOutputs, new: CustomDomainInputs
    ) -> CustomDomainOutputs:
        """Lead to another port."""
        session = session_of(context)
        place = session.environment(new.project_id, new.environment_id)
        await place.ready_for_changes(context.status, {new.service_id})
        session.journal.close(context.urn, _scope(new))
        if old.target_port != new.target_port:
            await self._lead(context, id, new)
        records = old.dns_records
        if not records:
            async with keeping_state(
                context, id, lambda: CustomDomainOutputs(**with_changes(new), dns_records=[])
            ):
                records = required_records(await _ready_row(context, place, new.service_id, id))
        return CustomDomainOutputs(**with_changes(new), dns_records=records)

    async def delete(self, context: Context, id: str, old: CustomDomainOutputs) -> None:
        """Delete the domain."""

        async def exists() -> bool:
            return await has_domain(context, "customDomains", old, id)

        await delete_part(context, CUSTOM_DOMAIN_DELETE, id, old, _scope(old), exists)


async def _ready_row(
    context: Context, place: EnvironmentSession, service_id: str, id_: str
) -> dict[str, Any]:
    """Return the new domain once Railway says which DNS records it needs."""
    clock = session_of(context).clock
    for pause in (0.5, 1, 2, 4, 8, 15):
        snapshot = await place.snapshots.fresh(context.status)
        row = domain_of(snapshot, "customDomains", service_id, id_)
        if row is not None and row["status"]["dnsRecords"]:
            return row
        await context.status("waiting for the DNS records that the domain needs")
        await clock.sleep(pause)
        place.snapshots.invalidate()
    raise NotFound(
        "Railway doesn't say yet which DNS records the domain needs",
        advice="Run `pulumi up` again in a minute.",
    )


def _scope(inputs: CustomDomainInputs) -> str:
    return f"{inputs.environment_id}/{inputs.service_id}/customDomains"


def _creation(context: Context, inputs: CustomDomainInputs, place: EnvironmentSession) -> Creation:
    wanted: dict[str, Any] = {
        "projectId": inputs.project_id,
        "environmentId": inputs.environment_id,
        "serviceId": inputs.service_id,
        "domain": inputs.domain,
    }
    if inputs.target_port is not None:
        wanted["targetPort"] = inputs.target_port

    async def rows(status: Status) -> list[dict[str, Any]]:
        place.snapshots.invalidate()
        return (await place.snapshots.fresh(status)).domains(inputs.service_id, "customDomains")

    async def existing(status: Status) -> Collection[str]:
        return [row["id"] for row in await rows(status)]

    async def candidates(status: Status) -> list[dict[str, Any]]:
        return [row for row in await rows(status) if row["domain"] == inputs.domain]

    return Creation(
        urn=context.urn,
        scope=_scope(inputs),
        kind="domain",
        name=inputs.domain,
        document=CUSTOM_DOMAIN_CREATE,
        variables={"input": wanted},
        existing=existing,
        candidates=candidates,
        import_id=f"{inputs.project_id}/{inputs.environment_id}/{inputs.service_id}/{{id}}",
        type_token=CustomDomain.token,
        name_is_unique=True,
    )
