"""What each component gets: of the settings, under their own names, and of the components before it."""

from collections.abc import Iterator
from dataclasses import replace
from typing import get_args

import pulumi

from components.api import API_PORT, BUCKETS, ApiService, ApiServiceArgs
from components.backup import BackupServiceArgs, ObjectStore, OffSite
from components.buckets import BucketSetup, BucketSetupArgs, Lifecycle, Replication
from components.database import DatabaseService, DatabaseServiceArgs, Postgres, Redis
from components.frontend import FrontendService, FrontendServiceArgs
from components.measurements import MeasuredMinio, MeasuredPostgres, Probe
from components.minio import S3_PORT, MinioService, MinioServiceArgs
from components.monitoring import MonitoringStackArgs
from components.notifications import Notifications
from components.password_change import PasswordChange, PasswordChangeArgs
from components.place import PlaceArgs
from components.service import Placement
from components.sources import Image, Repository, Source
from components.wiring import Link
from settings import Settings, encrypted
from settings.groups import Api, Frontend
from settings.lookup import environment_named
from settings.types import CREATE, StorageUser

POSTGRES = "etally-postgres"
"""The database's name, also on the private network."""


def of_place(chosen: Settings) -> PlaceArgs:
    """The project and the environment; one that exists and is named by its name alone is looked up."""
    where = chosen.railway
    project = None if where.project == CREATE else where.project
    environment = None if where.environment_id == CREATE else where.environment_id
    if project and not where.environment_id:
        environment = environment_named(where.environment, project)
    return PlaceArgs(
        project_name=f"etally-{pulumi.get_stack()}",
        environment_name=where.environment,
        project_id=project,
        environment_id=environment,
        workspace_id=where.workspace_id,
        region=where.region,
    )


def of_postgres_password(chosen: Settings, place: Placement) -> PasswordChangeArgs:
    """The job that gives the database's owner its new password, while the one before is set."""
    return PasswordChangeArgs(
        place,
        chosen.postgres.image,
        # By its private name and not by a reference: the database is deployed after it.
        host=f"{POSTGRES}.railway.internal",
        user=chosen.postgres.user,
        password=encrypted(chosen.secrets.postgres_password),
        password_before=encrypted(chosen.secrets.postgres_password_before),
    )


def of_postgres(chosen: Settings, place: Placement, *before: PasswordChange) -> DatabaseServiceArgs:
    """The database, in a region of its own if it has one."""
    return DatabaseServiceArgs(
        replace(place, region=chosen.postgres.region or place.region),
        Postgres(**chosen.postgres.model_dump(exclude={"region"})),
        encrypted(chosen.secrets.postgres_password),
        starts_after=[change.service for change in before],
    )


def of_redis(chosen: Settings, place: Placement) -> DatabaseServiceArgs:
    """The cache."""
    return DatabaseServiceArgs(
        place, Redis(**chosen.redis.model_dump()), encrypted(chosen.secrets.redis_password)
    )


def of_minio(chosen: Settings, place: Placement) -> MinioServiceArgs:
    """The object storage."""
    return MinioServiceArgs(
        place,
        root_password=encrypted(chosen.secrets.minio_root_password),
        address=chosen.domains.storage,
        delete_unfinished_uploads_after_hours=chosen.storage.lifecycle.delete_unfinished_uploads_after_hours,
        **chosen.storage.model_dump(include={"image", "root_user", "volume_gb", "backups"}),
    )


def of_buckets(chosen: Settings, place: Placement, minio: MinioService) -> BucketSetupArgs:
    """The job that makes the server's buckets and its user, and removes the one before."""
    storage = chosen.storage
    kept = {storage.application_user, storage.retiring_user}
    return BucketSetupArgs(
        place,
        storage.image,
        minio,
        BUCKETS,
        user=storage.application_user,
        password=encrypted(chosen.secrets.minio_application_password),
        former_users=[user for user in get_args(StorageUser) if user not in kept],
        versioning=storage.versioning,
        lifecycle=Lifecycle(
            **storage.lifecycle.model_dump(exclude={"delete_unfinished_uploads_after_hours"})
        ),
        replication=Replication(
            access_key_id=encrypted(chosen.secrets.storage_replication_access_key_id),
            secret_access_key=encrypted(chosen.secrets.storage_replication_secret_access_key),
            **storage.replication.model_dump(),
        )
        if storage.replication.endpoint
        else None,
    )


