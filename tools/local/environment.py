"""What of the caller's environment the local commands take over: nothing that points at, or opens, a real account."""

import os
from collections.abc import Mapping
from typing import Any
from urllib.parse import urlsplit

from tools.local.errors import LocalError

DEFAULT_PORT = 8790
HIGHEST_PORT = 65_535
LOOPBACK = frozenset({"127.0.0.1", "localhost", "::1"})
ENDPOINT_KEY = "railway:endpoint"
REMOVED = ("PULUMI_", "RAILWAY_", "ETALLY_SECRETS", "ETALLY_RAILWAY")
"""Tokens, backends and endpoints; and of the settings, which an environment may hold, those of a real account."""


def harmless(environment: Mapping[str, str]) -> dict[str, str]:
    """An environment for processes that only ever see the local Railway."""
    return {name: value for name, value in environment.items() if not name.startswith(REMOVED)}


def port() -> int:
    """The local Railway's port: `RAILWAY_LOCAL_PORT`, else 8790."""
    text = os.environ.get("RAILWAY_LOCAL_PORT") or str(DEFAULT_PORT)
    if not (text.isascii() and text.isdecimal() and 0 < int(text) <= HIGHEST_PORT):
        raise LocalError(
            f"RAILWAY_LOCAL_PORT is {text!r}: set it to a port number between 1 and {HIGHEST_PORT}, or unset it."
        )
    return int(text)


def refuse_foreign_endpoint(place: str, endpoint: Any, remedy: str) -> None:
    """Refuse an endpoint that isn't on this machine, so that no local command ever reaches a real account."""
    if endpoint and not is_on_this_machine(str(endpoint)):
        raise LocalError(
            f"{place} is {endpoint!r}, which is not this machine. The local commands only talk to the local "
            f"Railway: {remedy}, or use `bin/pulumi up` for a real account."
        )


def refuse_foreign_environment() -> None:
    """Refuse to run where `RAILWAY_ENDPOINT` names another machine: whoever set it means a real account."""
    refuse_foreign_endpoint(
        "The environment variable RAILWAY_ENDPOINT", os.environ.get("RAILWAY_ENDPOINT"), "unset it"
    )


def is_on_this_machine(endpoint: str) -> bool:
    """Whether a URL's host is a loopback address."""
    try:
        return urlsplit(endpoint).hostname in LOOPBACK
    except ValueError:
        return False
