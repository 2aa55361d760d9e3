"""What the resources have in common: composite import ids, and keeping the state of what exists."""

from __future__ import annotations

import asyncio
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING, Any

from pulumi_resource_railway.errors import PartialFailure, UserError, took_too_long

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable

    from pulumi_resource_railway.declaration import Model
    from pulumi_resource_railway.railway.session import Session
    from pulumi_resource_railway.resource import Context


def session_of(context: Context) -> Session:
    """Return the session that all operations share."""
    session: Session = context.session
    return session


def import_parts(id_: str, form: str) -> tuple[str, ...]:
    """Return the parts of a composite import id.

    Raises:
        UserError: When the id doesn't have the form.
    """
    parts = tuple(id_.split("/"))
    if len(parts) != len(form.split("/")) or not all(parts):
        raise UserError(
            f"The import id {id_!r} must have the form {form}; the ids stand in the dashboard's address."
        )
    return parts


@asynccontextmanager
async def keeping_state(
    context: Context, id_: str, outputs: Callable[[], Model], scope: str | None = None
) -> AsyncIterator[None]:
    """Give the engine the id and what is known, whatever goes wrong within this block: the object exists.

    Args:
        context: The operation.
        id_: The object's id.
        outputs: Its outputs at the time of the failure.
        scope: Where its creation is journalled, to close that entry when the engine is about to be told the id.

    Raises:
        PartialFailure: For everything that a person can mend, for timeouts and for cancellation.
    """
    journal = session_of(context).journal
    try:
        yield
    except asyncio.CancelledError:
        # The engine may not hear this any more, so the journal remembers the object until it is met again.
        reason = (
            took_too_long(context.timeout)
            if context.is_late
            else "Cancelled before it was finished; the next `pulumi up` goes on from here."
        )
        raise PartialFailure(id_, outputs(), [reason]) from None
    except UserError as error:
        if scope is not None:
            journal.close(context.urn, scope)
        raise PartialFailure(id_, outputs(), [str(error)]) from error
    else:
        if scope is not None:
            journal.close(context.urn, scope)


def with_changes(model: Model, **changes: Any) -> dict[str, Any]:
    """Return a model's properties by attribute, with some of them changed."""
    return {**{name: getattr(model, name) for name in type(model).model_fields}, **changes}
