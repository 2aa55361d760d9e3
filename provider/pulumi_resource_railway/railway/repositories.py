"""Whether Railway reaches the GitHub repositories that this run deploys; each is asked for once.

Railway takes a repository that it doesn't reach without a word. A public one is then built, but no push to it is
heard of; any other one isn't built. Only a user's own token can ask: the answer is about that user's GitHub account.
"""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from typing import TYPE_CHECKING

from pulumi_resource_railway.railway.documents.projects import MEMBERS
from pulumi_resource_railway.railway.documents.services import REPOSITORY_ACCESS
from pulumi_resource_railway.railway.errors import RailwayError

if TYPE_CHECKING:
    from pulumi_resource_railway.railway.client import Client, Status


@dataclass(frozen=True)
class Reach:
    """How Railway reaches a repository for the token's user.

    Attributes:
        by_app: Whether its GitHub App does, so that pushes are heard of.
        public: Whether anybody does.
    """

    by_app: bool
    public: bool


class Repositories:
    """What is known of the repositories in this run."""

    def __init__(self, client: Client) -> None:
        """Prepare; nothing is sent."""
        self._client = client
        self._asked: dict[str, asyncio.Task[Reach | None]] = {}

    async def reach(self, repository: str, status: Status) -> Reach | None:
        """Return how the repository, `owner/name`, is reached; None where that can't be learnt.

        A project token can't ask. That the question fails must not hold up a deployment that may succeed.
        """
        if self._client.credentials.is_project_token:
            return None
        name = repository.lower()
        if name not in self._asked:
            self._asked[name] = asyncio.create_task(self._ask(repository, status))
        return await asyncio.shield(self._asked[name])

    async def has_others(self, project_id: str, status: Status) -> bool:
        """Say whether others than the token's user may reach what a project deploys; unless they surely don't."""
        try:
            data = await self._client.send(MEMBERS, {"projectId": project_id}, status)
        except RailwayError:
            return True
        project = data["project"]
        members = [*project["members"], *(project["workspace"] or {"members": []})["members"]]
        return any(member["email"] != data["me"]["email"] for member in members)

    async def close(self) -> None:
        """End the questions that are still under way."""
        for task in self._asked.values():
            task.cancel()
        await asyncio.gather(*self._asked.values(), return_exceptions=True)

    async def _ask(self, repository: str, status: Status) -> Reach | None:
        try:
            data = await self._client.send(REPOSITORY_ACCESS, {"fullRepoName": repository}, status)
        except RailwayError as error:
            await status(f"can't tell whether Railway reaches repository {repository}: {error.words}")
            return None
        answer = data["gitHubRepoAccessAvailable"]
        return Reach(by_app=answer["hasAccess"], public=answer["isPublic"])
