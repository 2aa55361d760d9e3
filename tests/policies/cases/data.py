"""What is kept, and how safely."""

from typing import Any

from tests.policies.cases.base import API, MINIO, POSTGRES, REDIS, UNKNOWN_IMAGE, built, case
from tests.policies.stacks import STACK, Declared, service, unknown

VOLUME = "railway-data-store-require-volume"
BACKUP = "railway-data-store-require-backup-schedule"
PROTECT = "railway-data-store-require-protect"
SIZE = "railway-volume-require-minimum-size"
REPLICAS = "railway-volume-disallow-replicas"
OFFSITE = "railway-backup-require-offsite-copy"

MINIO_IMAGE = "ghcr.io/coollabsio/minio:RELEASE.2025-10-15T17-29-55Z"
DAILY = [{"volumeId": unknown(), "mountPath": "/data", "backupSchedules": ["DAILY"]}]
NEVER = [{"volumeId": unknown(), "mountPath": "/data"}]


def disk(name: str = "data", *, protect: bool = True, **properties: Any) -> Declared:
    """A volume."""
    return Declared("Volume", name, {"name": name, **properties}, protect=protect)


def many(**properties: Any) -> Declared:
    """A service of two replicas in one region and one in another."""
    regions = {"eu": {"numReplicas": 2}, "us": {"numReplicas": 1}}
    return service("web", "nginx:1.27", deploy={"multiRegionConfig": regions}, **properties)


def job(**properties: Any) -> Declared:
    """A service that uses the tools of a database's image by a schedule."""
    return service("dump", "postgres:16.4", deploy={"cronSchedule": "17 2 * * *"}, **properties)


def once() -> Declared:
    """A service that uses them once."""
    return service("restore", "postgres:16.4", deploy={"restartPolicyType": "NEVER"}, protect=False)


