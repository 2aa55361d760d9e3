"""eTally on Railway: data stores, then the server, then the pages and the monitoring."""

from dataclasses import replace

import pulumi
import pulumiverse_railway as railway

from components.api import API_PORT, BUCKETS, ApiService, ApiServiceArgs
from components.backup import BackupService, BackupServiceArgs, ObjectStore, OffSite
from components.buckets import BucketSetup, BucketSetupArgs
from components.database import DatabaseService, DatabaseServiceArgs, Postgres, Redis
from components.frontend import FrontendService, FrontendServiceArgs
from components.measurements import MeasuredMinio, MeasuredPostgres, Probe
from components.minio import S3_PORT, MinioService, MinioServiceArgs
from components.monitoring import MonitoringStack, MonitoringStackArgs
from components.service import Placement
from components.sources import Image, Repository, Source
from settings import encrypted, load
from settings.groups import Api, Frontend
from settings.types import CREATE

chosen = load()
domains, secrets = chosen.domains, chosen.secrets
keeping = pulumi.ResourceOptions(protect=chosen.protect)

if chosen.railway.project == CREATE:
    project = railway.Project(
        "etally",
        name=f"etally-{pulumi.get_stack()}",
        workspace_id=chosen.railway.workspace_id,
        default_environment_name=chosen.railway.environment,
        opts=keeping,
    )
    place = Placement(project.id, project.default_environment_id, chosen.railway.region)
elif chosen.railway.environment_id == CREATE:
    environment = railway.Environment(
        "etally", project_id=chosen.railway.project, name=chosen.railway.environment, opts=keeping
    )
    place = Placement(chosen.railway.project, environment.id, chosen.railway.region)
else:
    place = Placement(chosen.railway.project, chosen.railway.environment_id or "", chosen.railway.region)

# The settings of a service reach its component under their own names.
database = Postgres(**chosen.postgres.model_dump(exclude={"region"}))
postgres = DatabaseService(
    "etally-postgres",
    DatabaseServiceArgs(
        replace(place, region=chosen.postgres.region or place.region),
        database,
        encrypted(secrets.postgres_password),
    ),
    keeping,
)
cache = Redis(**chosen.redis.model_dump())
redis = DatabaseService("etally-redis", DatabaseServiceArgs(place, cache, encrypted(secrets.redis_password)))
minio = MinioService(
    "etally-minio",
    MinioServiceArgs(
        place,
        root_password=encrypted(secrets.minio_root_password),
        address=domains.storage,
        **chosen.storage.model_dump(exclude={"access", "scoped_user"}),
    ),
    keeping,
)


def source_of(group: Api | Frontend) -> Source:
    """The image that a service is deployed from, else the repository that it is built from."""
    if group.image:
        return Image(group.image)
    return Repository(**chosen.source.model_dump(), dockerfile_path=group.dockerfile_path)


storage_credentials = minio.credentials
if chosen.storage.scoped_user and secrets.minio_application_password:
    setup = BucketSetup(
        "etally-buckets",
        BucketSetupArgs(
            place,
            chosen.storage.image,
            minio,
            BUCKETS,
            user="etally-api",
            password=encrypted(secrets.minio_application_password),
        ),
    )
    storage_credentials = setup.credentials

cross_origin = chosen.frontend.cross_origin
api = ApiService(
    "etally-api",
    ApiServiceArgs(
        place,
        source_of(chosen.api),
        database_url=postgres.url,
        redis_url=redis.url,
        storage=minio,
        storage_credentials=storage_credentials,
        jwt_secret=encrypted(secrets.jwt_secret),
        jwt_refresh_secret=encrypted(secrets.jwt_refresh_secret),
        encryption_key=encrypted(secrets.encryption_key),
        public_origin=domains.frontend.origin,
        address=domains.api,
        proxy_hops=chosen.api.proxy_hops or (1 if cross_origin else 2),
        **chosen.api.model_dump(exclude={"image", "dockerfile_path", "proxy_hops"}),
    ),
)
frontend = FrontendService(
    "etally-frontend",
    FrontendServiceArgs(
        place,
        source_of(chosen.frontend),
        api.private_host,
        domains.frontend,
        api_url=f"{domains.api.origin}/api/v1" if cross_origin and domains.api else None,
    ),
)

public = {"frontend": frontend.domain, "storage": minio.domain, "api": api.domain}
store = place.wiring.link(minio.service, "RAILWAY_PRIVATE_DOMAIN") + f":{S3_PORT}"
if chosen.monitoring.enabled and secrets.grafana_password:
    monitoring = MonitoringStack(
        "etally",
        MonitoringStackArgs(
            place,
            grafana_password=encrypted(secrets.grafana_password),
            address=domains.grafana,
            probes=[
                Probe("etally-api", "http://" + api.private_host + f":{API_PORT}/health"),
                Probe("etally-minio", "http://" + store + "/minio/health/live"),
                *(
                    Probe(service, f"{domain.address.origin}{path}")
                    for service, domain, path in (
                        ("etally-frontend", frontend.domain, "/healthz"),
                        ("etally-minio", minio.domain, "/minio/health/live"),
                        ("etally-api", api.domain, "/health"),
                    )
                    if domain
                ),
            ],
            postgres=MeasuredPostgres(postgres.url, database.volume_gb),
            redis_url=redis.url,
            minio=MeasuredMinio(store, chosen.storage.root_user, encrypted(secrets.minio_root_password)),
            starts_after=[api],
            **chosen.monitoring.model_dump(exclude={"enabled"}),
        ),
        keeping,
    )
    public["grafana"] = monitoring.domain

if chosen.backup.enabled and secrets.backup_passphrase:
    keys = (secrets.backup_access_key_id, secrets.backup_secret_access_key)
    off_site = (
        OffSite(
            **chosen.backup.model_dump(include={"bucket", "endpoint", "region", "prefix"}),
            access_key_id=encrypted(keys[0]),
            secret_access_key=encrypted(keys[1]),
        )
        if chosen.backup.bucket and keys[0] and keys[1]
        else None
    )
    if not off_site:
        pulumi.log.warn(
            "backup.bucket is not set: the backups lie on a volume of the project that they are of"
        )
    BackupService(
        "etally-backup",
        BackupServiceArgs(
            place,
            postgres=postgres,
            passphrase=encrypted(secrets.backup_passphrase),
            objects=ObjectStore(store, minio.credentials.user, minio.credentials.password),
            off_site=off_site,
            **chosen.backup.model_dump(exclude={"enabled", "bucket", "endpoint", "region", "prefix"}),
        ),
        keeping,
    )

place.wiring.check()

pulumi.export("projectId", place.project_id)
pulumi.export("environmentId", place.environment_id)
for name, domain in public.items():
    if domain:
        pulumi.export(f"{name}Url", domain.address.origin)
records = {domain.address.host: domain.dns_records for domain in public.values() if domain}
pulumi.export("dnsRecords", {host: wanted for host, wanted in records.items() if wanted is not None})