def of_api(
    chosen: Settings,
    place: Placement,
    postgres: DatabaseService,
    redis: DatabaseService,
    minio: MinioService,
    buckets: BucketSetup | None,
) -> ApiServiceArgs:
    """The server, which uses the storage as the buckets' user where there is one."""
    return ApiServiceArgs(
        place,
        _source(chosen, chosen.api),
        database_url=postgres.url,
        redis_url=redis.url,
        storage=minio,
        storage_credentials=buckets.credentials if buckets else minio.credentials,
        jwt_secret=encrypted(chosen.secrets.jwt_secret),
        jwt_refresh_secret=encrypted(chosen.secrets.jwt_refresh_secret),
        encryption_key=encrypted(chosen.secrets.encryption_key),
        public_origin=chosen.domains.frontend.origin,
        address=chosen.domains.api,
        proxy_hops=chosen.api.proxy_hops or (1 if chosen.frontend.cross_origin else 2),
        **chosen.api.model_dump(exclude={"image", "dockerfile_path", "proxy_hops"}),
    )


def of_frontend(chosen: Settings, place: Placement, api: ApiService) -> FrontendServiceArgs:
    """The pages, which call the server's own address only across origins."""
    across = chosen.domains.api if chosen.frontend.cross_origin else None
    return FrontendServiceArgs(
        place,
        _source(chosen, chosen.frontend),
        api.private_host,
        chosen.domains.frontend,
        api_url=f"{across.origin}/api/v1" if across else None,
    )


def of_monitoring(
    chosen: Settings,
    place: Placement,
    postgres: DatabaseService,
    redis: DatabaseService,
    minio: MinioService,
    api: ApiService,
    frontend: FrontendService,
) -> MonitoringStackArgs:
    """The measurements of everything else."""
    store = _private_address(place, minio)
    return MonitoringStackArgs(
        place,
        grafana_password=encrypted(chosen.secrets.grafana_password),
        address=chosen.domains.grafana,
        probes=[
            Probe("etally-api", "http://" + api.private_host + f":{API_PORT}/health"),
            Probe("etally-minio", "http://" + store + "/minio/health/live"),
            *_public_probes(frontend, minio, api),
        ],
        postgres=MeasuredPostgres(postgres.url, chosen.postgres.volume_gb),
        redis_url=redis.url,
        minio=MeasuredMinio(store, chosen.storage.root_user, encrypted(chosen.secrets.minio_root_password)),
        notifications=Notifications(
            chosen.monitoring.alertmanager_image,
            chosen.monitoring.notify,
            encrypted(chosen.secrets.notification_url),
        )
        if chosen.monitoring.notify
        else None,
        starts_after=[api],
        **chosen.monitoring.model_dump(exclude={"enabled", "notify", "alertmanager_image"}),
    )


def of_backup(
    chosen: Settings, place: Placement, postgres: DatabaseService, minio: MinioService
) -> BackupServiceArgs:
    """The backups of what is kept, off site where there is a bucket."""
    if not chosen.backup.bucket:
        pulumi.log.warn(
            "backup.bucket is not set: the backups lie on a volume of the project that they are of"
        )
    return BackupServiceArgs(
        place,
        postgres=postgres,
        passphrase=encrypted(chosen.secrets.backup_passphrase),
        objects=ObjectStore(
            _private_address(place, minio), minio.credentials.user, minio.credentials.password
        ),
        off_site=OffSite(
            access_key_id=encrypted(chosen.secrets.backup_access_key_id),
            secret_access_key=encrypted(chosen.secrets.backup_secret_access_key),
            **chosen.backup.model_dump(include=_OFF_SITE),
        )
        if chosen.backup.bucket
        else None,
        **chosen.backup.model_dump(exclude={"enabled", *_OFF_SITE}),
    )


_OFF_SITE = {"bucket", "endpoint", "region", "prefix"}


def _source(chosen: Settings, group: Api | Frontend) -> Source:
    """The image that a service is deployed from, else the repository that it is built from."""
    if group.image:
        return Image(group.image)
    return Repository(**chosen.source.model_dump(), dockerfile_path=group.dockerfile_path)


def _private_address(place: Placement, minio: MinioService) -> Link:
    return place.wiring.link(minio.service, "RAILWAY_PRIVATE_DOMAIN") + f":{S3_PORT}"


def _public_probes(frontend: FrontendService, minio: MinioService, api: ApiService) -> Iterator[Probe]:
    for service, domain, path in (
        ("etally-frontend", frontend.domain, "/healthz"),
        ("etally-minio", minio.domain, "/minio/health/live"),
        ("etally-api", api.domain, "/health"),
    ):
        if domain:
            yield Probe(service, f"{domain.address.origin}{path}")
