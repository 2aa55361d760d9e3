"""What is known of a resource's properties while others aren't: only that can be judged."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any


def known_group(properties: Mapping[str, Any], name: str) -> Mapping[str, Any]:
    """Return a group of properties; an empty one when it is absent or unknown."""
    group = properties.get(name)
    return group if isinstance(group, Mapping) else {}


def known_text(group: Mapping[str, Any], name: str) -> str | None:
    """Return a text; None when it is absent or unknown."""
    value = group.get(name)
    return value if isinstance(value, str) else None
