"""The whole program, as the engine sees it."""

from typing import Any

import pytest

from components.api import BUCKETS
from components.buckets import PROGRAM, policy_for
from components.database import Redis
from components.files import start_with_files
from components.frontend import start_command
from components.preload import PRELOAD, START_COMMAND
from tests.program.conftest import SECRETS, Configure
from tests.program.graph import Secret, run_program

PREVIEW = pytest.mark.parametrize("preview", [True, False], ids=["preview", "up"])


@pytest.fixture
def monitored(configure: Configure) -> dict[str, Any]:
    groups: dict[str, Any] = {
        "domains": {
            "frontend": "dashboard.etally.example",
            "storage": "storage.etally.example",
            "api": "api.etally.example",
            "grafana": "etally-grafana",
        },
        "monitoring": {"enabled": True},
        "secrets": SECRETS,
    }
    configure(**groups)
    return groups


def secret(name: str) -> Secret:
    return Secret(SECRETS[name])


VARIABLES: dict[str, dict[str, Any]] = {
    "etally-postgres": {
        "POSTGRES_DB": "etally",
        "POSTGRES_USER": "postgres",
        "POSTGRES_PASSWORD": secret("postgresPassword"),
        "PGDATA": "/var/lib/postgresql/data/pgdata",
        "PGHOST": "${{RAILWAY_PRIVATE_DOMAIN}}",
        "PGPORT": "5432",
        "PGUSER": "${{POSTGRES_USER}}",
        "PGDATABASE": "${{POSTGRES_DB}}",
        "PGPASSWORD": "${{POSTGRES_PASSWORD}}",
        "DATABASE_URL": (
            "postgresql://${{POSTGRES_USER}}:${{POSTGRES_PASSWORD}}"
            "@${{RAILWAY_PRIVATE_DOMAIN}}:5432/${{POSTGRES_DB}}"
        ),
        "SSL_CERT_DAYS": "820",
    },
    "etally-redis": {
        "REDIS_PASSWORD": secret("redisPassword"),
        "REDISHOST": "${{RAILWAY_PRIVATE_DOMAIN}}",
        "REDISPORT": "6379",
        "REDISUSER": "default",
        "REDISPASSWORD": "${{REDIS_PASSWORD}}",
        "REDIS_URL": "redis://default:${{REDIS_PASSWORD}}@${{RAILWAY_PRIVATE_DOMAIN}}:6379",
    },
    "etally-minio": {
        "MINIO_ROOT_USER": "admin",
        "MINIO_ROOT_PASSWORD": secret("minioRootPassword"),
        "PORT": "9000",
    },
    "etally-buckets": {
        "JOB": PROGRAM.read_text(),
        "STORE": "${{etally-minio.RAILWAY_PRIVATE_DOMAIN}}:9000",
        "STORE_ROOT_USER": "${{etally-minio.MINIO_ROOT_USER}}",
        "STORE_ROOT_PASSWORD": "${{etally-minio.MINIO_ROOT_PASSWORD}}",
        "STORE_USER": "etally-api",
        "STORE_PASSWORD": secret("minioApplicationPassword"),
        "FORMER_USERS": "etally-api-b",
        "BUCKETS": "party-logos observer-documents form-34a-photos",
        "POLICY": policy_for(BUCKETS),
        "POLICY_FILE": "/tmp/job/policy.json",
        "LIFECYCLE_FOLDER": "/tmp/job/lifecycle",
    },
    "etally-api": {
        "NODE_ENV": "production",
        "PORT": "3000",
        "LOG_DIR": "/app/logs",
        "DATABASE_URL": "${{etally-postgres.DATABASE_URL}}?connection_limit=3&pool_timeout=20",
        "REDIS_URL": "${{etally-redis.REDIS_URL}}?family=0",
        "MINIO_ENDPOINT": "${{etally-minio.RAILWAY_PUBLIC_DOMAIN}}",
        "MINIO_PRESIGNED_ENDPOINT": "${{etally-minio.RAILWAY_PUBLIC_DOMAIN}}",
        "MINIO_PORT": "443",
        "MINIO_USE_SSL": "true",
        "MINIO_ACCESS_KEY": "${{etally-buckets.STORE_USER}}",
        "MINIO_SECRET_KEY": "${{etally-buckets.STORE_PASSWORD}}",
        "JWT_SECRET": secret("jwtSecret"),
        "JWT_REFRESH_SECRET": secret("jwtRefreshSecret"),
        "JWT_EXPIRY": "8h",
        "MIN_PASSWORD_LENGTH": "8",
        "ENCRYPTION_KEY": secret("encryptionKey"),
        "CORS_ORIGIN": "https://dashboard.etally.example",
        "APP_URL": "https://dashboard.etally.example",
        "PRELOAD": PRELOAD,
        "PROXY_HOPS": "2",
    },
    "etally-frontend": {"PORT": "80", "API_HOST": "${{etally-api.RAILWAY_PRIVATE_DOMAIN}}"},
}


