"""Paths of properties, in the form that Pulumi uses in `ignoreChanges` and in what it shows."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Sequence

Path = tuple[str | int, ...]
"""A path's steps: a property's name, a map's key, or a list's index."""

_STEP: Final = re.compile(
    r"""\.?(?P<name>[^.\[\]"]+) | \["(?P<quoted>(?:[^"\\]|\\.)*)"\] | \[(?P<index>\d+|\*)\]""", re.VERBOSE
)
WILDCARD: Final = "*"


def render(path: Path) -> str:
    """Return the path as text: names after dots, other keys in `["…"]`, indexes in `[…]`."""
    text = ""
    for step in path:
        if isinstance(step, int):
            text += f"[{step}]"
        elif re.fullmatch(r"[A-Za-z_$][\w$]*", step):
            text += f".{step}" if text else step
        else:
            escaped = step.replace("\\", "\\\\").replace('"', '\\"')
            text += f'["{escaped}"]'
    return text


def parse(text: str) -> Path:
    """Return the steps of a written path; what can't be read is an empty path, which matches nothing."""
    steps: list[str | int] = []
    position = 0
    while position < len(text):
        match = _STEP.match(text, position)
        if match is None:
            return ()
        if match["name"] is not None:
            steps.append(match["name"])
        elif match["quoted"] is not None:
            steps.append(re.sub(r"\\(.)", r"\1", match["quoted"]))
        else:
            steps.append(WILDCARD if match["index"] == WILDCARD else int(match["index"]))
        position = match.end()
    return tuple(steps)


def is_within(path: Path, patterns: Sequence[Path]) -> bool:
    """Say whether a pattern names the path or something around it; `*` stands for any step."""
    return any(
        pattern
        and len(pattern) <= len(path)
        and all(expected in {WILDCARD, step} for expected, step in zip(pattern, path, strict=False))
        for pattern in patterns
    )
