"""Which function answers which root field.

A resolver takes the caller's access and the field's arguments, their names in Python's spelling. An argument
that wasn't sent isn't passed, so a default of `UNSET` tells "absent" from null where Railway does.
"""

from collections.abc import Callable
from enum import Enum
from typing import Any, Final, Literal

Resolver = Callable[..., Any]


class Unset(Enum):
    """The type of `UNSET`."""

    VALUE = "unset"


UNSET: Final = Unset.VALUE
UnsetType = Literal[Unset.VALUE]


class Operations:
    """The root fields of queries and mutations, by their GraphQL names."""

    def __init__(self) -> None:
        self.queries: dict[str, Resolver] = {}
        self.mutations: dict[str, Resolver] = {}

    def query(self, name: str) -> Callable[[Resolver], Resolver]:
        """Registers the function below as a query's resolver."""
        return self._register(self.queries, name)

    def mutation(self, name: str) -> Callable[[Resolver], Resolver]:
        """Registers the function below as a mutation's resolver."""
        return self._register(self.mutations, name)

    @staticmethod
    def _register(table: dict[str, Resolver], name: str) -> Callable[[Resolver], Resolver]:
        def register(resolver: Resolver) -> Resolver:
            table[name] = resolver
            return resolver

        return register


OPERATIONS = Operations()
query = OPERATIONS.query
mutation = OPERATIONS.mutation
