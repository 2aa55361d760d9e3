"""What of a service's properties Railway would refuse, or accept and not do: said before anything is changed.

Each rule looks only at what is known: a value that comes from another resource may still be unknown in a
preview.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from itertools import pairwise
from typing import Any, Final

from cronsim import CronSim, CronSimError

from pulumi_resource_railway.errors import CheckFailure
from pulumi_resource_railway.resources.service_platform_rules import check_platform
from pulumi_resource_railway.values import contains_unknown, is_unknown

MAXIMUM_REPLICAS: Final = 50
_CRON_FIELDS: Final = 5
_LEAST_MINUTES_BETWEEN_RUNS: Final = 5
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
        *_source(_known_group(properties, "source")),
        *_build(properties),
        *_config_file(properties),
        *_deploy(_known_group(properties, "deploy")),
        *_cron(_known_group(properties, "deploy")),
        *_variables(properties.get("variables")),
        *_mounts(properties),
        *check_platform(properties),
    ]


def _known_group(properties: Mapping[str, Any], name: str) -> Mapping[str, Any]:
    group = properties.get(name)
    return group if isinstance(group, Mapping) else {}


def _text(group: Mapping[str, Any], name: str) -> str | None:
    value = group.get(name)
    return value if isinstance(value, str) else None


def _name(properties: Mapping[str, Any]) -> Failures:
    name = _text(properties, "name")
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
    image, repository = _text(source, "image"), _text(source, "repo")
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
    build, source = _known_group(properties, "build"), _known_group(properties, "source")
    if _text(source, "image") and any(value is not None for value in build.values()):
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
    builder = _text(build, "builder")
    if builder in {"NIXPACKS", "RAILPACK"} and _text(build, "dockerfilePath"):
        yield CheckFailure(
            "build.dockerfilePath",
            f"The builder {builder} reads no Dockerfile; set builder DOCKERFILE or remove the path.",
        )
    if builder in {"NIXPACKS", "DOCKERFILE"} and build.get("railpackVersion") is not None:
        yield CheckFailure(
            "build.railpackVersion", f"Railpack doesn't build this, {builder} does; remove the version."
        )
    if (version := _text(build, "railpackVersion")) is not None and not _VERSION.fullmatch(version):
        yield CheckFailure(
            "build.railpackVersion",
            f"{version!r} is no release of Railpack; write its number, such as 0.7.0 "
            "(https://github.com/railwayapp/railpack/releases).",
        )


def _config_file(properties: Mapping[str, Any]) -> Failures:
    path, source = _text(properties, "configFile"), properties.get("source")
    repository = source.get("repo") if isinstance(source, Mapping) else source
    if properties.get("configFile") is not None and repository is None:
        yield CheckFailure("configFile", "The file lies in a repository; set `source.repo` or remove it.")
    if path is not None and not path.endswith((".json", ".toml")):
        yield CheckFailure(
            "configFile", f"{path!r} is no railway.json or railway.toml; write its path in the repository."
        )


def _deploy(deploy: Mapping[str, Any]) -> Failures:
    path = _text(deploy, "healthcheckPath")
    if path is not None and not path.startswith("/"):
        yield CheckFailure("deploy.healthcheckPath", f"A path begins with a slash: write /{path}.")
    if deploy.get("healthcheckTimeout") is not None and deploy.get("healthcheckPath") is None:
        yield CheckFailure(
            "deploy.healthcheckTimeout",
            "Without `healthcheckPath` there is no health check that could take time.",
        )
    policy = _text(deploy, "restartPolicyType")
    if deploy.get("restartPolicyMaxRetries") is not None and policy in {"ALWAYS", "NEVER"}:
        yield CheckFailure(
            "deploy.restartPolicyMaxRetries",
            f"Retries are counted only with ON_FAILURE, not with {policy}; remove them.",
        )
    if deploy.get("preDeployTimeoutSeconds") is not None and deploy.get("preDeployCommand") is None:
        yield CheckFailure(
            "deploy.preDeployTimeoutSeconds",
            "Without `preDeployCommand` there is no command that could take time.",
        )
    for name in ("startCommand", "preDeployCommand"):
        command = _text(deploy, name)
        if command is not None and not command.strip():
            yield CheckFailure(
                f"deploy.{name}", "An empty command runs nothing; remove it to use the default."
            )
    regions = deploy.get("multiRegionConfig")
    if isinstance(regions, Mapping) and "" in regions:
        yield CheckFailure(
            "deploy.multiRegionConfig", "A region's name must not be empty; see Railway's list of regions."
        )
    if (total := _replicas(deploy)) is not None and total > MAXIMUM_REPLICAS:
        yield CheckFailure(
            "deploy.multiRegionConfig",
            f"{total} replicas in all regions together are more than the {MAXIMUM_REPLICAS} that Railway "
            "runs.",
        )


def _replicas(deploy: Mapping[str, Any]) -> int | None:
    """Return how many replicas are asked for in all; None when that isn't known."""
    regions = deploy.get("multiRegionConfig")
    if regions is None:
        return 1
    if not isinstance(regions, Mapping) or contains_unknown(dict(regions)):
        return None
    counts = [entry.get("numReplicas") for entry in regions.values() if isinstance(entry, Mapping)]
    return sum(count for count in counts if isinstance(count, int))


