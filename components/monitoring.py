"""Measurements, and pictures of them."""

import json
from collections.abc import Sequence
from dataclasses import dataclass

import pulumi
import pulumiverse_railway as railway

from components.addresses import PublicAddress
from components.service import Mount, Placement, PublicDomain, add_domain, add_service
from components.sources import Image

PROMETHEUS_PORT = 9090
GRAFANA_PORT = 3000


@dataclass
class MonitoringStackArgs:
    """What Prometheus and Grafana need."""

    placement: Placement
    prometheus_image: pulumi.Input[str]
    grafana_image: pulumi.Input[str]
    grafana_password: pulumi.Input[str]
    """Of the user `admin`; read on an empty volume only."""
    address: PublicAddress | None = None
    """Grafana's public address; None: it has none. Prometheus never has one."""
    retention_days: int = 15
    prometheus_volume_gb: int = 5
    grafana_volume_gb: int = 1
    starts_after: Sequence[pulumi.Resource] = ()
    """What is up before them; a component's own `depends_on` does not reach its children."""


class MonitoringStack(pulumi.ComponentResource):
    """Prometheus and Grafana, each on a volume, the one a ready data source of the other.

    The services are called `<name>-prometheus` and `<name>-grafana`. Both are stock images, whose
    configuration travels in a variable that the start command writes to a file.
    """

    prometheus: railway.Service
    grafana: railway.Service
    domain: PublicDomain | None

    def __init__(
        self, name: str, args: MonitoringStackArgs, opts: pulumi.ResourceOptions | None = None
    ) -> None:
        super().__init__("etally:components:MonitoringStack", name, None, opts)
        prometheus_name, grafana_name = f"{name}-prometheus", f"{name}-grafana"
        self.prometheus = add_service(
            prometheus_name,
            args.placement,
            source=Image(args.prometheus_image),
            deploy=_deploy(_prometheus_command(args.retention_days), "/-/healthy"),
            variables={
                "PORT": str(PROMETHEUS_PORT),
                "PROMETHEUS_CONFIG": _prometheus_configuration(grafana_name),
                **_ROOT,
            },
            mount=Mount("/prometheus", args.prometheus_volume_gb),
            parent=self,
            depends_on=args.starts_after,
        )
        self.grafana = add_service(
            grafana_name,
            args.placement,
            source=Image(args.grafana_image),
            deploy=_deploy(_GRAFANA_COMMAND, "/api/health"),
            variables={
                "PORT": str(GRAFANA_PORT),
                "PROMETHEUS_HOST": args.placement.wiring.link(self.prometheus, "RAILWAY_PRIVATE_DOMAIN"),
                "GRAFANA_DATA_SOURCES": _DATA_SOURCES,
                "GF_PATHS_PROVISIONING": _PROVISIONING,
                "GF_SECURITY_ADMIN_PASSWORD": args.grafana_password,
                "GF_USERS_ALLOW_SIGN_UP": "false",
                "GF_ANALYTICS_REPORTING_ENABLED": "false",
                **({"GF_SERVER_ROOT_URL": args.address.origin} if args.address else {}),
                **_ROOT,
            },
            mount=Mount("/var/lib/grafana", args.grafana_volume_gb),
            parent=self,
            depends_on=args.starts_after,
        )
        self.domain = (
            add_domain(
                grafana_name,
                args.placement,
                service=self.grafana,
                address=args.address,
                target_port=GRAFANA_PORT,
                parent=self,
            )
            if args.address
            else None
        )
        self.register_outputs({"prometheusId": self.prometheus.id, "grafanaId": self.grafana.id})


# Both images run as a user of their own, and Railway's volumes belong to root.
_ROOT = {"RAILWAY_RUN_UID": "0"}
_PROVISIONING = "/tmp/provisioning"  # noqa: S108  # in the container, written anew at each start
_GRAFANA_COMMAND = (
    f"/bin/sh -c 'mkdir -p {_PROVISIONING}/datasources;"
    f' printf "%s" "$GRAFANA_DATA_SOURCES" > {_PROVISIONING}/datasources/prometheus.yaml;'
    " exec /run.sh'"
)
# JSON is YAML. Grafana itself puts the environment's values in place of `$NAME`.
_DATA_SOURCES = json.dumps(
    {
        "apiVersion": 1,
        "datasources": [
            {
                "name": "Prometheus",
                "type": "prometheus",
                "access": "proxy",
                "url": f"http://$PROMETHEUS_HOST:{PROMETHEUS_PORT}",
                "isDefault": True,
            }
        ],
    }
)


def _deploy(start_command: str, healthcheck_path: str) -> railway.ServiceDeployArgs:
    return railway.ServiceDeployArgs(
        start_command=start_command,
        healthcheck_path=healthcheck_path,
        healthcheck_timeout=120,
        restart_policy_type=railway.RestartPolicy.ON_FAILURE,
        restart_policy_max_retries=10,
    )


def _prometheus_command(retention_days: int) -> str:
    return (
        '/bin/sh -c \'printf "%s" "$PROMETHEUS_CONFIG" > /tmp/prometheus.yml;'
        " exec prometheus --config.file=/tmp/prometheus.yml --storage.tsdb.path=/prometheus"
        f" --storage.tsdb.retention.time={retention_days}d --web.listen-address=[::]:{PROMETHEUS_PORT}'"
    )


def _prometheus_configuration(grafana_name: str) -> str:
    # Grafana by its private name and not by a reference: it refers to Prometheus itself, and starts after it.
    targets = {
        "prometheus": f"localhost:{PROMETHEUS_PORT}",
        "grafana": f"{grafana_name}.railway.internal:{GRAFANA_PORT}",
    }
    return json.dumps(
        {
            "global": {"scrape_interval": "15s"},
            "scrape_configs": [
                {"job_name": job, "static_configs": [{"targets": [target]}]}
                for job, target in targets.items()
            ],
        }
    )
