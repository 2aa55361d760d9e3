"""The application's server."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

import pulumi
import pulumiverse_railway as railway

from components.addresses import PublicAddress
from components.migrations import pre_deploy_command
from components.minio import Credentials, MinioService
from components.preload import PRELOAD, START_COMMAND
from components.service import Placement, PublicDomain, add_domain, add_service
from components.sources import Source
from components.wiring import Link, Variables

API_PORT = 3000
OVERLAP_SECONDS = 20
BUCKETS = ("party-logos", "observer-documents", "form-34a-photos")
"""The names stand in the server's code. It makes those that aren't there, if it may."""
BYTES_PER_MEGABYTE = 1_000_000
POOLS = 6
"""Pools of database connections that one process opens."""


def database_connections(connection_limit: int, replicas: int) -> int:
    """Connections that the server may hold at once: a deployment overlaps the one that it replaces."""
    return POOLS * connection_limit * replicas * 2


@dataclass
class ApiServiceArgs:
    """What the server needs."""

    placement: Placement
    source: Source
    database_url: Link
    redis_url: Link
    storage: MinioService
    storage_credentials: Credentials
    """With which the server uses it: a user of its three buckets, or the root user."""
    jwt_secret: pulumi.Input[str]
    jwt_refresh_secret: pulumi.Input[str]
    encryption_key: pulumi.Input[str]
    """Encrypts settings in the database; without it, they would be lost with a change of `jwt_secret`."""
    public_origin: pulumi.Input[str]
    """Where people open the application. The server refuses requests from pages of any other origin."""
    replicas: Mapping[str, int] = field(default_factory=dict)
    """How many run in each region; empty: one, where the placement says."""
    processors: float | None = None
    """What each replica may use at most; None: what the plan allows."""
    memory_mb: int | None = None
    connection_limit: int = 3
    """Database connections of each of the six pools that one process opens."""
    pool_timeout_seconds: int = 20
    migrations: Literal["auto", "manual"] = "auto"
    """Whether a deployment migrates the database, or fails while its migrations are not approved."""
    approved_migration: str | None = None
    """With manual migrations, the newest that may be applied."""
    preload: bool = True
    """Whether the server starts with what `components.preload` repairs."""
    proxy_hops: int = 2
    """Proxies between a browser and the server: Railway's own, and the frontend's unless it is passed by."""
    jwt_expiry: pulumi.Input[str] = "8h"
    min_password_length: int = 8
    log_level: pulumi.Input[str] | None = None
    node_options: pulumi.Input[str] | None = None
    address: PublicAddress | None = None
    """A public address of its own; None: the server is reached through the frontend alone."""


class ApiService(pulumi.ComponentResource):
    """The server. Before each deployment it migrates the database, or looks that nothing is left to migrate."""

    service: railway.Service
    domain: PublicDomain | None
    private_host: Link
    """The name on the private network, for another service's variables."""

    def __init__(self, name: str, args: ApiServiceArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__("etally:components:ApiService", name, None, opts)
        self.service = add_service(
            name,
            args.placement,
            source=args.source,
            deploy=railway.ServiceDeployArgs(
                start_command=START_COMMAND if args.preload else None,
                pre_deploy_command=pre_deploy_command(args.migrations, args.approved_migration),
                healthcheck_path="/health",
                healthcheck_timeout=120,
                restart_policy_type=railway.RestartPolicy.ON_FAILURE,
                restart_policy_max_retries=10,
                # The server ends at once when it is told to stop; requests move over while both run.
                overlap_seconds=OVERLAP_SECONDS,
                limit_override=_limits(args),
            ),
            variables=_variables(args),
            replicas=args.replicas,
            parent=self,
        )
        self.domain = (
            add_domain(
                name,
                args.placement,
                service=self.service,
                address=args.address,
                target_port=API_PORT,
                parent=self,
            )
            if args.address
            else None
        )
        self.private_host = args.placement.wiring.link(self.service, "RAILWAY_PRIVATE_DOMAIN")
        self.register_outputs({"serviceId": self.service.id})


def _limits(args: ApiServiceArgs) -> railway.LimitOverrideArgs | None:
    if args.processors is None and args.memory_mb is None:
        return None
    return railway.LimitOverrideArgs(
        containers=railway.ContainerLimitsArgs(
            cpu=args.processors,
            memory_bytes=args.memory_mb * BYTES_PER_MEGABYTE if args.memory_mb is not None else None,
        )
    )


def _variables(args: ApiServiceArgs) -> Variables:
    """Every variable that the server reads, except those whose default is right."""
    endpoint = args.storage.endpoint
    return {
        "NODE_ENV": "production",
        "PORT": str(API_PORT),
        # The default is a folder that the image's user may not write to, and the server would not start.
        "LOG_DIR": "/app/logs",
        "DATABASE_URL": (
            args.database_url
            + f"?connection_limit={args.connection_limit}&pool_timeout={args.pool_timeout_seconds}"
        ),
        # Asks for both kinds of addresses: the private network may have IPv6 alone.
        "REDIS_URL": args.redis_url + "?family=0",
        # The server has one TLS switch for its own connection and for the addresses it signs for browsers,
        # so both go over the same name.
        "MINIO_ENDPOINT": endpoint.host,
        "MINIO_PRESIGNED_ENDPOINT": endpoint.host,
        "MINIO_PORT": str(endpoint.port),
        "MINIO_USE_SSL": str(endpoint.tls).lower(),
        "MINIO_ACCESS_KEY": args.storage_credentials.user,
        "MINIO_SECRET_KEY": args.storage_credentials.password,
        "JWT_SECRET": args.jwt_secret,
        "JWT_REFRESH_SECRET": args.jwt_refresh_secret,
        "JWT_EXPIRY": args.jwt_expiry,
        "MIN_PASSWORD_LENGTH": str(args.min_password_length),
        "ENCRYPTION_KEY": args.encryption_key,
        "CORS_ORIGIN": args.public_origin,
        "APP_URL": args.public_origin,
        **({"PRELOAD": PRELOAD, "PROXY_HOPS": str(args.proxy_hops)} if args.preload else {}),
        **({"LOG_LEVEL": args.log_level} if args.log_level is not None else {}),
        **({"NODE_OPTIONS": args.node_options} if args.node_options is not None else {}),
    }
