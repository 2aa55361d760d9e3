from __future__ import annotations

import asyncio
import json
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from typing import TYPE_CHECKING, Any

import httpx
import pytest

from pulumi_resource_railway.configuration import ProviderInputs
from pulumi_resource_railway.railway.client import Client
from pulumi_resource_railway.railway.clock import Clock
from pulumi_resource_railway.railway.credentials import resolve
from pulumi_resource_railway.railway.documents.environments import COMMIT
from pulumi_resource_railway.railway.documents.projects import PROJECTS
from pulumi_resource_railway.railway.documents.services import SERVICE_CREATE, SERVICE_UPDATE
from pulumi_resource_railway.railway.errors import (
    AnswerLost,
    Conflict,
    NotAuthorized,
    NotFound,
    RailwayError,
    Refused,
    ServerError,
    Throttled,
    TransportError,
)
from pulumi_resource_railway.railway.redaction import Redactor

if TYPE_CHECKING:
    from pulumi_resource_railway.railway.documents import Document

pytestmark = pytest.mark.anyio
READ, IDEMPOTENT, CREATE = PROJECTS, SERVICE_UPDATE, SERVICE_CREATE
Answer = httpx.Response | Exception | Callable[[httpx.Request], httpx.Response]


class FrozenClock(Clock):
    """A clock that moves only by sleeping, which takes no time."""

    def __init__(self) -> None:
        self.start = datetime(2026, 1, 1, tzinfo=UTC)
        self.seconds = 0.0

    def monotonic(self) -> float:
        return self.seconds

    def now(self) -> datetime:
        return self.start + timedelta(seconds=self.seconds)

    async def sleep(self, seconds: float) -> None:
        self.seconds += seconds
        await asyncio.sleep(0)

    def spread(self, longest: float) -> float:
        return longest / 2


class Railway:
    """Answers in turn; the last answer stays."""

    def __init__(self, *answers: Answer, endpoint: str | None = None) -> None:
        self.answers = list(answers)
        self.requests: list[httpx.Request] = []
        self.clock = FrozenClock()
        self.redact = Redactor()
        self.messages: list[str] = []
        credentials = resolve(ProviderInputs(token="the-token", endpoint=endpoint), {})
        self.client = Client(
            credentials, self.redact, transport=httpx.MockTransport(self._answer), clock=self.clock
        )

    def _answer(self, request: httpx.Request) -> httpx.Response:
        self.requests.append(request)
        answer = self.answers.pop(0) if len(self.answers) > 1 else self.answers[0]
        if isinstance(answer, Exception):
            raise answer
        return answer if isinstance(answer, httpx.Response) else answer(request)

    async def status(self, message: str) -> None:
        self.messages.append(message)

    async def send(self, document: Document = READ, variables: Any = None) -> dict[str, Any]:
        try:
            return await self.client.send(document, variables, self.status)
        finally:
            await self.client.close()


def ok(**data: Any) -> httpx.Response:
    return httpx.Response(200, json={"data": data or {"it": True}})


def refusal(words: str, status: int = 200) -> httpx.Response:
    return httpx.Response(status, json={"errors": [{"message": words}], "data": None})


async def test_a_request_says_who_asks() -> None:
    railway = Railway(ok())
    assert await railway.send(READ, {"first": 1}) == {"it": True}
    (request,) = railway.requests
    assert request.headers["User-Agent"].startswith("pulumi-resource-railway/")
    assert request.headers["X-Source"] == request.headers["User-Agent"]
    assert request.headers["Authorization"] == "Bearer the-token"
    assert "Project-Access-Token" not in request.headers
    assert json.loads(request.content) == {
        "query": READ.text,
        "variables": {"first": 1},
        "operationName": "projects",
    }
    assert request.extensions["timeout"]["read"] >= 90


@pytest.mark.parametrize(
    ("words", "kind"),
    [
        ("Not Authorized", NotAuthorized),
        ("Project Token not found", NotAuthorized),
        ("Two Factor Authentication Required", NotAuthorized),
        ("Project not found", NotFound),
        ('NotFoundError("Service")', NotFound),
        ("The service does not exist", NotFound),
        ("A service named x already exists", Conflict),
        ("Unique constraint failed: unique name", Conflict),
        ("Domain is already taken", Conflict),
        ("This domain is not available", Conflict),
        ("This region is not available", Refused),
        ("Invalid input", Refused),
        ('Cannot query field "x" on type "Y".', Refused),
    ],
)
async def test_railways_words_decide_the_error(words: str, kind: type[RailwayError]) -> None:
    for status in (200, 400):
        railway = Railway(refusal(words, status))
        with pytest.raises(RailwayError) as failure:
            await railway.send(CREATE)
        assert type(failure.value) is kind
        assert words in str(failure.value)
        assert not failure.value.outcome_unknown
        assert len(railway.requests) == 1


