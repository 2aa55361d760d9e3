"""Monitoring and backups, as the engine sees them."""

import base64
import json
from typing import Any

import pulumi
import pytest

import settings
from components.backup import PROGRAM
from components.measurements import minio_token
from tests.program.conftest import COMPLETE, SECRETS, Configure
from tests.program.graph import Secret, run_program

OFF_SITE = {"enabled": True, "bucket": "vault", "endpoint": "https://s3.example.org"}


def with_secrets(*names: str) -> dict[str, str]:
    return {**COMPLETE["secrets"], **{name: SECRETS[name] for name in names}}


@pytest.fixture
def monitored(configure: Configure) -> dict[str, Any]:
    configure(monitoring={"enabled": True}, secrets=with_secrets("grafanaPassword"))
    return {name: inputs["variables"] for name, inputs in run_program().services().items()}


def test_prometheus_measures_what_is_deployed(monitored: dict[str, Any]) -> None:
    configuration = json.loads(monitored["etally-prometheus"]["PROMETHEUS_CONFIG"])
    targets = {job["job_name"]: job["static_configs"] for job in configuration["scrape_configs"]}
    health = {(each["labels"]["service"], *each["targets"]) for each in targets.pop("health")}
    assert {job: configs[0]["targets"] for job, configs in targets.items()} == {
        "prometheus": ["localhost:9090"],
        "grafana": ["etally-grafana.railway.internal:3000"],
        "blackbox": ["${{etally-blackbox-exporter.RAILWAY_PRIVATE_DOMAIN}}:9115"],
        "postgres": ["${{etally-postgres-exporter.RAILWAY_PRIVATE_DOMAIN}}:9187"],
        "redis": ["${{etally-redis-exporter.RAILWAY_PRIVATE_DOMAIN}}:9121"],
        "minio": ["${{etally-minio.RAILWAY_PRIVATE_DOMAIN}}:9000"],
    }
    assert health == {
        ("etally-api", "http://${{etally-api.RAILWAY_PRIVATE_DOMAIN}}:3000/health"),
        ("etally-minio", "http://${{etally-minio.RAILWAY_PRIVATE_DOMAIN}}:9000/minio/health/live"),
        ("etally-minio", "https://storage.etally.example/minio/health/live"),
        ("etally-frontend", "https://dashboard.etally.example/healthz"),
    }


def test_alerts_are_sent_to_whoever_is_named(configure: Configure) -> None:
    url = "https://hooks.example.org/canary-of-the-receiver"
    configure(
        monitoring={"enabled": True, "notify": "slack", "alertmanagerImage": "prom/alertmanager:v0.35.0"},
        secrets={**with_secrets("grafanaPassword"), "notificationUrl": url},
    )
    services = run_program().services()
    alertmanager = services["etally-alertmanager"]
    assert alertmanager["source"] == {"image": "prom/alertmanager:v0.35.0"}
    assert alertmanager["variables"]["NOTIFICATION_URL"] == Secret(url)
    (receiver,) = json.loads(alertmanager["variables"]["ALERTMANAGER_CONFIG"])["receivers"]
    assert receiver["slack_configs"][0]["api_url"] == "${{NOTIFICATION_URL}}"
    assert "canary-of-the-receiver" not in alertmanager["deploy"]["startCommand"]
    configuration = json.loads(services["etally-prometheus"]["variables"]["PROMETHEUS_CONFIG"])
    address = "${{etally-alertmanager.RAILWAY_PRIVATE_DOMAIN}}:9093"
    assert configuration["alerting"] == {"alertmanagers": [{"static_configs": [{"targets": [address]}]}]}
    assert {"job_name": "alertmanager", "static_configs": [{"targets": [address]}]} in configuration[
        "scrape_configs"
    ]


def test_without_a_receiver_alerts_stand_in_grafana_alone(
    configure: Configure, monitored: dict[str, Any]
) -> None:
    assert "etally-alertmanager" not in monitored
    assert "alerting" not in json.loads(monitored["etally-prometheus"]["PROMETHEUS_CONFIG"])
    assert "alertmanager" not in monitored["etally-prometheus"]["PROMETHEUS_RULES"]


