"""Waiting for deployments: one query for all services of an environment that wait, slowing down by itself."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import Enum
from typing import TYPE_CHECKING, Any, Final

from pulumi_resource_railway.railway.client import Client, Status, unheard
from pulumi_resource_railway.railway.documents.services import DEPLOYMENTS, LOGS
from pulumi_resource_railway.railway.errors import DeploymentFailed, RailwayError

if TYPE_CHECKING:
    from collections.abc import Iterable

    from pulumi_resource_railway.railway.clock import Clock
    from pulumi_resource_railway.railway.redaction import Redactor

_NONE_SECONDS: Final = 15
"""So long after the commit's end without a deployment, there is none to wait for."""
_LAG_SECONDS: Final = 30
"""How long what was made may be missing from lists: lags of up to 28 seconds have been reported."""
_FIRST_INTERVAL: Final = 0.5
_GROWTH: Final = 1.3
_LONGEST_INTERVAL: Final = 10.0
_CLOCKS_APART: Final = timedelta(seconds=2)
"""How far Railway's clock and the time that we know of it may be apart."""
_PAGE: Final = 100
_LOG_LINES: Final = 30
_LONGEST_LINE: Final = 500


class Kind(Enum):
    """How a service runs, which says when its deployment is done."""

    LONG_RUNNING = "long-running"
    ONE_OFF = "one-off"
    CRON = "cron"


@dataclass(frozen=True)
class Expected:
    """The deployment that is waited for.

    Attributes:
        service_id: The service.
        service_name: Its name, for messages.
        kind: How it runs.
        since: The time at Railway when the change began.
        earlier: Deployments that existed before.
    """

    service_id: str
    service_name: str
    kind: Kind
    since: datetime
    earlier: frozenset[str] = frozenset()


@dataclass(frozen=True)
class Settled:
    """How the waiting ended well.

    Attributes:
        deployment_id: The deployment, or None when there was none.
        note: What a person should know, or None.
    """

    deployment_id: str | None
    note: str | None = None


@dataclass(frozen=True)
class _Failed:
    deployment_id: str
    state: str


@dataclass(eq=False)
class _Waiter:
    expected: Expected
    status: Status
    started: float
    outcome: asyncio.Future[Settled | _Failed] = field(
        default_factory=lambda: asyncio.get_running_loop().create_future()
    )
    shown: str = ""


