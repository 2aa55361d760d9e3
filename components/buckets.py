"""Buckets in a MinIO, and a user for them."""

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pulumi
import pulumiverse_railway as railway

from components.files import start_with_files
from components.minio import S3_PORT, Credentials, MinioService
from components.service import Placement, add_service
from components.sources import Image
from components.wiring import Variables

PROGRAM = Path(__file__).with_name("bucket_job.sh")
_FOLDER = "/tmp/job"  # noqa: S108  # in the container, written anew at each start
_LIFECYCLE_FOLDER = f"{_FOLDER}/lifecycle"


@dataclass(frozen=True)
class Lifecycle:
    """What the server deletes by itself, by age; nothing, unless it is said."""

    delete_after_days: Mapping[str, int] = field(default_factory=dict)
    """By bucket: when each of its objects goes."""
    delete_old_versions_after_days: int | None = None
    """In every bucket: when a version goes that was overwritten or deleted."""


@dataclass(frozen=True)
class Replication:
    """Where the server copies each object as it comes, and those that are there: another MinIO.

    There has to be a bucket with versioning for each of the server's, and the key must be allowed what
    `target_policy_for` says.
    """

    endpoint: pulumi.Input[str]
    """https:// and a host name."""
    access_key_id: pulumi.Input[str]
    secret_access_key: pulumi.Input[str]
    bucket_prefix: str = ""
    """What the names of the buckets there have in front of the server's own."""
    deletions: bool = False
    """Whether what is deleted here is deleted there."""


@dataclass
class BucketSetupArgs:
    """Which buckets, in which MinIO, for whom."""

    placement: Placement
    image: pulumi.Input[str]
    """A pinned image with MinIO's client, `mc`, on its path; the server's image has it."""
    minio: MinioService
    buckets: Sequence[str]
    user: pulumi.Input[str]
    password: pulumi.Input[str]
    """At least eight characters. Another one replaces it when the job runs again, which its change makes it do."""
    former_users: Sequence[str] = ()
    """Users whom this job made before, under other names: it removes them when the buckets' user is there."""
    versioning: bool = False
    """Whether the buckets keep what is overwritten or deleted."""
    lifecycle: Lifecycle = field(default_factory=Lifecycle)
    replication: Replication | None = None
    """Needs versioning."""


