"""What a GraphQL document is.

A document may be repeated when sending it twice has the same effect as sending it once: reads, updates to
given values, and deletions (of which the second only hears that nothing is there).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

PAGE: Final = 500
"""Entries asked for at once; Railway accepts at most 1,000 and its default isn't documented."""


@dataclass(frozen=True)
class Document:
    """One operation.

    Attributes:
        name: The operation's name, which Railway's logs and this provider's messages show.
        text: The document.
        repeatable: Whether it may be sent again when its outcome isn't known.
    """

    name: str
    text: str
    repeatable: bool = True

    @property
    def changes(self) -> bool:
        """Whether it asks for a change."""
        return self.text.lstrip().startswith("mutation")


def query(name: str, text: str) -> Document:
    """Return a document that reads."""
    return Document(name, text)


def mutation(name: str, text: str, *, repeatable: bool) -> Document:
    """Return a document that changes something."""
    return Document(name, text, repeatable)
