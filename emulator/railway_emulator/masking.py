"""What the control API shows instead of secrets: every variable's value, every credential, every literal.

Masking looks at where a value stands, not at how it looks: all values of variables are masked.
"""

from functools import lru_cache
from typing import Any

from graphql import (
    ArgumentNode,
    GraphQLError,
    ObjectFieldNode,
    StringValueNode,
    VariableDefinitionNode,
    VariableNode,
    Visitor,
    parse,
    print_ast,
    visit,
)
from graphql.language.visitor import VisitorAction

from .configuration import HIDDEN

_MAPS_OF_VALUES = frozenset({"variables", "sharedVariables"})
_SECRETS = frozenset(
    {
        "value",
        "defaultValue",
        "password",
        "registryCredentials",
        "token",
        "digest",
        "secret",
        "accessKeyId",
        "secretAccessKey",
    }
)
_NOT_CONTENT = frozenset({"isCreated", "isDeleted", "isOptional", "isSealed", "description"})


def masked(value: Any) -> Any:
    """Returns a copy of plain JSON in which no variable's value and no credential is left."""
    if isinstance(value, list):
        return [masked(item) for item in value]
    if not isinstance(value, dict):
        return value
    return {key: _masked_entry(key, item) for key, item in value.items()}


def _masked_entry(key: str, item: Any) -> Any:
    if key in _SECRETS:
        return None if item is None else HIDDEN
    if key in _MAPS_OF_VALUES and isinstance(item, dict):
        return {name: _masked_variable(variable) for name, variable in item.items()}
    return masked(item)


def _masked_variable(variable: Any) -> Any:
    if not isinstance(variable, dict):
        return None if variable is None else HIDDEN
    return {k: v if k in _NOT_CONTENT or v is None else HIDDEN for k, v in variable.items()}


def masked_request_variables(document: str, variables: dict[str, Any]) -> dict[str, Any]:
    """Masks a request's variables by how its document uses them; what it doesn't use is masked whole."""
    try:
        usage = _usage_in(document)
    except GraphQLError:
        return {name: blotted(value) for name, value in variables.items()}
    shown = usage.used - usage.secret
    return {name: masked(value) if name in shown else blotted(value) for name, value in variables.items()}


def blotted(value: Any) -> Any:
    """Returns the shape of a value, and none of its content."""
    if isinstance(value, dict):
        return {key: blotted(item) for key, item in value.items()}
    if isinstance(value, list):
        return [blotted(item) for item in value]
    return None if value is None else HIDDEN


class _Usage(Visitor):
    """Collects a document's variables, and those among them that stand where a secret does."""

    def __init__(self) -> None:
        super().__init__()
        self.used: set[str] = set()
        self.secret: set[str] = set()

    def enter_variable(
        self, node: VariableNode, _key: Any, parent: Any, _path: Any, ancestors: list[Any]
    ) -> None:
        """Looks at what a variable is given to; its definition isn't a use."""
        if isinstance(parent, VariableDefinitionNode):
            return
        self.used.add(node.name.value)
        holders = [n for n in (*ancestors, parent) if isinstance(n, ArgumentNode | ObjectFieldNode)]
        if any(holder.name.value in _SECRETS | _MAPS_OF_VALUES for holder in holders):
            self.secret.add(node.name.value)


@lru_cache(maxsize=256)
def _usage_in(document: str) -> _Usage:
    usage = _Usage()
    visit(parse(document), usage)
    return usage


class _HideStrings(Visitor):
    def enter_string_value(self, _node: StringValueNode, *_: Any) -> VisitorAction:
        return StringValueNode(value=HIDDEN)  # type: ignore[return-value]


def masked_document(document: str) -> str:
    """Returns a GraphQL document without its string literals; one that doesn't parse isn't shown."""
    if '"' not in document:
        return document
    try:
        return print_ast(visit(parse(document), _HideStrings()))
    except GraphQLError:
        return HIDDEN
