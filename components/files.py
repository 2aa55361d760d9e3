"""Configuration that reaches a stock image without a file of its own: in variables, written at each start."""

import functools
import json
import operator
import re
from collections.abc import Mapping
from typing import Any

from components.wiring import Link

_PLACE = re.compile(r"\\u0000(\d+)\\u0000")


def start_with_files(files: Mapping[str, str], program: str, *, after: str | None = None) -> str:
    """A start command that writes variables to files, which only its user may read, and becomes the program.

    `files` maps a file's path to the name of the variable with its content. `after` is a command that runs
    before the program, and ends the shell itself where the program must not start; it holds no single quotes.
    """
    folders = " ".join(sorted({path.rpartition("/")[0] for path in files}))
    writes = [f'printf "%s" "${variable}" > {path}' for path, variable in files.items()]
    script = "; ".join(
        ("umask 077", f"mkdir -p {folders}", *writes, *([after] if after else []), f"exec {program}")
    )
    return f"/bin/sh -c '{script}'"


def json_with_links(content: Any) -> str | Link:
    """JSON, which is YAML too, in which links stand where texts may; Railway fills them in."""
    links: list[Link] = []

    def place(value: Any) -> str:
        if not isinstance(value, Link):
            raise TypeError(f"{value!r} is not part of JSON")
        links.append(value)
        return f"\0{len(links) - 1}\0"

    pieces = _PLACE.split(json.dumps(content, default=place))
    parts: list[str | Link] = [links[int(piece)] if odd % 2 else piece for odd, piece in enumerate(pieces)]
    return functools.reduce(operator.add, parts)