def _cron(deploy: Mapping[str, Any]) -> Failures:
    schedule = _text(deploy, "cronSchedule")
    if schedule is None:
        return
    if len(schedule.split()) != _CRON_FIELDS:
        yield CheckFailure(
            "deploy.cronSchedule",
            "A schedule has five fields (minute, hour, day, month, weekday; in UTC), such as `0 3 * * *`.",
        )
    else:
        try:
            yield from _cron_interval(schedule)
        except CronSimError as error:
            yield CheckFailure(
                "deploy.cronSchedule",
                f"The schedule isn't a cron expression ({error}). Write five fields in UTC, such as `0 3 * "
                "* *`.",
            )
    replicas = _replicas(deploy)
    if replicas is not None and replicas > 1:
        yield CheckFailure(
            "deploy.cronSchedule",
            f"A scheduled service runs with one replica, not {replicas}; lower `multiRegionConfig`.",
        )
    if deploy.get("sleepApplication") is True:
        yield CheckFailure(
            "deploy.sleepApplication",
            "A scheduled service ends after each run, so it can't be put to sleep; remove it.",
        )
    if deploy.get("healthcheckPath") is not None:
        yield CheckFailure(
            "deploy.healthcheckPath",
            "A scheduled service isn't asked for its health; remove the health check.",
        )


def _cron_interval(schedule: str) -> Failures:
    runs = CronSim(schedule, datetime(2025, 1, 1, tzinfo=UTC))
    moments = [moment for _, moment in zip(range(100), runs, strict=False)]
    gaps = [(later - earlier).total_seconds() / 60 for earlier, later in pairwise(moments)]
    if gaps and min(gaps) < _LEAST_MINUTES_BETWEEN_RUNS:
        yield CheckFailure(
            "deploy.cronSchedule",
            f"Railway runs a schedule at most every {_LEAST_MINUTES_BETWEEN_RUNS} minutes; this one runs "
            "every "
            f"{min(gaps):.0f}.",
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
        _replicas(_known_group(properties, "deploy")) if not is_unknown(properties.get("deploy")) else None
    )
    if mounts and replicas is not None and replicas > 1:
        yield CheckFailure(
            "deploy.multiRegionConfig",
            f"A volume belongs to one replica, so a service with one can't run {replicas}; lower the number "
            "or remove "
            "`volumeMounts`.",
        )
    for index, mount in enumerate(mounts):
        path = _text(mount, "mountPath") if isinstance(mount, Mapping) else None
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
