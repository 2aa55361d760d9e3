"""The executable schema: our pinned subset of Railway's, with the operations behind its root fields."""

import logging
import re
from collections.abc import Callable
from functools import cache
from importlib.resources import files
from typing import TYPE_CHECKING, Any

from ariadne import MutationType, QueryType
from graphql import GraphQLError, GraphQLResolveInfo, GraphQLSchema, build_schema

from .errors import PROBLEM_PROCESSING_REQUEST, Refusal
from .operations import OPERATIONS
from .operations.registry import Resolver

if TYPE_CHECKING:
    from .access import Access

logger = logging.getLogger(__name__)
_CAPITAL = re.compile(r"(?<!^)(?=[A-Z])")


@cache
def load_schema() -> GraphQLSchema:
    """Returns the schema with its resolvers; they get everything else with each request."""
    queries, mutations = QueryType(), MutationType()
    for bindable, table in ((queries, OPERATIONS.queries), (mutations, OPERATIONS.mutations)):
        for name, resolver in table.items():
            bindable.set_field(name, _root_field(name, resolver))
    # Not `make_executable_schema`: what it does to enumerations breaks enumeration values in variables with
    # the graphql-core that is current (ariadne 1.1.1, graphql-core 3.2.14).
    schema = build_schema(type_definitions())
    queries.bind_to_schema(schema)
    mutations.bind_to_schema(schema)
    return schema


def type_definitions() -> str:
    """Returns our subset of Railway's schema."""
    return files(__package__).joinpath("schema.graphql").read_text("utf-8")


def _root_field(name: str, resolver: Resolver) -> Callable[..., Any]:
    """Wraps an operation: authentication first, then faults, then the work."""

    def resolve(_root: Any, info: GraphQLResolveInfo, **arguments: Any) -> Any:
        access: Access | Refusal = info.context
        if isinstance(access, Refusal):
            raise access
        fault = next(
            (fault.error for fault in access.faults if fault.operation == name and fault.error), None
        )
        if fault is not None:
            raise Refusal(fault)
        return resolver(access, **{_argument(key): value for key, value in arguments.items()})

    return resolve


def _argument(name: str) -> str:
    """Returns an argument's name in Python's spelling; three would hide what Python calls so."""
    spelled = _CAPITAL.sub("_", name).lower()
    return {"id": "identifier", "input": "given", "filter": "containing"}.get(spelled, spelled)


def format_error(error: GraphQLError, _debug: bool = False) -> dict[str, Any]:
    """Returns an error as Railway answers it: a refusal's own words, and none of an unexpected one's."""
    formatted: dict[str, Any] = dict(error.formatted)
    original = error.original_error
    if original is None or isinstance(original, GraphQLError):
        formatted["message"] = in_graphql_js_words(error.message)
    elif not isinstance(original, Refusal):
        logger.error("a resolver failed", exc_info=original)
        formatted["message"] = PROBLEM_PROCESSING_REQUEST
    return formatted


def in_graphql_js_words(message: str) -> str:
    """graphql-core says with single quotes what graphql-js, and so Railway, says with double ones."""
    return re.sub(r"(?<!\w)'([^']*)'", r'"\1"', message)
