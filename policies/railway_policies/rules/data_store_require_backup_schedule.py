"""A data store's volume is backed up."""

from collections.abc import Iterator

from pulumi_policy import Severity

from railway_policies.data_stores import DATABASES, OBJECT_STORES, keeps_data
from railway_policies.properties import UNKNOWN
from railway_policies.resources import SERVICE, Resource
from railway_policies.rule import About, Configuration, Finding, Rule, Scope, Unjudged, Violation


class BackupScheduleConfiguration(Configuration):
    """Which services keep data."""

    images: tuple[str, ...] = (*DATABASES, *OBJECT_STORES)
    """Images of data stores: the last part of the name, or with a slash all of it; * and ? as in a shell."""


def judge(service: Resource, configuration: BackupScheduleConfiguration) -> Iterator[Finding]:
    """A store without a volume is another rule's concern."""
    if service.token != SERVICE:
        return
    is_store = keeps_data(service, configuration.images)
    mounts = service.properties.members("volumeMounts")
    if is_store is False or mounts == []:
        return
    schedules = [UNKNOWN] if mounts is UNKNOWN else [mount.count("backupSchedules") for mount in mounts]
    if UNKNOWN not in schedules and 0 not in schedules:
        return
    if is_store is UNKNOWN:
        yield Unjudged(service, "whether it keeps data is unknown until its image is known")
    elif 0 in schedules:
        yield Violation(
            service,
            f"{service} keeps data on a volume that nothing backs up; a data store has a backup schedule. Add "
            f'backupSchedules, such as DAILY, to volumeMounts of "{service.name}".',
        )
    else:
        yield Unjudged(service, "the backup schedules of its volume are unknown until it is deployed")


RULE = Rule(
    About(
        name="railway-data-store-require-backup-schedule",
        display_name="Data stores are backed up",
        description="Checks that the volume of every data store has a backup schedule.",
        severity=Severity.HIGH,
        remediation_steps="Add backupSchedules to the data store's volume mount.",
        tags=("data",),
    ),
    Scope.RESOURCE,
    BackupScheduleConfiguration,
    judge,
)
