"""The groups of settings: what each holds, with units, defaults and meanings."""

from typing import Literal

from pydantic import BaseModel, ConfigDict, Field
from pydantic.alias_generators import to_camel

from settings.types import (
    CREATE,
    Address,
    BackupTime,
    Bucket,
    BucketPrefix,
    Days,
    Duration,
    EnvironmentChoice,
    Gigabytes,
    Given,
    GrafanaPassword,
    HttpsAddress,
    Identifier,
    Image,
    Key,
    Migration,
    Password,
    ProjectChoice,
    Region,
    Replicas,
    Repository,
    Schedule,
    Schedules,
    SecretAddress,
    SqlName,
    StorageUser,
    UrlPassword,
)


class Group(BaseModel):
    """Settings that belong together; in a stack's file, an object."""

    model_config = ConfigDict(
        alias_generator=to_camel,
        extra="forbid",
        frozen=True,
        hide_input_in_errors=True,
        validate_default=True,
    )


class Railway(Group):
    """Where on Railway the services live."""

    project: ProjectChoice = Field(CREATE, description="`create`, or the id of a project, used as it is")
    environment: str = Field(
        "production",
        min_length=1,
        examples=["staging"],
        description="name of one that is created; or of one that a given project has, then to be set",
    )
    environment_id: EnvironmentChoice | None = Field(
        None,
        description="of a project given by its id: `create`, or an environment's id; none: looked up by its name",
    )
    workspace_id: Identifier | None = Field(None, description="of a created project; none: the token's own")
    region: Region | None = Field(
        None,
        examples=["europe-west4-drams3a"],
        description="where services and volumes are; none: the workspace's. A change moves the volumes",
    )


class Domains(Group):
    """Public addresses: each a domain of one's own, or a label in front of up.railway.app."""

    frontend: Address = Field(examples=["dashboard.example.org"], description="where people open eTally")
    storage: Address | None = Field(
        None,
        examples=["storage.example.org"],
        description="where browsers fetch pictures; needed unless storage.access is private",
    )
    api: Address | None = Field(None, description="none: the API is reached through the frontend alone")
    grafana: Address | None = Field(None, description="none: Grafana has no public address")


class Source(Group):
    """The application's repository on GitHub."""

    repository: Repository | None = Field(
        None,
        examples=["OWNER/etally"],
        description="one that Railway's app may read; needed unless api.image and frontend.image are set",
    )
    branch: str = Field("main", min_length=1, description="each push to it deploys")
    wait_for_ci: bool = Field(default=False, description="deploy a push only when its checks have passed")


class Postgres(Group):
    """The database."""

    image: Image = Field(
        "ghcr.io/railwayapp-templates/postgres-ssl:16.14",
        description="Railway's own; its version is PostgreSQL's, up to 17",
    )
    database: SqlName = Field("etally", description="its name; read on an empty volume only")
    user: SqlName = Field("postgres", description="its owner; read on an empty volume only")
    volume_gb: Gigabytes = Field(5, description="GB; grows in place, never shrinks")
    region: Region | None = Field(None, description="none: railway.region. A change moves the volume")
    backups: Schedules = Field(
        ("daily", "weekly", "monthly"), description="when Railway backs the volume up; how long, it decides"
    )
    max_connections: int = Field(
        100, ge=20, le=1000, description="connections that the server accepts, some 10 MB of memory each"
    )


class Redis(Group):
    """The cache; it keeps nothing when it restarts, unless it takes snapshots."""

    image: Image = Field("redis:7.2.11", description="pinned")
    memory_mb: int = Field(256, ge=16, le=32_000, description="MB; beyond it, the least recently used goes")
    snapshots: bool = Field(default=False, description="whether a volume keeps the cache over a restart")
    volume_gb: Gigabytes = Field(1, description="GB, with snapshots; grows in place, never shrinks")


class Lifecycle(Group):
    """What MinIO deletes by itself, by age; no object, unless it is set here."""

    delete_after_days: dict[Bucket, Days] = Field(
        {},
        examples=["{party-logos: 3650}"],
        description="days after which every object of a bucket is deleted, whatever still names it",
    )
    delete_old_versions_after_days: Days | None = Field(
        None, description="days after which a version goes that was overwritten or deleted; none: never"
    )
    delete_unfinished_uploads_after_hours: int | None = Field(
        None, ge=1, le=8760, description="hours after which the parts of an upload go; none: MinIO's own 24"
    )


