"""No data store has a public domain."""

from collections.abc import Iterator

from pulumi_policy import Severity

from railway_policies.data_stores import CACHES, DATABASES, runs
from railway_policies.properties import UNKNOWN
from railway_policies.resources import Resource, domains, leads_to
from railway_policies.rule import About, Configuration, Finding, Rule, Scope, Unjudged, Violation
from railway_policies.rules.words import named, why_unknown


class PublicDomainConfiguration(Configuration):
    """Which services must stay private."""

    images: tuple[str, ...] = (*DATABASES, *CACHES)
    """Images of data stores: the last part of the name, or with a slash all of it; * and ? as in a shell."""


def judge(resource: Resource, configuration: PublicDomainConfiguration) -> Iterator[Finding]:
    """Every domain is held against the service that it leads to."""
    for endpoint in domains(resource):
        stores = leads_to(endpoint, lambda service: runs(service, configuration.images))
        if stores is UNKNOWN:
            yield Unjudged(resource, why_unknown(endpoint.services))
        elif stores:
            yield Violation(
                resource,
                f"{resource} opens the data store {named(stores)} to the internet, and no data store has a "
                f'public domain. Remove "{resource.name}" and reach {named(stores)} by its private address, '
                "<service>.railway.internal.",
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
