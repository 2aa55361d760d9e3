"""Real programs for tests: those that are installed, the others unpacked from Debian's packages into a cache.

Nothing is installed and nobody has to be root: apt fetches lists and packages into folders of this cache, and dpkg
unpacks them there.
"""

import fcntl
import hashlib
import os
import platform
import shutil
import subprocess
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache
from pathlib import Path

PACKAGES = {
    "prometheus": "prometheus",
    "promtool": "prometheus",
    "prometheus-blackbox-exporter": "prometheus-blackbox-exporter",
    "prometheus-postgres-exporter": "prometheus-postgres-exporter",
    "prometheus-redis-exporter": "prometheus-redis-exporter",
    "prometheus-alertmanager": "prometheus-alertmanager",
    "amtool": "prometheus-alertmanager",
    "redis-server": "redis-server",
    "redis-cli": "redis-tools",
    "nginx": "nginx",
    "node": "nodejs",
    "postgres": "postgresql-15",
    "initdb": "postgresql-15",
    "pg_dump": "postgresql-client-15",
    "pg_restore": "postgresql-client-15",
    "psql": "postgresql-client-15",
    "gpg": "gpg",
    "gpg-agent": "gpg-agent",
    "gpgconf": "gnupg-utils",
}
"""The package of each program that tests may ask for."""

UNPACKED = ("usr/bin", "usr/sbin", "bin", "sbin", "usr/lib/postgresql/15/bin")
INSTALLED = ("/usr/sbin", "/sbin", *sorted(map(str, Path("/usr/lib/postgresql").glob("*/bin")), reverse=True))
SECONDS = 300


class UnavailableError(Exception):
    """A program is neither installed nor to be had."""


@dataclass(frozen=True)
class Programs:
    """Where programs and the libraries that they lack are."""

    root: Path | None

    @property
    def path(self) -> str:
        """What PATH has to be: what is installed comes first."""
        unpacked = [str(self.root / folder) for folder in UNPACKED] if self.root else []
        return os.pathsep.join([os.environ.get("PATH", os.defpath), *INSTALLED, *unpacked])

    def environment(self, variables: Mapping[str, str] | None = None) -> dict[str, str]:
        """The environment of a program: these variables, and where it finds others and its libraries."""
        libraries = [str(folder) for folder in self.root.glob("**/*-linux-gnu*")] if self.root else []
        found = {"LD_LIBRARY_PATH": os.pathsep.join(libraries)} if libraries else {}
        return {
            "PATH": self.path,
            "HOME": tempfile.gettempdir(),
            "LANG": "C.UTF-8",
            **found,
            **(variables or {}),
        }

    def file(self, program: str) -> Path:
        """The program's own file."""
        found = shutil.which(program, path=self.path)
        if found is None:
            raise UnavailableError(f"{program} is neither installed nor in its package")
        return Path(found)


@cache
def find(*names: str) -> Programs:
    """The programs with these names, all of which can be run.

    Raises:
        UnavailableError: One can't be had; the message says why.
    """
    installed = Programs(None)
    missing = sorted({name for name in names if shutil.which(name, path=installed.path) is None})
    if not missing:
        return installed
    # All at once, so that tests share one folder whichever runs first.
    everything = sorted(
        {PACKAGES[name] for name in PACKAGES if shutil.which(name, path=installed.path) is None}
    )
    programs = Programs(_unpacked(everything))
    for name in missing:
        programs.file(name)
    return programs


def _unpacked(packages: list[str]) -> Path:
    base = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "etally" / "programs"
    system = Path("/etc/os-release")
    identity = "\n".join([*packages, platform.machine(), system.read_text() if system.exists() else ""])
    root = base / hashlib.sha256(identity.encode()).hexdigest()[:16]
    base.mkdir(parents=True, exist_ok=True)
    with _alone(base / "lock"):
        if not root.exists():
            _fetch(packages, base, root)
    return root


@contextmanager
def _alone(file: Path) -> Iterator[None]:
    """While others wait: every process of a parallel run asks for the same."""
    with file.open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def _fetch(packages: list[str], base: Path, root: Path) -> None:
    for tool in ("apt-get", "dpkg"):
        if shutil.which(tool) is None:
            raise UnavailableError(
                f"{', '.join(packages)} would come from Debian's packages, and {tool} is missing"
            )
    with tempfile.TemporaryDirectory(dir=base) as folder:
        work = Path(folder)
        for name in ("lists/partial", "cache/archives/partial", "packages", "root"):
            (work / name).mkdir(parents=True)
        apt = ["apt-get", "-qq", "-o", f"Dir::State::Lists={work}/lists", "-o", f"Dir::Cache={work}/cache"]
        apt += ["-o", "APT::Sandbox::User=", "-o", "Debug::NoLocking=true", "-o", "Acquire::Retries=2"]
        _run([*apt, "update"], work)
        planned = _run(
            [*apt, "install", "--simulate", "--no-install-recommends", "--allow-downgrades", *packages], work
        )
        # Each line that begins so names a package that isn't installed, dependencies included.
        needed = [line.split()[1] for line in planned.splitlines() if line.startswith("Inst ")]
        _run([*apt, "download", *needed], work / "packages")
        for package in sorted((work / "packages").glob("*.deb")):
            _run(["dpkg", "--extract", str(package), str(work / "root")], work)
        (work / "root").chmod(0o755)
        (work / "root").rename(root)


def _run(command: list[str], folder: Path) -> str:
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False, timeout=SECONDS)
    if done.returncode:
        raise UnavailableError(f"{' '.join(command[:1])} failed: {done.stderr.strip()}")
    return done.stdout
