"""The job that makes buckets and a user, twice, with a real client against a real MinIO.

Both are published as source only, and by no package registry in a form to run: the test takes those on PATH. It was
seen with both built from their Go modules.
"""

import os
import shlex
import shutil
import socket
import subprocess
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import boto3  # type: ignore[import-untyped]
import httpx
import pytest
from botocore.config import Config  # type: ignore[import-untyped]
from botocore.exceptions import ClientError  # type: ignore[import-untyped]

from components.api import BUCKETS
from components.buckets import PROGRAM, policy_for
from components.files import start_with_files

pytestmark = [
    pytest.mark.skipif(
        not (shutil.which("minio") and shutil.which("mc")), reason="minio and mc are not on PATH"
    ),
    pytest.mark.timeout(120),
]

ROOT_PASSWORD = 'w#ird "pass"/+=$HOME'


@dataclass
class Store:
    address: str
    folder: Path

    def run_job(self, password: str) -> "subprocess.CompletedProcess[str]":
        program, policy = self.folder / "job" / "job.sh", self.folder / "job" / "policy.json"
        command = start_with_files({str(program): "JOB", str(policy): "POLICY"}, f"sh {program}")
        return subprocess.run(
            shlex.split(command),
            env={
                "PATH": os.environ["PATH"],
                "MC_CONFIG_DIR": str(self.folder / "client"),
                "HOME": str(self.folder),
                "JOB": PROGRAM.read_text(),
                "POLICY": policy_for(BUCKETS),
                "POLICY_FILE": str(policy),
                "BUCKETS": " ".join(BUCKETS),
                "STORE": self.address,
                "STORE_ROOT_USER": "admin",
                "STORE_ROOT_PASSWORD": ROOT_PASSWORD,
                "STORE_USER": "etally-api",
                "STORE_PASSWORD": password,
            },
            capture_output=True,
            text=True,
            check=False,
        )

    def client(self, password: str) -> Any:
        return boto3.client(
            "s3",
            endpoint_url=f"http://{self.address}",
            aws_access_key_id="etally-api",
            aws_secret_access_key=password,
            region_name="us-east-1",
            config=Config(s3={"addressing_style": "path"}),
        )


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
    return port


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    address = f"127.0.0.1:{free_port()}"
    (tmp_path / "data").mkdir()
    server = subprocess.Popen(
        ["minio", "server", str(tmp_path / "data"), "--address", address, "--console-address", "127.0.0.1:0"],
        env={
            "PATH": os.environ["PATH"],
            "HOME": str(tmp_path),
            "MINIO_ROOT_USER": "admin",
            "MINIO_ROOT_PASSWORD": ROOT_PASSWORD,
        },
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    for _ in range(150):
        try:
            httpx.get(f"http://{address}/minio/health/live", trust_env=False).raise_for_status()
            break
        except httpx.HTTPError:
            time.sleep(0.2)
    yield Store(address, tmp_path)
    server.terminate()
    server.wait()


def refusal(call: Any, **arguments: Any) -> str:
    with pytest.raises(ClientError) as caught:
        call(**arguments)
    code: str = caught.value.response["Error"]["Code"]
    return code


def test_the_job_runs_as_often_as_one_likes(store: Store) -> None:
    first, second = "the-first-password", "another-password"
    for password in (first, first, second):
        done = store.run_job(password)
        assert done.returncode == 0, done.stdout + done.stderr
        assert password not in done.stdout + done.stderr
    client = store.client(second)
    for bucket in BUCKETS:
        client.head_bucket(Bucket=bucket)
        client.put_object(Bucket=bucket, Key="a", Body=b"text")
        assert client.get_object(Bucket=bucket, Key="a")["Body"].read() == b"text"
        client.delete_object(Bucket=bucket, Key="a")
    assert refusal(client.create_bucket, Bucket="another") == "AccessDenied"
    assert refusal(client.delete_bucket, Bucket=BUCKETS[0]) == "AccessDenied"
    assert refusal(client.list_objects_v2, Bucket="another") == "AccessDenied"
    assert refusal(store.client(first).list_objects_v2, Bucket=BUCKETS[0]) == "SignatureDoesNotMatch"


def test_a_wrong_root_password_is_said(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tests.programs.test_buckets.ROOT_PASSWORD", "not-the-password")
    program = PROGRAM.read_text().replace("-lt 30", "-lt 1")
    monkeypatch.setattr("tests.programs.test_buckets.PROGRAM", store.folder / "job.sh")
    (store.folder / "job.sh").write_text(program)
    done = store.run_job("x" * 16)
    assert done.returncode == 1
    assert "signature" in (done.stdout + done.stderr).lower()
