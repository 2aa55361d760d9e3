"""What no setting can know alone: which of them contradict each other."""

import re
from collections.abc import Iterator, Mapping
from typing import Any, TypeVar
from urllib.parse import urlsplit

import pulumi
from pydantic import TypeAdapter, ValidationError

from components.api import POOLS, database_connections
from settings import stack_file
from settings.groups import Api, Backup, Group, Postgres, Redis, Storage
from settings.sources import SECRETS
from settings.types import CREATE, STAND_IN, Address, is_loopback

RESERVED_CONNECTIONS = 10
"""Database connections kept free for migrations, backups, measurements and people."""

Value = TypeVar("Value")
Conflict = tuple[tuple[str, ...], object, str]
"""The path of a setting, its value, and what is wrong with it."""


class Given:
    """The values of a stack before they are checked: some may be of no use."""

    def __init__(self, values: Mapping[str, Any]) -> None:
        self._values = values

    def group(self, name: str) -> Mapping[str, Any]:
        """What is set of a group; nothing when it isn't a group."""
        members = self._values.get(name)
        return members if isinstance(members, Mapping) else {}

    def get(self, group: str, name: str) -> Any:
        """A value as it was given."""
        return self.group(group).get(name)

    def within(self, group: str, name: str) -> Mapping[str, Any]:
        """What is set of a group inside a group."""
        members = self.get(group, name)
        return members if isinstance(members, Mapping) else {}

    def is_on(self, *path: str, default: bool = False) -> bool:
        """Whether a flag is true; what isn't given is its default, what is of no use is false."""
        value = self.get(*path) if len(path) > 1 else self._values.get(path[0])
        return default if value is None else _understood(bool, value) or False

    def number(self, model: type[Group], group: str, name: str) -> int | None:
        """A number, or its default; None when it is of no use."""
        field = next(each for each in model.model_fields.values() if each.alias == name)
        value = self.get(group, name)
        return _understood(int, field.default if value is None else value)


def _understood(kind: type[Value], value: Any) -> Value | None:
    try:
        return TypeAdapter(kind).validate_python(value)
    except ValidationError:
        return None


def conflicts(values: Mapping[str, Any]) -> Iterator[Conflict]:
    """What contradicts what, judged even where other settings are wrong."""
    given = Given(values)
    yield from _place(given)
    yield from _sources(given)
    yield from _addresses(given)
    yield from _capacities(given)
    yield from _migrations(given)
    monitored = given.is_on("monitoring", "enabled")
    if monitored and not given.get(SECRETS, "grafanaPassword"):
        yield (SECRETS, "grafanaPassword"), None, "is missing: monitoring.enabled needs it"
    if (receiver := given.get("monitoring", "notify")) and not monitored:
        yield ("monitoring", "notify"), receiver, "needs monitoring.enabled"
    if receiver and not given.get(SECRETS, "notificationUrl"):
        yield (SECRETS, "notificationUrl"), None, "is missing: monitoring.notify needs it"
    if given.get("domains", "grafana") and not monitored:
        yield ("domains", "grafana"), given.get("domains", "grafana"), "needs monitoring.enabled"
    yield from _backup(given)
    yield from _storage(given)
    yield from _repetitions("domains", given.group("domains"))
    yield from _repetitions(SECRETS, given.group(SECRETS))
    yield from _secrecy(given)


def _secrecy(given: Given) -> Iterator[Conflict]:
    in_the_clear = tuple(stack_file.in_the_clear(SECRETS))
    for secret in in_the_clear:
        yield (
            (SECRETS, secret),
            None,
            "stands in the clear in the stack's file: replace it wherever it is in use, and set it with --secret",
        )
    configured = pulumi.Config().get(SECRETS) not in {None, "{}"}
    if (
        configured
        and not in_the_clear
        and not pulumi.runtime.is_config_secret(f"{pulumi.get_project()}:{SECRETS}")
    ):
        yield (SECRETS,), None, "stands in the clear in the stack's file: set each with --secret"
    if is_loopback(pulumi.Config("railway").get("endpoint") or ""):
        return
    for secret, value in given.group(SECRETS).items():
        if str(value).startswith(STAND_IN):
            yield (SECRETS, secret), None, "is a stand-in, made for a local Railway: set one of its own"
    if given.is_on("rehearsal"):
        yield ("rehearsal",), None, "is for a local Railway, and railway:endpoint is not on this machine"


def _place(given: Given) -> Iterator[Conflict]:
    environment = given.get("railway", "environmentId")
    if given.group("railway").get("project", CREATE) == CREATE:
        if environment:
            yield ("railway", "environmentId"), environment, "needs railway.project to be its project's id"
        return
    if not environment and not given.get("railway", "environment"):
        yield (
            ("railway", "environment"),
            None,
            "is missing: an existing project needs an environment's name, or railway.environmentId",
        )
    if workspace := given.get("railway", "workspaceId"):
        yield ("railway", "workspaceId"), workspace, "is for a created project, and railway.project is an id"


def _sources(given: Given) -> Iterator[Conflict]:
    built = [name for name in ("api", "frontend") if not given.get(name, "image")]
    if built and not given.get("source", "repository"):
        why = " and ".join(f"{name}.image" for name in built)
        verb = "is" if len(built) == 1 else "are"
        yield ("source", "repository"), None, f"is missing: {why} {verb} not set"


def _addresses(given: Given) -> Iterator[Conflict]:
    storage = given.get("domains", "storage")
    private = given.get("storage", "access") == "private"
    if private and storage:
        yield ("domains", "storage"), storage, "contradicts storage.access: private"
    if not private and not storage:
        yield ("domains", "storage"), None, "is missing: browsers fetch pictures there"
    if given.is_on("frontend", "crossOrigin"):
        if not given.get("domains", "api"):
            yield ("domains", "api"), None, "is missing: frontend.crossOrigin needs it"
        if image := given.get("frontend", "image"):
            yield ("frontend", "image"), image, "has its own idea of the API's address: not with crossOrigin"


