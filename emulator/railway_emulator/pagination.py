"""Relay connections: pages over a list, by opaque cursors that stay valid while the list grows."""

from collections.abc import Callable, Sequence
from typing import Any, TypeVar

from .errors import InvalidInput
from .state import Document, Record

PAGE_SIZE = 500
PAGE_ARGUMENTS = ("first", "after", "last", "before")
MAXIMUM_PAGE_SIZE = 5000
RecordT = TypeVar("RecordT", bound=Record)


def connection(
    records: Sequence[RecordT],
    view: Callable[[RecordT], Any],
    first: int | None = None,
    after: str | None = None,
    last: int | None = None,
    before: str | None = None,
) -> Document:
    """Returns a page of records; a record's id is its cursor. Raises `InvalidInput` for bad arguments."""
    for size in (first, last):
        if size is not None and not 0 <= size <= MAXIMUM_PAGE_SIZE:
            raise InvalidInput(f"first and last must be between 0 and {MAXIMUM_PAGE_SIZE}")
    start, end = _position(records, after, 0, 1), _position(records, before, len(records), 0)
    lowest, highest = start, end
    if last is None:
        end = min(end, start + (PAGE_SIZE if first is None else first))
    else:
        end = end if first is None else min(end, start + first)
        start = max(start, end - last)
    page = records[start:end]
    return {
        "edges": [{"cursor": record.id, "node": view(record)} for record in page],
        "pageInfo": {
            "startCursor": page[0].id if page else None,
            "endCursor": page[-1].id if page else None,
            "hasNextPage": end < highest or highest < len(records),
            "hasPreviousPage": start > lowest or lowest > 0,
        },
    }


def _position(records: Sequence[Record], cursor: str | None, default: int, offset: int) -> int:
    if cursor is None:
        return default
    for index, record in enumerate(records):
        if record.id == cursor:
            return index + offset
    raise InvalidInput("Unknown cursor")
