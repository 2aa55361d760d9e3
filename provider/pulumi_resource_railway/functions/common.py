"""What the functions have in common: asking, and picking out what is meant."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from pulumi_resource_railway.railway.documents import PAGE
from pulumi_resource_railway.railway.errors import Ambiguous, NotFound
from pulumi_resource_railway.resources.common import session_of

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from pulumi_resource_railway.railway.documents import Document
    from pulumi_resource_railway.resource import Context

Row = dict[str, Any]

_ADVICE: Final = "Check the arguments, and what the token reaches."


async def ask(context: Context, document: Document, **variables: Any) -> Row:
    """Return Railway's answer.

    Raises:
        NotFound: When Railway doesn't know what is asked for.
        RailwayError: As `Session.read`.
    """
    try:
        return await session_of(context).read(document, variables, context.status)
    except NotFound as error:
        raise NotFound(error.words, advice=_ADVICE, operation=document.name) from error


async def ask_all(
    context: Context, document: Document, connection: Callable[[Row], Row], **variables: Any
) -> list[Row]:
    """Return all rows of a list that comes in pages.

    Args:
        context: The call.
        document: Asks for one page, with `first` and `after`.
        connection: Finds the list in an answer.
        variables: The document's other variables.
    """
    rows: list[Row] = []
    after: str | None = None
    while True:
        answer = await ask(context, document, **variables, first=PAGE, after=after)
        page = connection(answer)
        rows += nodes(page)
        if not page["pageInfo"]["hasNextPage"]:
            return [row for row in rows if not is_gone(row)]
        after = page["pageInfo"]["endCursor"]


async def id_of_named(
    context: Context,
    document: Document,
    connection: Callable[[Row], Row],
    name: str | None,
    what: str,
    **variables: Any,
) -> str:
    """Return the id of the one that has the name, in a list that comes in pages.

    Args:
        context: The call.
        document: Asks for one page, with `first` and `after`.
        connection: Finds the list in an answer.
        name: The name.
        what: What is looked for, such as `project named 'shop'`.
        variables: The document's other variables.

    Raises:
        NotFound: When none has it.
        Ambiguous: When several have it.
    """
    rows = await ask_all(context, document, connection, **variables)
    return str(only([row for row in rows if row["name"] == name], what, "id")["id"])


def nodes(connection: Row) -> list[Row]:
    """Return the rows of one page."""
    return [edge["node"] for edge in connection["edges"]]


def is_gone(row: Mapping[str, Any]) -> bool:
    """Say whether a row is of something deleted, or about to be."""
    gone = {"DELETED", "DELETING"}
    return bool(
        row.get("deletedAt")
        or row.get("isPendingDeletion")
        or row.get("state") in gone
        or row.get("syncStatus") in gone
    )


def only(found: Sequence[Row], what: str, identity: str) -> Row:
    """Return the one that was found.

    Args:
        found: What was found.
        what: What was looked for, such as `volume named 'data'`.
        identity: The name of the field that tells several apart.

    Raises:
        NotFound: When there is none.
        Ambiguous: When there are several.
    """
    if not found:
        raise missing(what)
    if len(found) > 1:
        ids = ", ".join(str(row[identity]) for row in found)
        raise Ambiguous(f"There is more than one {what}", advice=f"Name one by its id: {ids}.")
    return found[0]


def missing(what: str) -> NotFound:
    """Return the error for what doesn't exist."""
    return NotFound(f"There is no {what}", advice=_ADVICE)


def without_prefix(value: str | None, prefix: str) -> str | None:
    """Return one of Railway's enumerated texts without the prefix that its generator adds."""
    return None if value is None else value.removeprefix(prefix)
