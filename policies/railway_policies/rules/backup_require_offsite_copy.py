"""The backup has a copy that isn't on Railway."""

from collections.abc import Iterator
from fnmatch import fnmatchcase

from pulumi_policy import Severity

from railway_policies.data_stores import DATABASES, OBJECT_STORES, runs
from railway_policies.properties import UNKNOWN, Maybe
from railway_policies.resources import SERVICE, STACK, Resource, image
from railway_policies.rule import About, Configuration, Finding, Rule, Scope, Unjudged, Violation
from railway_policies.services import RAILWAY_ZONE, all_services, variable_list, variables


class OffsiteCopyConfiguration(Configuration):
    """What makes backups, and where they go."""

    services: tuple[str, ...] = ("*backup*",)
    """Logical names of services that make backups; * and ? as in a shell."""
    images: tuple[str, ...] = ("*backup*", "restic", "rclone", "litestream", "wal-g")
    """Images that make backups: the last part of the name; * and ? as in a shell."""
    destinations: tuple[str, ...] = (
        "*S3_ENDPOINT*",
        "*S3_BUCKET*",
        "*BACKUP_ENDPOINT*",
        "*BACKUP_BUCKET*",
        "*OFFSITE*",
        "RESTIC_REPOSITORY",
    )
    """Variables that say where a copy goes, none of which may be on Railway; * and ? as in a shell."""


def judge(resource: Resource, configuration: OffsiteCopyConfiguration) -> Iterator[Finding]:
    """A copy on the platform that fails is lost with it, and so is a bucket of the same project."""
    if resource.token == STACK:
        yield from _without_backup(resource, configuration)
    if resource.token != SERVICE or (makes := _makes_backups(resource, configuration)) is False:
        return
    own = variables(resource)
    if makes is UNKNOWN or own is UNKNOWN:
        yield Unjudged(resource, "whether it makes backups, and where to, is unknown until it is deployed")
        return
    targets = {
        name: value
        for name, value in own.items()
        if any(fnmatchcase(name.upper(), pattern) for pattern in configuration.destinations)
    }
    known = [value for value in targets.values() if value is not UNKNOWN]
    inside = [value for value in known if not _is_outside(value)]
    unknown = [name for name, value in targets.items() if value is UNKNOWN]
    if unknown and not inside:
        yield Unjudged(resource, f"{variable_list(unknown)} is unknown until it is deployed")
    elif inside or not known:
        yield Violation(
            resource,
            f"{resource} keeps its backups on Railway alone, and a backup has a copy elsewhere. Set what fits of "
            f'{", ".join(configuration.destinations)} in variables of "{resource.name}" to a store outside.',
        )


def _makes_backups(service: Resource, configuration: OffsiteCopyConfiguration) -> Maybe[bool]:
    if any(fnmatchcase(service.name.lower(), pattern) for pattern in configuration.services):
        return True
    found = image(service)
    if found is UNKNOWN:
        return UNKNOWN
    return found is not None and found.is_one_of(configuration.images)


def _is_outside(value: str) -> bool:
    return bool(value.strip()) and not any(
        inside in value.lower() for inside in ("${{", "railway.internal", RAILWAY_ZONE, "localhost")
    )


def _without_backup(stack: Resource, configuration: OffsiteCopyConfiguration) -> Iterator[Finding]:
    services = all_services(stack)
    stores = [one for one in services if runs(one, (*DATABASES, *OBJECT_STORES)) is True]
    if stores and not any(_makes_backups(one, configuration) for one in services):
        yield Unjudged(stack, "none of its services makes backups, and the volumes' own stay on Railway")


RULE = Rule(
    About(
        name="railway-backup-require-offsite-copy",
        display_name="Backups have a copy elsewhere",
        description="Checks that every service that makes backups sends a copy to a store outside Railway.",
        severity=Severity.HIGH,
        remediation_steps="Set the variable with the backup's destination to a store outside Railway.",
        tags=("data", "production"),
        production_only=True,
    ),
    Scope.STACK,
    OffsiteCopyConfiguration,
    judge,
)
