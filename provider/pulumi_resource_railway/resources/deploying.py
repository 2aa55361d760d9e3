"""Waiting for a service's deployment, and redeploying it."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

from pulumi_resource_railway.railway.deployments import Expected, Kind, earlier_deployments, moment
from pulumi_resource_railway.railway.documents.services import REDEPLOY
from pulumi_resource_railway.railway.errors import DeploymentFailed, RailwayError
from pulumi_resource_railway.resources.common import session_of
from pulumi_resource_railway.resources.secret_values import secrets_of_environment
from pulumi_resource_railway.resources.service_configuration import kind_of

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime
    from typing import Any

    from pulumi_resource_railway.railway.session import EnvironmentSession
    from pulumi_resource_railway.railway.snapshots import Snapshot
    from pulumi_resource_railway.resource import Context
    from pulumi_resource_railway.resources.service_model import ServiceInputs

_LOG_SECONDS = 3
"""For reading the log of a deployment whose time is over: less than the engine grants beyond it."""


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
    await _settle(context, place, expected, deadline)


async def await_deployment_of(
    context: Context,
    place: EnvironmentSession,
    service_id: str,
    since: datetime,
    earlier: frozenset[str],
    deadline: float,
) -> None:
    """Wait until the deployment is done that a change caused which isn't the service's own.

    Raises:
        DeploymentFailed: When it failed, or isn't done when the operation's time is over.
    """
    snapshot = await place.snapshots.known(context.status)
    name = (snapshot.services.get(service_id) or {}).get("name") or service_id
    live = (snapshot.configuration.get("services") or {}).get(service_id) or {}
    await _settle(context, place, Expected(service_id, name, _kind(live), since, earlier), deadline)


async def finish_deployment_of(
    context: Context, place: EnvironmentSession, service_id: str, deadline: float
) -> None:
    """Bring a service's latest deployment to its end; one that failed is made anew.

    Raises:
        DeploymentFailed: When it fails again, or isn't done when the operation's time is over.
    """
    latest = await place.deployments.latest(service_id)
    if latest is None:
        return
    since, earlier = moment(latest["createdAt"]), frozenset[str]()
    if latest["status"] in {"FAILED", "CRASHED", "REMOVED", "REMOVING"}:
        snapshot = await place.snapshots.known(context.status)
        since, earlier = await redeploy(context, place, service_id, snapshot)
    await await_deployment_of(context, place, service_id, since, earlier, deadline)


def deploys(live: Mapping[str, Any]) -> bool:
    """Say whether a service of the environment's configuration has anything to deploy."""
    source = live.get("source") or {}
    return bool(source.get("image") or source.get("repo"))


def _kind(live: Mapping[str, Any]) -> Kind:
    deploy = live.get("deploy") or {}
    if deploy.get("cronSchedule"):
        return Kind.CRON
    return Kind.ONE_OFF if deploy.get("restartPolicyType") == "NEVER" else Kind.LONG_RUNNING


async def _settle(context: Context, place: EnvironmentSession, expected: Expected, deadline: float) -> None:
    snapshot = await place.snapshots.known(context.status)
    session_of(context).redact.remember(secrets_of_environment(snapshot.configuration))
    try:
        async with asyncio.timeout_at(deadline):
            settled = await place.deployments.settle(expected, context.status)
    except TimeoutError:
        raise DeploymentFailed(
            await _unfinished(place, expected, context.timeout),
            advice="\nIt may still come up. The next `pulumi up` goes on waiting; for more time set the "
            "resource option custom_timeouts.",
        ) from None
    if settled.note:
        await context.info(settled.note)


async def _unfinished(place: EnvironmentSession, expected: Expected, seconds: float) -> str:
    seen = place.deployments.last_seen(expected.service_id)
    if seen is None:
        return f"The deployment of {expected.service_name} was still not started after {seconds:.0f} s."
    deployment_id, state = seen
    said = f"The deployment of {expected.service_name} was still {state} after {seconds:.0f} s."
    try:
        async with asyncio.timeout(_LOG_SECONDS):
            return f"{said} {await place.deployments.last_words(expected.service_id, deployment_id)}"
    except TimeoutError:
        return f"{said} Deployment {deployment_id}; its log couldn't be read in time."


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
        await client.send(REDEPLOY, variables, context.status)
    except RailwayError as error:
        if not error.outcome_unknown:
            raise
        await context.status("the answer got lost; looking whether the redeployment began")
        if not await place.deployments.began(service_id, since, earlier, context.status):
            await client.send(REDEPLOY, variables, context.status)
    finally:
        place.snapshots.invalidate()
    return since, earlier
