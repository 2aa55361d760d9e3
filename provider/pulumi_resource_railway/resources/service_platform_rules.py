"""Rules on how a service gets its image, what it may use, and how others on the private network reach it."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any, Final

from pulumi_resource_railway.errors import CheckFailure
from pulumi_resource_railway.resources.known_values import known_group
from pulumi_resource_railway.values import MASK

_REGISTRIES_WITH_UPDATES: Final = frozenset({"docker.io", "ghcr.io"})
_LABEL: Final = re.compile(r"[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?")
# Railway's own command line refuses these, because Railway itself goes by them in the private network.
_RESERVED_PRIVATE_NAMES: Final = frozenset({"health", "internal", "internal-health", "railway", "up"})

Failures = Iterator[CheckFailure]


def check_platform(properties: Mapping[str, Any]) -> Failures:
    """Return what is wrong with automatic updates, credentials, limits, private name and tracing."""
    source, deploy = known_group(properties, "source"), known_group(properties, "deploy")
    yield from _template(known_group(properties, "template"))
    yield from _updates(source)
    yield from _credentials(deploy, source, known=isinstance(properties.get("source"), Mapping | None))
    yield from _limits(deploy)
    yield from _private_name(known_group(properties, "networking"))
    yield from _tracing(known_group(properties, "tracing"))


def _template(template: Mapping[str, Any]) -> Failures:
    for name in ("templateId", "serviceId"):
        if template.get(name) == "":
            yield CheckFailure(f"template.{name}", "An id must not be empty; take it from getTemplate.")


def _updates(source: Mapping[str, Any]) -> Failures:
    updates, image = source.get("autoUpdates"), source.get("image")
    if updates is None:
        return
    if image is None:
        yield CheckFailure(
            "source.autoUpdates",
            "Only images are updated by themselves; a repository is deployed with each push. Remove it, or "
            "set `source.image`.",
        )
    elif isinstance(image, str):
        if _registry(image) not in _REGISTRIES_WITH_UPDATES:
            yield CheckFailure(
                "source.autoUpdates",
                f"Railway looks for newer images at docker.io and ghcr.io only, not at {_registry(image)}; "
                "remove it.",
            )
        elif "@" in image:
            yield CheckFailure(
                "source.autoUpdates",
                "An image that is pinned by its digest has no newer version; name a tag, or remove it.",
            )
    if not isinstance(updates, Mapping):
        return
    schedule = updates.get("schedule")
    if updates.get("type") == "disabled" and schedule:
        yield CheckFailure(
            "source.autoUpdates.schedule", "Updates are disabled, so nothing is scheduled; remove it."
        )
    for index, window in enumerate(schedule if isinstance(schedule, list) else []):
        if not isinstance(window, Mapping):
            continue
        start, end = window.get("startHour"), window.get("endHour")
        if isinstance(start, int) and isinstance(end, int) and start >= end:
            yield CheckFailure(
                f"source.autoUpdates.schedule[{index}].endHour",
                f"The window ends at {end}, not after it starts, at {start}; for one past midnight write two.",
            )


def _registry(image: str) -> str:
    """Return the registry that an image's name begins with; without one, it is Docker's own."""
    host, slash, _ = image.partition("/")
    return host if slash and (set(host) & {".", ":"} or host == "localhost") else "docker.io"


def _credentials(deploy: Mapping[str, Any], source: Mapping[str, Any], *, known: bool) -> Failures:
    credentials = deploy.get("registryCredentials")
    if credentials is None:
        return
    if known and source.get("image") is None:
        yield CheckFailure(
            "deploy.registryCredentials",
            "Credentials are for the registry that an image comes from; set `source.image` or remove them.",
        )
    if not isinstance(credentials, Mapping):
        return
    for name in ("username", "password"):
        if credentials.get(name) == "":
            yield CheckFailure(f"deploy.registryCredentials.{name}", f"A {name} must not be empty.")
        elif credentials.get(name) == MASK:
            yield CheckFailure(
                f"deploy.registryCredentials.{name}",
                f"This is what Railway shows instead of the {name}; write the {name} itself.",
            )


def _limits(deploy: Mapping[str, Any]) -> Failures:
    containers = known_group(known_group(deploy, "limitOverride"), "containers")
    cpu = containers.get("cpu")
    if isinstance(cpu, int | float) and not isinstance(cpu, bool) and cpu <= 0:
        yield CheckFailure(
            "deploy.limitOverride.containers.cpu", f"{cpu} vCPUs run nothing; give more than none."
        )


def _private_name(networking: Mapping[str, Any]) -> Failures:
    name, path = networking.get("privateNetworkEndpoint"), "networking.privateNetworkEndpoint"
    if not isinstance(name, str):
        return
    if name in _RESERVED_PRIVATE_NAMES:
        yield CheckFailure(path, f"{name!r} is Railway's own in the private network; choose another.")
    elif not _LABEL.fullmatch(name):
        yield CheckFailure(
            path,
            "A private name is the label before `.railway.internal`: at most 63 lower-case letters, digits "
            "and hyphens, and a hyphen neither first nor last.",
        )


def _tracing(tracing: Mapping[str, Any]) -> Failures:
    if tracing.get("autoInstrumentation") is True and tracing.get("enabled") is False:
        yield CheckFailure(
            "tracing.autoInstrumentation",
            "What is instrumented has nowhere to send its traces while tracing is disabled; set "
            "tracing.enabled or remove it.",
        )
