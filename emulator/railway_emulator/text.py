"""Names as host names have them."""

import re

LONGEST_HOST_NAME = 253
_LABEL = re.compile(r"[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?")


def slug(name: str) -> str:
    """Returns a name as one label of a host name."""
    return re.sub(r"[^a-z0-9]+", "-", name.lower()).strip("-")[:63] or "service"


def is_host_name(name: str) -> bool:
    """Whether every label is one a host name may have; a first label `*` is allowed."""
    labels = name.removeprefix("*.").split(".")
    return (
        len(name) <= LONGEST_HOST_NAME
        and len(labels) > 1
        and all(_LABEL.fullmatch(label) for label in labels)
    )


def is_port(number: int) -> bool:
    """Whether a number is a port something can listen on."""
    return 1 <= number <= 65_535  # noqa: PLR2004 (the range is what this function says)
