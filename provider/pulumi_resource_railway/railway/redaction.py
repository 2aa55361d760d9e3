"""Keeps the values of secrets out of what people see."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final
from urllib.parse import quote

from pulumi_resource_railway.values import MASK

if TYPE_CHECKING:
    from collections.abc import Iterable

_SHORTEST: Final = 6
"""Shorter texts occur by chance in ordinary words; masking them would make a message unreadable."""


class Redactor:
    """Remembers the secrets of a run and masks them in texts."""

    def __init__(self) -> None:
        self._secrets: set[str] = set()

    def remember(self, secrets: Iterable[str]) -> None:
        """Mask these texts from now on, and each line of those that have several."""
        for secret in secrets:
            for form in {secret, quote(secret, safe=""), *secret.splitlines()}:
                if len(form.strip()) >= _SHORTEST:
                    self._secrets.add(form.strip())

    def __call__(self, text: str) -> str:
        """Return the text without any remembered secret, the longest masked first."""
        for secret in sorted(self._secrets, key=len, reverse=True):
            text = text.replace(secret, MASK)
        return text
