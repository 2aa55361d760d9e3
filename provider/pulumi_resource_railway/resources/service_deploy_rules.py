"""Rules on how a service runs: its commands, health check, replicas and schedule."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from itertools import pairwise
from typing import Any, Final

from cronsim import CronSim, CronSimError

from pulumi_resource_railway.errors import CheckFailure
from pulumi_resource_railway.resources.known_values import known_text
from pulumi_resource_railway.values import contains_unknown

MAXIMUM_REPLICAS: Final = 50
_CRON_FIELDS: Final = 5
_LEAST_MINUTES_BETWEEN_RUNS: Final = 5

Failures = Iterator[CheckFailure]


def check_deploy(deploy: Mapping[str, Any]) -> Failures:
    """Return what is wrong with how a service runs."""
    yield from _settings(deploy)
    yield from _cron(deploy)


def _settings(deploy: Mapping[str, Any]) -> Failures:
    path = known_text(deploy, "healthcheckPath")
    if path is not None and not path.startswith("/"):
        yield CheckFailure("deploy.healthcheckPath", f"A path begins with a slash: write /{path}.")
    if deploy.get("healthcheckTimeout") is not None and deploy.get("healthcheckPath") is None:
        yield CheckFailure(
            "deploy.healthcheckTimeout",
            "Without `healthcheckPath` there is no health check that could take time.",
        )
    policy = known_text(deploy, "restartPolicyType")
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
        command = known_text(deploy, name)
        if command is not None and not command.strip():
            yield CheckFailure(
                f"deploy.{name}", "An empty command runs nothing; remove it to use the default."
            )
    regions = deploy.get("multiRegionConfig")
    if isinstance(regions, Mapping) and "" in regions:
        yield CheckFailure(
            "deploy.multiRegionConfig", "A region's name must not be empty; see Railway's list of regions."
        )
    if (total := replicas_of(deploy)) is not None and total > MAXIMUM_REPLICAS:
        yield CheckFailure(
            "deploy.multiRegionConfig",
            f"{total} replicas in all regions together are more than the {MAXIMUM_REPLICAS} that Railway "
            "runs.",
        )


def replicas_of(deploy: Mapping[str, Any]) -> int | None:
    """Return how many replicas are asked for in all; None when that isn't known."""
    regions = deploy.get("multiRegionConfig")
    if regions is None:
        return 1
    if not isinstance(regions, Mapping) or contains_unknown(dict(regions)):
        return None
    counts = [entry.get("numReplicas") for entry in regions.values() if isinstance(entry, Mapping)]
    return sum(count for count in counts if isinstance(count, int))


def _cron(deploy: Mapping[str, Any]) -> Failures:
    schedule = known_text(deploy, "cronSchedule")
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
    replicas = replicas_of(deploy)
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
