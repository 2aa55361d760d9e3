"""No data store has a public domain."""

from collections.abc import Iterator

from pulumi_policy import Severity

from railway_policies.data_stores import CACHES, DATABASES
from railway_policies.resources import Resource, domains
from railway_policies.rule import About, Configuration, Finding, Rule, Scope
from railway_policies.rules.exposure import opened_stores


class PublicDomainConfiguration(Configuration):
    """Which services must stay private."""

    images: tuple[str, ...] = (*DATABASES, *CACHES)
    """Images of data stores: the last part of the name, or with a slash all of it; * and ? as in a shell."""


def judge(resource: Resource, configuration: PublicDomainConfiguration) -> Iterator[Finding]:
    """Every domain is held against the service that it leads to."""
    return opened_stores(
        resource,
        domains(resource),
        configuration.images,
        kind="public domain",
        removable=f'"{resource.name}"',
    )


RULE = Rule(
    About(
        name="railway-data-store-disallow-public-domain",
        display_name="Data stores have no public domain",
        description="Checks that no service domain and no custom domain leads to a data store.",
        severity=Severity.CRITICAL,
        remediation_steps="Remove the domain, and let other services use the store's private address.",
        tags=("exposure", "data"),
    ),
    Scope.STACK,
    PublicDomainConfiguration,
    judge,
)
