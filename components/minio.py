"""Object storage that speaks S3."""

from collections.abc import Sequence
from dataclasses import dataclass

import pulumi
import pulumiverse_railway as railway

from components.addresses import PublicAddress
from components.service import Mount, Placement, PublicDomain, add_domain, add_service
from components.sources import Image
from components.wiring import Link

S3_PORT = 9000
CONSOLE_PORT = 9001


@dataclass(frozen=True)
class Endpoint:
    """Where another service reaches the S3 port."""

    host: Link
    port: int
    tls: bool


@dataclass(frozen=True)
class Credentials:
    """With which another service uses the store."""

    user: Link
    password: Link


@dataclass
class MinioServiceArgs:
    """What MinIO needs."""

    placement: Placement
    image: pulumi.Input[str]
    """A pinned image with `minio` on its path."""
    root_user: pulumi.Input[str]
    root_password: pulumi.Input[str]
    """At least eight characters."""
    address: PublicAddress | None = None
    """Where browsers reach the S3 port, by addresses that the application has signed; None: nowhere."""
    volume_gb: int = 10
    backups: Sequence[str] = ()
    """When Railway backs the volume up: `daily`, `weekly`, `monthly`."""
    delete_unfinished_uploads_after_hours: int | None = None
    """When the parts go of an upload that nobody finished; None: after 24 hours, MinIO's own choice."""


class MinioService(pulumi.ComponentResource):
    """MinIO on a volume, its S3 port behind a public address or none, and its console behind none."""

    service: railway.Service
    domain: PublicDomain | None
    endpoint: Endpoint
    """The public address where there is one, else the private network's, for another service's variables."""
    credentials: Credentials
    """The root user's."""

    def __init__(self, name: str, args: MinioServiceArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__("etally:components:MinioService", name, None, opts)
        mount = Mount("/data", args.volume_gb, args.backups)
        hours = args.delete_unfinished_uploads_after_hours
        self.service = add_service(
            name,
            args.placement,
            source=Image(args.image),
            deploy=railway.ServiceDeployArgs(
                # Railway runs a start command instead of the image's entry point, so the program is named.
                start_command=f"minio server {mount.path} --console-address :{CONSOLE_PORT}",
                healthcheck_path="/minio/health/live",
                healthcheck_timeout=120,
                restart_policy_type=railway.RestartPolicy.ALWAYS,
                draining_seconds=30,
            ),
            variables={
                "MINIO_ROOT_USER": args.root_user,
                "MINIO_ROOT_PASSWORD": args.root_password,
                "PORT": str(S3_PORT),
                # MinIO's lifecycle rules know nothing of unfinished uploads.
                **({"MINIO_API_STALE_UPLOADS_EXPIRY": f"{hours}h"} if hours else {}),
            },
            mount=mount,
            parent=self,
        )
        self.domain = (
            add_domain(
                name,
                args.placement,
                service=self.service,
                address=args.address,
                target_port=S3_PORT,
                parent=self,
            )
            if args.address
            else None
        )
        link = args.placement.wiring.link
        self.endpoint = (
            Endpoint(
                link(self.service, "RAILWAY_PUBLIC_DOMAIN", domain=self.domain.resource), port=443, tls=True
            )
            if self.domain
            else Endpoint(link(self.service, "RAILWAY_PRIVATE_DOMAIN"), port=S3_PORT, tls=False)
        )
        self.credentials = Credentials(
            link(self.service, "MINIO_ROOT_USER"), link(self.service, "MINIO_ROOT_PASSWORD")
        )
        self.register_outputs({"serviceId": self.service.id})