class Replication(Group):
    """A second MinIO, off site, that gets each object as it comes; its buckets exist and have versioning."""

    endpoint: HttpsAddress | None = Field(
        None, examples=["https://s3.example.org"], description="of its S3; none: nothing is replicated"
    )
    bucket_prefix: BucketPrefix = Field(
        "",
        examples=["etally-"],
        description="what the names of its buckets have in front of the API's, one for each",
    )
    deletions: bool = Field(default=False, description="whether what is deleted here is deleted there")


class Storage(Group):
    """MinIO, which keeps uploaded pictures and documents."""

    image: Image = Field(
        "ghcr.io/coollabsio/minio:RELEASE.2025-10-15T17-29-55Z",
        description="the last image that MinIO itself published has CVE-2025-62506",
    )
    access: Literal["public", "private"] = Field(
        "public",
        description="`public`: browsers fetch pictures at domains.storage. `private`: no browser shows any",
    )
    root_user: str = Field("admin", min_length=3, description="name of MinIO's root user")
    scoped_user: bool = Field(
        default=True,
        description="whether a job makes the buckets and a user of them alone for the API; else it is the root user",
    )
    application_user: StorageUser = Field(
        "etally-api",
        description="name of the API's user, with scopedUser; the job removes the other one",
    )
    retiring_user: StorageUser | None = Field(
        None,
        description="the user that was the API's, kept with its old password while servers still have it",
    )
    versioning: bool = Field(
        default=False, description="whether MinIO keeps what is overwritten or deleted; with scopedUser"
    )
    lifecycle: Lifecycle = Field(Lifecycle(), description="what MinIO deletes by age")
    replication: Replication = Field(Replication(), description="copies in a second MinIO")
    volume_gb: Gigabytes = Field(10, description="GB; grows in place, never shrinks")
    backups: Schedules = Field(
        ("daily", "weekly", "monthly"), description="when Railway backs the volume up; how long, it decides"
    )


class Api(Group):
    """The application's server."""

    image: Image | None = Field(
        None,
        examples=["ghcr.io/OWNER/etally-api@sha256:…"],
        description="deployed as it is; none: built from source.repository",
    )
    dockerfile_path: str = Field("backend/Dockerfile", description="from the repository's root")
    replicas: dict[Region, Replicas] = Field(
        {},
        examples=["{europe-west4-drams3a: 2}"],
        description="how many run in each region; none: one, in railway.region",
    )
    processors: float | None = Field(
        None, ge=0.1, le=32, description="what each replica may use at most; none: what the plan allows"
    )
    memory_mb: int | None = Field(
        None,
        ge=256,
        le=32_000,
        description="MB that each replica may use at most; none: what the plan allows",
    )
    connection_limit: int = Field(3, ge=1, le=50, description="database connections of each of its six pools")
    pool_timeout_seconds: int = Field(20, ge=1, le=300, description="seconds a query waits for a connection")
    migrations: Literal["auto", "manual"] = Field(
        "auto",
        description="whether a deployment migrates the database, or fails until its migrations are approved",
    )
    approved_migration: Migration | None = Field(
        None,
        examples=["20251107142048_election_geography"],
        description="with manual migrations: the newest that may be applied",
    )
    preload: bool = Field(
        default=True,
        description="repair at start what the code lacks: clients' addresses, no password in the log",
    )
    proxy_hops: int | None = Field(
        None,
        ge=1,
        le=5,
        description="proxies in front of the server, for the preload; none: 2, or 1 with frontend.crossOrigin",
    )
    jwt_expiry: Duration = Field(
        "8h",
        description="how long a login lasts: renewal doesn't work in the application, and none ends earlier",
    )
    min_password_length: int = Field(8, ge=8, le=72, description="characters of a new password")
    log_level: Literal["error", "warn", "info", "debug"] | None = Field(
        None, description="LOG_LEVEL, which the guide names; the code reads it and does nothing with it"
    )
    node_options: str | None = Field(
        None, examples=["--max-old-space-size=512"], description="options of Node.js"
    )


class Frontend(Group):
    """The application's pages, and the way to its server."""

    image: Image | None = Field(
        None,
        examples=["ghcr.io/OWNER/etally-frontend@sha256:…"],
        description="deployed as it is; none: built from source.repository",
    )
    dockerfile_path: str = Field("frontend/Dockerfile", description="from the repository's root")
    cross_origin: bool = Field(
        default=False,
        description="whether pages call domains.api; only with a commit whose CORS allows X-Request-ID",
    )


