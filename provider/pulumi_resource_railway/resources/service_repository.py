"""A service's repository: looked at before anything is changed, because Railway itself takes any."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from pulumi_resource_railway.railway.errors import OutOfReach
from pulumi_resource_railway.resources.common import session_of

if TYPE_CHECKING:
    from pulumi_resource_railway.resource import Context
    from pulumi_resource_railway.resources.service_model import ServiceInputs

_APP: Final = "Railway's GitHub App (https://github.com/apps/railway-app/installations/new)"


async def check_repository(context: Context, service: ServiceInputs) -> None:
    """Make sure that Railway can build the service's repository, and say when it won't hear of pushes to it.

    Raises:
        OutOfReach: When it surely can't.
    """
    repository = service.source.repo if service.source is not None else None
    if repository is None:
        return
    repositories = session_of(context).repositories
    reach = await repositories.reach(repository, context.status)
    if reach is None or reach.by_app:
        return
    if reach.public:
        await context.warn(
            f"source.repo: {repository} is public, so Railway builds it, but its GitHub App isn't installed there for "
            f"the token's user. Unless another member of the project has it, a push deploys nothing. Install {_APP} "
            "on it if pushes are to be deployed."
        )
        return
    fact = f"source.repo: Railway reaches no repository {repository} for the token's user"
    remedy = (
        f"Is the name right? Install {_APP} on it, or configure the App's access to it, with the GitHub account that "
        "is connected to Railway; a public repository is built without it"
    )
    if await repositories.has_others(service.project_id, context.status):
        await context.warn(f"{fact}. Unless another member of the project does, its builds fail. {remedy}.")
        return
    raise OutOfReach(fact, advice=f"{remedy}. Nothing was changed.")
