"""Buckets (railway-api §16)."""

from typing import Any

import pytest

from tests.emulator.client import Client, Json, RefusedError, World


def _bucket(world: World, name: str = "pictures") -> str:
    identifier: str = world.ask(
        "mutation($input: BucketCreateInput!) { bucketCreate(input: $input) { id } }",
        input={"projectId": world.project, "name": name},
    )["id"]
    return identifier


def _deployed(world: World, region: str = "ams") -> str:
    identifier = _bucket(world)
    world.commit({"buckets": {identifier: {"isCreated": True, "region": region}}})
    return identifier


def _credentials(world: World, bucket: str) -> Any:
    return world.ask(
        "query($b: String!, $e: String!, $p: String!) { bucketS3Credentials(bucketId: $b, environmentId: $e,"
        " projectId: $p) { accessKeyId secretAccessKey bucketName endpoint region urlStyle } }",
        b=bucket,
        e=world.environment,
        p=world.project,
    )


def _rows(world: World) -> list[Json]:
    found = world.ask(
        "query($id: String!) { project(id: $id) { buckets(first: 100) { edges { node { id name } } } } }",
        id=world.project,
    )
    return [edge["node"] for edge in found["buckets"]["edges"]]


def test_a_row_is_in_no_environment_until_a_commit_puts_it_there(world: World) -> None:
    bucket = _bucket(world)
    assert _rows(world) == [{"id": bucket, "name": "pictures"}]
    with pytest.raises(RefusedError, match="not found"):
        _credentials(world, bucket)
    world.commit({"buckets": {bucket: {"isCreated": True, "region": "ams"}}})
    (found,) = _credentials(world, bucket)
    assert found["bucketName"] != "pictures"
    assert found["secretAccessKey"]
    assert world.config()["buckets"] == {bucket: {"region": "ams"}}


def test_a_bucket_leaves_its_environment_and_the_row_stays(world: World) -> None:
    bucket = _deployed(world)
    world.commit({"buckets": {bucket: {"isDeleted": True}}})
    assert world.config().get("buckets") == {}
    assert [row["id"] for row in _rows(world)] == [bucket]
    with pytest.raises(RefusedError, match="not found"):
        _credentials(world, bucket)


def test_a_region_is_one_of_its_own_kind_and_stays(world: World) -> None:
    with pytest.raises(RefusedError, match="region must be one of ams, iad, sin, sjc"):
        _deployed(world, "us-west2")
    bucket = _deployed(world)
    with pytest.raises(RefusedError, match="cannot be changed"):
        world.commit({"buckets": {bucket: {"region": "sjc"}}})


def test_a_rename_changes_nothing_for_s3(world: World) -> None:
    bucket = _deployed(world)
    before = _credentials(world, bucket)
    rename = 'mutation($id: String!) { bucketUpdate(id: $id, input: {name: "photos"}) { name } }'
    assert world.ask(rename, id=bucket) == {"name": "photos"}
    assert _credentials(world, bucket) == before


def test_a_reset_replaces_key_and_secret(world: World) -> None:
    bucket = _deployed(world)
    (before,) = _credentials(world, bucket)
    world.ask(
        "mutation($b: String!, $e: String!, $p: String!) { bucketCredentialsReset(bucketId: $b,"
        " environmentId: $e, projectId: $p) { accessKeyId } }",
        b=bucket,
        e=world.environment,
        p=world.project,
    )
    (after,) = _credentials(world, bucket)
    assert after["secretAccessKey"] != before["secretAccessKey"]
    assert after["bucketName"] == before["bucketName"]


def test_a_copied_environment_has_a_bucket_of_its_own(world: World) -> None:
    bucket = _deployed(world)
    copy = world.environment_create("staging", sourceEnvironmentId=world.environment)
    assert world.config(environment=copy)["buckets"] == {bucket: {"region": "ams"}}


def test_the_control_api_shows_no_key(world: World) -> None:
    (found,) = _credentials(world, _deployed(world))
    shown = Client(world.emulator, {}).http("GET", "/_local/state").text
    assert found["secretAccessKey"] not in shown
    assert found["accessKeyId"] not in shown