@pytest.mark.parametrize(
    ("groups", "secret", "problem"),
    [
        (
            {"monitoring": {"enabled": True, "notify": "webhook"}},
            {},
            "secrets.notificationUrl is missing: monitoring.notify needs it",
        ),
        (
            {"monitoring": {"notify": "webhook"}},
            {"notificationUrl": "https://hooks.example.org/a"},
            "monitoring.notify 'webhook' needs monitoring.enabled",
        ),
        (
            {},
            {"notificationUrl": "http://hooks.example.org/canary"},
            "secrets.notificationUrl must be https://, a host name and a path",
        ),
        ({}, {"notificationUrl": 'https://hooks.example.org/"canary'}, "without quotation marks and"),
        *(
            ({}, {"grafanaPassword": f"canary-{password}-canary"}, "secrets.grafanaPassword holds ${…}")
            for password in ("${HOME}", "$__env{HOME}", "$__file{/etc/hostname}", "%(admin_user)s")
        ),
    ],
)
def test_what_monitoring_cannot_work_with_is_told(
    configure: Configure, groups: dict[str, Any], secret: dict[str, str], problem: str
) -> None:
    configure(**groups, secrets={**with_secrets("grafanaPassword"), **secret})
    with pytest.raises(pulumi.RunError) as caught:
        settings.load()
    assert problem in str(caught.value)
    assert "canary" not in str(caught.value)


@pytest.mark.parametrize("password", ["a $dollar and {braces}, 50% (more)s", "$$ {not a variable} ${"])
def test_grafanas_password_may_hold_what_grafana_leaves_alone(configure: Configure, password: str) -> None:
    configure(monitoring={"enabled": True}, secrets={**COMPLETE["secrets"], "grafanaPassword": password})
    assert settings.load().secrets.grafana_password is not None


def test_exporters_connect_by_references(monitored: dict[str, Any]) -> None:
    assert monitored["etally-postgres-exporter"] == {
        "PORT": "9187",
        "DATA_SOURCE_NAME": "${{etally-postgres.DATABASE_URL}}?sslmode=disable",
    }
    assert monitored["etally-redis-exporter"] == {
        "PORT": "9121",
        "REDIS_ADDR": "${{etally-redis.REDIS_URL}}",
        "REDIS_EXPORTER_WEB_LISTEN_ADDRESS": ":9121",
    }


def test_minios_measurements_need_a_token_that_only_its_password_makes(monitored: dict[str, Any]) -> None:
    token = monitored["etally-prometheus"]["MINIO_TOKEN"]
    assert token == Secret(minio_token("admin", SECRETS["minioRootPassword"]))
    header, claims, _ = token.value.split(".")
    assert json.loads(base64.urlsafe_b64decode(header + "==")) == {"alg": "HS512", "typ": "JWT"}
    assert json.loads(base64.urlsafe_b64decode(claims + "==")) == {
        "exp": 4102444800,
        "iss": "prometheus",
        "sub": "admin",
    }
    assert "MINIO_PROMETHEUS_AUTH_TYPE" not in monitored["etally-minio"]


@pytest.mark.parametrize(
    ("domains", "cookie_secure", "root_url"),
    [
        ({}, "false", None),
        ({"grafana": "grafana.etally.example"}, "true", "https://grafana.etally.example"),
    ],
    ids=["private", "public"],
)
def test_grafana_knows_its_own_address(
    configure: Configure, domains: dict[str, str], cookie_secure: str, root_url: str | None
) -> None:
    """Over plain http, by a forwarded port, no browser would send a cookie back that is for https alone."""
    configure(
        domains={**COMPLETE["domains"], **domains},
        monitoring={"enabled": True},
        secrets=with_secrets("grafanaPassword"),
    )
    variables = run_program().services()["etally-grafana"]["variables"]
    assert variables["GF_SECURITY_COOKIE_SECURE"] == cookie_secure
    assert variables.get("GF_SERVER_ROOT_URL") == root_url


RUNS_AS_ROOT = {
    "etally-postgres": True,
    "etally-redis": True,
    "etally-minio": True,
    "etally-prometheus": False,
    "etally-grafana": False,
    "etally-backup": False,
}
"""Of each service with a volume: whether its image, by its Dockerfile, starts as root."""


def test_whoever_has_a_volume_may_write_to_it(configure: Configure) -> None:
    """Railway's volumes belong to root."""
    configure(
        monitoring={"enabled": True},
        redis={"snapshots": True},
        backup={"enabled": True},
        secrets=with_secrets("grafanaPassword", "backupPassphrase"),
    )
    with_volumes = {
        name: service["variables"].get("RAILWAY_RUN_UID")
        for name, service in run_program().services().items()
        if service.get("volumeMounts")
    }
    assert with_volumes == {name: None if root else "0" for name, root in RUNS_AS_ROOT.items()}


