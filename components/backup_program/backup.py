"""Backups as a whole: made, removed when their time is over, and brought back."""

import shutil
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from . import database
from .encryption import Encryption
from .messages import FAILURES, BackupError, say
from .objects import Objects
from .places import DATA, DUMP_ENDING, DUMPS, LIST_ENDING, LISTS, Bucket, Folder, Place, times_of
from .times import kept

RESTORED = "restored"


@dataclass(frozen=True)
class Backup:
    """A database, a store of objects, and the places where their backups are."""

    environment: Mapping[str, str]
    volume: Folder
    bucket: Bucket | None
    objects: Objects | None
    """Their copies are in the main place."""
    encryption: Encryption
    scratch: Path

    @property
    def places(self) -> list[Place]:
        """Where dumps go."""
        return [self.volume, self.bucket] if self.bucket else [self.volume]

    @property
    def main_place(self) -> Place:
        """Where objects go, and where a restoration reads: off site when there is such a place."""
        return self.bucket or self.volume

    def make(self, time: str) -> None:
        """Make a backup, then remove those whose time is over. Objects come after the rows that name them.

        Raises:
            BackupError: A place failed; the backup is in the others all the same, and nothing of the place is removed.
        """
        dump = self.scratch / "dump"
        database.dump(self.encryption, dump)
        failed: dict[Place, str] = {}
        for place in self.places:
            with noting(failed, place):
                if place is self.volume:
                    self.volume.tidy()
                place.put(f"{DUMPS}{time}{DUMP_ENDING}", dump)
        stored = len(self.places) - len(failed)
        say(f"{time}: the database, {dump.stat().st_size} bytes encrypted, in {stored} place(s)")
        dump.unlink()
        if self.objects and self.main_place not in failed:
            with noting(failed, self.main_place):
                self.objects.copy(time)
        for place in self.places:
            if place not in failed:
                with noting(failed, place):
                    self._prune(place)
        if failed:
            raise BackupError("; ".join(f"{place}: {reason}" for place, reason in failed.items()))
        shutil.rmtree(self.volume.root / RESTORED, ignore_errors=True)

    def _prune(self, place: Place) -> None:
        limits = [int(self.environment[f"KEEP_{span}"]) for span in ("DAYS", "WEEKS", "MONTHS")]
        for beginning, ending in ((DUMPS, DUMP_ENDING), (LISTS, LIST_ENDING)):
            times = times_of(place, beginning, ending)
            for time in set(times) - kept(times, *limits):
                place.delete(f"{beginning}{time}{ending}")
                say(f"{time}: removed, its time is over")
        if self.objects and place is self.main_place:
            self._prune_data(place, self.objects)

    def _prune_data(self, place: Place, objects: Objects) -> None:
        needed: set[str] = set()
        for time in times_of(place, LISTS, LIST_ENDING):
            listed = objects.readable_list(time)
            if listed is None:
                say(
                    f"{time}: encrypted with an earlier passphrase; until its time is over, no object is removed"
                )
                return
            needed |= {one["data"] for one in listed}
        for name in set(place.names(DATA)) - needed:
            place.delete(name)

    def restore(self, wanted: str) -> None:
        """Bring a backup back: the whole database or nothing, then each object that differs."""
        times = times_of(self.main_place, DUMPS, DUMP_ENDING)
        time = times[-1] if wanted == "latest" and times else wanted
        if time not in times:
            raise BackupError(f"there is no backup {wanted}; there are: {', '.join(times) or 'none'}")
        mark = self.volume.root / RESTORED / wanted
        if mark.exists():
            raise BackupError(
                f"{wanted} was restored already, and a new deployment is no reason to lose what came since:"
                " remove backup.restore"
            )
        encrypted = self.scratch / "dump"
        self.main_place.get(f"{DUMPS}{time}{DUMP_ENDING}", encrypted)
        database.replace(self.encryption, encrypted)
        say(f"{time}: the database is restored")
        if self.objects:
            self.objects.restore(time)
        mark.parent.mkdir(parents=True, exist_ok=True)
        mark.touch()


@contextmanager
def noting(failed: dict[Place, str], place: Place) -> Iterator[None]:
    """Go on when a place fails, and note why it did."""
    try:
        yield
    except FAILURES as error:
        failed[place] = str(error)
