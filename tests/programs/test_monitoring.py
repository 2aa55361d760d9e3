"""Prometheus and its exporters on what the local Railway renders, and Grafana's files against Grafana's own schema."""

import json
import re
import shlex
import subprocess
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from functools import partial
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import httpx
import pytest
import yaml
from botocore.exceptions import ClientError  # type: ignore[import-untyped]
from grafana_foundation_sdk.cog.encoder import JSONEncoder
from grafana_foundation_sdk.cog.plugins import register_default_plugins
from grafana_foundation_sdk.models.dashboard import Dashboard

from components.api import BUCKETS
from components.measurements import minio_token
from tests.programs.conftest import Database, Rendered, free_port, running, wait_until
from tests.programs.debian import Programs
from tests.programs.minio import Store, built, started
from tests.programs.test_stores import redis, serving

# Building MinIO, the first time, isn't part of what a test may take.
pytestmark = [pytest.mark.xdist_group("programs"), pytest.mark.timeout(300, func_only=True)]

Find = Callable[..., Programs]
EXPORTERS = ("prometheus-blackbox-exporter", "prometheus-postgres-exporter", "prometheus-redis-exporter")
BOARDS = ("SERVICES", "POSTGRESQL", "REDIS", "MINIO")


def in_folder(command: str | None, folder: Path) -> str:
    """A start command whose files lie in a folder of the test instead of the container's."""
    assert command
    return command.replace("/tmp/monitoring", str(folder / "monitoring"))


def written(service: Rendered, programs: Programs, folder: Path) -> Path:
    """What a start command writes, and where; the program that it becomes is not started."""
    writing = in_folder(service.start_command, folder).rpartition("; exec ")[0] + "'"
    subprocess.run(shlex.split(writing), env=programs.environment(service.variables), check=True)
    return folder / "monitoring"


def test_prometheus_accepts_its_configuration_and_rules(
    rendered: Mapping[str, Rendered], programs: Find, tmp_path: Path
) -> None:
    found = programs("promtool")
    files = written(rendered["etally-prometheus"], found, tmp_path)
    for kind, name in (("config", "prometheus.yml"), ("rules", "rules.yml")):
        done = subprocess.run(
            [str(found.file("promtool")), "check", kind, str(files / name)],
            env=found.environment(),
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode == 0, done.stdout + done.stderr
    assert (files / "minio-token").stat().st_mode & 0o077 == 0
    variables = rendered["etally-minio"].variables
    expected = minio_token(variables["MINIO_ROOT_USER"], variables["MINIO_ROOT_PASSWORD"])
    assert (files / "minio-token").read_text() == expected


class _StandIn(BaseHTTPRequestHandler):
    """Healthy, and measured: the application, and Grafana."""

    def do_GET(self) -> None:
        if self.path == "/metrics":
            self._answer(200, "stand_in 1\n")
        else:
            self._answer(200 if "health" in self.path else 404, "ok")

    def _answer(self, status: int, body: str) -> None:
        self.send_response(status)
        self.send_header("Content-Type", "text/plain; version=0.0.4")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body.encode())

    def log_message(self, *_: object) -> None:
        """Say nothing."""


@contextmanager
def stand_in() -> Iterator[int]:
    server = ThreadingHTTPServer(("127.0.0.1", 0), _StandIn)
    with serving(server):
        yield int(server.server_address[1])


@pytest.fixture
def store(rendered: Mapping[str, Rendered], tmp_path: Path) -> Iterator[Store]:
    """A real MinIO with its buckets, and a request of each kind behind it."""
    with started(built(), rendered["etally-minio"], tmp_path / "store") as one:
        done = one.run(rendered["etally-buckets"], {"TARGET": "", "REPLICATION_RULE": "none"})
        assert done.returncode == 0, done.stdout + done.stderr
        client = one.client()
        client.put_object(Bucket=BUCKETS[0], Key="a", Body=b"text")
        assert client.get_object(Bucket=BUCKETS[0], Key="a")["Body"].read() == b"text"
        with pytest.raises(ClientError):
            client.get_object(Bucket=BUCKETS[0], Key="nothing")
        yield one


def test_minios_token_opens_its_measurements_and_nothing_else(
    rendered: Mapping[str, Rendered], store: Store
) -> None:
    def ask(path: str, token: str = rendered["etally-prometheus"].variables["MINIO_TOKEN"]) -> int:
        bearer = {"Authorization": f"Bearer {token}"}
        return httpx.get(f"http://{store.address}{path}", headers=bearer, trust_env=False).status_code

    measurements = "/minio/v2/metrics/cluster"
    assert ask(measurements) == httpx.codes.OK
    assert ask(measurements, minio_token(store.root_user, "another-password")) == httpx.codes.FORBIDDEN
    for path in ("/", f"/{BUCKETS[0]}/a", "/minio/admin/v3/info", "/minio/admin/v3/list-users"):
        assert 400 <= ask(path) < 500, path


