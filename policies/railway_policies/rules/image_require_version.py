"""An image is pinned."""

import re
from collections.abc import Iterator
from fnmatch import fnmatchcase

from pulumi_policy import Severity
from pydantic import Field

from railway_policies.images import Image
from railway_policies.properties import UNKNOWN
from railway_policies.resources import SERVICE, Resource, image
from railway_policies.rule import About, Configuration, Finding, Rule, Scope, Unjudged, Violation

_VERSION = re.compile(r"(?:v|version-|release[.-])?(\d+(?:\.\d+)*)", re.IGNORECASE)
_DATE = re.compile(r"(?:v|release[.-])?(?:\d{4}-\d{2}-\d{2}|20\d{6})", re.IGNORECASE)
_COMMIT = re.compile(r"(?:sha-|git-)?(?=[0-9a-f]*[a-f])(?=[0-9a-f]*\d)[0-9a-f]{7,64}")


class ImageVersionConfiguration(Configuration):
    """What counts as pinned."""

    version_parts: int = Field(default=2, ge=1, le=4)
    """How many numbers a version needs: 2 takes 16.4 and refuses 16, which moves with every minor release."""
    allowed_tags: tuple[str, ...] = ()
    """Tags that pass whatever they look like; * and ? as in a shell."""


def judge(service: Resource, configuration: ImageVersionConfiguration) -> Iterator[Finding]:
    """A service built from a repository has no image, and is another rule's concern."""
    if service.token != SERVICE:
        return
    found = image(service)
    if found is UNKNOWN:
        yield Unjudged(service, "its image is unknown until it is deployed")
    elif found is not None and not found.has_digest and (fault := _fault(found, configuration)):
        yield Violation(
            service,
            f"{service} runs an image {fault}, so a redeployment may run another program; an image is pinned "
            "by a digest, or by a tag that begins with a date, a commit or a version of "
            f'{configuration.version_parts} numbers or more. Put one into source.image of "{service.name}".',
        )


def _fault(found: Image, configuration: ImageVersionConfiguration) -> str | None:
    tag = found.tag
    if tag is None:
        return "without a tag, which means latest"
    if any(fnmatchcase(tag, pattern) for pattern in configuration.allowed_tags):
        return None
    if _DATE.match(tag) or _COMMIT.fullmatch(tag):
        return None
    version = _VERSION.match(tag)
    if version is None:
        return "by a tag that moves"
    parts = version.group(1).count(".") + 1
    return None if parts >= configuration.version_parts else "by a tag that names too little of a version"


RULE = Rule(
    About(
        name="railway-image-require-version",
        display_name="Images are pinned",
        description="Checks that every image is pinned by a digest or by a tag with a version.",
        severity=Severity.MEDIUM,
        remediation_steps="Name the version that you tested, or its digest, in the service's source.image.",
        tags=("supply",),
    ),
    Scope.RESOURCE,
    ImageVersionConfiguration,
    judge,
)
