"""Volumes: rows of a project with instances in environments; mounts belong to the services' configuration."""

from railway_emulator import views
from railway_emulator.access import Access, required_name
from railway_emulator.changes import change
from railway_emulator.configuration import services
from railway_emulator.errors import AlreadyExists, InvalidInput, NotFound, Refusal
from railway_emulator.state import Document, Environment, Volume
from railway_emulator.text import slug

from .registry import UNSET, mutation, query

_CRON = {"DAILY": "0 4 * * *", "WEEKLY": "0 4 * * 0", "MONTHLY": "0 4 1 * *"}
_RETENTION_DAYS = {"DAILY": 6, "WEEKLY": 30, "MONTHLY": 90}


@query("volumeInstance")
def volume_instance(access: Access, identifier: str) -> Document:
    """Answers one volume instance."""
    return views.volume_instance(access, access.volume_instance(identifier))


@mutation("volumeCreate")
def volume_create(access: Access, given: Document) -> Document:
    """Absent `environmentId`: an instance in every environment; null: only the row. The server names it."""
    railway, owner = access.railway, access.project(given["projectId"])
    _check_mount_path(given["mountPath"])
    environment_id = given.get("environmentId", UNSET)
    targets = []
    if environment_id is not None:
        targets = access.target_environments(owner.id, None if environment_id is UNSET else environment_id)
    for environment in targets:
        _check_free(access, environment, given.get("serviceId"))
    railway.cool_down(
        "volumeCreate",
        railway.profile.volume_cooldown_seconds,
        "Whoa there pal! You are creating volumes too quickly. Try again in a sec",
    )
    now, identifier = railway.now(), railway.new_id()
    record = Volume(
        id=identifier,
        created_at=now,
        updated_at=now,
        project_id=owner.id,
        name=f"{slug(owner.name)}-volume-{identifier[:4]}",
    )
    railway.state.volumes[record.id] = record
    for environment in targets:
        _create_instance(access, environment, record, given)
    return views.volume(access, record)


def _check_mount_path(path: str) -> None:
    if not path.startswith("/"):
        raise InvalidInput("mountPath must start with /")


def _check_free(access: Access, environment: Environment, service_id: str | None) -> None:
    if service_id is None:
        return
    access.instance(service_id, environment.id)
    if services(environment.config)[service_id].get("volumeMounts"):
        name = access.railway.state.services[service_id].name
        raise Refusal(f"A volume is already mounted on service {name} in environment {environment.name}")


def _create_instance(access: Access, environment: Environment, record: Volume, given: Document) -> None:
    railway, region = access.railway, given.get("region")
    settings: Document = {"isCreated": True}
    if region:
        settings["region"] = region
    patch: Document = {"volumes": {record.id: settings}}
    if given.get("serviceId"):
        mount = {record.id: {"mountPath": given["mountPath"]}}
        patch["services"] = {given["serviceId"]: {"volumeMounts": mount}}
    change(railway, environment, patch, "volumeCreate")
    instance = railway.volume_instances(environment.id)[record.id]
    instance.mount_path = given["mountPath"]
    # An empty region is accepted and leaves a volume that never works.
    instance.broken = region == ""


@mutation("volumeUpdate")
def volume_update(access: Access, volume_id: str, given: Document) -> Document:
    """Renames a volume."""
    record = access.volume(volume_id)
    if given.get("name") is not None:
        name = required_name(given["name"], "Volume")
        if any(
            v.name == name and v.id != record.id for v in access.railway.project_volumes(record.project_id)
        ):
            raise AlreadyExists("volume", name)
        record.name = name
    record.updated_at = access.railway.now()
    return views.volume(access, record)


@mutation("volumeInstanceUpdate")
def volume_instance_update(
    access: Access, volume_id: str, given: Document, environment_id: str | None = None
) -> bool:
    """Without `serviceId` the volume is disconnected; without `mountPath` its path stays."""
    railway, record = access.railway, access.volume(volume_id)
    service_id = given.get("serviceId")
    targets = access.target_environments(record.project_id, environment_id)
    here = [e for e in targets if record.id in railway.volume_instances(e.id)]
    if not here:
        raise NotFound("VolumeInstance")
    for environment in here:
        instance = railway.volume_instances(environment.id)[record.id]
        path = given.get("mountPath") or instance.mount_path
        _check_mount_path(path)
        owner = views.mounted_by(environment, record.id)
        mounts: Document = {} if owner is None else {owner: {"volumeMounts": {record.id: None}}}
        if service_id is not None:
            if owner != service_id:
                _check_free(access, environment, service_id)
            mounts[service_id] = {"volumeMounts": {record.id: {"mountPath": path}}}
        change(railway, environment, {"services": mounts}, "volumeInstanceUpdate")
        instance.mount_path = path
    return True


@mutation("volumeDelete")
def volume_delete(access: Access, volume_id: str) -> bool:
    """Removes a volume, its instances and its mounts; doesn't deploy."""
    railway, record = access.railway, access.volume(volume_id)
    for environment in railway.environments(record.project_id):
        if record.id in railway.volume_instances(environment.id):
            patch = {"volumes": {record.id: {"isDeleted": True}}}
            change(railway, environment, patch, "volumeDelete", deploys=False)
    railway.forget(railway.state.volumes, record.id)
    return True


@query("volumeInstanceBackupScheduleList")
def backup_schedules(access: Access, volume_instance_id: str) -> list[Document]:
    """Answers a mounted volume's backup schedules."""
    record = access.volume_instance(volume_instance_id)
    environment = access.environment(record.environment_id)
    owner = views.mounted_by(environment, record.volume_id)
    mount = services(environment.config)[owner]["volumeMounts"][record.volume_id] if owner else {}
    return [
        {
            "id": f"{record.id}:{kind}",
            "kind": kind,
            "name": kind.capitalize(),
            "cron": _CRON[kind],
            "retentionSeconds": _RETENTION_DAYS[kind] * 86_400,
            "createdAt": views.timestamp(record.updated_at),
        }
        for kind in mount.get("backupSchedules") or []
    ]


@mutation("volumeInstanceBackupScheduleUpdate")
def backup_schedule_update(access: Access, volume_instance_id: str, kinds: list[str]) -> bool:
    """Replaces the whole set."""
    record = access.volume_instance(volume_instance_id)
    environment = access.environment(record.environment_id)
    owner = views.mounted_by(environment, record.volume_id)
    if owner is None:
        raise InvalidInput("The volume is not mounted on a service")
    mount = {record.volume_id: {"backupSchedules": sorted(set(kinds))}}
    patch = {"services": {owner: {"volumeMounts": mount}}}
    change(access.railway, environment, patch, "volumeInstanceBackupScheduleUpdate", deploys=False)
    return True