@PREVIEW
def test_the_variables_of_every_service_are_known_in_full(configure: Configure, preview: bool) -> None:
    configure()
    services = run_program(preview=preview).services()
    assert {name: inputs["variables"] for name, inputs in services.items()} == VARIABLES


@PREVIEW
def test_the_services_are_the_guides(configure: Configure, preview: bool) -> None:
    configure()
    services = run_program(preview=preview).services()
    assert {name: inputs["source"] for name, inputs in services.items()} == {
        "etally-postgres": {"image": "ghcr.io/railwayapp-templates/postgres-ssl:16.14"},
        "etally-redis": {"image": "redis:7.2.11"},
        "etally-minio": {"image": "ghcr.io/coollabsio/minio:RELEASE.2025-10-15T17-29-55Z"},
        "etally-buckets": {"image": "ghcr.io/coollabsio/minio:RELEASE.2025-10-15T17-29-55Z"},
        "etally-api": {"repo": "organisation/etally", "branch": "main", "checkSuites": False},
        "etally-frontend": {"repo": "organisation/etally", "branch": "main", "checkSuites": False},
    }
    assert {name: inputs.get("build") for name, inputs in services.items()} == {
        "etally-postgres": None,
        "etally-redis": None,
        "etally-minio": None,
        "etally-buckets": None,
        "etally-api": {"builder": "DOCKERFILE", "dockerfilePath": "backend/Dockerfile"},
        "etally-frontend": {"builder": "DOCKERFILE", "dockerfilePath": "frontend/Dockerfile"},
    }
    assert {name: inputs["deploy"].get("startCommand") for name, inputs in services.items()} == {
        "etally-postgres": None,
        "etally-redis": Redis("").start_command,
        "etally-minio": "minio server /data --console-address :9001",
        "etally-buckets": start_with_files(
            {"/tmp/job/job.sh": "JOB", "/tmp/job/policy.json": "POLICY"}, "sh /tmp/job/job.sh"
        ),
        "etally-api": START_COMMAND,
        "etally-frontend": start_command(),
    }
    assert services["etally-api"]["deploy"] == {
        "startCommand": START_COMMAND,
        "preDeployCommand": "npx prisma migrate deploy",
        "healthcheckPath": "/health",
        "healthcheckTimeout": 120,
        "restartPolicyType": "ON_FAILURE",
        "restartPolicyMaxRetries": 10,
        "overlapSeconds": 20,
    }
    assert all(inputs["deploy"]["restartPolicyType"] for inputs in services.values())


@PREVIEW
def test_only_what_keeps_data_has_a_volume(configure: Configure, preview: bool) -> None:
    configure()
    graph = run_program(preview=preview)
    mounts = {
        name: inputs["volumeMounts"][0]["mountPath"]
        for name, inputs in graph.services().items()
        if inputs.get("volumeMounts")
    }
    assert mounts == {"etally-postgres": "/var/lib/postgresql/data", "etally-minio": "/data"}
    sizes = {each.inputs["name"]: each.inputs["sizeMb"] for each in graph.of_type("Volume").values()}
    assert sizes == {"etally-postgres-data": 5000, "etally-minio-data": 10000}


@PREVIEW
def test_public_are_the_pages_and_the_stores_s3_port(configure: Configure, preview: bool) -> None:
    configure(domains={"frontend": "dashboard.etally.example", "storage": "etally-storage"})
    graph = run_program(preview=preview)
    custom, railways = graph.of_type("CustomDomain"), graph.of_type("ServiceDomain")
    assert {name: (each.inputs["domain"], each.inputs["targetPort"]) for name, each in custom.items()} == {
        "etally-frontend-domain": ("dashboard.etally.example", 80)
    }
    assert {
        name: (each.inputs["subdomain"], each.inputs["targetPort"]) for name, each in railways.items()
    } == {"etally-minio-domain": ("etally-storage", 9000)}


