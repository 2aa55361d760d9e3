"""The times in the names of backups, and how long each is kept."""

import re
from collections.abc import Iterable
from datetime import UTC, datetime

TIME_FORMAT = "%Y%m%dT%H%M%SZ"
TIME = re.compile(r"[0-9]{8}T[0-9]{6}Z")


def kept(times: Iterable[str], days: int, weeks: int, months: int) -> set[str]:
    """The last backup of each of the latest days, weeks and months that have one.

    Counted by backups and not by the calendar: when none are made any more, none go away.
    """
    keep: set[str] = set()
    for number, span in ((days, "%Y%m%d"), (weeks, "%G-%V"), (months, "%Y%m")):
        last = {moment(time).strftime(span): time for time in sorted(times)}
        keep |= set(list(last.values())[-number:] if number else [])
    return keep


def moment(time: str) -> datetime:
    """The time in a backup's name."""
    return datetime.strptime(time, TIME_FORMAT).replace(tzinfo=UTC)
