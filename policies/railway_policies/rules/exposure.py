"""What two rules say about ways from the internet to data stores."""

from collections.abc import Iterable, Iterator

from railway_policies.data_stores import runs
from railway_policies.properties import UNKNOWN
from railway_policies.resources import Endpoint, Resource, leads_to
from railway_policies.rule import Finding, Unjudged, Violation
from railway_policies.rules.words import named, why_unknown


def opened_stores(
    resource: Resource, endpoints: Iterable[Endpoint], images: tuple[str, ...], *, kind: str, removable: str
) -> Iterator[Finding]:
    """Every endpoint of a kind that a resource declares is held against the service that it leads to."""
    for endpoint in endpoints:
        stores = leads_to(endpoint, lambda service: runs(service, images))
        if stores is UNKNOWN:
            yield Unjudged(resource, why_unknown(endpoint.services))
        elif stores:
            yield Violation(
                resource,
                f"{endpoint.description} opens the data store {named(stores)} to the internet, and no data "
                f"store has a {kind}. Remove {removable} and reach {named(stores)} by its private address, "
                "<service>.railway.internal.",
            )
