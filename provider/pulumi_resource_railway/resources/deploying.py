"""Waiting for a service's deployment, and redeploying it."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

from pulumi_resource_railway.railway import documents
from pulumi_resource_railway.railway.deployments import Expected, earlier_deployments
from pulumi_resource_railway.railway.errors import DeploymentFailed, RailwayError
from pulumi_resource_railway.resources.common import session_of
from pulumi_resource_railway.resources.secret_values import secrets_of_environment
from pulumi_resource_railway.resources.service_configuration import kind_of

if TYPE_CHECKING:
    from datetime import datetime

    from pulumi_resource_railway.railway.session import EnvironmentSession
    from pulumi_resource_railway.railway.snapshots import Snapshot
    from pulumi_resource_railway.resource import Context
    from pulumi_resource_railway.resources.service_model import ServiceInputs


def deadline_of(context: Context) -> float:
    """Return when the operation that begins now must end, on the event loop's clock."""
    return asyncio.get_running_loop().time() + context.timeout


async def await_deployment(
    context: Context,
    place: EnvironmentSession,
    service_id: str,
    service: ServiceInputs,
    since: datetime,
    earlier: frozenset[str],
    deadline: float,
) -> None:
    """Wait until the deployment that a change caused is done.

    Raises:
        DeploymentFailed: When it failed, or isn't done when the operation's time is over.
    """
    expected = Expected(service_id, service.name, kind_of(service), since, earlier)
    deployments = place.deployments
    snapshot = await place.snapshots.known(context.status)
    session_of(context).redact.remember(secrets_of_environment(snapshot.configuration))
    try:
        async with asyncio.timeout_at(deadline):
            settled = await deployments.settle(expected, context.status)
    except TimeoutError:
        state = deployments.last_state(service_id) or "not started"
        raise DeploymentFailed(
            f"The deployment of {service.name} was still {state} after {context.timeout:.0f} s",
            advice="It may still come up. The next `pulumi up` goes on waiting; for more time set the "
            "resource option "
            "custom_timeouts.",
        ) from None
    if settled.note:
        await context.info(settled.note)


async def redeploy(
    context: Context, place: EnvironmentSession, service_id: str, snapshot: Snapshot
) -> tuple[datetime, frozenset[str]]:
    """Deploy the service anew with its present settings; return when that began and what was deployed before.

    Raises:
        RailwayError: Why Railway didn't.
    """
    client = session_of(context).client
    earlier = earlier_deployments(
        snapshot.service_instances.get(service_id), place.deployments.seen(service_id)
    )
    latest = await place.deployments.latest(service_id)
    if latest is not None:
        earlier |= {latest["id"]}
    since = client.railways_time()
    variables = {"environmentId": place.environment_id, "serviceId": service_id}
    try:
        await client.send(documents.REDEPLOY, variables, context.status)
    except RailwayError as error:
        if not error.outcome_unknown:
            raise
        await context.status("the answer got lost; looking whether the redeployment began")
        if not await place.deployments.began(service_id, since, earlier):
            await client.send(documents.REDEPLOY, variables, context.status)
    finally:
        place.snapshots.invalidate()
    return since, earlier
