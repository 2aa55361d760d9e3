"""What every component is made of: a service in its place, a volume under it, a public address in front."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TypeAlias

import pulumi
import pulumiverse_railway as railway

from components.addresses import PublicAddress

Variables: TypeAlias = Mapping[str, "pulumi.Input[str] | railway.Reference"]
"""The variables of a service: values, and references to variables of others."""

MEGABYTES_PER_GIGABYTE = 1000
"""Railway sizes volumes in MB, and its plans in GB of a thousand."""


@dataclass(frozen=True)
class Placement:
    """The environment in which services are put."""

    project_id: pulumi.Input[str]
    environment_id: pulumi.Input[str]


@dataclass(frozen=True)
class Repository:
    """A repository on GitHub whose pushes deploy."""

    repository: pulumi.Input[str]
    """OWNER/NAME."""
    branch: pulumi.Input[str]
    wait_for_ci: pulumi.Input[bool] = False
    """Whether a push is deployed only when its checks have passed."""

    @property
    def source(self) -> railway.ServiceSourceArgs:
        """The repository as the source of a service."""
        return railway.ServiceSourceArgs(
            repo=self.repository, branch=self.branch, check_suites=self.wait_for_ci
        )


@dataclass(frozen=True)
class Mount:
    """Where a service keeps what outlives it."""

    path: str
    size_gb: int


def add_service(
    name: str,
    placement: Placement,
    *,
    source: railway.ServiceSourceArgs,
    deploy: railway.ServiceDeployArgs,
    variables: Variables,
    parent: pulumi.Resource,
    build: railway.ServiceBuildArgs | None = None,
    mount: Mount | None = None,
    depends_on: Sequence[pulumi.Resource] = (),
) -> railway.Service:
    """Put a service called `name` in place, on a volume of its own where it has a mount."""
    wired = railway.variables_with_references(dict(variables))
    return railway.Service(
        f"{name}-service",
        project_id=placement.project_id,
        environment_id=placement.environment_id,
        name=name,
        source=source,
        build=build,
        deploy=deploy,
        variables=wired.variables,
        volume_mounts=_mounts(name, placement, mount, parent) if mount else None,
        redeploy_triggers=wired.redeploy_triggers,
        opts=pulumi.ResourceOptions(parent=parent, depends_on=list(depends_on)),
    )


def _mounts(
    name: str, placement: Placement, mount: Mount, parent: pulumi.Resource
) -> list[pulumi.Input[railway.VolumeMountArgs]]:
    volume = railway.Volume(
        f"{name}-volume",
        project_id=placement.project_id,
        environment_id=placement.environment_id,
        name=f"{name}-data",
        size_mb=mount.size_gb * MEGABYTES_PER_GIGABYTE,
        opts=pulumi.ResourceOptions(parent=parent),
    )
    return [railway.VolumeMountArgs(volume_id=volume.id, mount_path=mount.path)]


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
    if address.subdomain is None:
        custom = railway.CustomDomain(
            f"{name}-domain",
            project_id=placement.project_id,
            environment_id=placement.environment_id,
            service_id=service.id,
            domain=address.host,
            target_port=target_port,
            opts=opts,
        )
        return PublicDomain(address, custom)
    subdomain = railway.ServiceDomain(
        f"{name}-domain",
        project_id=placement.project_id,
        environment_id=placement.environment_id,
        service_id=service.id,
        subdomain=address.subdomain,
        target_port=target_port,
        opts=opts,
    )
    return PublicDomain(address, subdomain)
