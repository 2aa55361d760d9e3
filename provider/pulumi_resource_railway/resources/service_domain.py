"""A Railway subdomain of a service."""

# ruff: noqa: A002, S105 - what Pulumi calls an id, and a token: a resource's type

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, ClassVar, Final

from pulumi_resource_railway.declaration import Model, field
from pulumi_resource_railway.errors import CheckFailure
from pulumi_resource_railway.railway.creation import Creation, create_once, name_exists, resume
from pulumi_resource_railway.railway.documents.networking import (
    SERVICE_DOMAIN_AVAILABLE,
    SERVICE_DOMAIN_CREATE,
    SERVICE_DOMAIN_DELETE,
    SERVICE_DOMAIN_UPDATE,
)
from pulumi_resource_railway.railway.errors import Conflict, NotFound, Refused
from pulumi_resource_railway.resource import Context, Created, Found, Resource
from pulumi_resource_railway.resources.common import keeping_state, session_of, with_changes
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

_USUAL_SUFFIX: Final = "up.railway.app"
_LABEL: Final = re.compile(r"[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?")


class ServiceDomainInputs(Model):
    """What a program says of a service's Railway domain."""

    project_id: str = field(doc="The project's id.", immutable=True)
    environment_id: str = field(doc="The environment's id.", immutable=True)
    service_id: str = field(doc="The id of the service that the domain leads to.", immutable=True)
    subdomain: str | None = field(
        doc="The label before the suffix, such as `shop` in `shop.up.railway.app`; must be free in all of "
        "Railway. Changed in "
        "place. When it is absent, Railway makes one up.",
        default=None,
    )
    target_port: int | None = field(
        doc="The service's port that the domain leads to. When it is absent, Railway finds it out.",
        default=None,
        ge=1,
        le=65535,
    )


class ServiceDomainOutputs(ServiceDomainInputs):
    """What is known of a service's Railway domain."""

    domain: str = field(doc="The whole domain.", follows=("subdomain",))
    suffix: str = field(doc="What Railway appends to the subdomain.")


class ServiceDomain(Resource[ServiceDomainInputs, ServiceDomainOutputs]):
    """Creates a domain of Railway's choice and then gives it the chosen name."""

    token: ClassVar[str] = "railway:index:ServiceDomain"
    inputs: ClassVar[type[Model]] = ServiceDomainInputs
    outputs: ClassVar[type[Model]] = ServiceDomainOutputs
    description: ClassVar[str] = (
        "A domain below Railway's own, under which a service is reached from the Internet. Adding, changing "
        "or removing it "
        "deploys nothing."
    )
    import_format: ClassVar[str] = "projectId/environmentId/serviceId/domainId"
    delete_before_replace: ClassVar[bool] = True

    def check(self, properties: Mapping[str, Any], old: Mapping[str, Any] | None) -> list[CheckFailure]:  # noqa: ARG002
        """Refuse what is no DNS label."""
        subdomain = properties.get("subdomain")
        if not isinstance(subdomain, str) or _LABEL.fullmatch(subdomain):
            return []
        if "." in subdomain:
            return [
                CheckFailure(
                    "subdomain",
                    f"Only the label before Railway's suffix is chosen: write {subdomain.split('.')[0]!r}. "
                    "A domain of your own "
                    "is a CustomDomain.",
                )
            ]
        return [
            CheckFailure(
                "subdomain",
                "A subdomain has at most 63 lower-case letters, digits and hyphens, and a hyphen neither "
                "first nor last.",
            )
        ]

    def preview_outputs(self, old: Mapping[str, Any] | None, new: Mapping[str, Any]) -> Mapping[str, Any]:
        """Return the domain when its suffix is known from before and its label is chosen."""
        suffix, subdomain = (old or {}).get("suffix"), new.get("subdomain")
        if isinstance(suffix, str) and isinstance(subdomain, str):
            return {"domain": f"{subdomain}.{suffix}"}
        return {}

    async def create(self, context: Context, inputs: ServiceDomainInputs) -> Created[ServiceDomainOutputs]:
        """Make a domain, then name it."""
        session = session_of(context)
        place = session.environment(inputs.project_id, inputs.environment_id)
        await place.ready_for_changes(context.status, {inputs.service_id})
        creation = _creation(context, inputs, place)
        id_ = await resume(session, creation, context.status)
        if id_ is None:
            async with session.lock(creation.scope):
                snapshot = await place.snapshots.known(context.status)
                existing = snapshot.domains(inputs.service_id, "serviceDomains")
                for row in existing:
                    if inputs.subdomain is not None and _label(row["domain"]) == inputs.subdomain:
                        raise name_exists(creation, row["id"])
                if inputs.subdomain is not None:
                    await self._check_free(context, f"{inputs.subdomain}.{_USUAL_SUFFIX}")
                id_ = await create_once(session, creation, [row["id"] for row in existing], context.status)
                place.snapshots.invalidate()
        row = await _row(context, place, inputs.service_id, id_)
        outputs = ServiceDomainOutputs(
            **with_changes(inputs, subdomain=None, target_port=row["targetPort"]),
            domain=row["domain"],
            suffix=_suffix(row),
        )
        async with keeping_state(context, id_, lambda: outputs, creation.scope):
            outputs = await self._bring(context, id_, outputs, inputs)
        return Created(id_, outputs)

    async def _check_free(self, context: Context, domain: str) -> None:
        data = await session_of(context).read(SERVICE_DOMAIN_AVAILABLE, {"domain": domain}, context.status)
        answer = data["serviceDomainAvailable"]
        if not answer["available"]:
            raise Conflict(
                f"{domain}: {answer['message'] or 'not available'}",
                advice="Subdomains are shared by everybody on Railway; choose another `subdomain`.",
            )

    async def _bring(
        self, context: Context, id_: str, old: ServiceDomainOutputs, new: ServiceDomainInputs
    ) -> ServiceDomainOutputs:
        """Give the domain its name and port; Railway wants to be told both each time."""
        domain = f"{new.subdomain}.{old.suffix}" if new.subdomain is not None else old.domain
        if domain == old.domain and new.target_port == old.target_port:
            return ServiceDomainOutputs(**with_changes(new), domain=domain, suffix=old.suffix)
        session = session_of(context)
        place = session.environment(new.project_id, new.environment_id)
        change = {
            "domain": domain,
            "environmentId": new.environment_id,
            "serviceDomainId": id_,
            "serviceId": new.service_id,
            "targetPort": new.target_port,
        }
        try:
            data = await session.client.send(SERVICE_DOMAIN_UPDATE, {"input": change}, context.status)
        finally:
            place.snapshots.invalidate()
        if not data["serviceDomainUpdate"]:
            row = await _row(context, place, new.service_id, id_)
            if row["domain"] != domain or row["targetPort"] != new.target_port:
                raise Refused(
                    f"Railway didn't change the domain to {domain}",
                    advice="Choose another `subdomain` or `targetPort`.",
                )
        return ServiceDomainOutputs(**with_changes(new), domain=domain, suffix=old.suffix)

    async def read(
        self, context: Context, id: str, inputs: ServiceDomainInputs | None
    ) -> Found[ServiceDomainInputs, ServiceDomainOutputs] | None:
        """Read from the environment's shared snapshot."""
        where = whereabouts(id, inputs, self.import_format)
        row = await read_domain(context, "serviceDomains", where)
        if row is None:
            return None
        domain = _full(row)
        found = ServiceDomainInputs(
            **where.service,
            # Absent, they are Railway's choice, which is no drift.
            subdomain=_label(domain) if inputs is None or inputs.subdomain is not None else None,
            target_port=row["targetPort"] if inputs is None or inputs.target_port is not None else None,
        )
        outputs = ServiceDomainOutputs(**with_changes(found), domain=domain, suffix=_suffix(row))
        return Found(where.id, found, outputs)

    async def update(
        self, context: Context, id: str, old: ServiceDomainOutputs, new: ServiceDomainInputs
    ) -> ServiceDomainOutputs:
        """Rename, and lead to another port, in place."""
        session = session_of(context)
        place = session.environment(new.project_id, new.environment_id)
        await place.ready_for_changes(context.status, {new.service_id})
        session.journal.close(context.urn, _scope(new))
        return await self._bring(context, id, old, new)

    async def delete(self, context: Context, id: str, old: ServiceDomainOutputs) -> None:
        """Delete the domain; it is free for everybody then."""

        async def exists() -> bool:
            return await has_domain(context, "serviceDomains", old, id)

        await delete_part(context, SERVICE_DOMAIN_DELETE, id, old, _scope(old), exists)


