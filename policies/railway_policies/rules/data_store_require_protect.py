"""A data store isn't deleted by mistake."""

from collections.abc import Iterator

from pulumi_policy import Severity

from railway_policies.data_stores import DATABASES, OBJECT_STORES, keeps_data
from railway_policies.properties import UNKNOWN
from railway_policies.resources import BUCKET, SERVICE, Resource
from railway_policies.rule import About, Configuration, Finding, Rule, Scope, Unjudged, Violation
from railway_policies.rules.words import and_named
from railway_policies.services import volumes


class ProtectConfiguration(Configuration):
    """Which services keep data."""

    images: tuple[str, ...] = (*DATABASES, *OBJECT_STORES)
    """Images of data stores: the last part of the name, or with a slash all of it; * and ? as in a shell."""


def judge(service: Resource, configuration: ProtectConfiguration) -> Iterator[Finding]:
    """A bucket, or a service and its volumes: deleting one of them ends the data."""
    if service.token == BUCKET and not service.protect:
        yield Violation(
            service,
            f"{service} keeps data, and the engine deletes it without being asked twice; a data store is "
            f'protected. Set protect on "{service.name}".',
        )
    if service.token != SERVICE:
        return
    is_store = keeps_data(service, configuration.images)
    open_ones = [resource for resource in (service, *volumes(service)) if not resource.protect]
    if is_store is UNKNOWN and open_ones:
        yield Unjudged(service, "whether it keeps data is unknown until its image is known")
    elif is_store and open_ones:
        yield Violation(
            service,
            f"{service} keeps data, and the engine deletes {and_named(open_ones)} without being asked twice; "
            f"a data store and its volume are protected. Set protect on {and_named(open_ones)}.",
        )


RULE = Rule(
    About(
        name="railway-data-store-require-protect",
        display_name="Data stores are protected",
        description="Checks that every data store, with its volume, and every bucket has the option protect.",
        severity=Severity.HIGH,
        remediation_steps="Set protect=True in the options of the service and its volume.",
        tags=("data", "production"),
        production_only=True,
    ),
    Scope.STACK,
    ProtectConfiguration,
    judge,
)