@pytest.mark.parametrize("status", [401, 403])
async def test_refusals_without_words(status: int) -> None:
    with pytest.raises(NotAuthorized, match="railway:token"):
        await Railway(httpx.Response(status, text="<html>")).send()


async def test_partial_data_beside_errors_is_not_believed() -> None:
    answer = httpx.Response(200, json={"data": {"a": 1}, "errors": [{"message": "Project not found"}]})
    with pytest.raises(NotFound):
        await Railway(answer).send()


async def test_what_is_missing_inside_of_an_object_is_not_the_object() -> None:
    path = ["environment", "serviceInstances", "edges", 0, "node", "latestDeployment"]
    nested = {"message": "Deployment not found", "path": path}
    whole = httpx.Response(200, json={"data": {"environment": {}}, "errors": [nested]})
    assert await Railway(whole, ok()).send(READ) == {"it": True}
    with pytest.raises(ServerError, match="Deployment not found"):
        await Railway(whole).send(READ)
    own = {"message": "Environment not found", "path": ["environment"]}
    with pytest.raises(NotFound, match="Environment not found"):
        await Railway(httpx.Response(200, json={"data": None, "errors": [nested, own]})).send(READ)


@pytest.mark.parametrize(
    "words",
    [
        "Service temporarily unavailable",
        "fetch failed",
        "The request timed out",
        "Problem processing request",
    ],
)
async def test_a_failure_at_railway_is_known_by_its_words_too(words: str) -> None:
    railway = Railway(refusal(words), ok())
    assert await railway.send(READ) == {"it": True}
    with pytest.raises(ServerError) as failure:
        await Railway(refusal(words)).send(CREATE)
    assert failure.value.outcome_unknown


@pytest.mark.parametrize("value", ["0", "Thu, 01 Jan 2015 00:00:00 GMT"])
async def test_a_rate_limit_that_names_no_wait_is_asked_ever_more_slowly(value: str) -> None:
    railway = Railway(httpx.Response(429, headers={"Retry-After": value}))
    with pytest.raises(Throttled):
        await railway.send(READ)
    assert railway.clock.seconds > 300
    assert len(railway.requests) < 60


async def test_a_long_rate_limit_is_told_with_railways_words_and_its_end() -> None:
    body = {"errors": [{"message": "The hourly quota is used up"}]}
    railway = Railway(httpx.Response(429, headers={"Retry-After": "3000"}, json=body))
    with pytest.raises(Throttled) as failure:
        await railway.send(READ)
    assert "The hourly quota is used up" in str(failure.value)
    assert "again in 50 minutes" in str(failure.value)


@pytest.mark.parametrize("document", [READ, IDEMPOTENT, CREATE])
async def test_retry_after_in_seconds_is_kept_to(document: Document) -> None:
    railway = Railway(httpx.Response(429, headers={"Retry-After": "7"}), ok())
    await railway.send(document)
    assert len(railway.requests) == 2
    assert railway.clock.seconds == pytest.approx(7)
    assert "waiting 7 s" in railway.messages[0]


async def test_retry_after_as_a_date_is_kept_to() -> None:
    railway = Railway(ok())
    moment = railway.clock.start + timedelta(seconds=40)
    railway.answers.insert(
        0, httpx.Response(429, headers={"Retry-After": format_datetime(moment, usegmt=True)})
    )
    await railway.send(CREATE)
    assert railway.clock.seconds == pytest.approx(40)


async def test_a_rate_limit_holds_back_everybody() -> None:
    railway = Railway(httpx.Response(429, headers={"Retry-After": "5"}), ok())
    first = asyncio.create_task(railway.client.send(READ))
    await asyncio.sleep(0.01)
    await railway.client.send(READ)
    await first
    assert len(railway.requests) == 3
    assert railway.clock.seconds >= 5
    await railway.client.close()


async def test_those_held_back_do_not_go_on_in_the_same_instant() -> None:
    class Chance(FrozenClock):
        def __init__(self) -> None:
            super().__init__()
            self.spreads = 0
            self.slept: list[float] = []

        def spread(self, longest: float) -> float:
            self.spreads += 1
            return longest / 2.0**self.spreads

        async def sleep(self, seconds: float) -> None:
            self.slept.append(seconds)
            end = self.seconds + seconds
            await asyncio.sleep(0)
            self.seconds = max(self.seconds, end)

    railway = Railway(ok())
    railway.client._clock = clock = Chance()
    railway.client._open_at = 9
    await asyncio.gather(*(railway.client.send(READ) for _ in range(4)))
    await railway.client.close()
    assert sorted(clock.slept) == pytest.approx([9 + longest / 16 for longest in (0.5, 1, 2, 4)])


