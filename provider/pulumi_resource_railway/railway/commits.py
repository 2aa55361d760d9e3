"""Changes of one environment that are wanted at the same time become one commit.

One commit makes at most one deployment of each service, so what belongs together must travel together. A
commit is flushed when nothing more arrived for a moment and nothing is known to be coming, and only one is under
way at a time: Railway applies them in workflows.
"""

from __future__ import annotations

import asyncio
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final

from pulumi_resource_railway.railway.client import Client, Status, unheard
from pulumi_resource_railway.railway.configuration import same, visibly_same
from pulumi_resource_railway.railway.documents.environments import COMMIT, COMMIT_PROGRESS, CONFIGURATION
from pulumi_resource_railway.railway.errors import (
    CommitUnseen,
    Conflict,
    NotApplied,
    NotAuthorized,
    NotFound,
    RailwayError,
    Refused,
    WorkflowFailed,
)
from pulumi_resource_railway.railway.patches import Document, conflicting, merged, missing

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import datetime

    from pulumi_resource_railway.railway.clock import Clock
    from pulumi_resource_railway.railway.snapshots import Snapshots

_QUIET_SECONDS: Final = 0.05
_LONGEST_SECONDS: Final = 0.5
_EXPECTED_SECONDS: Final = 5
"""How long a commit waits for what has begun and will want to travel with it: Railway answers at different speeds."""
_LOOKUP_SECONDS: Final = 30
"""How long a commit whose answer was lost may take to show in the configuration: as long as anything else."""
_SETTLE_SECONDS: Final = 30
"""How long a finished commit may take to show: reads have been seen to lag behind, by up to 28 seconds."""
_WORKFLOW_SECONDS: Final = 600
_UNSEEN_WORKFLOW_SECONDS: Final = 30
"""How long a workflow's status may be NotFound: it has been seen to lag behind the commit."""
_FIRST_INTERVAL: Final = 0.3
_GROWTH: Final = 1.5
_LONGEST_INTERVAL: Final = 3.0


@dataclass(frozen=True)
class Applied:
    """A change that Railway's configuration shows.

    Attributes:
        began: The time at Railway just before the commit was sent.
        configuration: The environment's configuration, read back.
    """

    began: datetime
    configuration: dict[str, Any]


@dataclass(eq=False)
class _Member:
    patch: Document
    label: str
    status: Status
    abandoned: bool = False
    outcome: asyncio.Future[Applied] = field(
        default_factory=lambda: asyncio.get_running_loop().create_future()
    )

    def missing(self, configuration: dict[str, Any], *, hidden_counts: bool = True) -> list[str]:
        """Return what isn't shown; a value that Railway hides counts as shown where the commit is known to be done."""
        return missing(self.patch, configuration, same if hidden_counts else visibly_same)

    def succeed(self, began: datetime, configuration: dict[str, Any]) -> None:
        if not self.outcome.done():
            self.outcome.set_result(Applied(began, configuration))

    def fail(self, error: BaseException) -> None:
        if not self.outcome.done():
            self.outcome.set_exception(error)
            self.outcome.exception()  # nobody may be waiting for it any more


