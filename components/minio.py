"""Object storage that speaks S3."""

from dataclasses import dataclass

import pulumi
import pulumiverse_railway as railway

from components.addresses import PublicAddress
from components.service import Mount, Placement, PublicDomain, add_domain, add_service

S3_PORT = 9000
CONSOLE_PORT = 9001


@dataclass
class MinioServiceArgs:
    """What MinIO needs."""

    placement: Placement
    image: pulumi.Input[str]
    """A pinned image with `minio` on its path."""
    root_user: pulumi.Input[str]
    root_password: pulumi.Input[str]
    """At least eight characters."""
    address: PublicAddress
    """Where browsers reach the S3 port, by addresses that the application has signed."""
    volume_gb: int = 10


class MinioService(pulumi.ComponentResource):
    """MinIO on a volume, its S3 port behind a public address and its console behind none."""

    service: railway.Service
    domain: PublicDomain
    host: railway.Reference
    """The public host name, for another service's variables; it is served on port 443 with TLS."""
    user: railway.Reference
    password: railway.Reference

    def __init__(self, name: str, args: MinioServiceArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__("etally:components:MinioService", name, None, opts)
        mount = Mount("/data", args.volume_gb)
        self.service = add_service(
            name,
            args.placement,
            source=railway.ServiceSourceArgs(image=args.image),
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
            },
            mount=mount,
            parent=self,
        )
        self.domain = add_domain(
            name,
            args.placement,
            service=self.service,
            address=args.address,
            target_port=S3_PORT,
            parent=self,
        )
        self.host = railway.reference(self.service, "RAILWAY_PUBLIC_DOMAIN", domain=self.domain.resource)
        self.user = railway.reference(self.service, "MINIO_ROOT_USER")
        self.password = railway.reference(self.service, "MINIO_ROOT_PASSWORD")
        self.register_outputs({"serviceId": self.service.id, "url": args.address.origin})
