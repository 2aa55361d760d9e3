"""Static addresses from which a service's outbound traffic comes."""

# ruff: noqa: A001, A002, S105 - what Pulumi calls an id, and a token: a resource's type

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar, Final

from pulumi_resource_railway.declaration import Model, field
from pulumi_resource_railway.errors import CheckFailure
from pulumi_resource_railway.railway.documents.networking import EGRESS_CLEAR, EGRESS_CREATE, EGRESS_GATEWAYS
from pulumi_resource_railway.railway.errors import (
    AnswerLost,
    Conflict,
    NotFound,
    RailwayError,
)
from pulumi_resource_railway.resource import Context, Created, Found, Resource
from pulumi_resource_railway.resources.common import import_parts, keeping_state, session_of, with_changes
from pulumi_resource_railway.resources.deploying import (
    await_deployment_of,
    deadline_of,
    deploys,
    redeploy,
)
from pulumi_resource_railway.resources.parents import deletion

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

_LAG_PAUSES: Final = (0.5, 1, 2, 4, 8, 15)
"""Seconds between looks at a list that lacks what was just made."""


class EgressGatewayInputs(Model):
    """What a program says of static outbound addresses."""

    project_id: str = field(doc="The project's id.", immutable=True)
    environment_id: str = field(doc="The environment's id.", immutable=True)
    service_id: str = field(doc="The id of the service whose traffic gets the addresses.", immutable=True)
    region: str | None = field(
        doc="The region whose traffic gets an address, such as `us-west2`. When it is absent, Railway gives "
        "one for each region that the service runs in.",
        default=None,
        immutable=True,
        left_to_railway=True,
    )
    await_deployment: bool = field(
        doc="Whether to wait for the redeployment of the service that puts the addresses into use.",
        default=True,
    )


class EgressGatewayOutputs(EgressGatewayInputs):
    """What is known of static outbound addresses."""

    addresses: list[str] = field(doc="The IPv4 addresses, in order; what others can allow.")


