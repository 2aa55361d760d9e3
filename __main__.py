"""eTally on Railway: data stores, then the server, then the pages, the monitoring and the backups.

What is here says what is deployed and what rests on what; `settings.arguments` says how each part is set up.
"""

import pulumi

from components.api import ApiService
from components.backup import BackupService
from components.buckets import BucketSetup
from components.database import DatabaseService
from components.frontend import FrontendService
from components.minio import MinioService
from components.monitoring import MonitoringStack
from components.password_change import PasswordChange
from components.place import make_place
from settings import arguments, load

chosen = load()
keeping = pulumi.ResourceOptions(protect=chosen.protect)
place = make_place("etally", arguments.of_place(chosen), keeping)

changes = []
if chosen.secrets.postgres_password_before:
    changes = [PasswordChange("etally-postgres-password", arguments.of_postgres_password(chosen, place))]
postgres = DatabaseService(arguments.POSTGRES, arguments.of_postgres(chosen, place, *changes), keeping)
redis = DatabaseService("etally-redis", arguments.of_redis(chosen, place))
minio = MinioService("etally-minio", arguments.of_minio(chosen, place), keeping)
buckets = None
if chosen.storage.scoped_user:
    buckets = BucketSetup("etally-buckets", arguments.of_buckets(chosen, place, minio))

api = ApiService("etally-api", arguments.of_api(chosen, place, postgres, redis, minio, buckets))
frontend = FrontendService("etally-frontend", arguments.of_frontend(chosen, place, api))
public = {"frontend": frontend.domain, "storage": minio.domain, "api": api.domain}

if chosen.monitoring.enabled:
    measured = arguments.of_monitoring(chosen, place, postgres, redis, minio, api, frontend)
    public["grafana"] = MonitoringStack("etally", measured, keeping).domain
if chosen.backup.enabled:
    BackupService("etally-backup", arguments.of_backup(chosen, place, postgres, minio), keeping)

place.wiring.check()

pulumi.export("projectId", place.project_id)
pulumi.export("environmentId", place.environment_id)
for name, domain in public.items():
    if domain:
        pulumi.export(f"{name}Url", domain.address.origin)
records = {domain.address.host: domain.dns_records for domain in public.values() if domain}
pulumi.export("dnsRecords", {host: wanted for host, wanted in records.items() if wanted is not None})
