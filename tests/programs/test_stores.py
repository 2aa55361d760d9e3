"""The stores and nginx, started as the local Railway renders them."""

import os
import re
import shlex
import socket
import socketserver
import subprocess
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import httpx
import pytest

from components.database import Redis
from tests.programs.conftest import Database, Rendered, free_port, running, wait_until
from tests.programs.debian import Programs

pytestmark = pytest.mark.xdist_group("programs")

Find = Callable[..., Programs]


@contextmanager
def redis(
    rendered: Mapping[str, Rendered], programs: Programs, folder: Path, *, snapshots: bool = False
) -> Iterator[tuple[int, Mapping[str, str]]]:
    """Redis by its start command, on another port, its volume or its container in a folder."""
    service, port = rendered["etally-redis"], free_port()
    start_command = service.start_command
    if snapshots:
        start_command = Redis("redis", snapshots=True).start_command.replace("/data", str(folder))
    assert start_command
    command = shlex.split(start_command)
    command[-1] += f" --port {port} --bind 127.0.0.1 --dir {folder}"
    log = folder / "redis.log"
    environment = programs.environment({**service.variables, "TMPDIR": str(folder)})
    with running(command, environment, log) as process:
        wait_until(lambda: "Ready to accept connections" in log.read_text(), process, log)
        yield port, service.variables


def asking(programs: Programs, port: int, variables: Mapping[str, str]) -> Callable[..., str]:
    """Asks Redis by the rendered address, on this machine."""
    local = f"{variables['REDISHOST']}:{variables['REDISPORT']}"
    url = variables["REDIS_URL"].replace(local, f"127.0.0.1:{port}")

    def ask(*words: str) -> str:
        command = [str(programs.file("redis-cli")), "--no-auth-warning", "-u", url, *words]
        done = subprocess.run(
            command, env=programs.environment(), capture_output=True, text=True, check=False
        )
        return done.stdout.strip() + done.stderr.strip()

    return ask


def test_redis_starts_with_its_password_and_its_limit(
    rendered: Mapping[str, Rendered], programs: Find, tmp_path: Path
) -> None:
    found = programs("redis-server", "redis-cli")
    with redis(rendered, found, tmp_path) as (port, variables):
        ask = asking(found, port, variables)
        assert ask("set", "key", "value") == "OK"
        assert ask("config", "get", "maxmemory").splitlines() == ["maxmemory", str(256 * 1024 * 1024)]
        assert ask("config", "get", "maxmemory-policy").splitlines()[1] == "allkeys-lru"
        assert ask("config", "get", "save").splitlines() in (["save"], ["save", ""])
        without_password = {**variables, "REDIS_URL": f"redis://127.0.0.1:{port}"}
        assert "NOAUTH" in asking(found, port, without_password)("get", "key")


@pytest.mark.parametrize(
    ("snapshots", "kept"), [(True, "value"), (False, "")], ids=["with snapshots", "as a cache"]
)
def test_what_redis_keeps_over_a_restart(
    rendered: Mapping[str, Rendered], programs: Find, tmp_path: Path, snapshots: bool, kept: str
) -> None:
    found = programs("redis-server", "redis-cli")
    with redis(rendered, found, tmp_path, snapshots=snapshots) as (port, variables):
        assert asking(found, port, variables)("set", "key", "value") == "OK"
    with redis(rendered, found, tmp_path, snapshots=snapshots) as (port, variables):
        assert asking(found, port, variables)("get", "key") == kept


def test_postgres_accepts_the_rendered_url(database: Database) -> None:
    answer = subprocess.run(
        [
            str(database.programs.file("psql")),
            "-Atc",
            "select current_user, current_database()",
            database.url,
        ],
        env=database.programs.environment(),
        capture_output=True,
        text=True,
        check=True,
    )
    owner, name = (database.variables[key] for key in ("POSTGRES_USER", "POSTGRES_DB"))
    assert answer.stdout.strip() == f"{owner}|{name}"
    wrong = re.sub(r"(://[^:]+:)[^@]+@", r"\1wrong@", database.url)
    refused = subprocess.run(
        [str(database.programs.file("psql")), "-Atc", "select 1", wrong],
        env=database.programs.environment(),
        capture_output=True,
        text=True,
        check=False,
    )
    assert "password authentication failed" in refused.stderr


