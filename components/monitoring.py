"""Measurements, and pictures of them."""

from collections.abc import Sequence
from dataclasses import dataclass

import pulumi
import pulumiverse_railway as railway

from components.addresses import PublicAddress
from components.dashboards import dashboard_providers, dashboards, data_sources
from components.files import json_with_links, start_with_files
from components.measurements import (
    BLACKBOX_PORT,
    FULL,
    GRAFANA_PORT,
    MINIO_TOKEN_FILE,
    POSTGRES_EXPORTER_PORT,
    PROMETHEUS_PORT,
    REDIS_EXPORTER_PORT,
    RULES_FILE,
    Measured,
    MeasuredMinio,
    MeasuredPostgres,
    Probe,
    blackbox_configuration,
    minio_token,
)
from components.notifications import ALERTMANAGER_PORT, Notifications
from components.service import MEGABYTES_PER_GIGABYTE, Mount, Placement, PublicDomain, add_domain, add_service
from components.sources import Image
from components.wiring import Link, Variables

_FOLDER = "/tmp/monitoring"  # noqa: S108  # in the container, written anew at each start
_BOARDS = f"{_FOLDER}/boards"
_GRAFANA_FOLDER = "/var/lib/grafana"
# Grafana reads the password in its variables on an empty volume only. Its own command reads a line of its input,
# and sets the password of user 1, the admin; a Grafana with the old one must not start as if it had the new one.
_GRAFANA_PASSWORD = (
    f"if [ -s {_GRAFANA_FOLDER}/grafana.db ]; then"
    ' printf "%s\\n" "$GF_SECURITY_ADMIN_PASSWORD"'
    ' | grafana cli --homepath "$GF_PATHS_HOME" --config "$GF_PATHS_CONFIG"'
    " admin reset-admin-password --password-from-stdin || exit 1; fi"
)
# The images run as users of their own, and Railway's volumes belong to root.
_ROOT = {"RAILWAY_RUN_UID": "0"}


@dataclass
class MonitoringStackArgs:
    """What Prometheus and Grafana need, and what they measure."""

    placement: Placement
    prometheus_image: pulumi.Input[str]
    grafana_image: pulumi.Input[str]
    blackbox_image: pulumi.Input[str]
    postgres_exporter_image: pulumi.Input[str]
    redis_exporter_image: pulumi.Input[str]
    grafana_password: pulumi.Input[str]
    """Of the user `admin`, who gets it anew at each start."""
    address: PublicAddress | None = None
    """Grafana's public address; None: it has none. Nothing else here ever has one."""
    probes: Sequence[Probe] = ()
    """Health endpoints."""
    postgres: MeasuredPostgres | None = None
    redis_url: Link | None = None
    minio: MeasuredMinio | None = None
    notifications: Notifications | None = None
    """Who is told of alerts; None: they stand in Grafana alone."""
    retention_days: int = 15
    """Days that measurements are kept, unless they fill the volume before."""
    prometheus_volume_gb: int = 5
    grafana_volume_gb: int = 1
    starts_after: Sequence[pulumi.Resource] = ()
    """What is up before them; a component's own `depends_on` does not reach its children."""