class Deployments:
    """The deployments of one environment."""

    def __init__(
        self, client: Client, redact: Redactor, clock: Clock, project_id: str, environment_id: str
    ) -> None:
        """Prepare; nothing is read."""
        self._client = client
        self._redact = redact
        self._clock = clock
        self._project_id = project_id
        self._environment_id = environment_id
        self._waiting: list[_Waiter] = []
        self._poller: asyncio.Task[None] | None = None
        self._interval = _FIRST_INTERVAL
        self._seen: dict[str, set[str]] = {}
        self._states: dict[str, tuple[str, str]] = {}

    def seen(self, service_id: str) -> frozenset[str]:
        """Return the deployments of the service that this run has already met."""
        return frozenset(self._seen.get(service_id, ()))

    async def settle(self, expected: Expected, status: Status = unheard) -> Settled:
        """Wait until the deployment that a change caused is done.

        Raises:
            DeploymentFailed: With the log's tail, the deployment's id and its address.
            RailwayError: When Railway can't be asked.
        """
        waiter = _Waiter(expected, status, self._clock.monotonic())
        self._waiting.append(waiter)
        self._interval = _FIRST_INTERVAL
        if self._poller is None:
            self._poller = asyncio.create_task(self._poll())
        try:
            outcome = await asyncio.shield(waiter.outcome)
        finally:
            if waiter in self._waiting:
                self._waiting.remove(waiter)
        if isinstance(outcome, _Failed):
            raise DeploymentFailed(
                f"The deployment of {expected.service_name} ended as {outcome.state}. "
                f"{await self.last_words(expected.service_id, outcome.deployment_id)}\n"
                "Correct the cause and run `pulumi up` again; it goes on from here."
            )
        return outcome

    def last_seen(self, service_id: str) -> tuple[str, str] | None:
        """Return the waited-for deployment of the service: its id, and the state in which it was last seen."""
        return self._states.get(service_id)

    async def latest(self, service_id: str) -> dict[str, Any] | None:
        """Return the service's newest deployment.

        Raises:
            RailwayError: When Railway can't be asked.
        """
        variables = {"input": {**self._place(), "serviceId": service_id}, "first": 5}
        page = (await self._client.send(DEPLOYMENTS, variables))["deployments"]
        rows = [edge["node"] for edge in page["edges"]]
        return max(rows, key=lambda row: moment(row["createdAt"]), default=None)

    async def began(
        self, service_id: str, since: datetime, earlier: frozenset[str], status: Status = unheard
    ) -> bool:
        """Say whether a deployment began since then, waiting a while for it to appear.

        Raises:
            RailwayError: When Railway can't be asked.
        """
        started = self._clock.monotonic()
        while True:
            latest = await self.latest(service_id)
            if (
                latest is not None
                and latest["id"] not in earlier
                and moment(latest["createdAt"]) >= since - _CLOCKS_APART
            ):
                return True
            if self._clock.monotonic() - started >= _LAG_SECONDS:
                return False
            await status("waiting for the deployment to appear")
            await self._clock.sleep(1)

    def _place(self) -> dict[str, Any]:
        return {"environmentId": self._environment_id, "projectId": self._project_id}

    async def close(self) -> None:
        """Stop asking."""
        if self._poller is not None:
            self._poller.cancel()
            await asyncio.gather(self._poller, return_exceptions=True)

    async def _poll(self) -> None:
        try:
            while self._waiting:
                deployments = await self._list()
                for waiter in list(self._waiting):
                    own = [row for row in deployments if row["serviceId"] == waiter.expected.service_id]
                    await self._judge(waiter, own)
                if self._waiting:
                    await self._clock.sleep(self._interval)
                    self._interval = min(self._interval * _GROWTH, _LONGEST_INTERVAL)
        except asyncio.CancelledError:
            self._fail(RailwayError("Waiting for deployments was ended"))
            raise
        except Exception as error:  # noqa: BLE001  # those who wait have to hear of it, whatever it is
            self._fail(error)
        finally:
            self._poller = None

    def _fail(self, error: Exception) -> None:
        for waiter in self._waiting:
            if not waiter.outcome.done():
                waiter.outcome.set_exception(error)
                waiter.outcome.exception()  # nobody may be waiting for it any more
        self._waiting.clear()

    async def _list(self) -> list[dict[str, Any]]:
        """Return the deployments since the oldest change that is waited for, the earliest first."""
        since = min(waiter.expected.since for waiter in self._waiting) - _CLOCKS_APART
        rows: list[dict[str, Any]] = []
        after = None
        while True:
            variables = {"input": self._place(), "first": _PAGE, "after": after}
            page = (await self._client.send(DEPLOYMENTS, variables))["deployments"]
            found = [edge["node"] for edge in page["edges"]]
            rows += [row for row in found if moment(row["createdAt"]) >= since]
            # The newest come first, so a page that reaches back before the change is the last one needed.
            if not page["pageInfo"]["hasNextPage"] or any(moment(row["createdAt"]) < since for row in found):
                break
            after = page["pageInfo"]["endCursor"]
        for row in rows:
            self._seen.setdefault(row["serviceId"], set()).add(row["id"])
        return sorted(rows, key=lambda row: moment(row["createdAt"]))

    async def _judge(self, waiter: _Waiter, rows: list[dict[str, Any]]) -> None:
        if waiter.outcome.done():
            self._waiting.remove(waiter)
            return
        expected = waiter.expected
        since = expected.since - _CLOCKS_APART
        mine = [
            row for row in rows if row["id"] not in expected.earlier and moment(row["createdAt"]) >= since
        ]
        if not mine:
            if self._clock.monotonic() - waiter.started >= _NONE_SECONDS:
                self._finish(waiter, Settled(None, "Railway started no deployment for this change."))
            return
        current = mine[0]
        for later in mine[1:]:
            if current["status"] in {"REMOVED", "REMOVING", "SKIPPED"}:
                current = later
        if current["status"] != waiter.shown:
            waiter.shown = current["status"]
            self._states[expected.service_id] = current["id"], waiter.shown
            await waiter.status(f"deployment {_in_words(waiter.shown)}")
        verdict = judge(current, expected.kind)
        if verdict is not None:
            self._finish(waiter, verdict)

    def _finish(self, waiter: _Waiter, verdict: Settled | _Failed) -> None:
        if not waiter.outcome.done():
            waiter.outcome.set_result(verdict)
        if waiter in self._waiting:
            self._waiting.remove(waiter)

    async def last_words(self, service_id: str, deployment_id: str) -> str:
        """Return the last lines of a deployment's log, its id and its address, in sentences."""
        address = (
            f"{self._client.credentials.dashboard}/project/{self._project_id}/service/{service_id}"
            f"?environmentId={self._environment_id}&id={deployment_id}"
        )
        lines = await self._log(deployment_id)
        tail = "\n".join(f"  {line}" for line in lines) if lines else "  (its log is empty)"
        return f"The last lines of its log:\n{tail}\nDeployment {deployment_id}: {address}"

    async def _log(self, deployment_id: str) -> list[str]:
        try:
            data = await self._client.send(LOGS, {"deploymentId": deployment_id, "limit": _LOG_LINES})
        except RailwayError as error:
            return [f"(its log can't be read: {error.words})"]
        rows = [*data["buildLogs"], *data["deploymentLogs"]]
        # Railway answers with one line more than asked for.
        rows = sorted(rows, key=lambda row: moment(row["timestamp"]))[-_LOG_LINES:]
        return [self._redact(line)[:_LONGEST_LINE] for row in rows for line in row["message"].splitlines()]


