"""What every component is made of: a service in its place, a volume under it, a public address in front."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import pulumi
import pulumiverse_railway as railway

from components.addresses import PublicAddress
from components.sources import Source
from components.wiring import Variables, Wiring

MEGABYTES_PER_GIGABYTE = 1000
"""Railway sizes volumes in MB, and its plans in GB of a thousand."""


@dataclass(frozen=True)
class Placement:
    """The environment in which services are put, and the region where they and their volumes are."""

    project_id: pulumi.Input[str]
    environment_id: pulumi.Input[str]
    region: str | None = None
    """None: the workspace's preferred one."""
    wiring: Wiring = field(default_factory=Wiring, compare=False)
    """What the services in this place declare and refer to."""


@dataclass(frozen=True)
class Mount:
    """Where a service keeps what outlives it."""

    path: str
    size_gb: int
    backups: Sequence[str] = ()
    """When Railway backs it up: `daily`, `weekly`, `monthly`."""


def add_service(
    name: str,
    placement: Placement,
    *,
    source: Source,
    deploy: railway.ServiceDeployArgs,
    variables: Variables,
    parent: pulumi.Resource,
    mount: Mount | None = None,
    replicas: Mapping[str, int] | None = None,
    depends_on: Sequence[pulumi.Resource] = (),
    protect: bool | None = None,
) -> railway.Service:
    """Put a service called `name` in place, on a volume of its own where it has a mount.

    `replicas` says how many run in each region; without it, one does, in the placement's. `protect` says whether
    it refuses deletion; without it, the parent says so.
    """
    wired = railway.variables_with_references(dict(variables))
    regions = replicas or ({placement.region: 1} if placement.region else {})
    if regions:
        deploy.multi_region_config = {
            region: railway.RegionReplicasArgs(num_replicas=number) for region, number in regions.items()
        }
    service = railway.Service(
        f"{name}-service",
        project_id=placement.wiring.held(placement.project_id),
        environment_id=placement.environment_id,
        name=name,
        source=source.source,
        build=source.build,
        deploy=deploy,
        variables=placement.wiring.judged(name, wired.variables),
        volume_mounts=_mounts(name, placement, mount, parent) if mount else None,
        redeploy_triggers=wired.redeploy_triggers,
        opts=pulumi.ResourceOptions(parent=parent, depends_on=list(depends_on), protect=protect),
    )
    placement.wiring.declare(service, name, variables, volume=mount is not None)
    return service


def _mounts(
    name: str, placement: Placement, mount: Mount, parent: pulumi.Resource
) -> list[pulumi.Input[railway.VolumeMountArgs]]:
    volume = railway.Volume(
        f"{name}-volume",
        project_id=placement.wiring.held(placement.project_id),
        environment_id=placement.environment_id,
        name=f"{name}-data",
        size_mb=mount.size_gb * MEGABYTES_PER_GIGABYTE,
        region=placement.region,
        opts=pulumi.ResourceOptions(parent=parent),
    )
    schedules = [railway.BackupSchedule[schedule.upper()] for schedule in mount.backups]
    return [
        railway.VolumeMountArgs(
            volume_id=volume.id, mount_path=mount.path, backup_schedules=schedules or None
        )
    ]


@dataclass(frozen=True)
class PublicDomain:
    """A public address as it exists in front of a service."""

    address: PublicAddress
    resource: "railway.ServiceDomain | railway.CustomDomain"

    @property
    def dns_records(self) -> "pulumi.Output[Sequence[Mapping[str, str]]] | None":
        """The records that the domain's owner has to set: type, name and value; None for Railway's own."""
        if not isinstance(self.resource, railway.CustomDomain):
            return None
        return self.resource.dns_records.apply(
            lambda records: [
                {"type": record.record_type, "name": record.fqdn, "value": record.required_value}
                for record in records
            ]
        )


def add_domain(
    name: str,
    placement: Placement,
    *,
    service: railway.Service,
    address: PublicAddress,
    target_port: int,
    parent: pulumi.Resource,
) -> PublicDomain:
    """Lead a public address to a port of a service. An address holds no data: it is never protected."""
    opts = pulumi.ResourceOptions(parent=parent, protect=False)
    placement.wiring.publish(service)
    if address.subdomain is None:
        custom = railway.CustomDomain(
            f"{name}-domain",
            project_id=placement.wiring.held(placement.project_id),
            environment_id=placement.environment_id,
            service_id=service.id,
            domain=address.host,
            target_port=target_port,
            opts=opts,
        )
        return PublicDomain(address, custom)
    subdomain = railway.ServiceDomain(
        f"{name}-domain",
        project_id=placement.wiring.held(placement.project_id),
        environment_id=placement.environment_id,
        service_id=service.id,
        subdomain=address.subdomain,
        target_port=target_port,
        opts=opts,
    )
    return PublicDomain(address, subdomain)
