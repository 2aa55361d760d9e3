"""Grafana's pictures of what Prometheus measures, made from what is deployed."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Literal

from components.measurements import PROMETHEUS_PORT, Measured

DATA_SOURCE = {"type": "prometheus", "uid": "prometheus"}
_COLUMNS = 24
_HEIGHT = 8


@dataclass(frozen=True)
class Panel:
    """A picture: each expression with the name that its lines have."""

    title: str
    expressions: Sequence[tuple[str, str]]
    unit: str = "short"
    """One of Grafana's units, such as `s`, `bytes`, `percentunit`, `reqps`."""
    kind: Literal["timeseries", "stat"] = "timeseries"
    width: int = 12
    """Columns of 24."""

    def document(self, number: int, column: int, row: int) -> dict[str, Any]:
        """The panel as Grafana has it, at a place in the grid."""
        document: dict[str, Any] = {
            "id": number,
            "type": self.kind,
            "title": self.title,
            "datasource": DATA_SOURCE,
            "gridPos": {"h": _HEIGHT, "w": self.width, "x": column, "y": row},
            "fieldConfig": {"defaults": {"unit": self.unit, "min": 0}, "overrides": []},
            "targets": [
                {
                    "refId": chr(ord("A") + position),
                    "datasource": DATA_SOURCE,
                    "expr": expression,
                    "legendFormat": name,
                    "instant": self.kind == "stat",
                }
                for position, (expression, name) in enumerate(self.expressions)
            ],
        }
        if self.kind == "stat":
            document["options"] = {"reduceOptions": {"calcs": ["lastNotNull"]}, "textMode": "value_and_name"}
        return document


@dataclass(frozen=True)
class Dashboard:
    """A page of panels, placed one after the other."""

    name: str
    """Part of its address, and its title when the first letter is raised."""
    panels: Sequence[Panel]

    def document(self, owner: str) -> dict[str, Any]:
        """The dashboard as Grafana has it."""
        placed, column, row = [], 0, 0
        for number, panel in enumerate(self.panels, start=1):
            if column + panel.width > _COLUMNS:
                column, row = 0, row + _HEIGHT
            placed.append(panel.document(number, column, row))
            column += panel.width
        return {
            "uid": f"{owner}-{self.name}",
            "title": f"{owner}: {self.name}",
            "tags": [owner],
            "schemaVersion": 39,
            "editable": False,
            "refresh": "1m",
            "time": {"from": "now-6h", "to": "now"},
            "panels": placed,
        }


def dashboards(measured: Measured) -> list[Dashboard]:
    """A dashboard of the services, and one of each store that is measured."""
    pages = (
        (True, Dashboard("services", _SERVICES)),
        (measured.postgres is not None, Dashboard("postgresql", _POSTGRES)),
        (measured.redis is not None, Dashboard("redis", _REDIS)),
        (measured.minio is not None, Dashboard("minio", _MINIO)),
    )
    return [page for wanted, page in pages if wanted]


def data_sources() -> str:
    """Grafana's provisioning of Prometheus. Grafana itself puts the variable's value in the address."""
    source = {
        "name": "Prometheus",
        "uid": DATA_SOURCE["uid"],
        "type": DATA_SOURCE["type"],
        "access": "proxy",
        "url": f"http://$PROMETHEUS_HOST:{PROMETHEUS_PORT}",
        "isDefault": True,
        "editable": False,
        "jsonData": {"httpMethod": "POST", "timeInterval": "30s"},
    }
    return json.dumps({"apiVersion": 1, "datasources": [source]})


def dashboard_providers(folder: str) -> str:
    """Grafana's provisioning of dashboards from the files in a folder."""
    provider = {
        "name": "deployed",
        "type": "file",
        "disableDeletion": True,
        "allowUiUpdates": False,
        "options": {"path": folder},
    }
    return json.dumps({"apiVersion": 1, "providers": [provider]})


def _part(rate: str, found: str, missed: str) -> str:
    """What was found, as a part of all that was looked for."""
    return f"{rate.format(found)} / ({rate.format(found)} + {rate.format(missed)})"


