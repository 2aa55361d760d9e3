"""An image comes from a registry that one trusts."""

from collections.abc import Iterator
from fnmatch import fnmatchcase

from pulumi_policy import Severity

from railway_policies.properties import UNKNOWN
from railway_policies.resources import SERVICE, Resource, image
from railway_policies.rule import About, Configuration, Finding, Rule, Scope, Unjudged, Violation


class AllowedRegistryConfiguration(Configuration):
    """Where images may come from."""

    registries: tuple[str, ...] = (
        "docker.io",
        "ghcr.io",
        "quay.io",
        "gcr.io",
        "registry.gitlab.com",
        "mcr.microsoft.com",
        "public.ecr.aws",
    )
    """Registries, or with a slash a path below one, such as ghcr.io/acme/*; * and ? as in a shell."""


def judge(service: Resource, configuration: AllowedRegistryConfiguration) -> Iterator[Finding]:
    """An image without a registry comes from Docker's."""
    if service.token != SERVICE:
        return
    found = image(service)
    if found is UNKNOWN:
        yield Unjudged(service, "its image is unknown until it is deployed")
    elif found is not None and not any(
        fnmatchcase(found.location if "/" in pattern else found.registry, pattern)
        for pattern in configuration.registries
    ):
        allowed = ", ".join(configuration.registries)
        yield Violation(
            service,
            f"{service} runs an image from a registry that isn't allowed; allowed are {allowed}. Take it from "
            f'one of these in source.image of "{service.name}", or add its registry to `registries`.',
        )


RULE = Rule(
    About(
        name="railway-image-require-allowed-registry",
        display_name="Images come from allowed registries",
        description="Checks that every image comes from an allowed registry.",
        severity=Severity.HIGH,
        remediation_steps="Use an image from an allowed registry, or add it to the setting `registries`.",
        tags=("supply",),
    ),
    Scope.RESOURCE,
    AllowedRegistryConfiguration,
    judge,
)
