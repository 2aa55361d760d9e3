"""A real MinIO as the local Railway runs it, and the job for its buckets and its user, with a real client."""

import re
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack
from dataclasses import replace
from pathlib import Path
from typing import Any

import httpx
import pytest
from botocore.exceptions import ClientError  # type: ignore[import-untyped]

from components.api import BUCKETS
from components.buckets import target_policy_for
from components.files import start_with_files
from tests.engine.stage import ArgumentWatch
from tests.programs.conftest import Rendered, wait_until
from tests.programs.minio import Store, built, started

# The first of these tests builds the programs, which takes minutes, and isn't part of what a test may take.
pytestmark = [pytest.mark.xdist_group("minio"), pytest.mark.timeout(300, func_only=True)]

WEIRD = 'w#ird "pass"/+=$HOME'


@pytest.fixture(scope="session")
def minio_programs() -> Path:
    """The folder with `minio` and `mc`."""
    return built()


@pytest.fixture
def job(rendered: Mapping[str, Rendered]) -> Rendered:
    """With lifecycle rules, without the replication that tests of its own show."""
    whole = rendered["etally-buckets"]
    return replace(whole, variables={**whole.variables, "TARGET": "", "REPLICATION_RULE": "none"})


StartStore = Callable[[str], Store]


@pytest.fixture
def start_store(
    rendered: Mapping[str, Rendered], minio_programs: Path, tmp_path: Path
) -> Iterator[StartStore]:
    """Starts a MinIO in a folder of its own name, until the test's end."""
    with ExitStack() as stack:
        yield lambda name: stack.enter_context(
            started(minio_programs, rendered["etally-minio"], tmp_path / name)
        )


@pytest.fixture
def store(start_store: StartStore) -> Store:
    return start_store("store")


def succeed(store: Store, job: Rendered, **variables: str) -> str:
    """What the job says, which ends well and tells no password, on no process' command line either."""
    with ArgumentWatch() as watch:
        done = store.run(job, variables)
    said = done.stdout + done.stderr
    assert done.returncode == 0, said
    told = {**job.variables, **variables}
    secrets = [value for name, value in told.items() if name.endswith(("PASSWORD", "ACCESS_KEY"))]
    assert any("job.sh" in line for line in watch.seen)  # it did look
    assert not any(secret in line for secret in secrets for line in {said, *watch.seen})
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


def lifecycle(client: Any, bucket: str) -> Any:
    """The rules of a bucket: name, days, days of old versions."""
    try:
        rules = client.get_bucket_lifecycle_configuration(Bucket=bucket)["Rules"]
    except ClientError as error:
        return error.response["Error"]["Code"]
    return {
        rule["ID"]: {**rule.get("Expiration", {}), **rule.get("NoncurrentVersionExpiration", {})}
        for rule in rules
    }


def test_lifecycle_rules_come_and_go_with_the_settings(store: Store, job: Rendered) -> None:
    old_versions = {"ExpiredObjectDeleteMarker": True, "NoncurrentDays": 30}
    client = store.client()
    for _ in range(2):
        succeed(store, job)
        assert lifecycle(client, "party-logos") == {"objects": {"Days": 365}, "old-versions": old_versions}
        assert lifecycle(client, "form-34a-photos") == {"old-versions": old_versions}
        assert client.get_bucket_versioning(Bucket="party-logos")["Status"] == "Enabled"
    command = start_with_files(
        {"/tmp/job/job.sh": "JOB", "/tmp/job/policy.json": "POLICY"}, "sh /tmp/job/job.sh"
    )
    without_rules = replace(job, start_command=command)
    for _ in range(2):
        succeed(store, without_rules, VERSIONS="")
        assert {lifecycle(client, bucket) for bucket in BUCKETS} == {"NoSuchLifecycleConfiguration"}
        assert client.get_bucket_versioning(Bucket="party-logos")["Status"] == "Suspended"


TARGET_KEY = {"TARGET_ACCESS_KEY_ID": "replicator", "TARGET_SECRET_ACCESS_KEY": 'a "key" +/=# of its own'}


def allow(target: Store, secret: str) -> None:
    """Make the target's buckets, and the key of the one who replicates, with no more than it is said to need."""
    copies = [f"copy-of-{bucket}" for bucket in BUCKETS]
    for bucket in copies:
        target.ask("mb", "--ignore-existing", "--with-versioning", f"store/{bucket}")
    policy = target.folder / "policy.json"
    policy.write_text(target_policy_for(["copy-of-*"]))
    target.ask("admin", "policy", "create", "store", "replication", str(policy))
    target.ask("admin", "user", "add", "store", TARGET_KEY["TARGET_ACCESS_KEY_ID"], secret)
    target.ask(
        "admin", "policy", "attach", "store", "replication", "--user", TARGET_KEY["TARGET_ACCESS_KEY_ID"]
    )


def content(store: Store, bucket: str, key: str) -> bytes | None:
    try:
        body: bytes = store.client().get_object(Bucket=bucket, Key=key)["Body"].read()
    except ClientError:
        return None
    return body


BUCKET, COPY = "form-34a-photos", "copy-of-form-34a-photos"