def test_prometheus_measures_everything_that_the_dashboards_show(
    rendered: Mapping[str, Rendered], programs: Find, database: Database, store: Store, tmp_path: Path
) -> None:
    found = programs("prometheus", "redis-server", *EXPORTERS)
    # The image calls the program by its shorter name.
    (tmp_path / "blackbox_exporter").symlink_to(found.file("prometheus-blackbox-exporter"))
    service = rendered["etally-prometheus"]
    prometheus, blackbox, postgres, redis_exporter = (free_port() for _ in range(4))
    with ExitStack() as stack:
        other = f"127.0.0.1:{stack.enter_context(stand_in())}"
        redis_port, _ = stack.enter_context(redis(rendered, found, tmp_path))
        configuration = service.variables["PROMETHEUS_CONFIG"]
        for name, here in {
            "localhost:9090": f"127.0.0.1:{prometheus}",
            "etally-blackbox-exporter.railway.internal:9115": f"127.0.0.1:{blackbox}",
            "etally-postgres-exporter.railway.internal:9187": f"127.0.0.1:{postgres}",
            "etally-redis-exporter.railway.internal:9121": f"127.0.0.1:{redis_exporter}",
            f"{rendered['etally-grafana'].variables['RAILWAY_PRIVATE_DOMAIN']}:3000": other,
            "etally-alertmanager.railway.internal:9093": other,
            "etally-minio.railway.internal:9000": store.address,
            "etally-api.railway.internal:3000": other,
            "https://etally-dashboard.up.railway.app": f"http://{other}",
            "https://etally-storage.up.railway.app": f"http://{store.address}",
        }.items():
            assert name in configuration
            configuration = configuration.replace(name, here)
        # Every second, so that the test need not wait.
        configuration = configuration.replace('_interval": "30s"', '_interval": "1s"')

        def start(name: str, command: str, **changed: str) -> subprocess.Popen[bytes]:
            variables = {**rendered[name].variables, **changed}
            environment = found.environment(variables)
            environment["PATH"] = f"{tmp_path}:{environment['PATH']}"
            log = tmp_path / f"{name}.log"
            return stack.enter_context(running(shlex.split(command), environment, log))

        command = in_folder(rendered["etally-blackbox-exporter"].start_command, tmp_path)
        start("etally-blackbox-exporter", f"{command[:-1]} --web.listen-address=127.0.0.1:{blackbox}'")
        url = rendered["etally-postgres-exporter"].variables["DATA_SOURCE_NAME"]
        host = "{PGHOST}:{PGPORT}".format(**database.variables)
        assert host in url
        start(
            "etally-postgres-exporter",
            f"prometheus-postgres-exporter --web.listen-address=127.0.0.1:{postgres}",
            DATA_SOURCE_NAME=url.replace(host, f"127.0.0.1:{database.port}"),
        )
        address = rendered["etally-redis-exporter"].variables["REDIS_ADDR"]
        start(
            "etally-redis-exporter",
            "prometheus-redis-exporter",
            REDIS_ADDR=address.replace("etally-redis.railway.internal:6379", f"127.0.0.1:{redis_port}"),
            REDIS_EXPORTER_WEB_LISTEN_ADDRESS=f"127.0.0.1:{redis_exporter}",
        )
        command = in_folder(service.start_command, tmp_path)
        command = command.replace("--storage.tsdb.path=/prometheus", f"--storage.tsdb.path={tmp_path}/data")
        command = command.replace("[::]:9090", f"127.0.0.1:{prometheus}")
        process = start("etally-prometheus", command, PROMETHEUS_CONFIG=configuration)
        log = tmp_path / "etally-prometheus.log"
        client = stack.enter_context(
            httpx.Client(trust_env=False, base_url=f"http://127.0.0.1:{prometheus}/api/v1")
        )

        def measured(expression: str) -> list[dict[str, Any]]:
            query = expression.replace("$__rate_interval", "10s")
            answer = client.get("/query", params={"query": query}).raise_for_status().json()
            assert answer["status"] == "success", answer
            found: list[dict[str, Any]] = answer["data"]["result"]
            return found

        # MinIO's private and its public address are the same one here.
        wait_until(lambda: len(measured("up")) == 10, process, log)
        wait_until(lambda: not measured("up == 0") and not measured("probe_success == 0"), process, log)
        assert len(measured("probe_success == 1")) == 3
        assert measured("pg_up")[0]["value"][1] == "1"
        assert measured("redis_up")[0]["value"][1] == "1"
        groups = client.get("/rules").json()["data"]["groups"]
        assert {group["name"] for group in groups} == {
            *("targets", "health", "postgres", "redis", "minio", "notifications")
        }
        for name in watched(service) - NOT_HERE:
            wait_until(partial(measured, name), process, log)
        for board in BOARDS:
            for expression in expressions(
                json.loads(rendered["etally-grafana"].variables[f"DASHBOARD_{board}"])
            ):
                # Here nothing fails, and nothing has a certificate.
                if "ALERTS" not in expression and "cert" not in expression:
                    wait_until(partial(measured, expression), process, log)


