"""One connection pool to Railway's GraphQL API, with its errors, patience and memory of rate limits."""

from __future__ import annotations

import re
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from typing import TYPE_CHECKING, Any, Final

import httpx
from tenacity import AsyncRetrying, RetryCallState, retry_if_exception, wait_exponential

from pulumi_resource_railway.railway.clock import Clock
from pulumi_resource_railway.railway.errors import (
    AnswerLost,
    NotAuthorized,
    NotFound,
    RailwayError,
    Refused,
    ServerError,
    Throttled,
    TransportError,
    from_words,
)
from pulumi_resource_railway.values import MASK
from pulumi_resource_railway.version import VERSION

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from pulumi_resource_railway.railway.credentials import Credentials
    from pulumi_resource_railway.railway.documents import Document
    from pulumi_resource_railway.railway.redaction import Redactor

Status = Callable[[str], Awaitable[None]]
"""Shows a person what is being waited for."""

# Railway's own command line waits as long: creating an environment with volumes takes more than half a
# minute.
_TIMEOUT: Final = httpx.Timeout(90, connect=15, pool=None)
_CONNECTIONS: Final = 16
_INVALID_VALUE: Final = re.compile(r"got invalid value .*?(?=;|$)", re.DOTALL)
_SHORTEST_MASKED: Final = 4
_SPREAD_SECONDS: Final = 0.5
_growing: Final = wait_exponential(multiplier=0.5, max=20)


async def unheard(_message: str) -> None:
    """Show nothing."""


@dataclass(frozen=True)
class Patience:
    """For how many seconds of waiting in all a request is sent again.

    Attributes:
        throttled: While Railway says that it is asked too often.
        failing: While Railway fails.
        unreachable: While no connection comes about.
    """

    throttled: float = 600
    failing: float = 90
    unreachable: float = 20


