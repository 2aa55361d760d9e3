"""Creates an object exactly once, also when an answer gets lost or this plugin is killed."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Collection, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any, Final

from pulumi_resource_railway.railway.client import Status, unheard
from pulumi_resource_railway.railway.deployments import moment
from pulumi_resource_railway.railway.errors import Ambiguous, AnswerLost, Conflict, RailwayError

if TYPE_CHECKING:
    from pulumi_resource_railway.railway.documents import Document
    from pulumi_resource_railway.railway.journal import Entry
    from pulumi_resource_railway.railway.session import Session

_LOOKUP_SECONDS: Final = 30
"""How long a new object may be missing from lists: lags of up to 28 seconds have been reported."""
_CLOCKS_APART: Final = timedelta(seconds=60)
LONGEST_CREATION: Final = timedelta(minutes=3)
"""How long after it was sent a creation may be carried out: after 90 seconds its answer isn't waited for any more."""
LONGEST_COMMIT: Final = timedelta(minutes=15)
"""The same for what a commit makes, which others' commits and a rate limit of up to ten minutes may hold back."""
_FIRST_INTERVAL: Final = 0.5
_GROWTH: Final = 1.6
_LONGEST_INTERVAL: Final = 5.0

Listing = Callable[[Status], Awaitable[Collection[str]]]
Rows = Callable[[Status], Awaitable[Collection[Mapping[str, Any]]]]


@dataclass(frozen=True)
class Creation:
    """An object to be created.

    Attributes:
        urn: The resource that it is for.
        scope: What the object is listed in; creations in one scope are kept apart by the journal.
        kind: What it is, for messages: "service".
        name: The name that it will have.
        document: The mutation.
        variables: Its variables.
        existing: Lists the ids that exist, read anew.
        candidates: Lists those that this creation could have made, read anew: a part of `existing`, each with
            its `id` and, where Railway says it, `createdAt`.
        import_id: The form of the id for `pulumi import`, with `{id}` in it.
        type_token: The resource's type, for messages.
        name_is_unique: Whether Railway itself refuses a second object of this name.
        longest: How long after it was sent it may be carried out.
    """

    urn: str
    scope: str
    kind: str
    name: str
    document: Document
    variables: dict[str, Any]
    existing: Listing
    candidates: Rows
    import_id: str
    type_token: str
    name_is_unique: bool
    longest: timedelta = LONGEST_CREATION


async def resume(session: Session, creation: Creation, status: Status = unheard) -> str | None:
    """Return the id of the object that an interrupted creation of this resource made, if it made one.

    Raises:
        Ambiguous: When several objects could be the one.
    """
    entry = session.journal.find(creation.urn, creation.scope)
    if entry is None:
        return None
    if entry.id is None and entry.sent is None:
        # Killed before it was sent: whatever is new is somebody else's.
        session.journal.close(creation.urn, creation.scope)
        return None
    age = max(0.0, (session.client.railways_time() - moment(entry.begun)).total_seconds())
    started = session.clock.monotonic()
    while True:
        found = await _made(session, creation, entry, status)
        if len(found) > 1:
            raise _ambiguous(creation, found)
        if found:
            session.journal.answered(entry, found[0])
            return found[0]
        if age + session.clock.monotonic() - started >= _LOOKUP_SECONDS:
            session.journal.close(creation.urn, creation.scope)
            return None
        await status(f"looking whether an earlier run created the {creation.kind}")
        await session.clock.sleep(_LONGEST_INTERVAL)


async def _made(session: Session, creation: Creation, entry: Entry, status: Status) -> list[str]:
    """Return what the journalled creation may have made: the object whose id it got, else what is new."""
    if entry.id is not None:
        return [entry.id] if entry.id in await creation.existing(status) else []
    now = session.client.railways_time()
    return [
        row["id"]
        for row in await creation.candidates(status)
        if row["id"] not in entry.before and _fits(creation, entry, row.get("createdAt"), now)
    ]


def _fits(creation: Creation, entry: Entry, created_at: str | None, now: datetime) -> bool:
    """Say whether the creation can have made what came into being then: from its beginning until it was carried out.

    What Railway gives no time for counts while the creation is young: later it may be anybody's.
    """
    created = now if created_at is None else moment(created_at)
    latest = moment(entry.sent or entry.begun) + creation.longest
    return moment(entry.begun) - _CLOCKS_APART <= created <= latest