@pytest.mark.parametrize(
    "words",
    [
        "Whoa there pal! You are creating volumes too quickly. Try again in a sec",
        "1 project per 30 seconds",
        "Only one environment can be created per user every 30s",
        "Cannot redeploy yet, please wait for the original deployment to finish building",
        "operation is already in progress",
    ],
)
async def test_cooldowns_are_waited_out_visibly(words: str) -> None:
    railway = Railway(refusal(words), refusal(words), refusal(words), ok())
    await railway.send(CREATE)
    assert len(railway.requests) == 4
    assert any(words in message for message in railway.messages)


@pytest.mark.parametrize("status", [500, 502, 503, 504])
async def test_failures_of_railway_are_repeated_where_that_is_harmless(status: int) -> None:
    for document in (READ, IDEMPOTENT):
        railway = Railway(httpx.Response(status), httpx.Response(status), ok())
        await railway.send(document)
        assert len(railway.requests) == 3


@pytest.mark.parametrize(
    "answer",
    [
        httpx.Response(502),
        httpx.Response(200, text="<html>"),
        refusal("Problem processing request"),
        httpx.ReadTimeout(""),
        httpx.ReadError(""),
        httpx.RemoteProtocolError(""),
        httpx.WriteError(""),
    ],
)
async def test_a_creation_of_unknown_outcome_is_not_repeated(answer: Answer) -> None:
    railway = Railway(answer, ok())
    with pytest.raises((ServerError, AnswerLost)) as failure:
        await railway.send(CREATE)
    assert failure.value.outcome_unknown
    assert len(railway.requests) == 1


@pytest.mark.parametrize("document", [READ, IDEMPOTENT, CREATE])
async def test_what_didnt_reach_railway_is_repeated(document: Document) -> None:
    railway = Railway(httpx.ConnectError(""), httpx.ConnectTimeout(""), ok())
    await railway.send(document)
    assert len(railway.requests) == 3


@pytest.mark.parametrize(
    ("answer", "kind", "most"),
    [
        (httpx.Response(429), Throttled, 600),
        (httpx.Response(429, headers={"Retry-After": "3000"}), Throttled, 0),
        (httpx.Response(502), ServerError, 90),
        (httpx.ConnectError("refused"), TransportError, 20),
        (httpx.ReadTimeout(""), AnswerLost, 90),
    ],
)
async def test_patience_ends(answer: Answer, kind: type[RailwayError], most: float) -> None:
    railway = Railway(answer)
    with pytest.raises(RailwayError) as failure:
        await railway.send(READ)
    assert type(failure.value) is kind
    assert most * 0.5 <= railway.clock.seconds <= most


async def test_a_local_railway_that_isnt_there_is_said_at_once() -> None:
    railway = Railway(httpx.ConnectError("refused"), endpoint="http://127.0.0.1:1/graphql/v2")
    with pytest.raises(TransportError, match=r"127\.0\.0\.1:1.*start the local Railway"):
        await railway.send()
    assert railway.clock.seconds <= 3


async def test_no_message_holds_a_secret() -> None:
    patch = {"services": {"s": {"variables": {"PASSWORD": {"value": "hunter2-hunter2"}}}}}
    words = (
        'Variable "$patch" got invalid value {"value": "hunter2-hunter2"}; hunter2-hunter2 is bad, '
        "the-token, remembered"
    )
    railway = Railway(refusal(words))
    railway.redact.remember(["remembered"])
    with pytest.raises(RailwayError) as failure:
        await railway.send(COMMIT, {"environmentId": "e", "patch": patch})
    for text in (str(failure.value), failure.value.words, repr(failure.value)):
        assert "hunter2" not in text
        assert "the-token" not in text
        assert "remembered" not in text


async def test_cancelling_ends_a_wait_at_once() -> None:
    railway = Railway(httpx.Response(429, headers={"Retry-After": "500"}))
    railway.client._clock = Clock()
    task = asyncio.create_task(railway.client.send(READ))
    await asyncio.sleep(0.05)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await asyncio.wait_for(task, 1)
    await railway.client.close()


async def test_railways_clock_is_read_from_its_answers() -> None:
    railway = Railway(ok())
    late = railway.clock.start + timedelta(minutes=5)
    railway.answers = [
        httpx.Response(200, json={"data": {"a": 1}}, headers={"Date": format_datetime(late, usegmt=True)})
    ]
    await railway.send()
    assert railway.client.railways_time() == late
