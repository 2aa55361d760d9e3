"""Each alert, shown firing and silent by Prometheus' own tests of rules."""

import json
import subprocess
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from tests.programs.conftest import Rendered
from tests.programs.debian import Programs

pytestmark = pytest.mark.xdist_group("programs")

DAY = 24 * 3600
"""Seconds."""
LATER_MINUTES = 60
"""How much longer what is fine has to stay silent."""


@dataclass(frozen=True)
class Case:
    """Series, a sample a minute, in the notation of Prometheus' tests: a value, and what is added how often."""

    wrong: Mapping[str, str]
    fires: int
    """The first minute in which it does."""
    fine: Mapping[str, str]
    """Nearly as bad, but no reason to fire at any time."""
    labels: Mapping[str, str] = field(default_factory=dict)
    """Beside its severity."""


SERVICE, DATABASE = {"service": "etally-api"}, {"instance": "database"}
CASES = {
    "TargetDown": Case(
        {'up{job="redis"}': "0x90"}, 5, {'up{job="redis"}': "0x4 1x90"}, labels={"job": "redis"}
    ),
    "RuleFails": Case(
        {'prometheus_rule_evaluation_failures_total{rule_group="health"}': "0+1x90"},
        11,
        {'prometheus_rule_evaluation_failures_total{rule_group="health"}': "7x90"},
        labels={"rule_group": "health"},
    ),
    "Unhealthy": Case(
        {'probe_success{service="etally-api"}': "0x90"},
        3,
        {'probe_success{service="etally-api"}': "0x2 1x90"},
        labels=SERVICE,
    ),
    "Slow": Case(
        {'probe_duration_seconds{service="etally-api"}': "2.1x90"},
        10,
        {'probe_duration_seconds{service="etally-api"}': "1.9x90"},
        labels=SERVICE,
    ),
    "CertificateEnds": Case(
        {'probe_ssl_earliest_cert_expiry{instance="https://x"}': f"{14 * DAY - 1}x150"},
        60,
        {'probe_ssl_earliest_cert_expiry{instance="https://x"}': f"{15 * DAY}x150"},
        labels={"instance": "https://x"},
    ),
    "PostgresDown": Case(
        {'pg_up{instance="database"}': "0x90"},
        2,
        {'pg_up{instance="database"}': "0x1 1x90"},
        labels=DATABASE,
    ),
    "PostgresConnectionsRunOut": Case(
        {
            'pg_stat_activity_count{instance="database",state="idle"}': "41x90",
            'pg_stat_activity_count{instance="database",state="active"}': "40x90",
            'pg_settings_max_connections{instance="database"}': "100x90",
        },
        5,
        {
            'pg_stat_activity_count{instance="database",state="idle"}': "40x90",
            'pg_stat_activity_count{instance="database",state="active"}': "40x90",
            'pg_settings_max_connections{instance="database"}': "100x90",
        },
        labels=DATABASE,
    ),
    "PostgresDeadlocks": Case(
        {'pg_stat_database_deadlocks{datname="etally"}': "0+1x90"},
        1,
        {'pg_stat_database_deadlocks{datname="etally"}': "3x90"},
        labels={"datname": "etally"},
    ),
    "PostgresLongTransaction": Case(
        {'pg_stat_activity_max_tx_duration{instance="database",datname="etally",state="active"}': "901x90"},
        5,
        {
            'pg_stat_activity_max_tx_duration{instance="database",datname="etally",state="active"}': "899x90",
            'pg_stat_activity_max_tx_duration{instance="database",datname="etally",state="idle"}': "9000x90",
        },
        labels={"datname": "etally", **DATABASE},
    ),
    # Of a volume of 5 GB, on which the write-ahead log lies, too.
    "PostgresVolumeFills": Case(
        {
            'pg_database_size_bytes{instance="database",datname="etally"}': "3200000000x90",
            'pg_wal_size_bytes{instance="database"}': "900000000x90",
        },
        15,
        {
            'pg_database_size_bytes{instance="database",datname="etally"}': "3200000000x90",
            'pg_wal_size_bytes{instance="database"}': "700000000x90",
        },
        labels=DATABASE,
    ),
    "RedisDown": Case({"redis_up": "0x90"}, 2, {"redis_up": "0x1 1x90"}),
    "RedisRefuses": Case(
        {"redis_rejected_connections_total": "0+1x90"}, 1, {"redis_rejected_connections_total": "9x90"}
    ),
    # A minute's 7200 are 120 a second, and 540 are 9.
    "RedisEvicts": Case(
        {"redis_evicted_keys_total": "10000+7200x90"}, 16, {"redis_evicted_keys_total": "10000+540x90"}
    ),
    "NotificationsFail": Case(
        {'alertmanager_notifications_failed_total{integration="webhook",reason="serverError"}': "0+1x90"},
        6,
        {'alertmanager_notifications_failed_total{integration="webhook",reason="serverError"}': "2x90"},
        labels={"integration": "webhook"},
    ),
    "MinioDriveOffline": Case(
        {"minio_cluster_drive_offline_total": "1x90"}, 2, {"minio_cluster_drive_offline_total": "1x1 0x90"}
    ),
    "MinioVolumeFills": Case(
        {
            "minio_cluster_capacity_usable_free_bytes": "1900000000x90",
            "minio_cluster_capacity_usable_total_bytes": "10000000000x90",
        },
        15,
        {
            "minio_cluster_capacity_usable_free_bytes": "2100000000x90",
            "minio_cluster_capacity_usable_total_bytes": "10000000000x90",
        },
    ),
    "MinioFails": Case(
        {'minio_s3_requests_5xx_errors_total{instance="storage",api="getobject"}': "0+1x90"},
        6,
        {'minio_s3_requests_5xx_errors_total{instance="storage",api="getobject"}': "4x90"},
        labels={"instance": "storage"},
    ),
}
"""One for each alert."""