@PREVIEW
def test_services_start_after_what_they_refer_to(configure: Configure, monitored: Any, preview: bool) -> None:
    del configure, monitored
    graph = run_program(preview=preview)
    depends = {name: set(each.dependencies) for name, each in graph.of_type("Service").items()}
    stores = {"etally-postgres-service", "etally-redis-service", "etally-minio-service"}
    assert depends["etally-api-service"] >= {*stores, "etally-minio-domain"}
    assert "etally-api-service" in depends["etally-frontend-service"]
    assert "etally-api-service" in depends["etally-prometheus-service"]
    assert {"etally-api-service", "etally-prometheus-service"} <= depends["etally-grafana-service"]
    assert not any("etally-frontend" in name for name in depends["etally-api-service"])


@PREVIEW
def test_what_changes_behind_a_reference_redeploys_its_reader(configure: Configure, preview: bool) -> None:
    configure()
    before = run_program(preview=preview).services()
    configure(secrets={**SECRETS, "postgresPassword": "another-password-of-its-own"})
    after = run_program(preview=preview).services()
    changed = {
        (service, name)
        for service, inputs in after.items()
        for name, digest in inputs.get("redeployTriggers", {}).items()
        if before[service]["redeployTriggers"][name] != digest
    }
    assert changed == {("etally-api", "DATABASE_URL")}


@PREVIEW
@pytest.mark.parametrize("protect", [True, False])
def test_what_keeps_data_is_protected(
    configure: Configure, monitored: dict[str, Any], protect: bool, preview: bool
) -> None:
    configure(**monitored, protect=str(protect).lower())
    graph = run_program(preview=preview)
    expected = {"etally", "etally-postgres", "etally-minio"} if protect else set()
    expected |= {f"{name}-{kind}" for name in expected - {"etally"} for kind in ("service", "volume")}
    if protect:
        expected |= {
            f"etally-{name}-{kind}" for name in ("prometheus", "grafana") for kind in ("service", "volume")
        }
    assert {each.name for each in graph.resources if each.protect} == expected


@PREVIEW
def test_an_existing_project_is_not_managed(configure: Configure, preview: bool) -> None:
    project, environment = "11111111-2222-3333-4444-555555555555", "66666666-7777-8888-9999-000000000000"
    configure(railway={"project": project, "environmentId": environment})
    graph = run_program(preview=preview)
    assert not graph.of_type("Project")
    assert {(each["projectId"], each["environmentId"]) for each in graph.services().values()} == {
        (project, environment)
    }


def test_a_created_project_has_the_stacks_name_and_environment(configure: Configure) -> None:
    configure(railway={"environment": "live"})
    graph = run_program()
    (project,) = graph.of_type("Project").values()
    assert project.inputs["name"] == "etally-production"
    assert project.inputs["defaultEnvironmentName"] == "live"
    assert {each["environmentId"] for each in graph.services().values()} == {"environment-id"}


@PREVIEW
def test_monitoring_is_off_unless_it_is_chosen(
    configure: Configure, monitored: dict[str, Any], preview: bool
) -> None:
    configure()
    assert set(run_program(preview=preview).services()) == set(VARIABLES)
    configure(**monitored)
    services = run_program(preview=preview).services()
    exporters = {f"etally-{kind}-exporter" for kind in ("blackbox", "postgres", "redis")}
    assert set(services) == {*VARIABLES, *exporters, "etally-prometheus", "etally-grafana"}
    grafana = services["etally-grafana"]["variables"]
    assert grafana["GF_SECURITY_ADMIN_PASSWORD"] == secret("grafanaPassword")
    assert grafana["PROMETHEUS_HOST"] == "${{etally-prometheus.RAILWAY_PRIVATE_DOMAIN}}"
    assert services["etally-prometheus"]["volumeMounts"][0]["mountPath"] == "/prometheus"
    assert services["etally-grafana"]["volumeMounts"][0]["mountPath"] == "/var/lib/grafana"


def test_the_outputs_are_the_addresses_and_the_records_to_set(
    configure: Configure, monitored: dict[str, Any]
) -> None:
    configure(**monitored)
    graph = run_program()
    assert graph.outputs == {
        "projectId": "etally-id",
        "environmentId": "environment-id",
        "frontendUrl": "https://dashboard.etally.example",
        "storageUrl": "https://storage.etally.example",
        "apiUrl": "https://api.etally.example",
        "grafanaUrl": "https://etally-grafana.up.railway.app",
        "dnsRecords": {
            host: [{"type": "CNAME", "name": host, "value": "x.up.railway.app"}]
            for host in ("dashboard.etally.example", "storage.etally.example", "api.etally.example")
        },
    }


