"""eTally on Railway: data stores, then the server, then the pages and the monitoring."""

import pulumi
import pulumiverse_railway as railway

from components.api import ApiService, ApiServiceArgs
from components.database import DatabaseService, DatabaseServiceArgs, Postgres, Redis
from components.frontend import FrontendService, FrontendServiceArgs
from components.minio import MinioService, MinioServiceArgs
from components.monitoring import MonitoringStack, MonitoringStackArgs
from components.service import Placement, Repository
from settings import encrypted, load

chosen = load()
domains, secrets = chosen.domains, chosen.secrets
keeping = pulumi.ResourceOptions(protect=chosen.protect)

if chosen.railway.existing:
    place = Placement(*chosen.railway.existing)
else:
    project = railway.Project(
        "etally",
        name=f"etally-{pulumi.get_stack()}",
        workspace_id=chosen.railway.workspace_id,
        default_environment_name=chosen.railway.environment,
        opts=keeping,
    )
    place = Placement(project.id, project.default_environment_id)

# The settings of a service reach its component under their own names.
database = Postgres(**chosen.postgres.model_dump())
postgres = DatabaseService(
    "etally-postgres", DatabaseServiceArgs(place, database, encrypted(secrets.postgres_password)), keeping
)
cache = Redis(**chosen.redis.model_dump())
redis = DatabaseService("etally-redis", DatabaseServiceArgs(place, cache, encrypted(secrets.redis_password)))
minio = MinioService(
    "etally-minio",
    MinioServiceArgs(
        place,
        root_password=encrypted(secrets.minio_root_password),
        address=domains.storage,
        **chosen.storage.model_dump(),
    ),
    keeping,
)

repository = Repository(**chosen.source.model_dump())
api = ApiService(
    "etally-api",
    ApiServiceArgs(
        place,
        repository,
        database_url=postgres.url,
        redis_url=redis.url,
        storage=minio,
        jwt_secret=encrypted(secrets.jwt_secret),
        jwt_refresh_secret=encrypted(secrets.jwt_refresh_secret),
        encryption_key=encrypted(secrets.encryption_key),
        public_origin=domains.frontend.origin,
        address=domains.api,
        **chosen.api.model_dump(),
    ),
)
frontend = FrontendService(
    "etally-frontend",
    FrontendServiceArgs(
        place, repository, api.private_host, domains.frontend, **chosen.frontend.model_dump()
    ),
)

public = {"frontend": frontend.domain, "storage": minio.domain, "api": api.domain}
if chosen.monitoring.enabled and secrets.grafana_password:
    monitoring = MonitoringStack(
        "etally",
        MonitoringStackArgs(
            place,
            grafana_password=encrypted(secrets.grafana_password),
            address=domains.grafana,
            starts_after=[api],
            **chosen.monitoring.model_dump(exclude={"enabled"}),
        ),
        keeping,
    )
    public["grafana"] = monitoring.domain

pulumi.export("projectId", place.project_id)
pulumi.export("environmentId", place.environment_id)
for name, domain in public.items():
    if domain:
        pulumi.export(f"{name}Url", domain.address.origin)
records = {domain.address.host: domain.dns_records for domain in public.values() if domain}
pulumi.export("dnsRecords", {host: wanted for host, wanted in records.items() if wanted is not None})
