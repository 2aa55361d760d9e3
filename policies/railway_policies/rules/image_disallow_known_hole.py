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


_POSTGRESQL = ("14.23", "15.18", "16.14", "17.10", "18.4")
"""The minor releases of May 2026, with eleven fixes, CVE-2026-6473 and CVE-2026-6479 among them:
https://www.postgresql.org/about/news/postgresql-184-1710-1614-1518-and-1423-released-3297/
"""


class KnownHoleConfiguration(Configuration):
    """The first releases without the hole."""

    minimum: Mapping[str, str | tuple[str, ...]] = Field(
        default={
            "minio": "2025-10-15",
            "postgres": _POSTGRESQL,
            "postgres-ssl": _POSTGRESQL,
            "postgresql": _POSTGRESQL,
        }
    )
    """First good release by image: a date, a version, or one for each major version that is maintained. MinIO before
    2025-10-15 has CVE-2025-62506; PostgreSQL before 16.14 has CVE-2026-6473 and ten more."""


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
        release, safe = _numbers(found.tag or ""), _of_its_line(found.tag or "", minimum)
        bound = _numbers(safe)
        if not release or _is_date(release) != _is_date(bound) or bound[: len(release)] == release != bound:
            yield Unjudged(service, f"its image names no release that compares with {safe}")
        elif release < bound:
            yield Violation(
                service,
                f"{service} runs a release with a known hole; {pattern} is safe from {safe} on. Put that "
                f'or a later one into source.image of "{service.name}".',
            )


def _of_its_line(tag: str, minimum: str | tuple[str, ...]) -> str:
    """The first good release of the tag's own major version; else the oldest that is maintained."""
    bounds = (minimum,) if isinstance(minimum, str) else minimum
    same = [bound for bound in bounds if _numbers(bound)[:1] == _numbers(tag)[:1]]
    return (same or sorted(bounds, key=_numbers))[0]


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
