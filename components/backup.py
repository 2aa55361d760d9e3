"""Backups that outlive the volumes, and the project."""

from dataclasses import dataclass
from pathlib import Path

import pulumi
import pulumiverse_railway as railway

from components.database import DatabaseService
from components.files import start_with_files
from components.service import Mount, Placement, add_service
from components.sources import Image
from components.wiring import Link

PROGRAM = Path(__file__).with_name("backup_program")
"""What runs in the service. It travels in variables, one for each file, and knows nothing of this module."""
_FOLDER = "/tmp/backup"  # noqa: S108  # in the container, written anew at each start


@dataclass(frozen=True)
class ObjectStore:
    """An S3 store on the private network whose objects are backed up."""

    address: Link
    """Host and port."""
    access_key_id: Link
    secret_access_key: Link


@dataclass(frozen=True)
class OffSite:
    """A bucket of any S3, away from Railway. It needs to list, read, write and delete objects."""

    bucket: pulumi.Input[str]
    access_key_id: pulumi.Input[str]
    secret_access_key: pulumi.Input[str]
    endpoint: pulumi.Input[str] | None = None
    """An address with https; None: Amazon's own."""
    region: pulumi.Input[str] = "us-east-1"
    prefix: pulumi.Input[str] = "backup"


@dataclass
class BackupServiceArgs:
    """What is backed up, how long it is kept, and where."""

    placement: Placement
    image: pulumi.Input[str]
    """An image with PostgreSQL's programs, `gpg`, and Python with boto3.

    The programs are of the server's major version: older ones refuse it, and what `pg_restore` says since version
    17 is not understood by a server before that.
    """
    postgres: DatabaseService
    passphrase: pulumi.Input[str]
    """Encrypts every file, on the volume too; random, because it is not stretched."""
    objects: ObjectStore | None = None
    off_site: OffSite | None = None
    """None: backups lie on the service's volume alone, and go with the project."""
    schedule: pulumi.Input[str] = "17 2 * * *"
    """In UTC."""
    keep_days: int = 30
    keep_weeks: int = 8
    keep_months: int = 6
    volume_gb: int = 10
    restore: str | None = None
    """The time of a backup, or `latest`: the service restores it once, when it is deployed, and backs up nothing."""


class BackupService(pulumi.ComponentResource):
    """A job that dumps, encrypts, copies off site, and removes what is older than it has to be."""

    service: railway.Service

    def __init__(
        self, name: str, args: BackupServiceArgs, opts: pulumi.ResourceOptions | None = None
    ) -> None:
        super().__init__("etally:components:BackupService", name, None, opts)
        mount = Mount("/backups", args.volume_gb)
        command = f"restore {args.restore}" if args.restore else "backup"
        files = {
            file: f"BACKUP_PROGRAM_{file.stem.strip('_').upper()}" for file in sorted(PROGRAM.glob("*.py"))
        }
        self.service = add_service(
            name,
            args.placement,
            source=Image(args.image),
            deploy=railway.ServiceDeployArgs(
                start_command=start_with_files(
                    {f"{_FOLDER}/{PROGRAM.name}/{file.name}": variable for file, variable in files.items()},
                    f"python3 -m {PROGRAM.name} {command}",
                    after=f"cd {_FOLDER}",
                ),
                # Without a schedule it is a job that runs once, when it is deployed.
                cron_schedule=None if args.restore else args.schedule,
                restart_policy_type=railway.RestartPolicy.NEVER,
            ),
            variables={
                **{variable: file.read_text("utf-8") for file, variable in files.items()},
                "BACKUP_FOLDER": mount.path,
                "BACKUP_PASSPHRASE": args.passphrase,
                "KEEP_DAYS": str(args.keep_days),
                "KEEP_WEEKS": str(args.keep_weeks),
                "KEEP_MONTHS": str(args.keep_months),
                # The image runs as a user of its own, and Railway's volumes belong to root.
                "RAILWAY_RUN_UID": "0",
                **_database(args),
                **_objects(args.objects),
                **_off_site(args.off_site),
            },
            mount=mount,
            parent=self,
        )
        self.register_outputs({"serviceId": self.service.id})


def _database(args: BackupServiceArgs) -> dict[str, Link]:
    names = ("PGHOST", "PGPORT", "PGUSER", "PGDATABASE", "PGPASSWORD")
    return {name: args.placement.wiring.link(args.postgres.service, name) for name in names}


def _objects(store: ObjectStore | None) -> dict[str, Link]:
    if store is None:
        return {}
    return {
        "OBJECTS_ENDPOINT": "http://" + store.address,
        "OBJECTS_ACCESS_KEY_ID": store.access_key_id,
        "OBJECTS_SECRET_ACCESS_KEY": store.secret_access_key,
    }


def _off_site(place: OffSite | None) -> dict[str, pulumi.Input[str]]:
    if place is None:
        return {}
    return {
        "BACKUP_BUCKET": place.bucket,
        "BACKUP_REGION": place.region,
        "BACKUP_PREFIX": place.prefix,
        "BACKUP_ACCESS_KEY_ID": place.access_key_id,
        "BACKUP_SECRET_ACCESS_KEY": place.secret_access_key,
        **({"BACKUP_ENDPOINT": place.endpoint} if place.endpoint is not None else {}),
    }