_SERVICES = (
    Panel("Healthy", [("probe_success", "{{service}}")], kind="stat"),
    Panel("Alerts", [('count by (alertname, severity) (ALERTS{alertstate="firing"})', "{{alertname}}")]),
    Panel("Time for a health check", [("probe_duration_seconds", "{{service}}")], unit="s"),
    Panel(
        "Part of the time healthy, of the last day",
        [("avg_over_time(probe_success[1d])", "{{service}}")],
        unit="percentunit",
        kind="stat",
    ),
    Panel(
        "Until certificates end",
        [("probe_ssl_earliest_cert_expiry - time()", "{{instance}}")],
        unit="s",
        kind="stat",
    ),
    Panel("Answering with measurements", [("up", "{{job}}")]),
)
_POSTGRES = (
    Panel(
        "Connections",
        [
            ("sum by (state) (pg_stat_activity_count)", "{{state}}"),
            ("max(pg_settings_max_connections)", "limit"),
        ],
    ),
    Panel(
        "Size",
        [
            (
                'pg_database_size_bytes or label_replace(pg_wal_size_bytes, "datname", "(log)", "", "")',
                "{{datname}}",
            )
        ],
        unit="bytes",
    ),
    Panel(
        "Transactions",
        [
            (
                "sum by (datname) (rate(pg_stat_database_xact_commit[$__rate_interval]))",
                "{{datname}} committed",
            ),
            (
                "sum by (datname) (rate(pg_stat_database_xact_rollback[$__rate_interval]))",
                "{{datname}} rolled back",
            ),
        ],
        unit="ops",
    ),
    Panel(
        "Read from memory",
        [(_part("sum(rate(pg_stat_database_{}[$__rate_interval]))", "blks_hit", "blks_read"), "part")],
        unit="percentunit",
    ),
    Panel(
        "Longest transaction",
        [("max by (datname) (pg_stat_activity_max_tx_duration)", "{{datname}}")],
        unit="s",
    ),
    Panel("Deadlocks", [("increase(pg_stat_database_deadlocks[$__rate_interval])", "{{datname}}")]),
)
_REDIS = (
    Panel(
        "Memory",
        [("redis_memory_used_bytes", "used"), ("redis_memory_max_bytes", "limit")],
        unit="bytes",
    ),
    Panel("Clients", [("redis_connected_clients", "connected")]),
    Panel("Commands", [("rate(redis_commands_processed_total[$__rate_interval])", "commands")], unit="ops"),
    Panel(
        "Found in the cache",
        [(_part("rate(redis_keyspace_{}_total[$__rate_interval])", "hits", "misses"), "part")],
        unit="percentunit",
    ),
    Panel(
        "Dropped for lack of room", [("rate(redis_evicted_keys_total[$__rate_interval])", "keys")], unit="ops"
    ),
    Panel("Up for", [("redis_uptime_in_seconds", "up")], unit="s", kind="stat"),
)
_MINIO = (
    Panel(
        "Volume",
        [
            (
                "minio_cluster_capacity_usable_total_bytes - minio_cluster_capacity_usable_free_bytes",
                "used",
            ),
            ("minio_cluster_capacity_usable_total_bytes", "size"),
        ],
        unit="bytes",
    ),
    Panel("Objects", [("minio_cluster_usage_object_total", "objects")]),
    Panel(
        "Requests",
        [("sum by (api) (rate(minio_s3_requests_total[$__rate_interval]))", "{{api}}")],
        unit="reqps",
    ),
    Panel(
        "Failed requests",
        [("sum by (api) (rate(minio_s3_requests_errors_total[$__rate_interval]))", "{{api}}")],
        unit="reqps",
    ),
    Panel(
        "Traffic",
        [
            ("rate(minio_s3_traffic_received_bytes[$__rate_interval])", "received"),
            ("rate(minio_s3_traffic_sent_bytes[$__rate_interval])", "sent"),
        ],
        unit="Bps",
        width=24,
    ),
)
