"""MinIO's console is never public."""

from collections.abc import Iterator

from pulumi_policy import Severity

from railway_policies.data_stores import OBJECT_STORES, runs
from railway_policies.properties import UNKNOWN
from railway_policies.resources import Resource, domains, leads_to
from railway_policies.rule import About, Configuration, Finding, Rule, Scope, Unjudged, Violation
from railway_policies.rules.words import named, why_unknown


class PublicConsoleConfiguration(Configuration):
    """Which services are MinIO, and the one port of theirs that may be public."""

    images: tuple[str, ...] = OBJECT_STORES
    """Images of MinIO: the last part of the name, or with a slash all of it; * and ? as in a shell."""
    port: int = 9000
    """The port of the S3 interface."""


def judge(resource: Resource, configuration: PublicConsoleConfiguration) -> Iterator[Finding]:
    """A domain without a port is refused, too: Railway takes one that it detects, maybe the console's."""
    for endpoint in domains(resource):
        stores = leads_to(endpoint, lambda service: runs(service, configuration.images))
        if stores is UNKNOWN:
            if endpoint.port != configuration.port:
                yield Unjudged(resource, why_unknown(endpoint.services))
        elif stores and endpoint.port is UNKNOWN:
            yield Unjudged(resource, "its target port is unknown until it is deployed")
        elif stores and endpoint.port != configuration.port:
            fault = "names no target port" if endpoint.port is None else "names another target port"
            yield Violation(
                resource,
                f"{resource} on MinIO {named(stores)} {fault}, and only its S3 port, {configuration.port}, "
                "may be public: its console must not be. "
                f'Set targetPort of "{resource.name}" to {configuration.port}.',
            )


RULE = Rule(
    About(
        name="railway-minio-disallow-public-console",
        display_name="MinIO's console is not public",
        description="Checks that every domain on MinIO names the port of its S3 interface.",
        severity=Severity.CRITICAL,
        remediation_steps="Set the domain's targetPort to MinIO's S3 port; give the console no domain.",
        tags=("exposure",),
    ),
    Scope.STACK,
    PublicConsoleConfiguration,
    judge,
)
