"""A volume has one user."""

from collections.abc import Iterator

from pulumi_policy import Severity

from railway_policies.properties import UNKNOWN
from railway_policies.resources import SERVICE, Resource
from railway_policies.rule import About, Configuration, Finding, Rule, Scope, Unjudged, Violation
from railway_policies.services import has_volume, replicas


class VolumeReplicasConfiguration(Configuration):
    """Nothing of its own."""


def judge(service: Resource, configuration: VolumeReplicasConfiguration) -> Iterator[Finding]:  # noqa: ARG001
    """Railway mounts a volume in one instance, and refuses more."""
    if service.token != SERVICE:
        return
    mounted, count = has_volume(service), replicas(service)
    if mounted is False or (count is not UNKNOWN and count <= 1):
        return
    if mounted is UNKNOWN or count is UNKNOWN:
        yield Unjudged(service, "its replicas and volume mounts are unknown until it is deployed")
    else:
        yield Violation(
            service,
            f"{service} mounts a volume and asks for more than one replica; a service with a volume has one. "
            f'Set numReplicas in multiRegionConfig of "{service.name}" to 1, or take the volume away.',
        )


RULE = Rule(
    About(
        name="railway-volume-disallow-replicas",
        display_name="Services with a volume have one replica",
        description="Checks that no service with a volume asks for more than one replica.",
        severity=Severity.HIGH,
        remediation_steps="Set the service to one replica, or take its volume away.",
        tags=("data",),
    ),
    Scope.RESOURCE,
    VolumeReplicasConfiguration,
    judge,
)