CASES = [
    case(VOLUME, "passes", "a volume of unknown id", MINIO),
    case(
        VOLUME,
        "passes",
        "a volume, unknown as a whole",
        service("db", "postgres:16.4", volumeMounts=[unknown()]),
    ),
    case(VOLUME, "violates", "no mounts", service("db", "postgres:16.4")),
    case(
        VOLUME,
        "violates",
        "empty mounts",
        service("db", "mongo:7.0", volumeMounts=[], variables=unknown()),
    ),
    case(
        VOLUME,
        "unknown",
        "the mounts are unknown",
        service("db", "postgres:16.4", volumeMounts=unknown()),
    ),
    case(VOLUME, "unknown", "the image is unknown", UNKNOWN_IMAGE),
    case(VOLUME, "passes", "an unknown image with a volume", service("db", unknown(), volumeMounts=[{}])),
    case(VOLUME, "passes", "Redis without persistence", REDIS),
    case(VOLUME, "passes", "Redis as it comes", service("redis", "redis:7.2.5")),
    case(
        VOLUME,
        "violates",
        "Redis that appends to a file",
        service("redis", "redis:7.2.5", deploy={"startCommand": "redis-server --appendonly yes"}),
    ),
    case(
        VOLUME,
        "violates",
        "Redis that saves snapshots",
        service("redis", "redis:7.2.5", deploy={"startCommand": 'redis-server --save "60 1"'}),
    ),
    case(
        VOLUME,
        "unknown",
        "Redis started who knows how",
        service("redis", "redis:7.2.5", deploy=unknown()),
    ),
    case(VOLUME, "passes", "does not apply to a repository", API),
    case(
        VOLUME,
        "passes",
        "does not apply to an exporter",
        service("exporter", "x/postgres-exporter:v0.15.0"),
    ),
    case(BACKUP, "passes", "a schedule", service("db", "postgres:16.4", volumeMounts=DAILY)),
    case(BACKUP, "passes", "does not apply to a cache", service("c", "redis:7.2", volumeMounts=NEVER)),
    case(BACKUP, "passes", "does not apply without a volume", service("db", "postgres:16.4")),
    case(BACKUP, "passes", "does not apply to a job", job(volumeMounts=NEVER)),
    case(VOLUME, "passes", "does not apply to a job", job()),
    case(PROTECT, "passes", "does not apply to what runs once", once()),
    case(BACKUP, "violates", "none", service("db", "postgres:16.4", volumeMounts=NEVER)),
    case(
        BACKUP,
        "violates",
        "an empty one",
        service("db", "mongo:7.0", volumeMounts=[{"mountPath": "/d", "backupSchedules": []}]),
    ),
    case(BACKUP, "unknown", "the mounts are unknown", service("db", "postgres:16.4", volumeMounts=unknown())),
    case(BACKUP, "unknown", "the image is unknown", service("db", unknown(), volumeMounts=NEVER)),
    case(PROTECT, "passes", "both are", service("db", "postgres:16.4", volumes=[disk()]), disk()),
    case(PROTECT, "passes", "does not apply to a server", service("web", "nginx:1.27", protect=False)),
    case(PROTECT, "passes", "an unknown image, protected", UNKNOWN_IMAGE),
    case(PROTECT, "violates", "the service isn't", service("db", "postgres:16.4", protect=False)),
    case(
        PROTECT,
        "violates",
        "the volume isn't",
        service("db", "postgres:16.4", volumes=[disk(protect=False)]),
        disk(protect=False),
    ),
    case(PROTECT, "passes", "a bucket", Declared("Bucket", "files", {})),
    case(PROTECT, "violates", "a bucket isn't", Declared("Bucket", "files", {}, protect=False)),
    case(PROTECT, "unknown", "the image is unknown", service("db", unknown(), protect=False)),
    case(
        SIZE,
        "passes",
        "enough",
        service("s3", MINIO_IMAGE, volumes=[disk(sizeMb=10_000)]),
        disk(sizeMb=10_000),
    ),
    case(
        SIZE,
        "passes",
        "does not apply to another image",
        service("c", "nginx:1.27", volumes=[disk()]),
        disk(),
    ),
    case(SIZE, "passes", "does not apply without a volume", service("s3", MINIO_IMAGE)),
    case(
        SIZE,
        "violates",
        "too small",
        service("s3", MINIO_IMAGE, volumes=[disk(sizeMb=9_999)]),
        disk(sizeMb=9_999),
    ),
    case(
        SIZE,
        "violates",
        "smaller than configured",
        service("db", "postgres:16.4", volumes=[disk(sizeMb=5_000)]),
        disk(sizeMb=5_000),
        minimumMb={"postgres*": 8_000},
    ),
    case(SIZE, "unknown", "no size", service("s3", MINIO_IMAGE, volumes=[disk()]), disk()),
    case(
        SIZE,
        "unknown",
        "it is unknown",
        service("s3", MINIO_IMAGE, volumes=[disk(sizeMb=unknown())]),
        disk(sizeMb=unknown()),
    ),
    case(SIZE, "unknown", "a bare id", MINIO),
    case(
        SIZE,
        "unknown",
        "the image is unknown",
        service("s3", unknown(), volumes=[disk(sizeMb=1)]),
        disk(sizeMb=1),
    ),
    case(REPLICAS, "passes", "one replica", POSTGRES),
    case(REPLICAS, "passes", "does not apply without a volume", many()),
    case(
        REPLICAS,
        "passes",
        "one by configuration",
        service("db", "postgres:16.4", volumeMounts=NEVER, deploy={"multiRegionConfig": {"eu": {}}}),
    ),
    case(REPLICAS, "violates", "three", many(volumeMounts=NEVER)),
    case(REPLICAS, "unknown", "the mounts are unknown", many(volumeMounts=unknown())),
    case(
        REPLICAS,
        "unknown",
        "the replicas are unknown",
        service("db", "postgres:16.4", volumeMounts=NEVER, deploy={"multiRegionConfig": unknown()}),
    ),
    case(
        OFFSITE,
        "passes",
        "a store outside",
        built("backup", variables={"S3_ENDPOINT": "https://s3.example.org"}),
    ),
    case(OFFSITE, "passes", "does not apply without data", API, REDIS),
    case(OFFSITE, "violates", "nowhere", built("nightly-backup", variables={"PORT": "1"})),
    case(OFFSITE, "violates", "by its image", service("nightly", "restic:0.17.1", variables={})),
    case(
        OFFSITE,
        "violates",
        "to the same project",
        built("backup", variables={"S3_ENDPOINT": "http://minio.railway.internal:9000"}),
    ),
    case(
        OFFSITE,
        "passes",
        "a bucket of Amazon's",
        built("backup", variables={"BACKUP_BUCKET": "acme-backups"}),
    ),
    case(
        OFFSITE,
        "violates",
        "a bucket of its own project",
        built("backup", variables={"BACKUP_BUCKET": "b", "BACKUP_ENDPOINT": "http://minio.railway.internal"}),
    ),
    case(OFFSITE, "violates", "to a reference", built("backup", variables={"S3_ENDPOINT": "${{minio.URL}}"})),
    case(OFFSITE, "unknown", "the address is unknown", built("backup", variables={"S3_ENDPOINT": unknown()})),
    case(OFFSITE, "unknown", "the image is unknown", UNKNOWN_IMAGE),
    case(OFFSITE, "unknown", "data and no backup", POSTGRES, STACK),
]
