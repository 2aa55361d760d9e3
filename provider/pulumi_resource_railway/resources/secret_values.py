"""The secrets of an environment, so that no log that is shown gives one away."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any
from urllib.parse import urlsplit

from pulumi_resource_railway.secrets_by_look import looks_secret


def secrets_of(variables: Mapping[str, Any]) -> Iterator[str]:
    """Return the values that look like secrets, and the passwords inside of addresses.

    Args:
        variables: Values by names, plain or as Railway's configuration keeps them.
    """
    for name, entry in variables.items():
        value = entry.get("value") if isinstance(entry, Mapping) else entry
        if not isinstance(value, str) or not looks_secret(name, value):
            continue
        yield value
        if password := _password(value):
            yield password


def secrets_of_environment(configuration: Mapping[str, Any]) -> Iterator[str]:
    """Return the secrets of all services: a service's log may show what it got by reference from another."""
    for service in (configuration.get("services") or {}).values():
        yield from secrets_of(service.get("variables") or {})
    yield from secrets_of(configuration.get("sharedVariables") or {})


def _password(value: str) -> str | None:
    try:
        return urlsplit(value).password
    except ValueError:
        return None
