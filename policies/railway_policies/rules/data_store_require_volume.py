"""A data store has a volume."""

import re
from collections.abc import Iterator

from pulumi_policy import Severity

from railway_policies.data_stores import CACHES, DATABASES, OBJECT_STORES, keeps_data
from railway_policies.properties import UNKNOWN, Maybe
from railway_policies.resources import SERVICE, Resource
from railway_policies.rule import About, Configuration, Finding, Rule, Scope, Unjudged, Violation

_PERSISTENCE = re.compile(r"""\bappendonly[\s=]+["']*yes|\bsave[\s=]+["']*\d""")


class VolumeConfiguration(Configuration):
    """Which services keep data."""

    images: tuple[str, ...] = (*DATABASES, *OBJECT_STORES)
    """Images of data stores: the last part of the name, or with a slash all of it; * and ? as in a shell."""
    cache_images: tuple[str, ...] = CACHES
    """Images that need a volume only when their start command turns persistence on."""


def judge(service: Resource, configuration: VolumeConfiguration) -> Iterator[Finding]:
    """The mounts are counted; what is mounted is unknown in a first preview, and doesn't matter here."""
    if service.token != SERVICE:
        return
    lasting = _keeps_data(service, configuration)
    mounts = service.properties.count("volumeMounts")
    if lasting is False or (mounts is not UNKNOWN and mounts > 0):
        return
    if lasting is UNKNOWN:
        yield Unjudged(service, "whether it keeps data is unknown until its image and start command are")
    elif mounts is UNKNOWN:
        yield Unjudged(service, "its volume mounts are unknown until it is deployed")
    else:
        yield Violation(
            service,
            f"{service} keeps data and mounts no volume, so every deployment starts from nothing; a data "
            f'store has one. Add a Volume and name it in volumeMounts of "{service.name}".',
        )


def _keeps_data(service: Resource, configuration: VolumeConfiguration) -> Maybe[bool]:
    is_store = keeps_data(service, configuration.images)
    if is_store is not False:
        return is_store
    is_cache = keeps_data(service, configuration.cache_images)
    if is_cache is not True:
        return is_cache
    command = service.properties.text("deploy", "startCommand")
    return UNKNOWN if command is UNKNOWN else _PERSISTENCE.search(command or "") is not None


RULE = Rule(
    About(
        name="railway-data-store-require-volume",
        display_name="Data stores have a volume",
        description="Checks that every service that keeps data mounts a volume.",
        severity=Severity.HIGH,
        remediation_steps="Create a Volume and mount it in the service; in a cache, turn persistence off.",
        tags=("data",),
    ),
    Scope.RESOURCE,
    VolumeConfiguration,
    judge,
)