class BucketSetup(pulumi.ComponentResource):
    """A job over the private network that makes buckets as they are described and a user that may use nothing else.

    It runs once with each deployment, and what exists already is no error. Rules for lifecycle and replication that
    aren't described it takes away from these buckets, whoever made them. Nothing has a public address for it.
    """

    service: railway.Service
    credentials: Credentials
    """The user's, for another service's variables, which is deployed when the job is done."""

    def __init__(self, name: str, args: BucketSetupArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__("etally:components:BucketSetup", name, None, opts)
        link = args.placement.wiring.link
        program, policy = f"{_FOLDER}/job.sh", f"{_FOLDER}/policy.json"
        rules = {
            bucket: found for bucket in args.buckets if (found := lifecycle_rules(args.lifecycle, bucket))
        }
        documents = {bucket: f"LIFECYCLE_{bucket.upper().replace('-', '_')}" for bucket in rules}
        files = {f"{_LIFECYCLE_FOLDER}/{bucket}.json": variable for bucket, variable in documents.items()}
        self.service = add_service(
            name,
            args.placement,
            source=Image(args.image),
            deploy=railway.ServiceDeployArgs(
                start_command=start_with_files({program: "JOB", policy: "POLICY", **files}, f"sh {program}"),
                restart_policy_type=railway.RestartPolicy.NEVER,
            ),
            variables={
                "JOB": PROGRAM.read_text("utf-8"),
                "POLICY": policy_for(args.buckets),
                "POLICY_FILE": policy,
                "BUCKETS": " ".join(args.buckets),
                "STORE": link(args.minio.service, "RAILWAY_PRIVATE_DOMAIN") + f":{S3_PORT}",
                "STORE_ROOT_USER": args.minio.credentials.user,
                "STORE_ROOT_PASSWORD": args.minio.credentials.password,
                "STORE_USER": args.user,
                "STORE_PASSWORD": args.password,
                **({"FORMER_USERS": " ".join(args.former_users)} if args.former_users else {}),
                **({"VERSIONS": "kept"} if args.versioning else {}),
                "LIFECYCLE_FOLDER": _LIFECYCLE_FOLDER,
                **{documents[bucket]: json.dumps({"Rules": found}) for bucket, found in rules.items()},
                **(_replication_variables(args.replication) if args.replication else {}),
            },
            parent=self,
        )
        self.credentials = Credentials(link(self.service, "STORE_USER"), link(self.service, "STORE_PASSWORD"))
        self.register_outputs({"serviceId": self.service.id})


def lifecycle_rules(lifecycle: Lifecycle, bucket: str) -> Sequence[Mapping[str, Any]]:
    """The rules of one bucket, as S3 describes them."""
    rules: list[Mapping[str, Any]] = []
    if days := lifecycle.delete_after_days.get(bucket):
        rules.append({"ID": "objects", "Status": "Enabled", "Expiration": {"Days": days}})
    if days := lifecycle.delete_old_versions_after_days:
        rules.append(
            {
                "ID": "old-versions",
                "Status": "Enabled",
                "NoncurrentVersionExpiration": {"NoncurrentDays": days},
                # What is left of an object that was deleted, when its last version is gone.
                "Expiration": {"ExpiredObjectDeleteMarker": True},
            }
        )
    return rules


def _replication_variables(replication: Replication) -> Variables:
    kinds = ["existing-objects", *(["delete", "delete-marker"] if replication.deletions else [])]
    described = pulumi.Output.json_dumps([replication.endpoint, replication.bucket_prefix, kinds])
    return {
        "TARGET": replication.endpoint,
        "TARGET_ACCESS_KEY_ID": replication.access_key_id,
        "TARGET_SECRET_ACCESS_KEY": replication.secret_access_key,
        **({"TARGET_BUCKET_PREFIX": replication.bucket_prefix} if replication.bucket_prefix else {}),
        "REPLICATE": ",".join(kinds),
        # A rule of another name is another rule: what can't be changed in one is part of its name.
        "REPLICATION_RULE": described.apply(lambda text: hashlib.sha256(text.encode()).hexdigest()[:16]),
    }


_BUCKET_ACTIONS = ("s3:GetBucketLocation", "s3:ListBucket", "s3:ListBucketMultipartUploads")
_OBJECT_ACTIONS = (
    *("s3:GetObject", "s3:PutObject", "s3:DeleteObject"),
    *("s3:AbortMultipartUpload", "s3:ListMultipartUploadParts"),
)


def policy_for(buckets: Sequence[str]) -> str:
    """A policy of S3 that allows all work with the objects of some buckets, and no change of the buckets."""
    return _policy(buckets, _BUCKET_ACTIONS, _OBJECT_ACTIONS)


def target_policy_for(buckets: Sequence[str]) -> str:
    """A policy of S3 for the key with which another MinIO replicates into some buckets."""
    return _policy(
        buckets,
        (*_BUCKET_ACTIONS, "s3:GetBucketVersioning", "s3:GetBucketObjectLockConfiguration"),
        (*_OBJECT_ACTIONS, "s3:GetObjectVersion", "s3:ReplicateObject", "s3:ReplicateDelete"),
    )


def _policy(buckets: Sequence[str], on_buckets: Sequence[str], on_objects: Sequence[str]) -> str:
    names = [f"arn:aws:s3:::{bucket}" for bucket in buckets]
    return json.dumps(
        {
            "Version": "2012-10-17",
            "Statement": [
                {"Effect": "Allow", "Action": list(on_buckets), "Resource": names},
                {"Effect": "Allow", "Action": list(on_objects), "Resource": [f"{name}/*" for name in names]},
            ],
        }
    )