def _capacities(given: Given) -> Iterator[Conflict]:
    limit = given.number(Api, "api", "connectionLimit")
    most = given.number(Postgres, "postgres", "maxConnections")
    replicas = _understood(dict[str, int], given.get("api", "replicas") or {})
    if limit is not None and most is not None and replicas is not None:
        running = sum(replicas.values()) or 1
        needed = database_connections(limit, running) + RESERVED_CONNECTIONS
        if needed > most:
            sum_of_all = (
                f"needs {needed} of the {most} in postgres.maxConnections: {POOLS} pools of {limit} in each of "
                f"{running} replica(s), twice while a deployment overlaps the one before, and "
                f"{RESERVED_CONNECTIONS} for migrations, backups, measurements and people"
            )
            yield ("api", "connectionLimit"), given.get("api", "connectionLimit"), sum_of_all
    memory = given.number(Redis, "redis", "memoryMb")
    volume = given.number(Redis, "redis", "volumeGb")
    if given.is_on("redis", "snapshots") and memory and volume and 2 * memory > 1000 * volume:
        yield (
            ("redis", "volumeGb"),
            volume,
            f"is too small: a snapshot of {memory} MB is written beside the one that it replaces",
        )


def _migrations(given: Given) -> Iterator[Conflict]:
    approved = given.get("api", "approvedMigration")
    if approved and given.get("api", "migrations") != "manual":
        yield ("api", "approvedMigration"), approved, "needs api.migrations: manual"


def _storage(given: Given) -> Iterator[Conflict]:
    scoped = given.is_on("storage", "scopedUser", default=Storage.model_fields["scoped_user"].default)
    if scoped and not given.get(SECRETS, "minioApplicationPassword"):
        yield (SECRETS, "minioApplicationPassword"), None, "is missing: storage.scopedUser needs it"
    lifecycle, replication = given.within("storage", "lifecycle"), given.within("storage", "replication")
    made_by_the_job: Mapping[tuple[str, ...], object] = {
        ("retiringUser",): given.get("storage", "retiringUser"),
        ("versioning",): given.is_on("storage", "versioning"),
        **{
            ("lifecycle", name): lifecycle.get(name)
            for name in ("deleteAfterDays", "deleteOldVersionsAfterDays")
        },
        ("replication", "endpoint"): replication.get("endpoint"),
    }
    for path, value in made_by_the_job.items():
        if value and not scoped:
            yield ("storage", *path), value, "needs storage.scopedUser, whose job does it"
    current = given.get("storage", "applicationUser") or Storage.model_fields["application_user"].default
    if (retiring := given.get("storage", "retiringUser")) == current:
        yield ("storage", "retiringUser"), retiring, "is storage.applicationUser, which stays"
    yield from _replication(given, replication)


def _replication(given: Given, replication: Mapping[str, Any]) -> Iterator[Conflict]:
    path = ("storage", "replication")
    endpoint = replication.get("endpoint")
    if not endpoint:
        for name in ("bucketPrefix", "deletions"):
            if value := replication.get(name):
                yield (*path, name), value, "needs storage.replication.endpoint"
        return
    if not given.is_on("storage", "versioning"):
        yield (*path, "endpoint"), endpoint, "needs storage.versioning: MinIO replicates versions"
    for secret in ("storageReplicationAccessKeyId", "storageReplicationSecretAccessKey"):
        if not given.get(SECRETS, secret):
            yield (SECRETS, secret), None, "is missing: storage.replication.endpoint needs it"
    own = _understood(Address, given.get("domains", "storage"))
    if own and own.host == urlsplit(str(endpoint)).hostname:
        yield (*path, "endpoint"), endpoint, "is domains.storage: a copy has to be elsewhere"


def _backup(given: Given) -> Iterator[Conflict]:
    if not given.is_on("backup", "enabled"):
        return
    needed = {"backupPassphrase": "backup.enabled"}
    if given.get("backup", "bucket"):
        needed |= dict.fromkeys(("backupAccessKeyId", "backupSecretAccessKey"), "backup.bucket")
    else:
        yield from _backup_on_its_volume(given)
    for secret, setting in needed.items():
        if not given.get(SECRETS, secret):
            yield (SECRETS, secret), None, f"is missing: {setting} needs it"
    image = given.get("backup", "image") or Backup.model_fields["image"].default
    database = given.get("postgres", "image") or Postgres.model_fields["image"].default
    versions = [int(found[1]) for each in (image, database) if (found := re.search(r":(\d+)\.", str(each)))]
    if len(set(versions)) == 2:  # noqa: PLR2004  # the backup's and the server's
        yield (
            ("backup", "image"),
            image,
            "is of another major version than postgres.image: it can't dump it, or not restore what it dumped",
        )


def _backup_on_its_volume(given: Given) -> Iterator[Conflict]:
    if endpoint := given.get("backup", "endpoint"):
        yield ("backup", "endpoint"), endpoint, "needs backup.bucket"
    volume = given.number(Backup, "backup", "volumeGb")
    stored = given.number(Storage, "storage", "volumeGb")
    if volume and stored and volume < stored:
        yield (
            ("backup", "volumeGb"),
            volume,
            f"is less than storage.volumeGb, {stored}: without backup.bucket all objects go there, too",
        )


def _repetitions(group: str, members: Mapping[str, Any]) -> Iterator[Conflict]:
    first: dict[str, str] = {}
    for name, value in members.items():
        if isinstance(value, str) and first.setdefault(value, name) != name:
            yield (group, name), value, f"is the same as {group}.{first[value]}"