@PREVIEW
def test_no_secret_is_registered_in_the_clear(
    configure: Configure, monitored: dict[str, Any], preview: bool
) -> None:
    configure(**monitored)
    graph = run_program(preview=preview)

    def in_the_clear(value: Any) -> str:
        if isinstance(value, Secret):
            return ""
        if isinstance(value, dict):
            return "".join(in_the_clear(member) for member in value.values())
        return str(value)

    assert "canary" not in in_the_clear({each.name: each.inputs for each in graph.resources})


@PREVIEW
def test_every_setting_of_a_service_reaches_it(configure: Configure, preview: bool) -> None:
    configure(
        railway={"workspaceId": "11111111-2222-3333-4444-555555555555"},
        source={"repository": "a/b", "branch": "next", "waitForCi": True},
        postgres={"image": "p:1", "database": "d", "user": "u", "volumeGb": 7},
        redis={"image": "r:1", "memoryMb": 99},
        storage={"image": "m:1", "rootUser": "root", "volumeGb": 8},
        api={
            "dockerfilePath": "A",
            "connectionLimit": 5,
            "poolTimeoutSeconds": 6,
            "jwtExpiry": "9m",
            "nodeOptions": "--x",
        },
        frontend={"dockerfilePath": "F"},
        monitoring={
            "enabled": True,
            "prometheusImage": "pr:1",
            "prometheusVolumeGb": 3,
            "retentionDays": 4,
            "grafanaImage": "g:1",
            "grafanaVolumeGb": 2,
            "blackboxImage": "b:1",
            "postgresExporterImage": "pe:1",
            "redisExporterImage": "re:1",
        },
        backup={
            "enabled": True,
            "image": "ba:1",
            "schedule": "1 2 * * *",
            "keepDays": 11,
            "keepWeeks": 12,
            "keepMonths": 13,
            "volumeGb": 9,
            "bucket": "vault",
            "endpoint": "https://s3.example.org",
            "region": "mars",
            "prefix": "copies",
        },
        secrets=SECRETS,
    )
    graph = run_program(preview=preview)
    text = repr(graph)
    for value in (
        "'workspaceId': '11111111-2222-3333-4444-555555555555'",
        "'repo': 'a/b'",
        "'branch': 'next'",
        "'checkSuites': True",
        "'image': 'p:1'",
        "'POSTGRES_DB': 'd'",
        "'POSTGRES_USER': 'u'",
        "'sizeMb': 7000",
        "'image': 'r:1'",
        "--maxmemory 99mb",
        "'image': 'm:1'",
        "'MINIO_ROOT_USER': 'root'",
        "'sizeMb': 8000",
        "'dockerfilePath': 'A'",
        "?connection_limit=5&pool_timeout=6",
        "'JWT_EXPIRY': '9m'",
        "'NODE_OPTIONS': '--x'",
        "'dockerfilePath': 'F'",
        "'image': 'pr:1'",
        "'sizeMb': 3000",
        "retention.time=4d",
        "'image': 'g:1'",
        "'sizeMb': 2000",
        "'image': 'b:1'",
        "'image': 'pe:1'",
        "'image': 're:1'",
        "'image': 'ba:1'",
        "'cronSchedule': '1 2 * * *'",
        "'KEEP_DAYS': '11'",
        "'KEEP_WEEKS': '12'",
        "'KEEP_MONTHS': '13'",
        "'sizeMb': 9000",
        "'BACKUP_BUCKET': 'vault'",
        "'BACKUP_ENDPOINT': 'https://s3.example.org'",
        "'BACKUP_REGION': 'mars'",
        "'BACKUP_PREFIX': 'copies'",
    ):
        assert value in text


@PREVIEW
def test_each_resource_belongs_to_its_component(configure: Configure, monitored: Any, preview: bool) -> None:
    del configure, monitored
    graph = run_program(preview=preview)
    components = {each.name for each in graph.resources if each.type.startswith("etally:")}
    for each in graph.resources:
        if each.type.startswith("etally:") or each.name == "etally":
            assert each.parent == "etally-production"
        else:
            assert each.parent in components
            assert each.name.startswith(f"{each.parent}-")