NGINX = """
{user}
worker_processes 1;
pid {folder}/nginx.pid;
error_log stderr;
events {{}}
http {{
    access_log off;
    client_body_temp_path {folder}/body;
    proxy_temp_path {folder}/proxy;
    fastcgi_temp_path {folder}/fastcgi;
    uwsgi_temp_path {folder}/uwsgi;
    scgi_temp_path {folder}/scgi;
    server {{
        listen 127.0.0.1:{port};
        root {folder}/html;
        location /api/ {{
            proxy_pass http://api:3000/api/;
            proxy_http_version 1.1;
            proxy_set_header Host $host;
            proxy_set_header X-Forwarded-For $proxy_add_x_forwarded_for;
        }}
        location = /healthz {{ return 200 "ok"; }}
        location / {{ try_files $uri $uri/ /index.html; }}
    }}
}}
"""
"""The shape of the application's own configuration, in folders of the test."""


class _Names(socketserver.BaseRequestHandler):
    """A name server that knows IPv6 addresses alone: ::1 for every name."""

    def handle(self) -> None:
        query, connection = self.request
        end = query.index(b"\0", 12) + 5
        question = query[12:end]
        is_v6 = question[-4:-2] == b"\0\x1c"
        head = query[:2] + b"\x81\x80\0\x01" + (b"\0\x01" if is_v6 else b"\0\0") + b"\0\0\0\0"
        answer = b"\xc0\x0c\0\x1c\0\x01\0\0\0\x01\0\x10" + bytes(15) + b"\x01" if is_v6 else b""
        connection.sendto(head + question + answer, self.client_address)


class _Api(BaseHTTPRequestHandler):
    """A server that says what reached it."""

    def do_POST(self) -> None:
        size = len(self.rfile.read(int(self.headers["Content-Length"])))
        body = f"{self.path} {size}".encode()
        self.send_response(200)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: object) -> None:
        """Say nothing."""


class _UdpOverV6(socketserver.ThreadingUDPServer):
    address_family = socket.AF_INET6


class _HttpOverV6(ThreadingHTTPServer):
    address_family = socket.AF_INET6


@contextmanager
def serving(server: socketserver.BaseServer) -> Iterator[None]:
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05})
    thread.start()
    try:
        yield
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


def test_nginx_starts_before_the_server_and_finds_it_later(
    rendered: Mapping[str, Rendered], programs: Find, tmp_path: Path
) -> None:
    found, service = programs("nginx"), rendered["etally-frontend"]
    port, api_port, names_port = free_port(), free_port(), free_port()
    # The workers of a master that is root give root up, and could not read the test's folder.
    user = "user root;" if os.getuid() == 0 else ""
    (tmp_path / "html").mkdir()
    (tmp_path / "html/index.html").write_text("<p>eTally</p>")
    (tmp_path / "html/sw.js").write_text("const CACHE = 'etally-v1';\n")
    (tmp_path / "nginx.conf").write_text(NGINX.format(user=user, folder=tmp_path, port=port))
    (tmp_path / "resolv.conf").write_text("search railway.internal\nnameserver ::1\n")
    deployment = service.variables.get("RAILWAY_DEPLOYMENT_ID", "v1")
    assert service.start_command
    command = service.start_command
    for before, after in {
        "/etc/nginx/nginx.conf": f"{tmp_path}/nginx.conf",
        "/etc/resolv.conf": f"{tmp_path}/resolv.conf",
        "/usr/share/nginx/html": f"{tmp_path}/html",
        # The name server's port, which nobody but this test chooses, and the server's.
        'server="[$server]"': f'server="[$server]:{names_port}"',
        "http://$API_HOST:3000": f"http://$API_HOST:{api_port}",
        "exec nginx -g": f"exec nginx -c {tmp_path}/nginx.conf -g",
    }.items():
        assert before in command
        command = command.replace(before, after)
    log = tmp_path / "nginx.log"
    site = f"http://127.0.0.1:{port}"
    with (
        httpx.Client(trust_env=False, base_url=site) as browser,
        running(shlex.split(command), found.environment(service.variables), log) as process,
    ):
        wait_until(lambda: browser.get("/healthz").text == "ok", process, log)
        assert browser.get("/somewhere").text == "<p>eTally</p>"
        assert (tmp_path / "html/sw.js").read_text() == f"const CACHE = 'etally-{deployment}';\n"
        with serving(_UdpOverV6(("::1", names_port), _Names)):
            assert browser.post("/api/v1/parties", content=b"x").status_code == httpx.codes.BAD_GATEWAY
            with serving(_HttpOverV6(("::1", api_port), _Api)):
                photograph = bytes(3_000_000)
                wait_until(lambda: browser.post("/api/v1/photo", content=b"x").is_success, process, log)
                answer = browser.post("/api/v1/photo?of=form", content=photograph)
                assert answer.text == f"/api/v1/photo?of=form {len(photograph)}"
                too_much = browser.post("/api/v1/photo", content=bytes(13_000_000))
                assert too_much.status_code == httpx.codes.REQUEST_ENTITY_TOO_LARGE
