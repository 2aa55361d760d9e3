"""Whoever is named gets to know of an alert: a real Prometheus, a real Alertmanager, and a receiver on this machine."""

import json
import shlex
import subprocess
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any, get_args

import httpx
import pytest

from components.notifications import Kind, alertmanager_configuration
from tests.engine.stage import ArgumentWatch
from tests.programs.conftest import Rendered, free_port, running, wait_until
from tests.programs.debian import Programs
from tests.programs.test_monitoring import in_folder
from tests.programs.test_stores import serving

pytestmark = [pytest.mark.xdist_group("programs"), pytest.mark.timeout(300)]

Find = Callable[..., Programs]
PATH = "/hook/canary-of-the-receiver"


@dataclass
class Receiver:
    """Somebody who is told of alerts."""

    url: str
    told: list[dict[str, Any]] = field(default_factory=list)

    def of(self, alert: str) -> list[dict[str, Any]]:
        """What was said about an alert."""
        return [message for message in self.told if alert in json.dumps(message)]


@contextmanager
def receiver() -> Iterator[Receiver]:
    told: list[dict[str, Any]] = []

    class Hook(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            message = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
            known = self.path == PATH
            if known:
                told.append(message)
            self.send_response(200 if known else 404)
            self.send_header("Content-Length", "2")
            self.end_headers()
            self.wfile.write(b"ok")

        def log_message(self, *_: object) -> None:
            """Say nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Hook)
    with serving(server):
        yield Receiver(f"http://127.0.0.1:{server.server_address[1]}{PATH}", told)


def hasty(configuration: Mapping[str, Any]) -> str:
    """The same configuration, which waits for nothing."""
    soon = {"group_wait": "0s", "group_interval": "1s"}
    return json.dumps({**configuration, "route": {**configuration["route"], **soon}})


@contextmanager
def alertmanager(
    rendered: Mapping[str, Rendered], found: Programs, folder: Path, configuration: str
) -> Iterator[str]:
    """Alertmanager by its start command, on a port of this machine: the result."""
    service, address = rendered["etally-alertmanager"], f"127.0.0.1:{free_port()}"
    assert service.start_command
    command = service.start_command.replace("[::]:9093", address).replace(
        "/alertmanager", f"{folder}/alertmanager"
    )
    # The image calls the program by its shorter name.
    (folder / "bin").mkdir()
    templates = put_in_place(found, folder / "bin/alertmanager")
    environment = found.environment({**service.variables, "ALERTMANAGER_CONFIG": configuration})
    environment["PATH"] = f"{folder}/bin:{environment['PATH']}"
    log = folder / "alertmanager.log"
    with running(shlex.split(command), environment, log, cwd=templates) as process:
        wait_until(lambda: httpx.get(f"http://{address}/-/healthy", trust_env=False).is_success, process, log)
        yield address


def put_in_place(found: Programs, program: Path) -> Path:
    """Put Alertmanager somewhere; the result is the folder to start it in.

    The one that is unpacked from Debian's package looks for its templates below /usr, where they aren't: in this copy
    of it, that path is one of the same length to the folder that it starts in.
    """
    original = found.file("prometheus-alertmanager")
    if found.root is None or found.root not in original.parents:
        program.symlink_to(original)
        return program.parent
    installed = b"/usr/share/prometheus/alertmanager"
    content = original.read_bytes()
    assert installed in content
    program.write_bytes(content.replace(installed, b"./" * (len(installed) // 2)))
    program.chmod(0o700)
    return found.root / installed.decode().removeprefix("/")


@pytest.mark.parametrize("kind", get_args(Kind))
def test_alertmanager_accepts_its_configuration(
    rendered: Mapping[str, Rendered], programs: Find, tmp_path: Path, kind: Kind
) -> None:
    found = programs("amtool")
    configuration = alertmanager_configuration(kind, "https://hooks.example.org/a")
    if kind == "webhook":
        variables = rendered["etally-alertmanager"].variables
        deployed = alertmanager_configuration(kind, variables["NOTIFICATION_URL"])
        assert json.loads(variables["ALERTMANAGER_CONFIG"]) == deployed
    (tmp_path / "notifications.yml").write_text(json.dumps(configuration))
    done = subprocess.run(
        [str(found.file("amtool")), "check-config", str(tmp_path / "notifications.yml")],
        env=found.environment(),
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr


def test_an_alert_of_prometheus_reaches_the_receiver(
    rendered: Mapping[str, Rendered], programs: Find, tmp_path: Path
) -> None:
    found = programs("prometheus", "prometheus-alertmanager")
    service = rendered["etally-prometheus"]
    with ExitStack() as stack:
        watch = stack.enter_context(ArgumentWatch())
        somebody = stack.enter_context(receiver())
        configuration = alertmanager_configuration("webhook", somebody.url)
        address = stack.enter_context(alertmanager(rendered, found, tmp_path, hasty(configuration)))
        # No other service is here, so that each target is down; and each second counts as long as minutes.
        written = service.variables["PROMETHEUS_CONFIG"].replace('_interval": "30s"', '_interval": "1s"')
        assert "etally-alertmanager.railway.internal:9093" in written
        written = written.replace("etally-alertmanager.railway.internal:9093", address)
        rules = json.loads(service.variables["PROMETHEUS_RULES"])
        for group in rules["groups"]:
            for rule in group["rules"]:
                rule["for"] = "1s"
        command = in_folder(service.start_command, tmp_path)
        command = command.replace("--storage.tsdb.path=/prometheus", f"--storage.tsdb.path={tmp_path}/data")
        command = command.replace("[::]:9090", f"127.0.0.1:{free_port()}")
        changed = {"PROMETHEUS_CONFIG": written, "PROMETHEUS_RULES": json.dumps(rules)}
        environment = found.environment({**service.variables, **changed})
        log = tmp_path / "prometheus.log"
        process = stack.enter_context(running(shlex.split(command), environment, log))
        wait_until(lambda: somebody.of("redis gives no measurements"), process, log)
    message = somebody.of("redis gives no measurements")[0]
    assert (message["status"], message["receiver"]) == ("firing", "webhook")
    assert message["commonLabels"]["alertname"] == "TargetDown"
    assert message["commonLabels"]["severity"] == "warning"
    assert any("notifications.yml" in line for line in watch.seen)  # it did look
    assert not any("canary-of-the-receiver" in line for line in watch.seen)
    assert "canary-of-the-receiver" not in (tmp_path / "alertmanager.log").read_text()


def test_slack_is_told_of_an_alert_and_of_its_end(
    rendered: Mapping[str, Rendered], programs: Find, tmp_path: Path
) -> None:
    found = programs("prometheus-alertmanager")
    with ExitStack() as stack:
        somebody = stack.enter_context(receiver())
        configuration = alertmanager_configuration("slack", somebody.url)
        address = stack.enter_context(alertmanager(rendered, found, tmp_path, hasty(configuration)))

        def send(**times: str) -> None:
            alert = {
                "labels": {"alertname": "PostgresDown"},
                "annotations": {"summary": "PostgreSQL accepts no connection"},
            }
            answer = httpx.post(f"http://{address}/api/v2/alerts", json=[{**alert, **times}], trust_env=False)
            answer.raise_for_status()

        def titles() -> list[str]:
            return [
                message["attachments"][0]["title"]
                for message in somebody.told
                if "PostgreSQL accepts no connection" in message["attachments"][0]["text"]
            ]

        measured = httpx.get(f"http://{address}/metrics", trust_env=False).text
        assert 'alertmanager_notifications_failed_total{integration="slack"' in measured
        send()
        wait_until(lambda: titles() == ["FIRING: PostgresDown"])
        send(endsAt="2026-01-01T00:00:00Z", startsAt="2025-12-31T00:00:00Z")
        wait_until(lambda: titles() == ["FIRING: PostgresDown", "RESOLVED: PostgresDown"])
