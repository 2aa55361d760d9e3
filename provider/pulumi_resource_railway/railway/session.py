"""What all operations of one configured provider share."""

from __future__ import annotations

import asyncio
import os
from typing import TYPE_CHECKING, Any

from pulumi_resource_railway.railway.client import Client, Patience, Status, unheard
from pulumi_resource_railway.railway.clock import Clock
from pulumi_resource_railway.railway.commits import Commits
from pulumi_resource_railway.railway.credentials import resolve
from pulumi_resource_railway.railway.deployments import Deployments
from pulumi_resource_railway.railway.documents.environments import STAGED
from pulumi_resource_railway.railway.documents.projects import WHO_WITH_PROJECT_TOKEN, WHO_WITH_TOKEN
from pulumi_resource_railway.railway.errors import NotAuthorized, RailwayError, StagedChanges
from pulumi_resource_railway.railway.journal import Journal, default_directory
from pulumi_resource_railway.railway.plans import Room
from pulumi_resource_railway.railway.redaction import Redactor
from pulumi_resource_railway.railway.repositories import Repositories
from pulumi_resource_railway.railway.snapshots import Snapshot, Snapshots
from pulumi_resource_railway.railway.staged import described, touches

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping
    from pathlib import Path

    import httpx

    from pulumi_resource_railway.configuration import ProviderInputs
    from pulumi_resource_railway.railway.documents import Document


class EnvironmentSession:
    """One environment of one project: its snapshots, commits and deployments."""

    def __init__(self, session: Session, project_id: str, environment_id: str) -> None:
        """Prepare; nothing is sent."""
        self.project_id = project_id
        self.environment_id = environment_id
        self.snapshots = Snapshots(session.read, session.clock, project_id, environment_id)
        self.commits = Commits(session.client, self.snapshots, session.clock, environment_id)
        self.deployments = Deployments(
            session.client, session.redact, session.clock, project_id, environment_id
        )
        self._session = session
        self._staged: tuple[Snapshot, dict[str, Any]] | None = None
        self._asking_for_staged = asyncio.Lock()

    async def ready_for_changes(
        self, status: Status = unheard, touched: Collection[str] | None = None
    ) -> Snapshot:
        """Return what is known of the environment, after having made sure that it may be changed.

        Args:
            status: Shows what is being waited for.
            touched: What will be changed: objects' ids, shared variables as `sharedVariables.` with their names.
                None is everything. It matters where the configuration lets a run go on beside staged changes.

        Raises:
            StagedChanges: When somebody left changes there that must not be applied or lost.
            NotFound: When the environment doesn't exist.
            RailwayError: When the token isn't accepted, or Railway can't be reached.
        """
        snapshot = await self.snapshots.known(status)
        if snapshot.staged:
            patch = await self._staged_patch(snapshot, status)
            goes_on = self._session.beside_staged_changes
            if not goes_on or touched is None or touches(patch, touched):
                raise self._stopped_by(snapshot, patch, goes_on=goes_on)
        return snapshot

    async def _staged_patch(self, snapshot: Snapshot, status: Status) -> dict[str, Any]:
        async with self._asking_for_staged:
            if self._staged is None or self._staged[0] is not snapshot:
                place = {"environmentId": self.environment_id}
                data = await self._session.read(STAGED, place, status)
                self._staged = snapshot, data["environmentStagedChanges"]["patch"]
            return self._staged[1]

    def _stopped_by(self, snapshot: Snapshot, patch: dict[str, Any], *, goes_on: bool) -> StagedChanges:
        plural = "change is" if snapshot.staged == 1 else "changes are"
        dashboard = self._session.client.credentials.dashboard
        return StagedChanges(
            f"{snapshot.staged} {plural} staged in environment {snapshot.environment['name']!r} but not "
            f"deployed: {described(patch, snapshot)}",
            advice="Somebody prepared them in Railway's dashboard. Deploy or discard them there "
            f"({dashboard}/project/{self.project_id}?environmentId={self.environment_id}), then run "
            "`pulumi up` again"
            + (
                ". They are about what is to be changed here, so railway:stagedChanges doesn't help."
                if goes_on
                else ", or leave them as they are with `pulumi config set railway:stagedChanges keep`."
            )
            + " Nothing was changed.",
        )

    async def close(self) -> None:
        """End everything that runs in the background."""
        await self.deployments.close()
        await self.commits.close()


