"""Data stores that are reached over the private network alone."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

import pulumi
import pulumiverse_railway as railway

from components.service import Mount, Placement, add_service
from components.sources import Image
from components.wiring import Link, Variables


class Engine(Protocol):
    """What a database service has to know about the database that it runs."""

    @property
    def image(self) -> pulumi.Input[str]:
        """The pinned image."""

    @property
    def url_variable(self) -> str:
        """The name of the variable that others refer to for a connection."""

    @property
    def start_command(self) -> str | None:
        """What is run instead of the image's own command."""

    @property
    def mount(self) -> Mount | None:
        """Where the data lies; None when nothing outlives a restart."""

    def variables(self, password: pulumi.Input[str]) -> Variables:
        """The service's variables, among them the one for connections."""


_MAX_CONNECTIONS = 100
"""PostgreSQL's own default."""


@dataclass(frozen=True)
class Postgres:
    """PostgreSQL as Railway's own template runs it, without the public proxy."""

    image: pulumi.Input[str]
    """One of Railway's images of a major version up to 17: later ones want the volume one folder higher."""
    database: pulumi.Input[str] = "railway"
    """Created on an empty volume; a later change renames nothing."""
    user: pulumi.Input[str] = "postgres"
    """Created on an empty volume, with the password of that day."""
    volume_gb: int = 5
    backups: Sequence[str] = ()
    """When Railway backs the volume up: `daily`, `weekly`, `monthly`."""
    max_connections: int = _MAX_CONNECTIONS
    """Connections that the server accepts."""

    url_variable = "DATABASE_URL"

    @property
    def start_command(self) -> str | None:
        """The image's own command, with another limit of connections where there is one."""
        if self.max_connections == _MAX_CONNECTIONS:
            return None
        # The image's entry point, which a start command replaces, and the port that its own command sets.
        return f"wrapper.sh postgres --port=5432 -c max_connections={self.max_connections}"

    @property
    def mount(self) -> Mount:
        """The volume; the data lie in a folder below it, because a volume's root has a `lost+found`."""
        return Mount("/var/lib/postgresql/data", self.volume_gb, self.backups)

    def variables(self, password: pulumi.Input[str]) -> Mapping[str, pulumi.Input[str]]:
        """The variables of Railway's template, which its dashboard reads too."""
        return {
            "POSTGRES_DB": self.database,
            "POSTGRES_USER": self.user,
            "POSTGRES_PASSWORD": password,
            "PGDATA": f"{self.mount.path}/pgdata",
            "PGHOST": "${{RAILWAY_PRIVATE_DOMAIN}}",
            "PGPORT": "5432",
            "PGUSER": "${{POSTGRES_USER}}",
            "PGDATABASE": "${{POSTGRES_DB}}",
            "PGPASSWORD": "${{POSTGRES_PASSWORD}}",
            "DATABASE_URL": (
                "postgresql://${{POSTGRES_USER}}:${{POSTGRES_PASSWORD}}"
                "@${{RAILWAY_PRIVATE_DOMAIN}}:5432/${{POSTGRES_DB}}"
            ),
            "SSL_CERT_DAYS": "820",
        }


@dataclass(frozen=True)
class Redis:
    """Redis as a cache: what was used least recently makes room, and without snapshots a restart empties it."""

    image: pulumi.Input[str]
    memory_mb: int = 256
    """MB that the cache may hold."""
    snapshots: bool = False
    """Whether a volume keeps the cache over a restart; what changed in the last minutes may be lost."""
    volume_gb: int = 1
    """Twice the memory at least: a snapshot is written beside the one that it replaces."""

    url_variable = "REDIS_URL"

    @property
    def mount(self) -> Mount | None:
        """The volume for snapshots. The image's entry point gives it to Redis' own user."""
        return Mount("/data", self.volume_gb) if self.snapshots else None

    @property
    def start_command(self) -> str:
        """Redis with its password in a file: on a command line every process could read it.

        The image's entry point, where there is one, gives up root and runs Redis.
        """
        script = "; ".join(
            (
                "umask 077",
                "configuration=$(mktemp)",
                'echo "requirepass $REDIS_PASSWORD" > $configuration',
                "chown redis $configuration",
                "exec $(command -v docker-entrypoint.sh) redis-server $configuration " + self._options,
            )
        )
        return f"/bin/sh -c '{script}'"

    @property
    def _options(self) -> str:
        # After so many seconds, if so many keys have changed.
        saving = f'--dir {self.mount.path} --save "3600 1 300 100 60 10000"' if self.mount else '--save ""'
        return f"{saving} --appendonly no --maxmemory {self.memory_mb}mb --maxmemory-policy allkeys-lru"

    def variables(self, password: pulumi.Input[str]) -> Mapping[str, pulumi.Input[str]]:
        """The variables of Railway's template."""
        return {
            "REDIS_PASSWORD": password,
            "REDISHOST": "${{RAILWAY_PRIVATE_DOMAIN}}",
            "REDISPORT": "6379",
            "REDISUSER": "default",
            "REDISPASSWORD": "${{REDIS_PASSWORD}}",
            "REDIS_URL": "redis://default:${{REDIS_PASSWORD}}@${{RAILWAY_PRIVATE_DOMAIN}}:6379",
        }


@dataclass
class DatabaseServiceArgs:
    """What a database needs."""

    placement: Placement
    engine: Engine
    """`Postgres` or `Redis`."""
    password: pulumi.Input[str]
    """Part of a URL: letters, digits and - . _ ~ alone."""
    starts_after: Sequence[pulumi.Resource] = ()
    """What is done before a change of the database, and so before one of whatever refers to it."""


class DatabaseService(pulumi.ComponentResource):
    """A database on the private network, with the variables that others refer to."""

    service: railway.Service
    url: Link
    """The address of a connection, password included, for another service's variables."""

    def __init__(
        self, name: str, args: DatabaseServiceArgs, opts: pulumi.ResourceOptions | None = None
    ) -> None:
        super().__init__("etally:components:DatabaseService", name, None, opts)
        self.service = add_service(
            name,
            args.placement,
            source=Image(args.engine.image),
            deploy=railway.ServiceDeployArgs(
                start_command=args.engine.start_command,
                restart_policy_type=railway.RestartPolicy.ALWAYS,
                # A clean shutdown writes what is in memory; Railway's template grants the same minute.
                draining_seconds=60,
            ),
            variables=args.engine.variables(args.password),
            mount=args.engine.mount,
            parent=self,
            depends_on=args.starts_after,
        )
        self.url = args.placement.wiring.link(self.service, args.engine.url_variable)
        self.register_outputs({"serviceId": self.service.id, "url": self.url.text})
