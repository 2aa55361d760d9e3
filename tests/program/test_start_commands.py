"""The start commands, run by a real shell with stand-ins for the programs that they start."""

import shlex
import subprocess
from collections.abc import Mapping
from pathlib import Path

import pytest

from components.database import Redis
from components.frontend import start_command
from components.migrations import pre_deploy_command

SITE = """
server {
    listen 80;
    location /api/ {
        proxy_pass http://api:3000/api/;
        proxy_set_header Host $host;
    }
}
"""


def run(command: str, folder: Path, program: str, environment: Mapping[str, str]) -> list[str]:
    """The arguments with which a command starts a program, of which a stand-in in the folder notes them."""
    stand_in = folder / program
    stand_in.write_text(f'#!/bin/sh\nprintf "%s\\n" "$@" > {folder}/arguments\n')
    stand_in.chmod(0o700)
    path = f"{folder}:/usr/bin:/bin"
    subprocess.run(
        shlex.split(command), env={"PATH": path, "TMPDIR": str(folder), **environment}, check=True, timeout=60
    )
    return (folder / "arguments").read_text().splitlines()


@pytest.mark.parametrize(
    ("name_servers", "resolver"),
    [
        ("search internal\nnameserver fd12::10\nnameserver 1.1.1.1\n", "[fd12::10]"),
        ("nameserver\t10.0.0.2\n", "10.0.0.2"),
    ],
)
def test_nginx_looks_the_server_up_as_requests_come(tmp_path: Path, name_servers: str, resolver: str) -> None:
    (tmp_path / "nginx.conf").write_text(SITE)
    (tmp_path / "resolv.conf").write_text(name_servers)
    (tmp_path / "sw.js").write_text("const CACHE = 'etally-v1';\n")
    command = start_command()
    for path in ("/etc/nginx/nginx.conf", "/etc/resolv.conf", "/usr/share/nginx/html/sw.js"):
        command = command.replace(path, str(tmp_path / path.rpartition("/")[2]))
    environment = {"API_HOST": "etally-api.railway.internal", "RAILWAY_DEPLOYMENT_ID": "deployment-7"}
    assert run(command, tmp_path, "nginx", environment) == ["-g", "daemon off;"]
    assert (tmp_path / "nginx.conf").read_text() == SITE.replace(
        "proxy_pass http://api:3000/api/;",
        f"client_max_body_size 12m; resolver {resolver} valid=10s;"
        " set $upstream http://etally-api.railway.internal:3000; proxy_pass $upstream;",
    )
    assert (tmp_path / "sw.js").read_text() == "const CACHE = 'etally-deployment-7';\n"


def test_redis_reads_its_password_from_a_file(tmp_path: Path) -> None:
    arguments = run(Redis("").start_command, tmp_path, "redis-server", {"REDIS_PASSWORD": "canary"})
    configuration = Path(arguments[0])
    assert configuration.read_text() == "requirepass canary\n"
    assert configuration.stat().st_mode & 0o077 == 0
    assert arguments[1:] == [
        *("--save", "", "--appendonly", "no"),
        *("--maxmemory", "256mb", "--maxmemory-policy", "allkeys-lru"),
    ]


def test_a_cache_with_snapshots_keeps_them_on_its_volume(tmp_path: Path) -> None:
    redis = Redis("", memory_mb=99, snapshots=True)
    arguments = run(redis.start_command, tmp_path, "redis-server", {"REDIS_PASSWORD": "canary"})
    assert arguments[1:] == [
        *("--dir", "/data", "--save", "3600 1 300 100 60 10000", "--appendonly", "no"),
        *("--maxmemory", "99mb", "--maxmemory-policy", "allkeys-lru"),
    ]


MIGRATIONS = ("20251017205728_first", "20251017_second", "20251107142048_third")


def migrate(folder: Path, approved: str | None, *, pending: bool) -> tuple[int, list[str], str]:
    """How the manual pre-deploy command ends, what it asks of Prisma, and what it says."""
    for name in MIGRATIONS:
        (folder / "prisma" / "migrations" / name).mkdir(parents=True)
    (folder / "prisma" / "migrations" / "migration_lock.toml").touch()
    prisma = folder / "npx"
    prisma.write_text(
        f'#!/bin/sh\necho "$*" >> {folder}/asked\n[ "$3" = deploy ] || exit {1 if pending else 0}\n'
    )
    prisma.chmod(0o700)
    done = subprocess.run(
        shlex.split(pre_deploy_command("manual", approved)),
        cwd=folder,
        env={"PATH": f"{folder}:/usr/bin:/bin"},
        capture_output=True,
        text=True,
        check=False,
    )
    return done.returncode, (folder / "asked").read_text().splitlines(), done.stderr


STATUS, DEPLOY = "prisma migrate status", "prisma migrate deploy"


@pytest.mark.parametrize("approved", [None, MIGRATIONS[0]])
def test_a_migration_that_nobody_approved_stops_the_deployment(tmp_path: Path, approved: str | None) -> None:
    code, asked, said = migrate(tmp_path, approved, pending=True)
    assert (code, asked) == (1, [STATUS])
    assert f"pulumi config set --path api.approvedMigration {MIGRATIONS[-1]} && pulumi up" in said


def test_the_newest_migration_that_was_approved_is_applied_with_those_before(tmp_path: Path) -> None:
    assert migrate(tmp_path, MIGRATIONS[-1], pending=True) == (0, [STATUS, DEPLOY], "")


@pytest.mark.parametrize("approved", [None, MIGRATIONS[0]])
def test_nothing_to_migrate_needs_no_approval(tmp_path: Path, approved: str | None) -> None:
    assert migrate(tmp_path, approved, pending=False) == (0, [STATUS], "")