def rules_of(prometheus: Rendered) -> dict[str, Mapping[str, Any]]:
    """The alerts that are deployed, by name."""
    groups = json.loads(prometheus.variables["PROMETHEUS_RULES"])["groups"]
    return {rule["alert"]: rule for group in groups for rule in group["rules"]}


def expectations(name: str, rule: Mapping[str, Any], case: Case) -> Iterator[dict[str, Any]]:
    """What Prometheus has to find with the wrong series, and with the fine ones."""

    def tested(series: Mapping[str, str], alerts: Mapping[int, list[dict[str, Any]]]) -> dict[str, Any]:
        return {
            "interval": "1m",
            "input_series": [{"series": one, "values": values} for one, values in series.items()],
            "alert_rule_test": [
                {"alertname": name, "eval_time": f"{minute}m", "exp_alerts": expected}
                for minute, expected in alerts.items()
            ],
        }

    summary = rule["annotations"]["summary"]
    for label, value in case.labels.items():
        summary = summary.replace(f"{{{{ $labels.{label} }}}}", value)
    assert "{{" not in summary
    alert = {
        "exp_labels": {"severity": rule["labels"]["severity"], **case.labels},
        "exp_annotations": {"summary": summary},
    }
    yield tested(case.wrong, {case.fires - 1: [], case.fires: [alert], case.fires + 10: [alert]})
    yield tested(case.fine, {minute: [] for minute in (case.fires, case.fires + LATER_MINUTES)})


def test_every_alert_fires_when_it_should_and_never_before(
    rendered: Mapping[str, Rendered], programs: Callable[..., Programs], tmp_path: Path
) -> None:
    rules = rules_of(rendered["etally-prometheus"])
    assert set(CASES) == set(rules)
    found = programs("promtool")
    (tmp_path / "rules.yml").write_text(rendered["etally-prometheus"].variables["PROMETHEUS_RULES"])
    tests = [each for name, case in CASES.items() for each in expectations(name, rules[name], case)]
    (tmp_path / "test.yml").write_text(
        json.dumps({"rule_files": ["rules.yml"], "evaluation_interval": "1m", "tests": tests})
    )
    done = subprocess.run(
        [str(found.file("promtool")), "test", "rules", str(tmp_path / "test.yml")],
        env=found.environment(),
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