class Monitoring(Group):
    """Prometheus, its exporters, and Grafana."""

    enabled: bool = Field(default=False, description="whether they exist")
    prometheus_image: Image = Field("prom/prometheus:v3.5.0", description="pinned")
    prometheus_volume_gb: Gigabytes = Field(5, description="GB; grows in place, never shrinks")
    retention_days: int = Field(15, ge=1, le=3650, description="days that measurements are kept")
    grafana_image: Image = Field("grafana/grafana:12.3.1", description="pinned")
    grafana_volume_gb: Gigabytes = Field(1, description="GB; grows in place, never shrinks")
    blackbox_image: Image = Field(
        "prom/blackbox-exporter:v0.27.0", description="pinned; it asks the services how they are"
    )
    postgres_exporter_image: Image = Field(
        "prometheuscommunity/postgres-exporter:v0.17.1", description="pinned"
    )
    redis_exporter_image: Image = Field("oliver006/redis_exporter:v1.74.0", description="pinned")
    notify: Literal["webhook", "slack"] | None = Field(
        None,
        description="what secrets.notificationUrl, which is told of alerts, understands: Alertmanager's own JSON, "
        "or Slack's; none: alerts stand in Grafana alone",
    )
    alertmanager_image: Image = Field(
        "prom/alertmanager:v0.34.2", description="pinned; with notify, it sends notifications"
    )


class Backup(Group):
    """Copies of the database and of the stored objects, encrypted with secrets.backupPassphrase."""

    enabled: bool = Field(default=False, description="whether they are made")
    image: Image = Field(
        "ghcr.io/cloudnative-pg/postgresql:16.15-202608170814-system-bookworm",
        description="pinned; its pg_dump has to be of the database's major version",
    )
    schedule: Schedule = Field("17 2 * * *", description="cron, in UTC; at most every 5 minutes")
    keep_days: int = Field(30, ge=1, le=3650, description="days of which the last backup is kept")
    keep_weeks: int = Field(8, ge=0, le=520, description="weeks of which the last backup is kept")
    keep_months: int = Field(6, ge=0, le=120, description="months of which the last backup is kept")
    volume_gb: Gigabytes = Field(
        10, description="GB, for dumps and, without a bucket, for the objects; never shrinks"
    )
    bucket: str | None = Field(None, min_length=3, description="off site, on S3; none: on the volume only")
    endpoint: HttpsAddress | None = Field(None, description="of the bucket's S3; none: Amazon's own")
    region: str = Field("us-east-1", min_length=1, description="of the bucket")
    prefix: str = Field(
        "etally", min_length=1, description="what the objects' names in the bucket begin with"
    )
    restore: BackupTime | None = Field(
        None,
        examples=["latest"],
        description="the backup that the next `pulumi up` brings back, once; while it is set, none is made",
    )


class Secrets(Group):
    """Passwords and keys, each set with --secret."""

    postgres_password: UrlPassword = Field(
        description="of the database's owner; read on an empty volume only"
    )
    postgres_password_before: UrlPassword | None = Field(
        None,
        description="what postgresPassword replaces, while `python -m operations secrets rotate` is at it",
    )
    redis_password: UrlPassword = Field(description="of the cache")
    minio_root_password: Password = Field(description="of MinIO's root user")
    jwt_secret: Key = Field(description="signs logins; a change ends them all")
    jwt_refresh_secret: Key = Field(description="signs nothing in today's code, but must not be its default")
    encryption_key: Key = Field(
        description="encrypts settings in the database, which are unreadable after a change"
    )
    grafana_password: GrafanaPassword | None = Field(
        None, description="of Grafana's admin, who gets it anew at each start, with monitoring only"
    )
    notification_url: SecretAddress | None = Field(
        None, description="with monitoring.notify only; given by the receiver of alerts, never generated"
    )
    minio_application_password: Password | None = Field(
        None, description="of the API's own user in MinIO, with storage.scopedUser only"
    )
    storage_replication_access_key_id: Given | None = Field(
        None, description="with storage.replication only; given by its owner, never generated"
    )
    storage_replication_secret_access_key: Given | None = Field(
        None, description="with storage.replication only; given by its owner, never generated"
    )
    backup_passphrase: Key | None = Field(
        None, description="with backup only; without it no backup can be read, so keep it elsewhere too"
    )
    backup_access_key_id: Given | None = Field(
        None, description="with backup.bucket only; given by its owner, never generated"
    )
    backup_secret_access_key: Given | None = Field(
        None, description="with backup.bucket only; given by its owner, never generated"
    )
