"""What a service needs of the workspace's plan and of GitHub, looked at before anything is changed.

Railway itself takes any repository, and says late what its plan doesn't hold.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from pulumi_resource_railway.railway.errors import OutOfReach
from pulumi_resource_railway.railway.plans import plan_named
from pulumi_resource_railway.resources.common import session_of

if TYPE_CHECKING:
    from collections.abc import Mapping

    from pulumi_resource_railway.resource import Context
    from pulumi_resource_railway.resources.service_model import ServiceInputs

_APP: Final = "Railway's GitHub App (https://github.com/apps/railway-app/installations/new)"


async def check_prerequisites(
    context: Context, service: ServiceInputs, change: Mapping[str, Any], subscription: str | None
) -> None:
    """Judge what a change asks for; what stays as it is, Railway has taken already.

    Args:
        context: The operation.
        service: What the service shall be.
        change: The part of its configuration that will be sent.
        subscription: The plan that the project is on, as Railway names it.

    Raises:
        BeyondPlan: When the plan never holds it.
        OutOfReach: When Railway surely can't build the repository.
    """
    await _check_plan(context, service, change.get("deploy") or {}, subscription)
    if change.get("configFile"):
        await context.warn(
            "configFile: Railway has deprecated such files. New services can't use one, and from 2026-12-01 on "
            "none is read; say the same in `build` and `deploy`."
        )
    if (change.get("source") or {}).get("repo"):
        await _check_repository(context, service)


async def _check_plan(
    context: Context, service: ServiceInputs, change: Mapping[str, Any], subscription: str | None
) -> None:
    deploy, plan = service.deploy, plan_named(subscription)
    if deploy is None:
        return
    if change.get("multiRegionConfig") and deploy.multi_region_config:
        replicas = sum(region.num_replicas for region in deploy.multi_region_config.values())
        await plan.count_replicas(context.warn, replicas, service.name)
    if change.get("limitOverride") and deploy.limit_override is not None:
        limits = deploy.limit_override.containers
        await plan.limit_replica(context.warn, limits.cpu, limits.memory_bytes, service.name)


async def _check_repository(context: Context, service: ServiceInputs) -> None:
    repository = service.source.repo if service.source is not None else None
    if repository is None:
        return
    repositories = session_of(context).repositories
    reach = await repositories.reach(repository, context.status)
    if reach is None or reach.by_app:
        return
    if reach.public:
        await context.warn(
            f"source.repo: {repository} is public, so Railway builds it, but its GitHub App isn't installed "
            "there for the token's user. Unless another member of the project has it, a push deploys nothing. "
            f"Install {_APP} on it if pushes are to be deployed."
        )
        return
    fact = f"source.repo: Railway reaches no repository {repository} for the token's user"
    remedy = (
        f"Is the name right? Install {_APP} on it, or configure the App's access to it, with the GitHub account "
        "that is connected to Railway; a public repository is built without it"
    )
    if await repositories.has_others(service.project_id, context.status):
        await context.warn(f"{fact}. Unless another member of the project does, its builds fail. {remedy}.")
        return
    raise OutOfReach(fact, advice=f"{remedy}. Nothing was changed.")
