"""The GraphQL endpoint: one request from its body to its answer, through faults, limits and the recorder."""

import json
import logging
from collections import deque
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from typing import Any

from ariadne import graphql_sync
from graphql import (
    DocumentNode,
    FieldNode,
    FragmentDefinitionNode,
    FragmentSpreadNode,
    GraphQLError,
    GraphQLSchema,
    InlineFragmentNode,
    OperationDefinitionNode,
    SelectionSetNode,
    parse,
    validate,
)
from graphql.utilities import get_operation_ast
from starlette.requests import Request as HttpRequest
from starlette.responses import JSONResponse, Response
from starlette.types import Receive, Scope, Send

from .access import Access
from .authentication import caller
from .commits import settle
from .core import Railway
from .errors import Refusal
from .faults import OperationFault
from .recorder import Request
from .schema import format_error

# The library would log what a client sent wrongly, and with it values that are nobody's business.
_SILENT = logging.getLogger(f"{__name__}.silent")
_SILENT.disabled = True


# A client sends the same few documents again and again, and to parse and to validate them is most of the work.
_parsed = lru_cache(maxsize=256)(parse)


@lru_cache(maxsize=256)
def _problems(schema: GraphQLSchema, query: str) -> list[GraphQLError]:
    return validate(schema, _parsed(query))


class MalformedBodyError(Exception):
    """A body that isn't a GraphQL request."""


@dataclass(frozen=True)
class Question:
    """A request's body; `document` is None where the query doesn't parse."""

    query: str
    variables: dict[str, Any]
    operation_name: str | None
    document: DocumentNode | None

    def operations(self) -> list[str]:
        """Returns the root fields asked for, by the parsed operation; clients needn't name it."""
        operation = get_operation_ast(self.document, self.operation_name) if self.document else None
        return [] if operation is None or self.document is None else _root_fields(self.document, operation)


def _root_fields(document: DocumentNode, operation: OperationDefinitionNode) -> list[str]:
    fragments = {
        d.name.value: d.selection_set for d in document.definitions if isinstance(d, FragmentDefinitionNode)
    }

    def names(selections: SelectionSetNode, seen: frozenset[str]) -> list[str]:
        found: list[str] = []
        for selection in selections.selections:
            if isinstance(selection, FieldNode):
                found.append(selection.name.value)
            elif isinstance(selection, InlineFragmentNode):
                found += names(selection.selection_set, seen)
            elif isinstance(selection, FragmentSpreadNode):
                name = selection.name.value
                if name in fragments and name not in seen:
                    found += names(fragments[name], seen | {name})
        return found

    return names(operation.selection_set, frozenset())


class TruncatedResponse(Response):
    """An answer that never arrives: the connection ends after a part of it."""

    async def __call__(self, _scope: Scope, _receive: Receive, send: Send) -> None:
        """Sends half of the body that the headers announce."""
        await send({"type": "http.response.start", "status": self.status_code, "headers": self.raw_headers})
        await send({"type": "http.response.body", "body": bytes(self.body[: len(self.body) // 2])})


class RateLimit:
    """At most so many requests in any second."""

    def __init__(self) -> None:
        self._times: deque[datetime] = deque()

    def exceeded(self, now: datetime, limit: int | None) -> bool:
        """Counts a request, and says whether it is one too many."""
        if limit is None:
            return False
        while self._times and (now - self._times[0]).total_seconds() >= 1:
            self._times.popleft()
        if len(self._times) >= limit:
            return True
        self._times.append(now)
        return False


class GraphQLEndpoint:
    """Answers GraphQL over HTTP."""

    def __init__(self, railway: Railway, schema: GraphQLSchema, account_token: str) -> None:
        self._railway = railway
        self._schema = schema
        self._account_token = account_token
        self._rate_limit = RateLimit()

    async def __call__(self, request: HttpRequest) -> Response:
        """Answers one request, and records it."""
        try:
            question = read_question(await request.body())
        except MalformedBodyError as error:
            return _errors(400, str(error))
        operations = question.operations()
        record = Request(self._railway.now(), ", ".join(operations), question.query, question.variables)
        self._railway.recorder.requests.append(record)
        response = await self._answer(request, question, operations, record)
        record.status = response.status_code
        return response

    async def _answer(
        self, request: HttpRequest, question: Question, operations: list[str], record: Request
    ) -> Response:
        railway = self._railway
        if self._rate_limit.exceeded(railway.now(), railway.profile.requests_per_second):
            return Response("Too Many Requests", 429, {"Retry-After": "1"})
        faults = railway.faults.of_request(operations, question.variables)
        for fault in faults:
            if fault.delay_seconds:
                await railway.clock.sleep(fault.delay_seconds)
            if fault.status is not None:
                return _status(fault)
        who = caller(railway, request.headers, self._account_token)
        context = who if isinstance(who, Refusal) else Access(railway, who, faults)
        response = self._execute(question, context, record)
        if any(fault.lose_answer for fault in faults):
            return TruncatedResponse(response.body, response.status_code, dict(response.headers))
        return response

    def _execute(self, question: Question, context: Access | Refusal, record: Request) -> Response:
        """Executes without giving way: one request at a time, each one whole."""
        railway = self._railway
        settled = settle(railway)
        railway.recorder.current = record
        try:
            data = {
                "query": question.query,
                "variables": question.variables,
                "operationName": question.operation_name,
            }
            _, result = graphql_sync(
                self._schema,
                data,
                context_value=context,
                query_document=question.document,
                query_validator=lambda schema, *_, **__: _problems(schema, question.query),
                error_formatter=format_error,
                logger=_SILENT,
            )
            settled = settle(railway) or settled
        finally:
            railway.recorder.current = None
        if settled or is_mutation(question):
            railway.save()
        record.errors = len(result.get("errors", []))
        return JSONResponse(result, 200 if "data" in result else 400)


def read_question(body: bytes) -> Question:
    """Reads a request's body. Raises `MalformedBodyError`, with a sentence for the client."""
    try:
        data = json.loads(body)
    except ValueError:
        raise MalformedBodyError("The body must be JSON") from None
    variables = data.get("variables") or {} if isinstance(data, dict) else None
    if not isinstance(variables, dict):
        raise MalformedBodyError("Variables are invalid JSON.")
    query = data.get("query")
    if not isinstance(query, str):
        raise MalformedBodyError("Must provide query string.")
    try:
        document: DocumentNode | None = _parsed(query)
    except GraphQLError:
        document = None
    return Question(query, variables, data.get("operationName"), document)


def is_mutation(question: Question) -> bool:
    """Whether a request asks for a change."""
    operation = get_operation_ast(question.document, question.operation_name) if question.document else None
    return operation is not None and operation.operation.value == "mutation"


def _errors(status: int, message: str) -> JSONResponse:
    return JSONResponse({"errors": [{"message": message}]}, status)


def _status(fault: OperationFault) -> Response:
    headers = {"Retry-After": str(fault.retry_after)} if fault.retry_after is not None else {}
    return Response("", fault.status or 500, headers)