def test_each_variable_is_short_enough_to_be_one(monitored: dict[str, Any], configure: Configure) -> None:
    configure(backup={"enabled": True}, secrets=with_secrets("backupPassphrase"))
    variables = [*monitored.values(), run_program().services()["etally-backup"]["variables"]]
    assert max(len(str(value)) for each in variables for value in each.values()) < 32_000


@pytest.mark.parametrize("preview", [True, False], ids=["preview", "up"])
def test_a_backup_knows_its_database_its_objects_and_its_place(configure: Configure, preview: bool) -> None:
    configure(
        backup=OFF_SITE,
        secrets=with_secrets("backupPassphrase", "backupAccessKeyId", "backupSecretAccessKey"),
    )
    service = run_program(preview=preview).services()["etally-backup"]
    variables = dict(service["variables"])
    program = [variables.pop(name) for name in sorted(variables) if name.startswith("BACKUP_PROGRAM_")]
    assert len(program) == len(list(PROGRAM.glob("*.py")))
    assert all(file.startswith('"""') for file in program)
    assert variables == {
        "BACKUP_FOLDER": "/backups",
        "BACKUP_PASSPHRASE": Secret(SECRETS["backupPassphrase"]),
        "KEEP_DAYS": "30",
        "KEEP_WEEKS": "8",
        "KEEP_MONTHS": "6",
        "RAILWAY_RUN_UID": "0",
        **{
            name: f"${{{{etally-postgres.{name}}}}}"
            for name in ("PGHOST", "PGPORT", "PGUSER", "PGDATABASE", "PGPASSWORD")
        },
        "OBJECTS_ENDPOINT": "http://${{etally-minio.RAILWAY_PRIVATE_DOMAIN}}:9000",
        "OBJECTS_ACCESS_KEY_ID": "${{etally-minio.MINIO_ROOT_USER}}",
        "OBJECTS_SECRET_ACCESS_KEY": "${{etally-minio.MINIO_ROOT_PASSWORD}}",
        "BACKUP_BUCKET": "vault",
        "BACKUP_ENDPOINT": "https://s3.example.org",
        "BACKUP_REGION": "us-east-1",
        "BACKUP_PREFIX": "etally",
        "BACKUP_ACCESS_KEY_ID": Secret(SECRETS["backupAccessKeyId"]),
        "BACKUP_SECRET_ACCESS_KEY": Secret(SECRETS["backupSecretAccessKey"]),
    }
    assert service["deploy"]["cronSchedule"] == "17 2 * * *"
    assert service["deploy"]["restartPolicyType"] == "NEVER"
    assert service["volumeMounts"][0]["mountPath"] == "/backups"


def test_a_restoration_is_a_job_that_runs_once(configure: Configure) -> None:
    configure(backup={"enabled": True, "restore": "latest"}, secrets=with_secrets("backupPassphrase"))
    deploy = run_program().services()["etally-backup"]["deploy"]
    assert deploy["startCommand"].endswith("cd /tmp/backup; exec python3 -m backup_program restore latest'")
    assert "cronSchedule" not in deploy
    assert deploy["restartPolicyType"] == "NEVER"


@pytest.mark.parametrize(
    ("groups", "problem"),
    [
        (
            {"backup": {"enabled": True}},
            "secrets.backupPassphrase is missing: backup.enabled needs it",
        ),
        ({"backup": OFF_SITE}, "secrets.backupSecretAccessKey is missing: backup.bucket needs it"),
        (
            {"backup": {"enabled": True, "endpoint": "https://s3.example.org"}},
            "backup.endpoint 'https://s3.example.org' needs backup.bucket",
        ),
        (
            {"backup": {"enabled": True}, "postgres": {"image": "postgres:17.2"}},
            "is of another major version than postgres.image",
        ),
        (
            {"backup": {"enabled": True, "image": "example.org/backup:17.2"}},
            "backup.image 'example.org/backup:17.2' is of another major version than postgres.image",
        ),
        (
            {"backup": {"enabled": True}, "storage": {"volumeGb": 11}},
            "backup.volumeGb 10 is less than storage.volumeGb, 11: without backup.bucket all objects go there, too",
        ),
        ({"backup": {"restore": "yesterday"}}, "must be latest or a backup's time"),
        ({"backup": {"endpoint": "http://s3.example.org"}}, "must be https:// and a host name"),
        ({"backup": {"schedule": "daily"}}, "must be a cron schedule of five fields"),
    ],
)
def test_what_a_backup_cannot_work_with_is_told(
    configure: Configure, groups: dict[str, Any], problem: str
) -> None:
    configure(**groups)
    with pytest.raises(pulumi.RunError) as caught:
        settings.load()
    assert problem in str(caught.value)
