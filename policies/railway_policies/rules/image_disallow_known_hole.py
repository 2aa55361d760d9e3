"""No image of a release with a known hole."""

import re
from collections.abc import Iterator, Mapping

from pulumi_policy import Severity
from pydantic import Field

from railway_policies.properties import UNKNOWN
from railway_policies.resources import SERVICE, Resource, image
from railway_policies.rule import About, Configuration, Finding, Rule, Scope, Unjudged, Violation

_DATE = re.compile(r"(?:v|release[.-])?(20\d{2})-?(\d{2})-?(\d{2})", re.IGNORECASE)
_VERSION = re.compile(r"(?:v|version-|release[.-])?(\d+(?:\.\d+)*)", re.IGNORECASE)


class KnownHoleConfiguration(Configuration):
    """The first releases without the hole."""

    minimum: Mapping[str, str] = Field(default={"minio": "2025-10-15"})
    """First good release by image: a date or a version. MinIO before 2025-10-15 has CVE-2025-62506."""


def judge(service: Resource, configuration: KnownHoleConfiguration) -> Iterator[Finding]:
    """A digest alone doesn't tell a release: that can't be judged."""
    if service.token != SERVICE:
        return
    found = image(service)
    if found is UNKNOWN:
        yield Unjudged(service, "its image is unknown until it is deployed")
        return
    if found is None:
        return
    for pattern, minimum in configuration.minimum.items():
        if not found.is_one_of([pattern]):
            continue
        release, bound = _numbers(found.tag or ""), _numbers(minimum)
        if not release or _is_date(release) != _is_date(bound):
            yield Unjudged(service, f"its image names no release that compares with {minimum}")
        elif release < bound:
            yield Violation(
                service,
                f"{service} runs a release with a known hole; {pattern} is safe from {minimum} on. Put that "
                f'or a later one into source.image of "{service.name}".',
            )


def _numbers(text: str) -> tuple[int, ...]:
    if dated := _DATE.match(text):
        return tuple(map(int, dated.groups()))
    version = _VERSION.match(text)
    return tuple(map(int, version.group(1).split("."))) if version else ()


def _is_date(numbers: tuple[int, ...]) -> bool:
    return bool(numbers) and numbers[0] > _FIRST_YEAR


_FIRST_YEAR = 2000

RULE = Rule(
    About(
        name="railway-image-disallow-known-hole",
        display_name="Images have no known hole",
        description="Checks that no image is of a release with a known hole.",
        severity=Severity.CRITICAL,
        remediation_steps="Name a later release in the service's source.image.",
        tags=("supply",),
    ),
    Scope.RESOURCE,
    KnownHoleConfiguration,
    judge,
)
