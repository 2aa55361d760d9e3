"""Volumes, their instances and mounts (railway-api §9)."""

from typing import Any

import pytest

from tests.emulator.client import Json, RefusedError, World

UPDATE = (
    "mutation($v: String!, $e: String, $input: VolumeInstanceUpdateInput!)"
    "{ volumeInstanceUpdate(volumeId: $v, environmentId: $e, input: $input) }"
)


def _instances(world: World, environment: str | None = None) -> list[Json]:
    found = world.ask(
        "query($id: String!) { environment(id: $id) { volumeInstances { edges { node"
        "{ id volumeId serviceId mountPath sizeMB region state } } } } }",
        id=environment or world.environment,
    )
    return [edge["node"] for edge in found["volumeInstances"]["edges"]]


def _mounted(world: World, name: str = "db") -> tuple[str, str]:
    volume, service = world.volume_row(), world.row(name)
    world.commit(
        {
            "volumes": {volume: {"isCreated": True, "sizeMB": 10_000}},
            "services": {
                service: {
                    "isCreated": True,
                    "source": {"image": "redis:7.2.5"},
                    "volumeMounts": {volume: {"mountPath": "/data", "backupSchedules": ["DAILY"]}},
                }
            },
        }
    )
    return volume, service


def test_an_absent_environment_means_all_and_null_means_none(world: World) -> None:
    staging = world.environment_create("staging")
    everywhere, nowhere = world.volume_create(), world.volume_row()
    assert [v["volumeId"] for v in _instances(world)] == [everywhere]
    assert [v["volumeId"] for v in _instances(world, staging)] == [everywhere]
    listed = world.ask(
        "query($id: String!) { project(id: $id) { volumes { edges { node { id } } } } }", id=world.project
    )
    assert [edge["node"]["id"] for edge in listed["volumes"]["edges"]] == [everywhere, nowhere]


def test_a_volume_is_made_mounted_and_sized_by_one_commit(world: World) -> None:
    volume, service = _mounted(world)
    assert (
        _instances(world)[0].items()
        >= {
            "volumeId": volume,
            "serviceId": service,
            "mountPath": "/data",
            "sizeMB": 10_000,
            "region": "us-west2",
            "state": "READY",
        }.items()
    )
    assert len(world.deployments(service)) == 1


def test_a_volume_grows_and_never_shrinks(world: World) -> None:
    volume, service = _mounted(world)
    world.commit({"volumes": {volume: {"sizeMB": 20_000}}})
    with pytest.raises(RefusedError, match="cannot be decreased"):
        world.commit({"volumes": {volume: {"sizeMB": 15_000}}})
    assert _instances(world)[0]["sizeMB"] == 20_000
    assert len(world.deployments(service)) == 1


def test_the_size_s_key_is_spelt_as_on_the_wire(world: World) -> None:
    volume = world.volume_create()
    with pytest.raises(RefusedError, match='Unrecognized key "sizeMb"'):
        world.commit({"volumes": {volume: {"sizeMb": 60_000}}})


def test_a_service_has_one_volume(world: World) -> None:
    _, service = _mounted(world)
    other = world.volume_create()
    with pytest.raises(RefusedError, match="already mounted"):
        world.configure(service, volumeMounts={other: {"mountPath": "/more"}})
    with pytest.raises(RefusedError, match="already mounted"):
        world.volume_create(serviceId=service, environmentId=world.environment)


def test_a_volume_has_one_service(world: World) -> None:
    volume, _ = _mounted(world)
    with pytest.raises(RefusedError, match="already mounted"):
        world.configure(world.service("other"), volumeMounts={volume: {"mountPath": "/data"}})


def test_a_volume_moves_in_one_commit(world: World) -> None:
    volume, service = _mounted(world)
    other = world.service("other")
    world.commit(
        {
            "services": {
                service: {"volumeMounts": {volume: None}},
                other: {"volumeMounts": {volume: {"mountPath": "/new"}}},
            }
        }
    )
    assert _instances(world)[0].items() >= {"serviceId": other, "mountPath": "/new"}.items()


@pytest.mark.parametrize(
    "settings",
    [
        {"multiRegionConfig": {"us-west2": {"numReplicas": 2}}},
        {"multiRegionConfig": {"europe-west4-drams3a": {"numReplicas": 1}}},
    ],
)
def test_replicas_and_a_volume_exclude_each_other(world: World, settings: dict[str, Any]) -> None:
    """Regions merge: naming a second one without clearing the first makes two replicas."""
    _, service = _mounted(world)
    with pytest.raises(RefusedError, match="more than one replica"):
        world.configure(service, deploy=settings)


def test_an_update_without_a_service_detaches(world: World) -> None:
    volume, service = _mounted(world)
    world.ask(UPDATE, v=volume, e=world.environment, input={"mountPath": "/other"})
    assert _instances(world)[0].items() >= {"serviceId": None, "mountPath": "/other"}.items()
    assert world.config()["services"][service]["volumeMounts"] == {}


def test_an_update_with_the_service_keeps_it_attached(world: World) -> None:
    volume, service = _mounted(world)
    world.ask(UPDATE, v=volume, e=world.environment, input={"serviceId": service, "mountPath": "/other"})
    assert _instances(world)[0].items() >= {"serviceId": service, "mountPath": "/other"}.items()
    world.ask(UPDATE, v=volume, e=world.environment, input={"serviceId": service})
    assert _instances(world)[0]["mountPath"] == "/other"


def test_creating_a_mounted_volume_deploys_the_service(world: World) -> None:
    service = world.service()
    world.volume_create(serviceId=service, environmentId=world.environment)
    assert len(world.deployments(service)) == 2


def test_an_empty_region_leaves_a_broken_volume(world: World) -> None:
    world.volume_create(region="")
    assert _instances(world)[0]["state"] == "ERROR"


def test_deleting_a_volume_unmounts_it_everywhere(world: World) -> None:
    volume, service = _mounted(world)
    world.ask("mutation($id: String!) { volumeDelete(volumeId: $id) }", id=volume)
    assert _instances(world) == []
    assert world.config()["services"][service]["volumeMounts"] == {}
    with pytest.raises(RefusedError, match="Volume not found"):
        world.ask(
            'mutation($id: String!) { volumeUpdate(volumeId: $id, input: {name: "x"}) { id } }', id=volume
        )


def test_a_patch_can_delete_a_volume_in_one_environment(world: World) -> None:
    volume, _ = _mounted(world)
    world.commit({"volumes": {volume: {"isDeleted": True}}})
    assert _instances(world) == []
    renamed = world.ask(
        'mutation($id: String!) { volumeUpdate(volumeId: $id, input: {name: "x"}) { name } }', id=volume
    )
    assert renamed == {"name": "x"}


def test_backups_are_scheduled_by_the_instance_s_id_and_replaced_as_a_set(world: World) -> None:
    volume, service = _mounted(world)
    instance = _instances(world)[0]["id"]
    listing = "query($id: String!) { volumeInstanceBackupScheduleList(volumeInstanceId: $id) { kind } }"
    assert world.ask(listing, id=instance) == [{"kind": "DAILY"}]
    with pytest.raises(RefusedError, match="Not Authorized"):
        world.ask(listing, id=volume)
    world.ask(
        "mutation($id: String!, $kinds: [VolumeInstanceBackupScheduleKind!]!)"
        "{ volumeInstanceBackupScheduleUpdate(volumeInstanceId: $id, kinds: $kinds) }",
        id=instance,
        kinds=["WEEKLY"],
    )
    assert world.config()["services"][service]["volumeMounts"][volume]["backupSchedules"] == ["WEEKLY"]