class MonitoringStack(pulumi.ComponentResource):
    """Prometheus, an exporter for each store, and Grafana with a ready data source and dashboards.

    The services are called `<name>-prometheus`, `<name>-grafana`, `<name>-blackbox-exporter` and so on. All are
    stock images, whose configuration travels in variables that the start commands write to files.
    """

    prometheus: railway.Service
    grafana: railway.Service
    domain: PublicDomain | None

    def __init__(
        self, name: str, args: MonitoringStackArgs, opts: pulumi.ResourceOptions | None = None
    ) -> None:
        super().__init__("etally:components:MonitoringStack", name, None, opts)
        self._name, self._args = name, args
        grafana_name = f"{name}-grafana"
        measured = Measured(
            # By its private name and not by a reference: it refers to Prometheus itself, and starts after it.
            grafana=f"{grafana_name}.railway.internal:{GRAFANA_PORT}",
            blackbox=self._blackbox() if args.probes else None,
            probes=args.probes,
            postgres=self._postgres_exporter(args.postgres) if args.postgres else None,
            postgres_volume_gb=args.postgres.volume_gb if args.postgres else 0,
            redis=self._redis_exporter(args.redis_url) if args.redis_url else None,
            minio=args.minio.address if args.minio else None,
            alertmanager=self._alertmanager(args.notifications) if args.notifications else None,
        )
        self.prometheus = self._prometheus(measured)
        self.grafana = self._grafana(grafana_name, measured)
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

    def _prometheus(self, measured: Measured) -> railway.Service:
        args = self._args
        files = {
            f"{_FOLDER}/prometheus.yml": "PROMETHEUS_CONFIG",
            f"{_FOLDER}/{RULES_FILE}": "PROMETHEUS_RULES",
        }
        variables: dict[str, pulumi.Input[str] | Link] = {
            "PORT": str(PROMETHEUS_PORT),
            "PROMETHEUS_CONFIG": json_with_links(measured.configuration()),
            "PROMETHEUS_RULES": json_with_links(measured.rules()),
            **_ROOT,
        }
        if args.minio:
            files[f"{_FOLDER}/{MINIO_TOKEN_FILE}"] = "MINIO_TOKEN"
            variables["MINIO_TOKEN"] = pulumi.Output.all(args.minio.user, args.minio.password).apply(
                lambda credentials: minio_token(*credentials)
            )
        mount = Mount("/prometheus", args.prometheus_volume_gb)
        return self._service(
            f"{self._name}-prometheus",
            args.prometheus_image,
            _deploy("/-/healthy", _prometheus_command(files, mount, args.retention_days)),
            variables,
            mount,
        )

    def _grafana(self, service_name: str, measured: Measured) -> railway.Service:
        args = self._args
        boards = {f"DASHBOARD_{board.name.upper()}": board for board in dashboards(measured)}
        files = {
            f"{_FOLDER}/datasources/prometheus.yaml": "DATA_SOURCES",
            f"{_FOLDER}/dashboards/deployed.yaml": "DASHBOARD_PROVIDERS",
            **{f"{_BOARDS}/{board.name}.json": variable for variable, board in boards.items()},
        }
        return self._service(
            service_name,
            args.grafana_image,
            _deploy("/api/health", start_with_files(files, "/run.sh", after=_GRAFANA_PASSWORD)),
            {
                "PORT": str(GRAFANA_PORT),
                "PROMETHEUS_HOST": self._private_host(self.prometheus),
                "DATA_SOURCES": data_sources(),
                "DASHBOARD_PROVIDERS": dashboard_providers(_BOARDS),
                **{name: json_with_links(board.document(self._name)) for name, board in boards.items()},
                "GF_PATHS_PROVISIONING": _FOLDER,
                "GF_SECURITY_ADMIN_PASSWORD": args.grafana_password,
                "GF_SECURITY_COOKIE_SECURE": str(args.address is not None).lower(),
                "GF_USERS_ALLOW_SIGN_UP": "false",
                "GF_ANALYTICS_REPORTING_ENABLED": "false",
                **({"GF_SERVER_ROOT_URL": args.address.origin} if args.address else {}),
                **_ROOT,
            },
            Mount(_GRAFANA_FOLDER, args.grafana_volume_gb),
        )

    def _blackbox(self) -> Link:
        configuration = f"{_FOLDER}/blackbox.yml"
        command = start_with_files(
            {configuration: "BLACKBOX_CONFIG"}, f"blackbox_exporter --config.file={configuration}"
        )
        variables = {"BLACKBOX_CONFIG": blackbox_configuration()}
        return self._exporter("blackbox", self._args.blackbox_image, BLACKBOX_PORT, variables, command)

    def _postgres_exporter(self, postgres: MeasuredPostgres) -> Link:
        # The private network encrypts by itself, and the exporter's default demands a server that does too.
        variables = {"DATA_SOURCE_NAME": postgres.url + "?sslmode=disable"}
        return self._exporter(
            "postgres", self._args.postgres_exporter_image, POSTGRES_EXPORTER_PORT, variables
        )

    def _redis_exporter(self, url: Link) -> Link:
        # By default it listens on IPv4 alone.
        variables: Variables = {
            "REDIS_ADDR": url,
            "REDIS_EXPORTER_WEB_LISTEN_ADDRESS": f":{REDIS_EXPORTER_PORT}",
        }
        return self._exporter("redis", self._args.redis_exporter_image, REDIS_EXPORTER_PORT, variables)

    def _alertmanager(self, notifications: Notifications) -> Link:
        service = self._service(
            f"{self._name}-alertmanager",
            notifications.image,
            _deploy("/-/healthy", notifications.start_command),
            {"PORT": str(ALERTMANAGER_PORT), **notifications.variables},
        )
        return self._private_host(service) + f":{ALERTMANAGER_PORT}"

    def _exporter(
        self,
        kind: str,
        image: pulumi.Input[str],
        port: int,
        variables: Variables,
        start_command: str | None = None,
    ) -> Link:
        """Put an exporter in place; its address is the result."""
        service = self._service(
            f"{self._name}-{kind}-exporter",
            image,
            _deploy("/", start_command),
            {"PORT": str(port), **variables},
        )
        return self._private_host(service) + f":{port}"

    def _service(
        self,
        service_name: str,
        image: pulumi.Input[str],
        deploy: railway.ServiceDeployArgs,
        variables: Variables,
        mount: Mount | None = None,
    ) -> railway.Service:
        return add_service(
            service_name,
            self._args.placement,
            source=Image(image),
            deploy=deploy,
            variables=variables,
            mount=mount,
            parent=self,
            depends_on=self._args.starts_after,
            # What has no volume keeps nothing.
            protect=None if mount else False,
        )

    def _private_host(self, service: railway.Service) -> Link:
        return self._args.placement.wiring.link(service, "RAILWAY_PRIVATE_DOMAIN")


def _deploy(healthcheck_path: str, start_command: str | None) -> railway.ServiceDeployArgs:
    return railway.ServiceDeployArgs(
        start_command=start_command,
        healthcheck_path=healthcheck_path,
        healthcheck_timeout=120,
        restart_policy_type=railway.RestartPolicy.ON_FAILURE,
        restart_policy_max_retries=10,
    )


def _prometheus_command(files: dict[str, str], mount: Mount, retention_days: int) -> str:
    size = int(mount.size_gb * MEGABYTES_PER_GIGABYTE * FULL)
    return start_with_files(
        files,
        f"prometheus --config.file={_FOLDER}/prometheus.yml --storage.tsdb.path={mount.path}"
        f" --storage.tsdb.retention.time={retention_days}d --storage.tsdb.retention.size={size}MB"
        f" --web.listen-address=[::]:{PROMETHEUS_PORT}",
    )