async def _row(context: Context, place: EnvironmentSession, service_id: str, id_: str) -> dict[str, Any]:
    """Return the domain as Railway shows it, waiting a little for a new one to appear."""
    clock = session_of(context).clock
    for pause in (0.5, 1, 2, 4, 8, 15):
        snapshot = await place.snapshots.fresh(context.status)
        row = domain_of(snapshot, "serviceDomains", service_id, id_)
        if row is not None:
            return row
        await context.status("waiting for the new domain to appear in Railway's lists")
        await clock.sleep(pause)
        place.snapshots.invalidate()
    raise NotFound(f"The new domain {id_} doesn't appear", advice="Run `pulumi up` again; it looks for it.")


def _full(row: Mapping[str, Any]) -> str:
    """Return the domain that the row has, or is about to have."""
    pending = row.get("newDomainName")
    return str(pending or row["domain"])


def _label(domain: str) -> str:
    return domain.partition(".")[0]


def _suffix(row: Mapping[str, Any]) -> str:
    return row.get("suffix") or str(row["domain"]).partition(".")[2]


def _scope(inputs: ServiceDomainInputs) -> str:
    return f"{inputs.environment_id}/{inputs.service_id}/serviceDomains"


def _creation(context: Context, inputs: ServiceDomainInputs, place: EnvironmentSession) -> Creation:
    wanted: dict[str, Any] = {"environmentId": inputs.environment_id, "serviceId": inputs.service_id}
    if inputs.target_port is not None:
        wanted["targetPort"] = inputs.target_port

    async def candidates(status: Status) -> list[dict[str, Any]]:
        place.snapshots.invalidate()
        return (await place.snapshots.fresh(status)).domains(inputs.service_id, "serviceDomains")

    async def existing(status: Status) -> Collection[str]:
        return [row["id"] for row in await candidates(status)]

    return Creation(
        urn=context.urn,
        scope=_scope(inputs),
        kind="domain",
        name=inputs.subdomain or "(Railway's choice)",
        document=SERVICE_DOMAIN_CREATE,
        variables={"input": wanted},
        existing=existing,
        candidates=candidates,
        import_id=f"{inputs.project_id}/{inputs.environment_id}/{inputs.service_id}/{{id}}",
        type_token=ServiceDomain.token,
        name_is_unique=False,
    )