NOT_HERE = {
    "probe_ssl_earliest_cert_expiry",  # of https alone
    "minio_s3_requests_5xx_errors_total",  # once it has failed
    "alertmanager_notifications_failed_total",  # a real one has it, in the tests of notifications
    "pg_wal_size_bytes",  # of the deployed exporter, and not of Debian 12's
}


def watched(prometheus: Rendered) -> set[str]:
    """The names of the measurements on which alerts rest: one that nothing measures never fires."""
    rules = [
        rule
        for group in json.loads(prometheus.variables["PROMETHEUS_RULES"])["groups"]
        for rule in group["rules"]
    ]
    families = r"\b(?:up\b|(?:probe|prometheus|pg|redis|minio|alertmanager)_\w+)"
    found = [re.findall(families, rule["expr"]) for rule in rules]
    assert all(found)
    return {name for names in found for name in names}


def expressions(dashboard: Mapping[str, Any]) -> list[str]:
    return [target["expr"] for panel in dashboard["panels"] for target in panel["targets"]]


@pytest.fixture
def provisioned(rendered: Mapping[str, Rendered], programs: Find, tmp_path: Path) -> Path:
    """What Grafana's start command writes."""
    return written(rendered["etally-grafana"], programs(), tmp_path)


def test_grafana_finds_its_files_where_it_looks(provisioned: Path, rendered: Mapping[str, Rendered]) -> None:
    files = {str(path.relative_to(provisioned)) for path in provisioned.rglob("*") if path.is_file()}
    boards = {f"boards/{name.lower()}.json" for name in BOARDS}
    assert files == {"datasources/prometheus.yaml", "dashboards/deployed.yaml", *boards}
    assert rendered["etally-grafana"].variables["GF_PATHS_PROVISIONING"] == "/tmp/monitoring"
    provider = yaml.safe_load((provisioned / "dashboards/deployed.yaml").read_text())
    assert provider["apiVersion"] == 1
    (one,) = provider["providers"]
    assert one["options"]["path"] == "/tmp/monitoring/boards"
    assert set(one) <= {
        *("name", "orgId", "type", "folder", "folderUid", "disableDeletion", "allowUiUpdates"),
        *("updateIntervalSeconds", "options"),
    }


def test_the_data_source_is_the_one_that_the_dashboards_ask(
    provisioned: Path, rendered: Mapping[str, Rendered]
) -> None:
    document = yaml.safe_load((provisioned / "datasources/prometheus.yaml").read_text())
    assert document["apiVersion"] == 1
    (source,) = document["datasources"]
    assert set(source) <= {
        *("name", "type", "access", "uid", "orgId", "url", "user", "database", "basicAuth", "basicAuthUser"),
        *("withCredentials", "isDefault", "jsonData", "secureJsonData", "version", "editable"),
    }
    host = rendered["etally-grafana"].variables["PROMETHEUS_HOST"]
    assert source["url"].replace("$PROMETHEUS_HOST", host) == "http://etally-prometheus.railway.internal:9090"
    for name in BOARDS:
        board = json.loads((provisioned / f"boards/{name.lower()}.json").read_text())
        asked = [panel["datasource"] for panel in board["panels"]]
        asked += [target["datasource"] for panel in board["panels"] for target in panel["targets"]]
        assert all(each == {"type": source["type"], "uid": source["uid"]} for each in asked)


@pytest.mark.parametrize("name", BOARDS)
def test_a_dashboard_is_of_grafanas_own_schema(provisioned: Path, name: str) -> None:
    """Grafana's schema reads it and writes all of it again: a key that is misplaced or unknown would be lost."""
    register_default_plugins()
    board = json.loads((provisioned / f"boards/{name.lower()}.json").read_text())
    understood = json.loads(JSONEncoder(sort_keys=True).encode(Dashboard.from_json(board)))
    assert lost(board, understood) == []
    places = [tuple(panel["gridPos"].values()) for panel in board["panels"]]
    assert len(set(places)) == len(places)
    assert all(panel["gridPos"]["x"] + panel["gridPos"]["w"] <= 24 for panel in board["panels"])


def lost(document: Any, understood: Any, path: str = "") -> list[str]:
    """The paths of what is in a document and not in what was understood of it."""
    if isinstance(document, Mapping) and isinstance(understood, Mapping):
        missing = [f"{path}.{key}" for key in document if key not in understood]
        kept = [key for key in document if key in understood]
        return missing + [
            each for key in kept for each in lost(document[key], understood[key], f"{path}.{key}")
        ]
    if isinstance(document, list) and isinstance(understood, list) and len(document) == len(understood):
        pairs = enumerate(zip(document, understood, strict=True))
        return [each for index, (one, other) in pairs for each in lost(one, other, f"{path}[{index}]")]
    return [] if document == understood else [f"{path}: {document!r} became {understood!r}"]
