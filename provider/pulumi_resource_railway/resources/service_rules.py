"""What of a service's properties Railway would refuse, or accept and not do: said before anything is changed.

Each rule looks only at what is known: a value that comes from another resource may still be unknown in a
preview.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any, Final

from pulumi_resource_railway.errors import CheckFailure
from pulumi_resource_railway.resources.known_values import known_group, known_text
from pulumi_resource_railway.resources.service_deploy_rules import check_deploy, replicas_of
from pulumi_resource_railway.resources.service_platform_rules import check_platform
from pulumi_resource_railway.values import contains_unknown, is_unknown

_LONGEST_NAME: Final = 100
_NAME: Final = re.compile(r"[^\x00-\x1f\x7f]+")
_VARIABLE_NAME: Final = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")
_REPOSITORY: Final = re.compile(r"[A-Za-z0-9._-]+/[A-Za-z0-9._-]+")
_REFERENCE: Final = re.compile(r"\s*(?:[^{}.]+\.)?[A-Za-z_][A-Za-z0-9_]*\s*")
_VERSION: Final = re.compile(r"v?\d+(\.\d+)*")
_IMAGE: Final = re.compile(r"\S+")
# Railway gives these names inside a project's private network, or means itself by them.
_RESERVED_NAMES: Final = frozenset({"shared"})

Failures = Iterator[CheckFailure]


def check_service(properties: Mapping[str, Any]) -> list[CheckFailure]:
    """Return everything that is wrong with a service's properties."""
    return [
        *_name(properties),
        *_source(known_group(properties, "source")),
        *_build(properties),
        *_config_file(properties),
        *check_deploy(known_group(properties, "deploy")),
        *_variables(properties.get("variables")),
        *_mounts(properties),
        *check_platform(properties),
    ]


def _name(properties: Mapping[str, Any]) -> Failures:
    name = known_text(properties, "name")
    if name is None:
        return
    if not name.strip() or name != name.strip():
        yield CheckFailure("name", "A service's name must not be empty, nor begin or end with a space.")
    elif len(name) > _LONGEST_NAME or not _NAME.fullmatch(name):
        yield CheckFailure("name", f"A service's name has at most {_LONGEST_NAME} printable characters.")
    elif set(name) & set(".{}$"):
        yield CheckFailure(
            "name",
            "References to a service's variables, ${{name.VARIABLE}}, are cut at dots and braces; use "
            "letters, digits, "
            "spaces, hyphens and underscores.",
        )
    elif name.lower() in _RESERVED_NAMES:
        yield CheckFailure(
            "name",
            f"{name!r} is what ${{{{shared.NAME}}}} means an environment's shared variables by; choose "
            "another.",
        )


def _source(source: Mapping[str, Any]) -> Failures:
    image, repository = known_text(source, "image"), known_text(source, "repo")
    if source.get("image") is not None and source.get("repo") is not None:
        yield CheckFailure(
            "source", "A service comes either from an image or from a repository; remove `image` or `repo`."
        )
        return
    if image is not None and not _IMAGE.fullmatch(image):
        yield CheckFailure(
            "source.image", "An image's name has no spaces and isn't empty, such as redis:7.2.5."
        )
    if repository is not None and not _REPOSITORY.fullmatch(repository):
        yield CheckFailure(
            "source.repo", "A repository is written owner/name, without https://github.com/ before it."
        )
    if source.get("repo") is None:
        for name in ("branch", "rootDirectory", "checkSuites"):
            if source.get(name) is not None:
                yield CheckFailure(
                    f"source.{name}",
                    f"`{name}` means something only for a repository; set `source.repo` or remove it.",
                )