def take(session: Session, creation: Creation, id_: str, before: Collection[str]) -> str:
    """Write down that an existing object becomes the resource's, and return its id.

    A run that is killed before the engine knows it goes on with the object, instead of finding its name taken.
    """
    entry = session.journal.begin(creation.urn, creation.scope, creation.document.name, creation.name, before)
    session.journal.answered(entry, id_)
    return id_


async def create_once(
    session: Session, creation: Creation, before: Collection[str], status: Status = unheard
) -> str:
    """Create the object and return its id. The journal's entry stays open until the caller closes it.

    Args:
        session: The session.
        creation: What to create.
        before: The ids that exist.
        status: Shows what is being waited for.

    Raises:
        RailwayError: When nothing was created, or it isn't known; then the next creation of the resource
        finds out.
    """
    entry = session.journal.begin(creation.urn, creation.scope, creation.document.name, creation.name, before)
    for last in (False, True):
        try:
            data = await send_noted(session, creation, status)
        except RailwayError as error:
            if last and isinstance(error, Conflict):
                # The first request got through after all.
                found = await look_up(session, creation, before, status)
            elif not error.outcome_unknown:
                session.journal.close(creation.urn, creation.scope)
                raise
            else:
                await status(f"the answer got lost; looking whether Railway created the {creation.kind}")
                found = await look_up(session, creation, before, status)
            if found is not None:
                session.journal.answered(entry, found)
                return found
            # A name that Railway keeps unique makes a second request harmless; otherwise it could make a
            # second object.
            if last or not creation.name_is_unique:
                raise AnswerLost(
                    f"Creating {creation.kind} {creation.name!r} got no answer, and it hasn't appeared: "
                    f"{error.words}",
                    advice="Run `pulumi up` again: it looks for the object before it creates another.",
                ) from error
        else:
            id_: str = next(iter(data.values()))["id"]
            session.journal.answered(entry, id_)
            return id_
    raise AssertionError("the second attempt returns or raises")


async def send_noted(session: Session, creation: Creation, status: Status) -> dict[str, Any]:
    """Send the creation; the journal, which has it, learns each time before it is sent.

    Raises:
        RailwayError: What Railway said, or that it couldn't be reached.
    """

    def is_noted() -> bool:
        session.journal.sending(creation.urn, creation.scope)
        return True

    return await session.client.send(creation.document, creation.variables, status, wanted=is_noted)


async def look_up(
    session: Session, creation: Creation, before: Collection[str], status: Status
) -> str | None:
    """Return the one candidate that wasn't there before, waiting for lists that lag behind.

    Raises:
        Ambiguous: When several objects could be the one.
        RailwayError: When they can't be listed.
    """
    started, interval = session.clock.monotonic(), _FIRST_INTERVAL
    while True:
        entry = session.journal.find(creation.urn, creation.scope)
        known = {*before, *(entry.before if entry else ())}
        now = session.client.railways_time()
        found: list[str] = [
            row["id"]
            for row in await creation.candidates(status)
            if row["id"] not in known and (entry is None or _fits(creation, entry, row.get("createdAt"), now))
        ]
        if len(found) == 1:
            return found[0]
        if found:
            raise _ambiguous(creation, found)
        if session.clock.monotonic() - started >= _LOOKUP_SECONDS:
            return None
        await status(f"waiting for the new {creation.kind} to appear in Railway's lists")
        await session.clock.sleep(interval)
        interval = min(interval * _GROWTH, _LONGEST_INTERVAL)


def name_exists(creation: Creation, id_: str) -> Conflict:
    """Return the error for a name that exists and isn't ours."""
    return Conflict(
        f"There is already a {creation.kind} named {creation.name!r}",
        advice="It isn't taken over, because nothing says that this stack made it. Choose another name, or "
        "import it: "
        f"`pulumi import {creation.type_token} <name> {creation.import_id.format(id=id_)}`.",
    )


def _ambiguous(creation: Creation, found: list[str]) -> Ambiguous:
    commands = "\n".join(
        f"  pulumi import {creation.type_token} <name> {creation.import_id.format(id=id_)}" for id_ in found
    )
    return Ambiguous(
        f"An earlier creation of {creation.kind} {creation.name!r} got no answer, and {len(found)} objects "
        "could be it",
        advice=f"Delete those that nobody needs in Railway's dashboard, or import the right one:\n{commands}",
    )
