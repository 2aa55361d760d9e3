"""What no setting can know alone: which of them contradict each other."""

from collections.abc import Iterator, Mapping
from typing import Any

import pulumi
from pydantic import TypeAdapter, ValidationError

from configuration import SECRETS
from setting_types import CREATE, is_loopback


def conflicts(values: Mapping[str, Any]) -> Iterator[tuple[tuple[str, ...], object, str]]:
    """What no setting can know alone, judged even where others are wrong: path, value, what is wrong."""

    def group(name: str) -> Mapping[str, Any]:
        members = values.get(name)
        return members if isinstance(members, Mapping) else {}

    def is_on(flag: object) -> bool:
        try:
            return TypeAdapter(bool).validate_python(flag)
        except ValidationError:
            return False

    environment = group("railway").get("environmentId")
    if group("railway").get("project", CREATE) == CREATE:
        if environment:
            yield ("railway", "environmentId"), environment, "needs railway.project to be its project's id"
    elif not environment:
        yield ("railway", "environmentId"), None, "is missing: an existing project needs its environment's id"
    monitored = is_on(group("monitoring").get("enabled"))
    if monitored and not group(SECRETS).get("grafanaPassword"):
        yield (SECRETS, "grafanaPassword"), None, "is missing: monitoring.enabled needs it"
    if group("domains").get("grafana") and not monitored:
        yield ("domains", "grafana"), group("domains")["grafana"], "needs monitoring.enabled"
    yield from _repetitions("domains", group("domains"))
    yield from _repetitions(SECRETS, group(SECRETS))
    if pulumi.Config().get(SECRETS) not in {None, "{}"} and not pulumi.runtime.is_config_secret(
        f"{pulumi.get_project()}:{SECRETS}"
    ):
        yield (SECRETS,), None, "stands in the clear in the stack's file: set each with --secret"
    if is_on(values.get("rehearsal")) and not is_loopback(pulumi.Config("railway").get("endpoint") or ""):
        yield ("rehearsal",), None, "is for a local Railway, and railway:endpoint is not on this machine"


def _repetitions(group: str, members: Mapping[str, Any]) -> Iterator[tuple[tuple[str, ...], object, str]]:
    first: dict[str, str] = {}
    for name, value in members.items():
        if isinstance(value, str) and first.setdefault(value, name) != name:
            yield (group, name), value, f"is the same as {group}.{first[value]}"
