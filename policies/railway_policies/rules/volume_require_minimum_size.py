"""A volume is big enough for its store."""

from collections.abc import Iterator, Mapping

from pulumi_policy import Severity
from pydantic import Field

from railway_policies.data_stores import runs
from railway_policies.properties import UNKNOWN
from railway_policies.resources import SERVICE, Resource
from railway_policies.rule import About, Configuration, Finding, Rule, Scope, Unjudged, Violation
from railway_policies.rules.words import named
from railway_policies.services import has_volume, volumes


class MinimumSizeConfiguration(Configuration):
    """How big volumes are at least."""

    minimum_mb: Mapping[str, int] = Field(default={"minio": 10_000})
    """MB (1000 to a GB) by the image that mounts it: last part of the name; * and ? as in a shell."""


def judge(service: Resource, configuration: MinimumSizeConfiguration) -> Iterator[Finding]:
    """Every image pattern that fits is a bound."""
    if service.token != SERVICE or has_volume(service) is False:
        return
    for pattern, minimum in configuration.minimum_mb.items():
        fits = runs(service, [pattern])
        if fits is False:
            continue
        mounted = volumes(service)
        if not mounted:
            yield Unjudged(service, "its volume is none of this stack, so its size is unknown here")
        for volume in mounted:
            size = volume.properties.number("sizeMb")
            if size is UNKNOWN:
                yield Unjudged(volume, "its size is unknown until it is deployed")
            elif size is None:
                yield Unjudged(volume, "it names no sizeMb, so its size is the plan's own")
            elif size < minimum and fits is UNKNOWN:
                yield Unjudged(volume, f"the image of {named([service])} is unknown until it is deployed")
            elif size < minimum:
                yield Violation(
                    volume,
                    f"{volume} under {service} is too small; a volume there has {minimum} MB or more. "
                    f'Set sizeMb of "{volume.name}" to {minimum}.',
                )


RULE = Rule(
    About(
        name="railway-volume-require-minimum-size",
        display_name="Volumes are big enough",
        description="Checks that no volume is smaller than its store needs.",
        severity=Severity.MEDIUM,
        remediation_steps="Raise the volume's sizeMb; it grows in place.",
        tags=("data",),
    ),
    Scope.STACK,
    MinimumSizeConfiguration,
    judge,
)