def judge(deployment: dict[str, Any], kind: Kind) -> Settled | _Failed | None:
    """Say whether a deployment is done, for a service of this kind; None while it isn't."""
    state, id_ = deployment["status"], deployment["id"]
    match state:
        case "SUCCESS" if kind is Kind.ONE_OFF and not deployment["deploymentStopped"]:
            return None
        case "SUCCESS" | "SLEEPING":
            return Settled(id_)
        case "SKIPPED":
            return Settled(id_, "Railway skipped the deployment: nothing that it builds or runs has changed.")
        case "FAILED" | "CRASHED" | "REMOVED":
            return _Failed(id_, state)
        case _:
            return None


def moment(text: str) -> datetime:
    """Return the time that Railway writes in RFC 3339, also with more digits than Python knows."""
    head, dot, fraction = text.replace("Z", "+00:00").partition(".")
    if not dot:
        return datetime.fromisoformat(head)
    digits = fraction[: len(fraction) - len(fraction.lstrip("0123456789"))]
    return datetime.fromisoformat(f"{head}.{digits[:6]:0<6}{fraction[len(digits) :]}")


def earlier_deployments(instance: dict[str, Any] | None, seen: Iterable[str]) -> frozenset[str]:
    """Return the deployments that a change can't have caused: those known before it."""
    latest = (instance or {}).get("latestDeployment")
    return frozenset(seen) | (frozenset({latest["id"]}) if latest else frozenset())


def _in_words(state: str) -> str:
    match state:
        case "NEEDS_APPROVAL":
            return "waits for somebody's approval in Railway's dashboard"
        case "WAITING":
            return "waits for the repository's checks"
        case _:
            return state.lower()