class Session:
    """The connection to one Railway with one token. Opening it calls nothing."""

    def __init__(
        self,
        client: Client,
        journal: Journal,
        redact: Redactor,
        clock: Clock,
        *,
        beside_staged_changes: bool = False,
    ) -> None:
        """Put the parts together; see `open`."""
        self.beside_staged_changes = beside_staged_changes
        self.client = client
        self.journal = journal
        self.redact = redact
        self.clock = clock
        self.repositories = Repositories(client)
        self.room = Room()
        self._environments: dict[tuple[str, str], EnvironmentSession] = {}
        self._locks: dict[str, asyncio.Lock] = {}

    @classmethod
    def open(
        cls,
        configuration: ProviderInputs,
        *,
        environment: Mapping[str, str] | None = None,
        transport: httpx.AsyncBaseTransport | None = None,
        clock: Clock | None = None,
        patience: Patience | None = None,
        journal_directory: Path | None = None,
    ) -> Session:
        """Open a session; nothing is sent before something is asked for.

        Args:
            configuration: The provider's configuration.
            environment: The process's environment variables; for tests.
            transport: How HTTP requests travel; for tests.
            clock: The time; for tests.
            patience: How long requests are repeated; for tests.
            journal_directory: Where creations are journalled, instead of the user's state folder.

        Raises:
            UserError: When there is no usable token or endpoint.
        """
        variables = os.environ if environment is None else environment
        credentials = resolve(configuration, variables)
        redact, clock = Redactor(), clock or Clock()
        client = Client(credentials, redact, transport=transport, clock=clock, patience=patience)
        directory = journal_directory or default_directory(variables)
        journal = Journal(directory, credentials.endpoint, client.railways_time)
        goes_on = configuration.staged_changes == "keep"
        return cls(client, journal, redact, clock, beside_staged_changes=goes_on)

    def environment(self, project_id: str, environment_id: str) -> EnvironmentSession:
        """Return the session's part for one environment."""
        key = (project_id, environment_id)
        if key not in self._environments:
            self._environments[key] = EnvironmentSession(self, project_id, environment_id)
        return self._environments[key]

    def lock(self, name: str) -> asyncio.Lock:
        """Return the lock of this name; whoever shares the name goes one after the other."""
        return self._locks.setdefault(name, asyncio.Lock())

    async def read(
        self, document: Document, variables: Mapping[str, Any] | None = None, status: Status = unheard
    ) -> dict[str, Any]:
        """Send a query; when Railway refuses it, say whether the token is to blame.

        Raises:
            RailwayError: As `Client.send`.
        """
        try:
            return await self.client.send(document, variables, status)
        except NotAuthorized as refusal:
            raise await self._explained(refusal) from refusal

    async def workspaces(self, status: Status = unheard) -> dict[str, str]:
        """Return the workspaces that the token reaches, names by ids.

        Raises:
            NotAuthorized: When the token isn't accepted, or is bound to one environment.
        """
        if self.client.credentials.is_project_token:
            raise NotAuthorized(
                f"{self.client.credentials.source} is a project token, which is bound to one environment",
                advice="Creating projects takes an account's or workspace's token: set railway:token.",
            )
        data = await self.read(WHO_WITH_TOKEN, {}, status)
        return {workspace["id"]: workspace["name"] for workspace in data["apiToken"]["workspaces"]}

    async def close(self) -> None:
        """End everything that runs in the background and close the connections."""
        for environment in self._environments.values():
            await environment.close()
        await self.repositories.close()
        await self.client.close()

    async def _explained(self, refusal: NotAuthorized) -> RailwayError:
        credentials = self.client.credentials
        question = WHO_WITH_PROJECT_TOKEN if credentials.is_project_token else WHO_WITH_TOKEN
        try:
            data = await self.client.send(question)
        except NotAuthorized:
            return NotAuthorized(
                f"Railway doesn't accept the token in {credentials.source} ({refusal.words})",
                advice="It may be mistyped, expired or deleted, or of the other kind: account and workspace "
                "tokens belong "
                "in railway:token or RAILWAY_API_TOKEN, project tokens in railway:projectToken or "
                "RAILWAY_TOKEN.",
            )
        except RailwayError:
            return refusal
        if credentials.is_project_token:
            bound = data["projectToken"]
            return NotAuthorized(
                refusal.words,
                advice=f"The token in {credentials.source} is valid, but bound to environment "
                f"{bound['environmentId']} of "
                f"project {bound['projectId']}.",
            )
        return NotAuthorized(
            refusal.words,
            advice=f"The token in {credentials.source} is valid, but doesn't reach what was asked for; "
            "Railway also says "
            "this of ids that it doesn't know.",
        )