class Commits:
    """The commits of one environment."""

    def __init__(self, client: Client, snapshots: Snapshots, clock: Clock, environment_id: str) -> None:
        """Prepare; nothing is sent."""
        self._client = client
        self._snapshots = snapshots
        self._clock = clock
        self._environment_id = environment_id
        self._waiting: list[_Member] = []
        self._worker: asyncio.Task[None] | None = None
        self._expected = 0

    @contextmanager
    def expected(self) -> Iterator[None]:
        """Have a commit wait a little for what follows this block: a patch is submitted right after it."""
        self._expected += 1
        try:
            yield
        finally:
            self._expected -= 1

    async def submit(self, patch: Document, label: str, status: Status = unheard) -> Applied:
        """Have the patch committed with others that arrive now; return when the configuration shows it.

        Cancelling the caller takes the patch back while it isn't sent; one that travels with others' is sent all
        the same, and once it is sent, cancelling only ends the waiting.

        Args:
            patch: A sparse patch of the environment's configuration.
            label: What it changes, for the commit's message.
            status: Shows what is being waited for.

        Raises:
            RailwayError: Why Railway didn't apply it.
        """
        member = _Member(patch, label, status)
        self._waiting.append(member)
        if self._worker is None:
            self._worker = asyncio.create_task(self._work())
        try:
            return await asyncio.shield(member.outcome)
        except asyncio.CancelledError:
            member.abandoned = True
            raise
        finally:
            if member in self._waiting:
                self._waiting.remove(member)

    async def close(self) -> None:
        """Stop; what is being sent may or may not be applied."""
        if self._worker is not None:
            self._worker.cancel()
            await asyncio.gather(self._worker, return_exceptions=True)

    async def _work(self) -> None:
        members: list[_Member] = []
        try:
            while self._waiting:
                await self._collect()
                members = self._take()
                if members:
                    await self._commit(members)
        except BaseException as error:
            reason = (
                RailwayError("The commit was interrupted", advice="Run `pulumi up` again.")
                if isinstance(error, asyncio.CancelledError)
                else error
            )
            for member in [*members, *self._waiting]:
                member.fail(reason)
            self._waiting.clear()
            if isinstance(error, asyncio.CancelledError):
                raise
        finally:
            self._worker = None

    async def _collect(self) -> None:
        started = self._clock.monotonic()
        while True:
            count = len(self._waiting)
            await self._clock.sleep(_QUIET_SECONDS)
            waited = self._clock.monotonic() - started
            if self._expected and waited < _EXPECTED_SECONDS:
                continue
            if len(self._waiting) == count or waited >= _LONGEST_SECONDS:
                return

    def _take(self) -> list[_Member]:
        """Take those that go together; what wants something else in the same place waits its turn."""
        taken: list[_Member] = []
        whole: Document = {}
        for member in list(self._waiting):
            if not conflicting(whole, member.patch):
                whole = merged(whole, member.patch)
                taken.append(member)
                self._waiting.remove(member)
        return taken

    async def _commit(self, members: list[_Member], *, again: bool = False) -> None:
        whole: Document = {}
        for member in members:
            whole = merged(whole, member.patch)
        began = self._client.railways_time()
        message = f"Pulumi: {', '.join(member.label for member in members)}"
        variables = {"environmentId": self._environment_id, "patch": whole, "message": message[:500]}
        tell = _everybody(members)
        try:
            self._snapshots.invalidate()
            data = await self._client.send(
                COMMIT, variables, tell, wanted=lambda: not all(member.abandoned for member in members)
            )
        except RailwayError as error:
            await self._commit_failed(members, began, error, again=again)
            return
        finally:
            self._snapshots.invalidate()
        await tell("committed; Railway applies it")
        try:
            await self._follow(members, began, data.get("environmentPatchCommit"), tell)
        except RailwayError as error:
            # The commit is Railway's now; that it couldn't be watched says nothing of whether it is applied.
            _fail_unseen(members, error)
        finally:
            self._snapshots.invalidate()

    async def _commit_failed(
        self, members: list[_Member], began: datetime, error: RailwayError, *, again: bool
    ) -> None:
        if error.outcome_unknown:
            await _everybody(members)("the commit's answer got lost; looking whether it was applied")
            try:
                rest = await self._wait_until_shown(members, began, _LOOKUP_SECONDS, hidden_counts=False)
            except RailwayError as unreadable:
                _fail_unseen(members, unreadable)
                return
            if rest and not again:
                await self._commit(rest, again=True)
                return
            for member in rest:
                member.fail(error)
        elif len(members) > 1 and isinstance(error, Refused | NotFound | Conflict):
            for member in members:
                await self._commit([member])
        else:
            for member in members:
                member.fail(error)

    async def _follow(self, members: list[_Member], began: datetime, workflow: Any, tell: Status) -> None:
        failure = await self._watch(members, began, workflow, tell) if workflow else None
        seconds = 0 if failure is not None else _SETTLE_SECONDS
        rest = await self._wait_until_shown(members, began, seconds)
        if failure is not None and len(rest) < len(members):
            await tell(f"the configuration shows the change, though its workflow failed: {failure.words}")
        if failure is None:
            for member in rest:
                member.fail(NotApplied(member.missing(await self._configuration())))
        elif len(members) == 1:
            for member in rest:
                member.fail(failure)
        else:
            for member in rest:
                await self._commit([member])

    async def _watch(
        self, members: list[_Member], began: datetime, workflow: Any, tell: Status
    ) -> WorkflowFailed | None:
        """Wait for the workflow's end; one that may not be watched is judged by the configuration alone.

        Raises:
            CommitUnseen: When it doesn't end: sending anything again would be a second change beside it.
        """
        place = {"environmentId": self._environment_id, "workflowId": str(workflow)}
        started, interval = self._clock.monotonic(), _FIRST_INTERVAL
        while (waited := self._clock.monotonic() - started) < _WORKFLOW_SECONDS:
            try:
                data = await self._client.send(COMMIT_PROGRESS, place, tell)
            except (NotAuthorized, NotFound):
                return None
            result = data["workflowStatus"]
            if result["status"] == "Error":
                return WorkflowFailed(result.get("error") or "The commit's workflow ended in an error")
            if result["status"] == "Complete":
                self._note(members, began, data["environment"]["config"])
                return None
            if result["status"] == "NotFound" and waited > _UNSEEN_WORKFLOW_SECONDS:
                return None
            await self._clock.sleep(interval)
            interval = min(interval * _GROWTH, _LONGEST_INTERVAL)
        raise CommitUnseen(f"The commit's workflow was still running after {_WORKFLOW_SECONDS} s")

    async def _wait_until_shown(
        self, members: list[_Member], began: datetime, seconds: float, *, hidden_counts: bool = True
    ) -> list[_Member]:
        """Complete the members whose changes the configuration shows; return the others."""
        started, interval = self._clock.monotonic(), _FIRST_INTERVAL
        rest = [member for member in members if not member.outcome.done()]
        while rest:
            rest = self._note(rest, began, await self._configuration(), hidden_counts=hidden_counts)
            if self._clock.monotonic() - started >= seconds:
                break
            if rest:
                await self._clock.sleep(interval)
                interval = min(interval * _GROWTH, _LONGEST_INTERVAL)
        return rest

    def _note(
        self,
        members: list[_Member],
        began: datetime,
        configuration: dict[str, Any],
        *,
        hidden_counts: bool = True,
    ) -> list[_Member]:
        self._snapshots.note_configuration(configuration)
        rest = []
        for member in members:
            if member.missing(configuration, hidden_counts=hidden_counts):
                rest.append(member)
            else:
                member.succeed(began, configuration)
        return rest

    async def _configuration(self) -> dict[str, Any]:
        place = {"environmentId": self._environment_id}
        data = await self._client.send(CONFIGURATION, place)
        configuration: dict[str, Any] = data["environment"]["config"]
        return configuration


def _fail_unseen(members: list[_Member], error: RailwayError) -> None:
    for member in members:
        member.fail(CommitUnseen(f"The commit was sent, and how it ended couldn't be seen: {error.words}"))


def _everybody(members: list[_Member]) -> Status:
    async def tell(message: str) -> None:
        for member in members:
            await member.status(message)

    return tell