class EgressGateway(Resource[EgressGatewayInputs, EgressGatewayOutputs]):
    """Associates addresses with a service and redeploys it, which Railway leaves to its clients."""

    token: ClassVar[str] = "railway:index:EgressGateway"
    inputs: ClassVar[type[Model]] = EgressGatewayInputs
    outputs: ClassVar[type[Model]] = EgressGatewayOutputs
    description: ClassVar[str] = (
        "Static IPv4 addresses for a service's outbound traffic, so that others can allow them. Railway puts "
        "them into use with the service's next deployment, so the service is redeployed once. Railway can "
        "only remove all of a service's addresses together: have one of these for each service. What runs "
        "keeps its addresses until its next deployment."
    )
    import_format: ClassVar[str] = "projectId/environmentId/serviceId"
    delete_before_replace: ClassVar[bool] = True

    def check(self, properties: Mapping[str, Any], old: Mapping[str, Any] | None) -> list[CheckFailure]:  # noqa: ARG002
        """Refuse an empty region."""
        if properties.get("region") == "":
            return [CheckFailure("region", "A region must not be empty; leave it out instead.")]
        return []

    async def create(self, context: Context, inputs: EgressGatewayInputs) -> Created[EgressGatewayOutputs]:
        """Associate the addresses, then redeploy."""
        deadline = deadline_of(context)
        session = session_of(context)
        place = session.environment(inputs.project_id, inputs.environment_id)
        await place.ready_for_changes(context.status, {inputs.service_id})
        scope = _scope(inputs)
        async with session.lock(scope):
            addresses = await _addresses(context, inputs)
            if addresses and session.journal.find(context.urn, scope) is None:
                raise Conflict(
                    "The service has static outbound addresses already",
                    advice="They aren't taken over, because nothing says that this stack made them. Import "
                    f"them: `pulumi import {self.token} <name> {inputs.project_id}/{inputs.environment_id}/"
                    f"{inputs.service_id}`.",
                )
            if addresses:
                addresses = await self._found(context, inputs)
            else:
                addresses = await self._associate(context, inputs)
        outputs = EgressGatewayOutputs(**with_changes(inputs), addresses=[])
        async with keeping_state(context, inputs.service_id, lambda: outputs, scope):
            outputs = await self._use(context, inputs, addresses, deadline)
        return Created(inputs.service_id, outputs)

    async def _associate(self, context: Context, inputs: EgressGatewayInputs) -> list[str]:
        session, scope = session_of(context), _scope(inputs)
        given = {"serviceId": inputs.service_id, "environmentId": inputs.environment_id}
        if inputs.region is not None:
            given["region"] = inputs.region
        session.journal.begin(context.urn, scope, EGRESS_CREATE.name, context.name, ())
        try:
            data = await session.client.send(EGRESS_CREATE, {"input": given}, context.status)
        except RailwayError as error:
            if not error.outcome_unknown:
                session.journal.close(context.urn, scope)
                raise
            await context.status("the answer got lost; looking whether Railway gave addresses")
            if not (addresses := await self._found(context, inputs)):
                # What comes later than this is found by the next `up`, which must not take it for foreign.
                raise AnswerLost(
                    f"Asking for static outbound addresses got no answer, and none appeared: {error.words}",
                    advice="Run `pulumi up` again: it looks for them before it asks again.",
                ) from error
            return addresses
        given_back = {row["ipv4"] for row in data["egressGatewayAssociationCreate"]}
        if not (addresses := await _awaited_addresses(context, inputs, given_back.issubset)):
            raise NotFound(
                "The new addresses don't appear", advice="Run `pulumi up` again; it looks for them."
            )
        return addresses

    async def _found(self, context: Context, inputs: EgressGatewayInputs) -> list[str]:
        """Return the addresses that a request made whose answer nobody has: one for each region."""
        place = session_of(context).environment(inputs.project_id, inputs.environment_id)
        snapshot = await place.snapshots.known(context.status)
        live = (snapshot.configuration.get("services") or {}).get(inputs.service_id) or {}
        regions = (live.get("deploy") or {}).get("multiRegionConfig") or {}
        number = 1 if inputs.region is not None else max(1, len(regions))
        return await _awaited_addresses(context, inputs, lambda addresses: len(addresses) >= number)

    async def _use(
        self, context: Context, inputs: EgressGatewayInputs, addresses: list[str], deadline: float
    ) -> EgressGatewayOutputs:
        """Redeploy the service, if it has anything to deploy, and wait for that."""
        place = session_of(context).environment(inputs.project_id, inputs.environment_id)
        snapshot = await place.snapshots.knowing("services", inputs.service_id, context.status)
        live = (snapshot.configuration.get("services") or {}).get(inputs.service_id) or {}
        if deploys(live):
            since, earlier = await redeploy(context, place, inputs.service_id, snapshot)
            if inputs.await_deployment:
                await await_deployment_of(context, place, inputs.service_id, since, earlier, deadline)
        return EgressGatewayOutputs(**with_changes(inputs), addresses=addresses)

    async def read(
        self, context: Context, id: str, inputs: EgressGatewayInputs | None
    ) -> Found[EgressGatewayInputs, EgressGatewayOutputs] | None:
        """Read the service's addresses."""
        if inputs is None:
            project_id, environment_id, id = import_parts(id, self.import_format)
            inputs = EgressGatewayInputs(project_id=project_id, environment_id=environment_id, service_id=id)
        try:
            addresses = await _addresses(context, inputs)
        except NotFound:
            return None
        if not addresses:
            return None
        return Found(id, inputs, EgressGatewayOutputs(**with_changes(inputs), addresses=addresses))

    async def update(
        self, context: Context, id: str, old: EgressGatewayOutputs, new: EgressGatewayInputs
    ) -> EgressGatewayOutputs:
        """Put the addresses into use when that didn't succeed; nothing else can change."""
        deadline = deadline_of(context)
        if old.addresses:
            return EgressGatewayOutputs(**with_changes(new), addresses=old.addresses)
        place = session_of(context).environment(new.project_id, new.environment_id)
        await place.ready_for_changes(context.status, {new.service_id})
        outputs = EgressGatewayOutputs(**with_changes(new), addresses=[])
        async with keeping_state(context, id, lambda: outputs, _scope(new)):
            addresses = await _addresses(context, new) or await self._associate(context, new)
            outputs = await self._use(context, new, addresses, deadline)
        return outputs

    async def delete(self, context: Context, id: str, old: EgressGatewayOutputs) -> None:
        """Give the addresses back; what runs keeps them until its next deployment."""
        del id
        session = session_of(context)
        where = {"serviceId": old.service_id, "environmentId": old.environment_id}
        place = session.environment(old.project_id, old.environment_id)

        async def exists() -> bool:
            place.snapshots.invalidate()
            return old.service_id in (await place.snapshots.fresh(context.status)).service_instances

        async with deletion(context, old.project_id, old.environment_id, exists):
            await place.ready_for_changes(context.status, {old.service_id})
            session.journal.close(context.urn, _scope(old))
            await session.client.send(EGRESS_CLEAR, where, context.status)


async def _addresses(context: Context, inputs: EgressGatewayInputs) -> list[str]:
    where = {"serviceId": inputs.service_id, "environmentId": inputs.environment_id}
    data = await session_of(context).read(EGRESS_GATEWAYS, where, context.status)
    return sorted(row["ipv4"] for row in data["egressGateways"])


async def _awaited_addresses(
    context: Context, inputs: EgressGatewayInputs, complete: Callable[[list[str]], bool]
) -> list[str]:
    """Return the addresses, waiting a little until they are complete; none if none appear."""
    for pause in _LAG_PAUSES:
        addresses = await _addresses(context, inputs)
        if addresses and complete(addresses):
            return addresses
        await context.status("waiting for the new addresses to appear in Railway's list")
        await session_of(context).clock.sleep(pause)
    return await _addresses(context, inputs)


def _scope(inputs: EgressGatewayInputs) -> str:
    return f"{inputs.environment_id}/{inputs.service_id}/egress"
