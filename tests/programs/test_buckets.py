"""The job that makes buckets and a user, as the local Railway runs it, with a real client against a real MinIO."""

import subprocess
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest
from botocore.exceptions import ClientError  # type: ignore[import-untyped]

from components.api import BUCKETS
from tests.programs.conftest import Rendered, without
from tests.programs.minio import Store, built, started

# The first of these tests builds the programs, which takes minutes, and isn't part of what a test may take.
pytestmark = [pytest.mark.xdist_group("minio"), pytest.mark.timeout(120, func_only=True)]

WEIRD = 'w#ird "pass"/+=$HOME'


@pytest.fixture(scope="session")
def minio_programs() -> Path:
    """The folder with `minio` and `mc`."""
    try:
        return built()
    except subprocess.CalledProcessError as error:
        without(f"minio and mc: {error.stderr}")


@pytest.fixture
def job(rendered: Mapping[str, Rendered]) -> Rendered:
    return rendered["etally-buckets"]


@pytest.fixture
def store(rendered: Mapping[str, Rendered], minio_programs: Path, tmp_path: Path) -> Iterator[Store]:
    with started(minio_programs, rendered["etally-minio"], tmp_path / "store") as one:
        yield one


def succeed(store: Store, job: Rendered, **variables: str) -> str:
    """What the job says, which ends well and tells no password."""
    done = store.run(job, variables)
    said = done.stdout + done.stderr
    assert done.returncode == 0, said
    told = {**job.variables, **variables}
    assert not any(value in said for name, value in told.items() if "PASSWORD" in name)
    return said


def refusal(call: Callable[..., Any], **arguments: Any) -> str:
    with pytest.raises(ClientError) as caught:
        call(**arguments)
    code: str = caught.value.response["Error"]["Code"]
    return code


def test_the_job_runs_as_often_as_one_likes(store: Store, job: Rendered) -> None:
    user, first = job.variables["STORE_USER"], job.variables["STORE_PASSWORD"]
    for password in (first, first, WEIRD):
        succeed(store, job, STORE_PASSWORD=password)
    client = store.client(user, WEIRD)
    for bucket in BUCKETS:
        client.head_bucket(Bucket=bucket)
        client.put_object(Bucket=bucket, Key="a", Body=b"text")
        assert client.get_object(Bucket=bucket, Key="a")["Body"].read() == b"text"
        client.delete_object(Bucket=bucket, Key="a")
    assert refusal(client.create_bucket, Bucket="another") == "AccessDenied"
    assert refusal(client.delete_bucket, Bucket=BUCKETS[0]) == "AccessDenied"
    assert refusal(client.list_objects_v2, Bucket="another") == "AccessDenied"
    assert refusal(store.client(user, first).list_objects_v2, Bucket=BUCKETS[0]) == "SignatureDoesNotMatch"


def test_a_user_takes_over_while_the_one_before_still_works(store: Store, job: Rendered) -> None:
    first, second = "the-password-before", "the-password-after"
    succeed(store, job, STORE_PASSWORD=first)
    before = store.client("etally-api", first)
    store.ask("admin", "user", "add", "store", "somebody", "somebody-elses-password")
    for _ in range(2):
        succeed(store, job, STORE_USER="etally-api-b", STORE_PASSWORD=second, FORMER_USERS="")
        after = store.client("etally-api-b", second)
        before.put_object(Bucket=BUCKETS[0], Key="a", Body=b"by the old user")
        assert after.get_object(Bucket=BUCKETS[0], Key="a")["Body"].read() == b"by the old user"
    for _ in range(2):
        succeed(store, job, STORE_USER="etally-api-b", STORE_PASSWORD=second, FORMER_USERS="etally-api")
        assert refusal(before.list_objects_v2, Bucket=BUCKETS[0]) == "InvalidAccessKeyId"
        assert after.list_objects_v2(Bucket=BUCKETS[0])["KeyCount"] == 1
    names = {one["accessKey"] for one in store.ask("admin", "user", "list", "store")}
    assert names == {"etally-api-b", "somebody"}


def test_a_wrong_root_password_is_said(store: Store, job: Rendered) -> None:
    impatient = {"JOB": job.variables["JOB"].replace("-lt 30", "-lt 1")}
    done = store.run(job, {**impatient, "STORE_ROOT_PASSWORD": "not-the-password"})
    assert done.returncode == 1
    assert "signature" in (done.stdout + done.stderr).lower()
