"""What only the stack's file tells: whether each secret in it is encrypted.

One encrypted member makes the engine hand over its whole group as a secret, so that one in the clear beside it looks
like the others.
"""

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pulumi
import yaml


def in_the_clear(group: str) -> Iterator[str]:
    """The members of a group that the running stack's file holds without encryption.

    A stack whose configuration is kept in another file (`--config-file`) has none here; what is then wrong with a
    group as a whole, the engine tells.
    """
    # The engine starts the program in the project's folder, where the stacks' files are.
    file = Path(f"Pulumi.{pulumi.get_stack()}.yaml")
    try:
        document = yaml.safe_load(file.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError, yaml.YAMLError):
        return
    configuration = document.get("config") if isinstance(document, Mapping) else None
    if not isinstance(configuration, Mapping):
        return
    members = configuration.get(f"{pulumi.get_project()}:{group}", configuration.get(group))
    if isinstance(members, Mapping) and not _is_encrypted(members):
        yield from (str(name) for name, value in members.items() if not _is_encrypted(value))


def _is_encrypted(value: Any) -> bool:
    return isinstance(value, Mapping) and set(value) == {"secure"}
