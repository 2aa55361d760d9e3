"""What Prometheus measures and when it raises an alarm, made from what is deployed."""

import base64
import hashlib
import hmac
import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import pulumi

from components.wiring import Link

PROMETHEUS_PORT = 9090
GRAFANA_PORT = 3000
BLACKBOX_PORT = 9115
POSTGRES_EXPORTER_PORT = 9187
REDIS_EXPORTER_PORT = 9121

MINIO_TOKEN_FILE = "minio-token"  # noqa: S105  # a file's name
RULES_FILE = "rules.yml"
FULL = 0.8
"""The part of a volume, or of the connections, that is too much."""


@dataclass(frozen=True)
class Probe:
    """A health endpoint, which is asked every 30 seconds and has to answer with a status of 200 to 299."""

    service: str
    url: str | Link


@dataclass(frozen=True)
class MeasuredPostgres:
    """A PostgreSQL whose exporter is deployed."""

    url: Link
    volume_gb: int


@dataclass(frozen=True)
class MeasuredMinio:
    """A MinIO that serves its own measurements, to those who hold a token."""

    address: Link
    """Host and port."""
    user: pulumi.Input[str]
    password: pulumi.Input[str]


def minio_token(user: str, password: str) -> str:
    """The token with which MinIO lets Prometheus read its measurements, the same that `mc` generates.

    MinIO's S3 port is public, so its measurements are not: a JSON Web Token says who reads, signed (HS512) with
    that user's password. It ends in 2100, or with the password.
    """

    def encoded(part: bytes) -> str:
        return base64.urlsafe_b64encode(part).rstrip(b"=").decode()

    header = {"alg": "HS512", "typ": "JWT"}
    claims = {"exp": 4_102_444_800, "iss": "prometheus", "sub": user}
    signed = ".".join(encoded(json.dumps(part, separators=(",", ":")).encode()) for part in (header, claims))
    return f"{signed}.{encoded(hmac.digest(password.encode(), signed.encode(), hashlib.sha512))}"


def blackbox_configuration() -> str:
    """How the blackbox exporter asks: over IPv6, the private network's own, else over IPv4."""
    http = {"preferred_ip_protocol": "ip6", "ip_protocol_fallback": True}
    return json.dumps({"modules": {"health": {"prober": "http", "timeout": "10s", "http": http}}})


@dataclass(frozen=True)
class Measured:
    """What is deployed: the addresses (host and port) that serve measurements, None for what isn't there."""

    grafana: str | Link
    blackbox: str | Link | None = None
    probes: Sequence[Probe] = ()
    postgres: str | Link | None = None
    postgres_volume_gb: int = 0
    redis: str | Link | None = None
    minio: str | Link | None = None
    alertmanager: str | Link | None = None

    def configuration(self) -> dict[str, Any]:
        """Prometheus' configuration; texts in it may be links."""
        receiver = [{"static_configs": [{"targets": [self.alertmanager]}]}]
        return {
            "global": {"scrape_interval": "30s", "evaluation_interval": "30s"},
            "rule_files": [RULES_FILE],
            "scrape_configs": list(self._jobs()),
            **({"alerting": {"alertmanagers": receiver}} if self.alertmanager is not None else {}),
        }

    def _jobs(self) -> Iterator[dict[str, Any]]:
        addresses = {
            "prometheus": f"localhost:{PROMETHEUS_PORT}",
            "grafana": self.grafana,
            "blackbox": self.blackbox,
            "postgres": self.postgres,
            "redis": self.redis,
            "alertmanager": self.alertmanager,
        }
        for job, address in addresses.items():
            if address is not None:
                yield {"job_name": job, "static_configs": [{"targets": [address]}]}
        if self.minio is not None:
            yield {
                "job_name": "minio",
                "metrics_path": "/minio/v2/metrics/cluster",
                "authorization": {"credentials_file": MINIO_TOKEN_FILE},
                "static_configs": [{"targets": [self.minio]}],
            }
        if self.blackbox is not None:
            yield {
                "job_name": "health",
                "metrics_path": "/probe",
                "params": {"module": ["health"]},
                "static_configs": [
                    {"targets": [probe.url], "labels": {"service": probe.service}} for probe in self.probes
                ],
                # The blackbox exporter is asked, with the endpoint as a parameter.
                "relabel_configs": [
                    {"source_labels": ["__address__"], "target_label": "__param_target"},
                    {"source_labels": ["__param_target"], "target_label": "instance"},
                    {"target_label": "__address__", "replacement": self.blackbox},
                ],
            }

    def rules(self) -> dict[str, Any]:
        """Prometheus' alert rules, of what is deployed alone."""
        groups = {
            "targets": list(_TARGETS),
            "health": list(_HEALTH) if self.blackbox is not None else [],
            "postgres": [*_POSTGRES, self._postgres_volume()] if self.postgres is not None else [],
            "redis": list(_REDIS) if self.redis is not None else [],
            "minio": list(_MINIO) if self.minio is not None else [],
            "notifications": list(_NOTIFICATIONS) if self.alertmanager is not None else [],
        }
        return {
            "groups": [
                {"name": name, "rules": [alert.rule() for alert in alerts]}
                for name, alerts in groups.items()
                if alerts
            ]
        }

    def _postgres_volume(self) -> "Alert":
        limit = int(self.postgres_volume_gb * 1_000_000_000 * FULL)
        return Alert(
            "PostgresVolumeFills",
            # The write-ahead log lies on the same volume.
            f"sum by (instance) (pg_database_size_bytes or pg_wal_size_bytes) > {limit}",
            "15m",
            "warning",
            f"PostgreSQL's databases and its log fill more than {FULL:.0%} of a volume of"
            f" {self.postgres_volume_gb} GB: raise postgres.volumeGb",
        )


