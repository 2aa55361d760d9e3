"""What the control API shows instead of secrets: every variable's value, every credential, every literal.

Masking looks at where a value stands, not at how it looks: all values of variables are masked.
"""

from typing import Any

from graphql import GraphQLError, StringValueNode, Visitor, parse, print_ast, visit
from graphql.language.visitor import VisitorAction

from .configuration import HIDDEN

_MAPS_OF_VALUES = frozenset({"variables", "sharedVariables"})
_SECRETS = frozenset(
    {"value", "defaultValue", "password", "registryCredentials", "token", "digest", "secret"}
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


def masked_request_variables(variables: dict[str, Any]) -> dict[str, Any]:
    """Masks a request's variables; their names are the client's choice, so a telling name masks too."""
    result = {}
    for name, value in variables.items():
        secret_name = any(word in name.lower() for word in ("value", "secret", "token", "password"))
        if secret_name and isinstance(value, str):
            result[name] = HIDDEN
        else:
            result[name] = _masked_entry(name, value) if isinstance(value, dict) else masked(value)
    return result


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
