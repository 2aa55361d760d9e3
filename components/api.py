"""The application's server."""

from dataclasses import dataclass

import pulumi
import pulumiverse_railway as railway

from components.addresses import PublicAddress
from components.minio import MinioService
from components.service import Placement, PublicDomain, Repository, Variables, add_domain, add_service

API_PORT = 3000


@dataclass
class ApiServiceArgs:
    """What the server needs."""

    placement: Placement
    repository: Repository
    database_url: railway.Reference
    redis_url: railway.Reference
    storage: MinioService
    jwt_secret: pulumi.Input[str]
    jwt_refresh_secret: pulumi.Input[str]
    encryption_key: pulumi.Input[str]
    """Encrypts settings in the database; without it, they would be lost with a change of `jwt_secret`."""
    public_origin: pulumi.Input[str]
    """Where people open the application. The server refuses requests from pages of any other origin."""
    dockerfile_path: pulumi.Input[str] = "backend/Dockerfile"
    connection_limit: int = 3
    """Database connections of each of the six pools that one process opens."""
    pool_timeout_seconds: int = 20
    jwt_expiry: pulumi.Input[str] = "8h"
    node_options: pulumi.Input[str] | None = None
    address: PublicAddress | None = None
    """A public address of its own; None: the server is reached through the frontend alone."""


class ApiService(pulumi.ComponentResource):
    """The server from its repository. It migrates the database before each deployment."""

    service: railway.Service
    domain: PublicDomain | None
    private_host: railway.Reference
    """The name on the private network, for another service's variables."""

    def __init__(self, name: str, args: ApiServiceArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__("etally:components:ApiService", name, None, opts)
        self.service = add_service(
            name,
            args.placement,
            source=args.repository.source,
            build=railway.ServiceBuildArgs(
                builder=railway.Builder.DOCKERFILE, dockerfile_path=args.dockerfile_path
            ),
            deploy=railway.ServiceDeployArgs(
                # The image has no package.json: npx finds Prisma, and no npm script would run.
                pre_deploy_command="npx prisma migrate deploy",
                healthcheck_path="/health",
                healthcheck_timeout=120,
                restart_policy_type=railway.RestartPolicy.ON_FAILURE,
                restart_policy_max_retries=10,
                # The server ends at once when it is told to stop; requests move over while both run.
                overlap_seconds=20,
            ),
            variables=_variables(args),
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
        self.private_host = railway.reference(self.service, "RAILWAY_PRIVATE_DOMAIN")
        self.register_outputs({"serviceId": self.service.id})


def _variables(args: ApiServiceArgs) -> Variables:
    """Every variable that the server reads, except those whose default is right."""
    optional = {"NODE_OPTIONS": args.node_options} if args.node_options is not None else {}
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
        # so both go over the public name.
        "MINIO_ENDPOINT": args.storage.host,
        "MINIO_PRESIGNED_ENDPOINT": args.storage.host,
        "MINIO_PORT": "443",
        "MINIO_USE_SSL": "true",
        "MINIO_ACCESS_KEY": args.storage.user,
        "MINIO_SECRET_KEY": args.storage.password,
        "JWT_SECRET": args.jwt_secret,
        "JWT_REFRESH_SECRET": args.jwt_refresh_secret,
        "JWT_EXPIRY": args.jwt_expiry,
        "ENCRYPTION_KEY": args.encryption_key,
        "CORS_ORIGIN": args.public_origin,
        "APP_URL": args.public_origin,
        **optional,
    }
