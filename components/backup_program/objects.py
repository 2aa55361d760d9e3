"""Copies of stored objects, which share what is the same in several of them."""

import hashlib
import hmac
import json
import shutil
import tempfile
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from botocore.exceptions import ClientError  # type: ignore[import-untyped]

from .encryption import Encryption
from .messages import BackupError, say
from .places import AT_ONCE, DATA, LIST_ENDING, LISTS, Place, times_of

DESCRIBED = (
    "ContentType",
    "CacheControl",
    "ContentDisposition",
    "ContentEncoding",
    "ContentLanguage",
    "Metadata",
)
"""What belongs to an object besides its content, by the names that S3's programs give it."""


@dataclass(frozen=True)
class Objects:
    """A store of objects, and the place where its copies are."""

    client: Any
    place: Place
    encryption: Encryption
    scratch: Path

    def copy(self, time: str) -> None:
        """Copy what is not there yet, and a list of all that is in the store.

        Raises:
            BackupError: One can't be encrypted; no list is made then, nor when the store or the place fails.
        """
        there = set(self.place.names(DATA))
        times = times_of(self.place, LISTS, LIST_ENDING)
        known = (self.readable_list(times[-1]) or []) if times else []
        described = {one["data"]: one["described"] for one in known}

        def copy(found: dict[str, Any]) -> dict[str, Any] | None:
            identity = json.dumps([found["bucket"], found["key"], found["etag"]]).encode()
            # Keyed, because names of objects may say something about people.
            key = hmac.digest(self.encryption.passphrase.encode(), identity, hashlib.sha256).hex()
            name = f"{DATA}{key}.gpg"
            if name not in there or name not in described:
                try:
                    described[name] = self._copy_object(found["bucket"], found["key"], name)
                except ClientError as error:
                    if error.response["Error"]["Code"] in {"NoSuchKey", "404"}:
                        return None  # Deleted since it was listed.
                    raise
            return {**found, "data": name, "described": described[name]}

        copied = [one for one in at_once(copy, self._listed()) if one]
        listing = self.scratch / "list"
        with tempfile.TemporaryFile(dir=self.scratch) as plain:
            plain.write(json.dumps(copied).encode())
            plain.seek(0)
            self.encryption.encrypt(plain, listing)
        self.place.put(f"{LISTS}{time}{LIST_ENDING}", listing)
        new = len({one["data"] for one in copied} - there)
        say(f"{time}: {len(copied)} objects, {new} of them new")

    def _listed(self) -> Iterator[dict[str, Any]]:
        for bucket in self.client.list_buckets()["Buckets"]:
            for page in self.client.get_paginator("list_objects_v2").paginate(Bucket=bucket["Name"]):
                for one in page.get("Contents", []):
                    yield {"bucket": bucket["Name"], "key": one["Key"], "etag": one["ETag"].strip('"')}

    def _copy_object(self, bucket: str, key: str, name: str) -> dict[str, Any]:
        with tempfile.TemporaryDirectory(dir=self.scratch) as folder:
            plain, encrypted = Path(folder, "plain"), Path(folder, "encrypted")
            answer = self.client.get_object(Bucket=bucket, Key=key)
            with plain.open("wb") as file:
                shutil.copyfileobj(answer["Body"], file)
            with plain.open("rb") as file:
                self.encryption.encrypt(file, encrypted)
            self.place.put(name, encrypted)
        return {each: answer[each] for each in DESCRIBED if answer.get(each)}

    def _list(self, time: str) -> list[dict[str, Any]]:
        listing = self.scratch / f"{time}.list"
        self.place.get(f"{LISTS}{time}{LIST_ENDING}", listing)
        plain = listing.with_suffix(".json")
        self.encryption.decrypt(listing, plain)
        content: list[dict[str, Any]] = json.loads(plain.read_bytes())
        return content

    def readable_list(self, time: str) -> list[dict[str, Any]] | None:
        """A list; None when it was encrypted with another passphrase."""
        try:
            return self._list(time)
        except BackupError:
            return None

    def restore(self, time: str) -> None:
        """Bring back what is missing or different, by the list of a time or else the last one before it.

        Raises:
            BackupError: One can't be decrypted; a repetition brings back the others.
        """
        lists = [each for each in times_of(self.place, LISTS, LIST_ENDING) if each <= time]
        if not lists:
            say(f"{time}: no objects were backed up until then, and none are restored")
            return
        if lists[-1] != time:
            say(f"{time}: the objects were not backed up; those of {lists[-1]} are restored")
        time = lists[-1]
        listed = self._list(time)
        there = {(one["bucket"], one["key"]): one["etag"] for one in self._listed()}
        existing = {bucket["Name"] for bucket in self.client.list_buckets()["Buckets"]}
        for bucket in {one["bucket"] for one in listed} - existing:
            self.client.create_bucket(Bucket=bucket)

        def bring_back(one: dict[str, Any]) -> None:
            with tempfile.TemporaryDirectory(dir=self.scratch) as folder:
                encrypted, plain = Path(folder, "encrypted"), Path(folder, "plain")
                self.place.get(one["data"], encrypted)
                self.encryption.decrypt(encrypted, plain)
                self.client.upload_file(str(plain), one["bucket"], one["key"], ExtraArgs=one["described"])

        missing = [one for one in listed if there.get((one["bucket"], one["key"])) != one["etag"]]
        at_once(bring_back, missing)
        say(f"{time}: {len(missing)} of {len(listed)} objects restored, the others were there")


def at_once(work: Callable[[dict[str, Any]], Any], items: Iterable[dict[str, Any]]) -> list[Any]:
    """Do the same with each, some at a time; the first error ends it."""
    with ThreadPoolExecutor(AT_ONCE) as workers:
        return list(workers.map(work, items))