@dataclass(frozen=True)
class Alert:
    """An alert: what is wrong, after how long, how bad it is, and what a person reads."""

    name: str
    expression: str
    after: str
    severity: str
    summary: str

    def rule(self) -> dict[str, Any]:
        """The alert as Prometheus has it."""
        return {
            "alert": self.name,
            "expr": self.expression,
            "for": self.after,
            "labels": {"severity": self.severity},
            "annotations": {"summary": self.summary},
        }


_TARGETS = (
    Alert("TargetDown", "up == 0", "5m", "warning", "{{ $labels.job }} gives no measurements"),
    Alert(
        "RuleFails",
        "increase(prometheus_rule_evaluation_failures_total[10m]) > 0",
        "10m",
        "warning",
        "Prometheus can't evaluate a rule of {{ $labels.rule_group }}",
    ),
)
_HEALTH = (
    Alert(
        "Unhealthy", "probe_success == 0", "3m", "critical", "{{ $labels.service }} fails its health check"
    ),
    Alert(
        "Slow",
        "avg_over_time(probe_duration_seconds[10m]) > 2",
        "10m",
        "warning",
        "{{ $labels.service }} needs more than 2 seconds for its health check",
    ),
    Alert(
        "CertificateEnds",
        "probe_ssl_earliest_cert_expiry - time() < 14 * 24 * 3600",
        "1h",
        "warning",
        "the certificate of {{ $labels.instance }} ends in less than 14 days",
    ),
)
_POSTGRES = (
    Alert("PostgresDown", "pg_up == 0", "2m", "critical", "PostgreSQL accepts no connection"),
    Alert(
        "PostgresConnectionsRunOut",
        "sum by (instance) (pg_stat_activity_count)"
        f" / max by (instance) (pg_settings_max_connections) > {FULL}",
        "5m",
        "warning",
        f"more than {FULL:.0%} of PostgreSQL's connections are taken: lower api.connectionLimit",
    ),
    Alert(
        "PostgresDeadlocks",
        "increase(pg_stat_database_deadlocks[10m]) > 0",
        "0m",
        "warning",
        "transactions in {{ $labels.datname }} wait for each other",
    ),
    Alert(
        "PostgresLongTransaction",
        'max by (instance, datname) (pg_stat_activity_max_tx_duration{state!="idle"}) > 900',
        "5m",
        "warning",
        "a transaction in {{ $labels.datname }} has been open for more than 15 minutes",
    ),
)
_REDIS = (
    Alert("RedisDown", "redis_up == 0", "2m", "critical", "Redis accepts no connection"),
    Alert(
        "RedisRefuses",
        "increase(redis_rejected_connections_total[10m]) > 0",
        "0m",
        "warning",
        "Redis has refused connections",
    ),
    Alert(
        "RedisEvicts",
        "rate(redis_evicted_keys_total[15m]) > 10",
        "15m",
        "info",
        "Redis drops more than 10 keys a second for lack of room: raise redis.memoryMb",
    ),
)
_NOTIFICATIONS = (
    Alert(
        "NotificationsFail",
        "sum by (integration) (increase(alertmanager_notifications_failed_total[10m])) > 0",
        "5m",
        "warning",
        "nobody gets to know of alerts: the receiver of monitoring.notify, by {{ $labels.integration }},"
        " can't be reached or refuses",
    ),
)
_MINIO = (
    Alert(
        "MinioDriveOffline",
        "minio_cluster_drive_offline_total > 0",
        "2m",
        "critical",
        "MinIO has lost its volume",
    ),
    Alert(
        "MinioVolumeFills",
        "minio_cluster_capacity_usable_free_bytes / minio_cluster_capacity_usable_total_bytes"
        f" < {1 - FULL:.1f}",
        "15m",
        "warning",
        f"MinIO's volume is more than {FULL:.0%} full: raise storage.volumeGb",
    ),
    Alert(
        "MinioFails",
        "sum by (instance) (increase(minio_s3_requests_5xx_errors_total[10m])) > 0",
        "5m",
        "warning",
        "MinIO answers requests with errors of its own",
    ),
)
