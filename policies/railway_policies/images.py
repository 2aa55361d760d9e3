"""What a container image's name says."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from fnmatch import fnmatchcase
from typing import Self

_DIGEST = re.compile(r"[a-z0-9+._-]+:[0-9a-f]{32,}")


@dataclass(frozen=True)
class Image:
    """A reference to an image: `[registry/]repository[:tag][@digest]`."""

    repository: str
    tag: str | None
    digest: str | None

    @classmethod
    def parse(cls, reference: str) -> Self:
        """Split a reference; a colon before the last slash belongs to the registry's port, not to a tag."""
        name, _, digest = reference.strip().partition("@")
        folder, slash, last = name.rpartition("/")
        last, _, tag = last.partition(":")
        return cls(folder + slash + last, tag or None, digest or None)

    @property
    def registry(self) -> str:
        """The registry's host; Docker's where none is named."""
        first, slash, _ = self.repository.lower().partition("/")
        is_host = bool(slash) and ("." in first or ":" in first or first == "localhost")
        return first if is_host else "docker.io"

    @property
    def location(self) -> str:
        """Registry and path in full; an image of Docker's own lies in `library`."""
        repository = self.repository.lower()
        if repository.startswith(f"{self.registry}/"):
            return repository
        return f"docker.io/{repository}" if "/" in repository else f"docker.io/library/{repository}"

    @property
    def has_digest(self) -> bool:
        """Whether it names the content itself, in full."""
        return self.digest is not None and _DIGEST.fullmatch(self.digest) is not None

    def is_one_of(self, patterns: Iterable[str]) -> bool:
        """Whether a pattern (`*`, `?` as in a shell) fits the repository, or just its last part."""
        repository = self.repository.lower()
        last = repository.rpartition("/")[2]
        return any(
            fnmatchcase(repository if "/" in pattern else last, pattern)
            for pattern in map(str.lower, patterns)
        )