class Client:
    """Sends documents to Railway.

    A request that provably changed nothing (no connection, a rate limit, a cooldown) is sent again. One whose
    outcome isn't known is sent again only if its document may be repeated; otherwise the error says so by
    `outcome_unknown`, and the caller looks the outcome up.

    Attributes:
        credentials: The token and the endpoint.
        changed: Whether anything was asked for that changes something.
    """

    def __init__(
        self,
        credentials: Credentials,
        redact: Redactor,
        *,
        transport: httpx.AsyncBaseTransport | None = None,
        clock: Clock | None = None,
        patience: Patience | None = None,
    ) -> None:
        """Prepare; nothing is sent and no connection is opened."""
        self.credentials = credentials
        self.changed = False
        self._redact = redact
        self._clock = clock or Clock()
        self._patience = patience or Patience(unreachable=3 if credentials.is_local else 20)
        self._open_at = 0.0
        self._ahead = timedelta(0)
        redact.remember([credentials.token])
        agent = f"pulumi-resource-railway/{VERSION}"
        self._http = httpx.AsyncClient(
            transport=transport,
            timeout=_TIMEOUT,
            limits=httpx.Limits(max_connections=_CONNECTIONS, max_keepalive_connections=_CONNECTIONS),
            headers={"User-Agent": agent, "X-Source": agent, credentials.header: credentials.value},
            # A proxy must not come between this machine and itself.
            trust_env=not credentials.is_local,
        )

    async def close(self) -> None:
        """Close the connections."""
        await self._http.aclose()

    def railways_time(self) -> datetime:
        """The time at Railway, as its answers date themselves."""
        return self._clock.now() + self._ahead

    async def send(
        self,
        document: Document,
        variables: Mapping[str, Any] | None = None,
        status: Status = unheard,
        *,
        wanted: Callable[[], bool] = lambda: True,
    ) -> dict[str, Any]:
        """Send a document and return its data.

        Args:
            document: What to ask or change.
            variables: Its variables.
            status: Shows what is being waited for.
            wanted: Asked just before each sending, after any waiting: false, and nothing is sent any more.

        Raises:
            RailwayError: What Railway said, or that it couldn't be reached.
        """
        given = dict(variables or {})
        self.changed = self.changed or document.changes

        def worth_repeating(error: BaseException) -> bool:
            if not isinstance(error, Throttled | TransportError | ServerError):
                return False
            return document.repeatable or not error.outcome_unknown

        async def announce(state: RetryCallState) -> None:
            error = state.outcome.exception() if state.outcome else None
            seconds = state.upcoming_sleep
            if isinstance(error, RailwayError) and seconds >= 1:
                await status(f"waiting {seconds:.0f} s: {error.words}")

        def exhausted(state: RetryCallState) -> bool:
            error = state.outcome.exception() if state.outcome else None
            return state.idle_for + state.upcoming_sleep > self._limit(error)

        async for attempt in AsyncRetrying(
            retry=retry_if_exception(worth_repeating),
            wait=self._pause,
            stop=exhausted,
            before_sleep=announce,
            sleep=self._clock.sleep,
            reraise=True,
        ):
            with attempt:
                return await self._once(document, given, status, wanted)
        raise AssertionError("the last attempt returns or raises")

    def _pause(self, state: RetryCallState) -> float:
        error = state.outcome.exception() if state.outcome else None
        growing = _growing(state) + self._clock.spread(_SPREAD_SECONDS)
        if isinstance(error, Throttled) and error.retry_after is not None:
            # However soon Railway says: what it goes on to refuse is asked ever more slowly.
            return max(error.retry_after, growing)
        return growing

    def _limit(self, error: BaseException | None) -> float:
        if isinstance(error, Throttled):
            return self._patience.throttled
        if isinstance(error, TransportError) and not isinstance(error, AnswerLost):
            return self._patience.unreachable
        return self._patience.failing

    async def _once(
        self, document: Document, variables: dict[str, Any], status: Status, wanted: Callable[[], bool]
    ) -> dict[str, Any]:
        await self._pass_gate(status)
        if not wanted():
            raise Refused("Nobody waits for this any more; it wasn't sent", operation=document.name)
        body = {"query": document.text, "variables": variables, "operationName": document.name}
        try:
            response = await self._http.post(self.credentials.endpoint, json=body)
        except (httpx.ConnectError, httpx.ConnectTimeout, httpx.PoolTimeout, httpx.ProxyError) as error:
            raise self._unreachable(error) from error
        except httpx.TransportError as error:
            raise AnswerLost(
                f"Railway's answer got lost ({type(error).__name__})", operation=document.name
            ) from error
        try:
            return self._read(document, response)
        except RailwayError as error:
            raise self._masked(error, variables) from error.__cause__

    async def _pass_gate(self, status: Status) -> None:
        """Wait while Railway asks everybody who uses this token to wait."""
        while (seconds := self._open_at - self._clock.monotonic()) > 0:
            if seconds >= 1:
                await status(f"waiting {seconds:.0f} s: Railway's rate limit")
            # Not all at the same instant, which would be the next rate limit.
            await self._clock.sleep(seconds + self._clock.spread(_SPREAD_SECONDS))

    def _unreachable(self, error: Exception) -> TransportError:
        endpoint = self.credentials.endpoint
        words = f"Can't reach Railway at {endpoint} ({type(error).__name__})"
        if self.credentials.is_local:
            return TransportError(
                words, advice="Nothing answers there: start the local Railway, or correct its port."
            )
        return TransportError(words)

    def _read(self, document: Document, response: httpx.Response) -> dict[str, Any]:
        self._note_time(response)
        status = response.status_code
        answer = _json(response)
        if status == httpx.codes.TOO_MANY_REQUESTS:
            seconds = self._retry_after(response)
            if seconds is not None and seconds <= self._patience.throttled:
                self._open_at = max(self._open_at, self._clock.monotonic() + seconds)
            words = "; ".join(["Railway's rate limit (429)", *_messages(answer)[0][:1]])
            raise Throttled(words, retry_after=seconds, operation=document.name)
        messages, nested = _messages(answer)
        if status >= httpx.codes.INTERNAL_SERVER_ERROR:
            words = messages[0] if messages else f"Railway answered with HTTP status {status}"
            raise ServerError(words, operation=document.name)
        if messages:
            words = "; ".join(dict.fromkeys(messages[:3]))
            error = from_words(_INVALID_VALUE.sub("got an invalid value", words), document.name)
            if nested and isinstance(error, NotFound):
                # Something that the object asked for refers to is missing, not the object itself.
                raise ServerError(error.words, operation=document.name)
            raise error
        if status in {httpx.codes.UNAUTHORIZED, httpx.codes.FORBIDDEN}:
            raise NotAuthorized(f"HTTP status {status}", operation=document.name)
        if answer is None:
            raise ServerError(f"an answer that isn't GraphQL (HTTP status {status})", operation=document.name)
        data = answer.get("data")
        if status >= httpx.codes.BAD_REQUEST or not isinstance(data, dict):
            raise Refused(f"HTTP status {status} without data", operation=document.name)
        return data

    def _note_time(self, response: httpx.Response) -> None:
        dated = _http_date(response.headers.get("Date"))
        if dated is not None:
            difference = dated - self._clock.now()
            # The header has whole seconds; only a larger difference says that a clock is wrong.
            self._ahead = difference if abs(difference) > timedelta(seconds=2) else timedelta(0)

    def _retry_after(self, response: httpx.Response) -> float | None:
        value = response.headers.get("Retry-After", "").strip()
        if value.isdigit():
            return float(value)
        moment = _http_date(value)
        return None if moment is None else max(0.0, (moment - self.railways_time()).total_seconds())

    def _masked(self, error: RailwayError, variables: dict[str, Any]) -> RailwayError:
        """Take out of Railway's words what the request held in its variables, and every known secret."""
        texts = sorted(set(_values_of_variables(variables)), key=len, reverse=True)

        def mask(text: str) -> str:
            for secret in texts:
                text = text.replace(secret, MASK)
            return self._redact(text)

        error.words = mask(error.words)
        error.args = tuple(mask(str(argument)) for argument in error.args)
        return error


def _messages(answer: dict[str, Any] | None) -> tuple[list[str], bool]:
    """Return the errors' messages, and whether all of them are about something inside of what was asked for.

    When there are both kinds, those about what was asked for itself.
    """
    problems = [one for one in (answer or {}).get("errors") or [] if isinstance(one, dict)]
    own = [one for one in problems if len(one.get("path") or ()) <= 1]
    messages = [str(one.get("message", "an error without words")) for one in own or problems]
    return messages, bool(problems) and not own


def _json(response: httpx.Response) -> dict[str, Any] | None:
    try:
        answer = response.json()
    except ValueError:
        return None
    return answer if isinstance(answer, dict) else None


def _http_date(value: str | None) -> datetime | None:
    try:
        moment = parsedate_to_datetime(value) if value else None
    except ValueError:
        return None
    return moment if moment is None or moment.tzinfo else moment.replace(tzinfo=UTC)


def _values_of_variables(value: Any, *, inside: bool = False) -> Iterator[str]:
    """Find the texts below any key `variables`: in a patch, each of them may be a secret."""
    if isinstance(value, dict):
        for key, child in value.items():
            yield from _values_of_variables(child, inside=inside or key in {"variables", "sharedVariables"})
    elif isinstance(value, list):
        for child in value:
            yield from _values_of_variables(child, inside=inside)
    elif inside and isinstance(value, str) and len(value) >= _SHORTEST_MASKED:
        yield value
