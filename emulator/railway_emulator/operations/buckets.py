"""Buckets: rows of a project with instances in environments, which only a commit makes and removes."""

import secrets
from typing import Any

from railway_emulator import views
from railway_emulator.access import Access, required_name
from railway_emulator.errors import NotFound
from railway_emulator.state import Bucket, BucketInstance, Document

from .registry import mutation, query


@mutation("bucketCreate")
def bucket_create(access: Access, given: Document) -> Document:
    """Makes a row that is in no environment; that it could name one isn't implemented on Railway either."""
    railway, owner = access.railway, access.project(given["projectId"])
    now, identifier = railway.now(), railway.new_id()
    record = Bucket(
        id=identifier,
        created_at=now,
        updated_at=now,
        project_id=owner.id,
        name=required_name(given.get("name") or f"bucket-{identifier[:4]}", "Bucket"),
    )
    railway.state.buckets[record.id] = record
    return views.bucket(access, record)


@mutation("bucketUpdate")
def bucket_update(access: Access, identifier: str, given: Document) -> Document:
    """Renames a bucket's row; what S3 calls it stays."""
    record = _bucket(access, identifier)
    record.name, record.updated_at = required_name(given["name"], "Bucket"), access.railway.now()
    return views.bucket(access, record)


@query("bucketS3Credentials")
def bucket_s3_credentials(
    access: Access, bucket_id: str, environment_id: str, project_id: str
) -> list[Document]:
    """Answers a list, which has one entry."""
    return [views.bucket_credentials(_instance(access, bucket_id, environment_id, project_id))]


@mutation("bucketCredentialsReset")
def bucket_credentials_reset(
    access: Access, bucket_id: str, environment_id: str, project_id: str, **_dependents: Any
) -> Document:
    """Makes another key and secret; the old ones are void."""
    instance = _instance(access, bucket_id, environment_id, project_id)
    instance.access_key_id, instance.secret_access_key = secrets.token_hex(10), secrets.token_urlsafe(30)
    instance.updated_at = access.railway.now()
    return views.bucket_credentials(instance)


def _bucket(access: Access, identifier: str) -> Bucket:
    record = access.railway.found(access.railway.state.buckets, identifier, "Bucket")
    access.project(record.project_id)
    return record


def _instance(access: Access, bucket_id: str, environment_id: str, project_id: str) -> BucketInstance:
    environment = access.environment(environment_id, project_id)
    bucket = _bucket(access, bucket_id)
    instance = access.railway.bucket_instances(environment.id).get(bucket.id)
    if instance is None:
        raise NotFound("BucketInstance")
    return instance
