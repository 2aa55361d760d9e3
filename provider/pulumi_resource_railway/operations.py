"""Operations in progress: their deadline, their cancellation, and the form of their errors on the wire."""

from __future__ import annotations

import asyncio
import traceback
from typing import TYPE_CHECKING, Any, Final, NoReturn, TypeVar

import grpc
import grpc.aio
from google.protobuf.any_pb2 import Any as AnyMessage
from pulumi.runtime.proto import provider_pb2, status_pb2

from pulumi_resource_railway.errors import PartialFailure, UserError, took_too_long
from pulumi_resource_railway.values import redact, to_struct

if TYPE_CHECKING:
    from collections.abc import Coroutine


T = TypeVar("T")

# How long a cancelled operation may take to say what it has already done, so that its state isn't lost.
GRACE_SECONDS: Final = 0.8
# A resource that watches its own deadline has a better message than this module has, so it gets to go first.
DEADLINE_MARGIN_SECONDS: Final = 5.0


class Cancelled(Exception):  # noqa: N818 - not an error of anybody's
    """The engine cancelled the operation."""


class Operations:
    """All operations in progress in one plugin."""

    def __init__(self) -> None:
        self._cancelled = asyncio.Event()

    def cancel(self) -> None:
        """Cancel everything that runs, and everything that starts from now on."""
        self._cancelled.set()

    @property
    def cancelled(self) -> bool:
        """Whether everything was cancelled."""
        return self._cancelled.is_set()

    async def run(self, work: Coroutine[Any, Any, T], seconds: float) -> T:
        """Return what the work returns.

        An operation that is cancelled or late gets a short time to end by itself, and what it then returns or
        raises
        counts: an object that exists already must reach the engine's state.

        Raises:
            Cancelled: When the engine cancelled everything.
            UserError: When it took longer than that many seconds.
        """
        if self._cancelled.is_set():
            work.close()
            raise Cancelled
        task = asyncio.ensure_future(work)
        cancellation = asyncio.ensure_future(self._cancelled.wait())
        task.add_done_callback(forget)
        try:
            await asyncio.wait(
                {task, cancellation},
                timeout=seconds + DEADLINE_MARGIN_SECONDS,
                return_when=asyncio.FIRST_COMPLETED,
            )
            if not task.done():
                task.cancel()
                await asyncio.wait({task}, timeout=GRACE_SECONDS)
            if task.done() and not task.cancelled():
                return task.result()
            if self._cancelled.is_set():
                raise Cancelled
            raise UserError(took_too_long(seconds))
        finally:
            cancellation.cancel()
            task.cancel()


async def abort(
    context: grpc.aio.ServicerContext[Any, Any], error: BaseException, hidden: set[str]
) -> NoReturn:
    """End a call with an error, in the form in which the engine shows or records it.

    Args:
        context: The call.
        error: What ended the operation.
        hidden: The texts that must not be shown.
    """
    match error:
        case Cancelled():
            await context.abort(grpc.StatusCode.CANCELLED, "The operation was cancelled.")
        case PartialFailure():
            await _abort_partial(context, error, hidden)
        case UserError():
            await context.abort(grpc.StatusCode.FAILED_PRECONDITION, redact(str(error), hidden))
        case _:
            trace = "".join(traceback.format_exception(error))
            message = (
                "This is a defect of the Railway provider, not of your program; please report it with this:\n"
                + trace
            )
            await context.abort(grpc.StatusCode.INTERNAL, redact(message, hidden))


async def _abort_partial(
    context: grpc.aio.ServicerContext[Any, Any], error: PartialFailure, hidden: set[str]
) -> NoReturn:
    reasons = [redact(reason, hidden) for reason in error.reasons]
    outputs = error.outputs if isinstance(error.outputs, dict) else {}
    detail = provider_pb2.ErrorResourceInitFailed(id=error.id, reasons=reasons, properties=to_struct(outputs))
    packed = AnyMessage()
    packed.Pack(detail)
    message = "; ".join(reasons)
    status = status_pb2.Status(code=grpc.StatusCode.UNKNOWN.value[0], message=message, details=[packed])
    context.set_trailing_metadata((("grpc-status-details-bin", status.SerializeToString()),))
    await context.abort(grpc.StatusCode.UNKNOWN, message)


def forget(task: asyncio.Future[Any]) -> None:
    """Take note of a task's error, whoever else may."""
    # One that outlives its call has nobody left to tell; asking keeps asyncio from complaining on standard
    # error.
    if not task.cancelled():
        task.exception()