def test_objects_are_replicated_while_the_settings_say_so(
    start_store: StartStore, rendered: Mapping[str, Rendered], job: Rendered
) -> None:
    source, target = start_store("source"), start_store("target")
    allow(target, TARGET_KEY["TARGET_SECRET_ACCESS_KEY"])
    client = source.client()

    def arrives(key: str) -> None:
        client.put_object(Bucket=BUCKET, Key=key, Body=key.encode())
        wait_until(lambda: content(target, COPY, key) == key.encode())

    succeed(source, job)
    client.put_object(Bucket=BUCKET, Key="before", Body=b"before")
    replicated = rendered["etally-buckets"]
    here = {"TARGET": f"http://{target.address}", **TARGET_KEY}
    succeed(source, replicated, **here)
    arrives("first")
    wait_until(lambda: content(target, COPY, "before") == b"before")

    # The same rule with another key.
    (rule,) = rules_of(client)
    target.ask("admin", "user", "add", "store", TARGET_KEY["TARGET_ACCESS_KEY_ID"], "the-next-key-of-its-own")
    here |= {"TARGET_SECRET_ACCESS_KEY": "the-next-key-of-its-own"}
    succeed(source, replicated, **here)
    assert rules_of(client) == [rule]
    arrives("second")

    client.delete_object(Bucket=BUCKET, Key="first")
    arrives("third")
    assert content(source, BUCKET, "first") is None
    assert content(target, COPY, "first") == b"first"

    deletions = {"REPLICATION_RULE": "with-deletions", "REPLICATE": "existing-objects,delete,delete-marker"}
    for _ in range(2):
        succeed(source, replicated, **here | deletions)
        assert [each["ID"] for each in rules_of(client)] == ["with-deletions"]
    client.delete_object(Bucket=BUCKET, Key="second")
    wait_until(lambda: content(target, COPY, "second") is None)

    for _ in range(2):
        succeed(source, job)
        assert rules_of(client) == []
    client.put_object(Bucket=BUCKET, Key="after", Body=b"after")
    assert not source.ask("replicate", "backlog", f"store/{BUCKET}")
    assert content(target, COPY, "after") is None


def rules_of(client: Any) -> list[Any]:
    try:
        rules: list[Any] = client.get_bucket_replication(Bucket=BUCKET)["ReplicationConfiguration"]["Rules"]
    except ClientError:
        return []
    return rules


def test_a_target_without_versioning_is_said(
    start_store: StartStore, rendered: Mapping[str, Rendered]
) -> None:
    source, target = start_store("source"), start_store("target")
    for bucket in BUCKETS:
        target.ask("mb", f"store/copy-of-{bucket}")
    key = {"TARGET_ACCESS_KEY_ID": target.root_user, "TARGET_SECRET_ACCESS_KEY": target.root_password}
    done = source.run(rendered["etally-buckets"], {"TARGET": f"http://{target.address}", **key})
    assert done.returncode == 1
    assert "remote target does not have versioning enabled" in done.stdout + done.stderr


def test_parts_of_an_unfinished_upload_go(
    rendered: Mapping[str, Rendered], minio_programs: Path, tmp_path: Path
) -> None:
    expiry, interval = "MINIO_API_STALE_UPLOADS_EXPIRY", "MINIO_API_STALE_UPLOADS_CLEANUP_INTERVAL"
    minio = rendered["etally-minio"]
    assert minio.variables[expiry] == "48h"
    hasty = replace(minio, variables={**minio.variables, expiry: "1s", interval: "1s"})
    with started(minio_programs, hasty, tmp_path / "store") as store:
        client, upload = store.client(), {"Bucket": "pictures", "Key": "unfinished"}
        client.create_bucket(Bucket="pictures")
        upload["UploadId"] = client.create_multipart_upload(**upload)["UploadId"]
        client.upload_part(**upload, PartNumber=1, Body=b"a part")

        def are_gone() -> bool:
            try:
                return not client.list_parts(**upload).get("Parts")
            except ClientError as error:
                return str(error.response["Error"]["Code"]) == "NoSuchUpload"

        wait_until(are_gone)


def test_it_measures_itself_for_whoever_holds_the_token(
    store: Store, rendered: Mapping[str, Rendered], job: Rendered
) -> None:
    succeed(store, job)
    store.client().put_object(Bucket=BUCKET, Key="a", Body=b"text")
    address = f"http://{store.address}/minio/v2/metrics/cluster"
    assert httpx.get(address, trust_env=False).status_code == 403
    variables = rendered["etally-prometheus"].variables
    answer = httpx.get(
        address, headers={"Authorization": f"Bearer {variables['MINIO_TOKEN']}"}, trust_env=False
    )
    assert answer.status_code == 200
    watched = " ".join(variables.values()) + " ".join(rendered["etally-grafana"].variables.values())
    measured = set(re.findall(r"^(minio_\w+)", answer.text, flags=re.MULTILINE))
    # This one exists when a request has failed.
    measured.add("minio_s3_requests_5xx_errors_total")
    assert set(re.findall(r"\bminio_\w+", watched)) - measured == set()


def test_a_wrong_root_password_is_said(store: Store, job: Rendered) -> None:
    impatient = {"JOB": job.variables["JOB"].replace("-lt 30", "-lt 1")}
    done = store.run(job, {**impatient, "STORE_ROOT_PASSWORD": "not-the-password"})
    assert done.returncode == 1
    assert "signature" in (done.stdout + done.stderr).lower()
