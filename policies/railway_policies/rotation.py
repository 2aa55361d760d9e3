"""How old secrets are, by the days that the configuration names."""

from collections.abc import Iterator, Mapping
from datetime import date
from fnmatch import fnmatchcase

from pydantic import Field

from railway_policies.properties import UNKNOWN
from railway_policies.resources import Resource
from railway_policies.rule import Configuration, Finding, Unjudged, Violation
from railway_policies.services import holds_variables, secrets, variable, variable_list


class RotationConfiguration(Configuration):
    """When secrets were set, and how old they may get."""

    set_on: Mapping[str, date] = Field(default={})
    """The day on which each was last set: name of the variable (* and ? as in a shell) → 2026-01-31."""
    days: int = Field(default=90, ge=1)
    """How many days old a secret may be."""


def judge(
    service: Resource, configuration: RotationConfiguration, until: int | None = None
) -> Iterator[Finding]:
    """Judge ages over `configuration.days`, up to `until`.

    The state keeps no day for a value, so whoever sets a secret writes the day down.
    """
    if not holds_variables(service):
        return
    found = secrets(service)
    if found is UNKNOWN:
        yield Unjudged(service, "its variables are unknown until it is deployed")
        return
    ages = {name: _age(service, name, configuration) for name in found}
    if undated := [name for name, age in ages.items() if age is None]:
        yield Unjudged(service, f"setOn has no day for {variable_list(undated)}")
    for name, age in ages.items():
        if age is not None and age > configuration.days and (until is None or age <= until):
            yield Violation(
                service,
                f"{service} has a secret that was set {age} days ago: {variable(name)}. A secret is renewed "
                f"after {configuration.days} days. Set a new one, and its day in `setOn`.",
            )


def _age(service: Resource, name: str, configuration: RotationConfiguration) -> int | None:
    days = [day for pattern, day in configuration.set_on.items() if fnmatchcase(name, pattern)]
    return (service.surroundings.today() - max(days)).days if days else None