def _build(properties: Mapping[str, Any]) -> Failures:
    build, source = known_group(properties, "build"), known_group(properties, "source")
    if known_text(source, "image") and any(value is not None for value in build.values()):
        yield CheckFailure(
            "build",
            "An image is deployed as it is and never built; remove `build` or set `source.repo` instead.",
        )
    patterns = build.get("watchPatterns")
    for index, pattern in enumerate(patterns if isinstance(patterns, list) else []):
        if pattern == "":
            yield CheckFailure(
                f"build.watchPatterns[{index}]", "An empty pattern matches nothing; remove it."
            )
    builder = known_text(build, "builder")
    if builder in {"NIXPACKS", "RAILPACK"} and known_text(build, "dockerfilePath"):
        yield CheckFailure(
            "build.dockerfilePath",
            f"The builder {builder} reads no Dockerfile; set builder DOCKERFILE or remove the path.",
        )
    if builder in {"NIXPACKS", "DOCKERFILE"} and build.get("railpackVersion") is not None:
        yield CheckFailure(
            "build.railpackVersion", f"Railpack doesn't build this, {builder} does; remove the version."
        )
    if (version := known_text(build, "railpackVersion")) is not None and not _VERSION.fullmatch(version):
        yield CheckFailure(
            "build.railpackVersion",
            f"{version!r} is no release of Railpack; write its number, such as 0.7.0 "
            "(https://github.com/railwayapp/railpack/releases).",
        )


def _config_file(properties: Mapping[str, Any]) -> Failures:
    path, source = known_text(properties, "configFile"), properties.get("source")
    repository = source.get("repo") if isinstance(source, Mapping) else source
    if properties.get("configFile") is not None and repository is None:
        yield CheckFailure("configFile", "The file lies in a repository; set `source.repo` or remove it.")
    if path is not None and not path.endswith((".json", ".toml")):
        yield CheckFailure(
            "configFile", f"{path!r} is no railway.json or railway.toml; write its path in the repository."
        )


def _variables(variables: Any) -> Failures:
    if not isinstance(variables, Mapping):
        return
    for name, value in variables.items():
        path = f"variables.{name}"
        if not _VARIABLE_NAME.fullmatch(name):
            yield CheckFailure(
                path, "A variable's name has letters, digits and underscores, and doesn't begin with a digit."
            )
        if not isinstance(value, str):
            continue
        if "\x00" in value:
            yield CheckFailure(path, "A variable can't hold a NUL character.")
        yield from _references(path, value)


def _references(path: str, value: str) -> Failures:
    """Find references that Railway wouldn't fill in. The value may be a secret and isn't shown."""
    for piece in value.split("${{")[1:]:
        inside, closing, _ = piece.partition("}}")
        if not closing:
            yield CheckFailure(path, "A reference that begins with ${{ must end with }}.")
        elif not _REFERENCE.fullmatch(inside):
            yield CheckFailure(
                path, "A reference has the form ${{service.VARIABLE}}, ${{shared.VARIABLE}} or ${{VARIABLE}}."
            )


def _mounts(properties: Mapping[str, Any]) -> Failures:
    mounts = properties.get("volumeMounts")
    if not isinstance(mounts, list):
        return
    if len(mounts) > 1:
        yield CheckFailure(
            "volumeMounts[1]",
            "Railway mounts one volume on a service; put what needs a second one into another service.",
        )
    replicas = (
        replicas_of(known_group(properties, "deploy")) if not is_unknown(properties.get("deploy")) else None
    )
    if mounts and replicas is not None and replicas > 1:
        yield CheckFailure(
            "deploy.multiRegionConfig",
            f"A volume belongs to one replica, so a service with one can't run {replicas}; lower the number "
            "or remove "
            "`volumeMounts`.",
        )
    for index, mount in enumerate(mounts):
        path = known_text(mount, "mountPath") if isinstance(mount, Mapping) else None
        if path is None:
            continue
        if not path.startswith("/"):
            yield CheckFailure(
                f"volumeMounts[{index}].mountPath", f"A mount path is absolute: write /{path}."
            )
        elif path.rstrip("/") == "":
            yield CheckFailure(
                f"volumeMounts[{index}].mountPath",
                "A volume on / would hide the whole image; mount it on a folder.",
            )
        schedules = mount.get("backupSchedules")
        if (
            isinstance(schedules, list)
            and not contains_unknown(schedules)
            and len(set(schedules)) < len(schedules)
        ):
            yield CheckFailure(f"volumeMounts[{index}].backupSchedules", "Name each schedule once.")
