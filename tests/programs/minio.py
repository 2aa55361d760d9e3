"""A real MinIO, its real client, and the job for its buckets as the local Railway runs it."""

import json
import os
import shlex
import subprocess
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import boto3  # type: ignore[import-untyped]
import httpx
from botocore.config import Config  # type: ignore[import-untyped]

from tests.program.conftest import ROOT
from tests.programs.conftest import Rendered, free_port, running, wait_until, without


@dataclass(frozen=True)
class Store:
    """A MinIO on a port of this machine."""

    address: str
    folder: Path
    root_user: str
    root_password: str
    programs: Path
    """The folder with `minio` and `mc`."""
    containers: list[Path] = field(default_factory=list)

    @property
    def environment(self) -> dict[str, str]:
        """What both programs run with: nothing of this machine's but the way to other programs."""
        return {"PATH": f"{self.programs}:{os.environ['PATH']}", "HOME": str(self.folder)}

    def client(self, user: str = "", password: str = "") -> Any:
        """A client of S3; the root user's without a name."""
        return boto3.client(
            "s3",
            endpoint_url=f"http://{self.address}",
            aws_access_key_id=user or self.root_user,
            aws_secret_access_key=password or self.root_password,
            region_name="us-east-1",
            config=Config(s3={"addressing_style": "path"}, retries={"max_attempts": 1}),
        )

    def ask(self, *arguments: str) -> Any:
        """What `mc` answers to the root user: the objects that it prints."""
        address = f"http://{self.root_user}:{self.root_password}@{self.address}"
        done = subprocess.run(
            ["mc", "--json", "--config-dir", str(self.folder / "asking"), *arguments],
            env=self.environment | {"MC_HOST_store": address},
            capture_output=True,
            text=True,
            check=True,
        )
        return [json.loads(line) for line in done.stdout.splitlines() if line.strip()]

    def run(
        self, job: Rendered, variables: Mapping[str, str] | None = None
    ) -> "subprocess.CompletedProcess[str]":
        """The job in a container of its own, with other values of some of its variables."""
        container = self.folder / f"container-{len(self.containers)}"
        self.containers.append(container)
        container.mkdir()
        place = {"STORE": self.address, "MC_CONFIG_DIR": str(container / "client")}
        set_here = {**job.variables, **(variables or {}), **place}
        files = {name: value.replace("/tmp/job", str(container / "job")) for name, value in set_here.items()}
        return subprocess.run(
            shlex.split((job.start_command or "").replace("/tmp/job", str(container / "job"))),
            env=self.environment | files,
            capture_output=True,
            text=True,
            check=False,
        )


@contextmanager
def started(programs: Path, minio: Rendered, folder: Path) -> Iterator[Store]:
    """A MinIO with an empty volume, started as the local Railway would."""
    port, console = free_port(), free_port()
    folder.mkdir()
    user, password = minio.variables["MINIO_ROOT_USER"], minio.variables["MINIO_ROOT_PASSWORD"]
    store = Store(f"127.0.0.1:{port}", folder, user, password, programs)
    command = [
        word.replace("/data", str(folder / "data")).replace(":9001", f"127.0.0.1:{console}")
        for word in shlex.split(minio.start_command or "")
    ]
    log = folder / "log"
    # By default it looks every minute or so for what is to be done with objects that were there before.
    hasty = {"MINIO_SCANNER_SPEED": "fastest", "MINIO_SCANNER_CYCLE": "1s", "MINIO_UPDATE": "off"}
    environment = {**store.environment, **minio.variables, **hasty}
    with running([*command, "--address", store.address], environment, log) as process:
        wait_until(lambda: _is_healthy(store), process, log)
        yield store


def _is_healthy(store: Store) -> bool:
    answer = httpx.get(f"http://{store.address}/minio/health/live", trust_env=False)
    return answer.is_success


def built() -> Path:
    """The folder with both programs, which are built unless they were before; without them the test ends."""
    command = ["sh", str(ROOT / "tools" / "minio" / "built.sh")]
    done = subprocess.run(command, check=False, capture_output=True, text=True)
    if done.returncode:
        without(f"minio and mc: {done.stderr}")
    return Path(done.stdout.strip())
