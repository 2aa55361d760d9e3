"""Buckets in a MinIO, and a user for them."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import pulumi
import pulumiverse_railway as railway

from components.files import start_with_files
from components.minio import S3_PORT, Credentials, MinioService
from components.service import Placement, add_service
from components.sources import Image

PROGRAM = Path(__file__).with_name("bucket_job.sh")
_FOLDER = "/tmp/job"  # noqa: S108  # in the container, written anew at each start


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


class BucketSetup(pulumi.ComponentResource):
    """A job over the private network that makes buckets and a user that may use nothing else.

    It runs once with each deployment, and what exists already is no error. Nothing has a public address for it.
    """

    service: railway.Service
    credentials: Credentials
    """The user's, for another service's variables, which is deployed when the job is done."""

    def __init__(self, name: str, args: BucketSetupArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__("etally:components:BucketSetup", name, None, opts)
        link = args.placement.wiring.link
        program, policy = f"{_FOLDER}/job.sh", f"{_FOLDER}/policy.json"
        self.service = add_service(
            name,
            args.placement,
            source=Image(args.image),
            deploy=railway.ServiceDeployArgs(
                start_command=start_with_files({program: "JOB", policy: "POLICY"}, f"sh {program}"),
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
            },
            parent=self,
        )
        self.credentials = Credentials(link(self.service, "STORE_USER"), link(self.service, "STORE_PASSWORD"))
        self.register_outputs({"serviceId": self.service.id})


def policy_for(buckets: Sequence[str]) -> str:
    """A policy of S3 that allows all work with the objects of some buckets, and no change of the buckets."""
    names = [f"arn:aws:s3:::{bucket}" for bucket in buckets]
    return json.dumps(
        {
            "Version": "2012-10-17",
            "Statement": [
                {
                    "Effect": "Allow",
                    "Action": ["s3:GetBucketLocation", "s3:ListBucket", "s3:ListBucketMultipartUploads"],
                    "Resource": names,
                },
                {
                    "Effect": "Allow",
                    "Action": [
                        *("s3:GetObject", "s3:PutObject", "s3:DeleteObject"),
                        *("s3:AbortMultipartUpload", "s3:ListMultipartUploadParts"),
                    ],
                    "Resource": [f"{name}/*" for name in names],
                },
            ],
        }
    )
