"""A data store and its users are in one region."""

from collections.abc import Iterator

from pulumi_policy import Severity

from railway_policies.properties import UNKNOWN, Maybe
from railway_policies.resources import SERVICE, Resource
from railway_policies.rule import About, Configuration, Finding, Rule, Scope, Unjudged, Violation
from railway_policies.services import all_services, is_store, regions, uses, volumes


class SameRegionConfiguration(Configuration):
    """What an absent region means."""

    default_region: str = ""
    """The workspace's own region, where Railway puts what names none; empty: it isn't known here."""


def judge(user: Resource, configuration: SameRegionConfiguration) -> Iterator[Finding]:
    """Each query crosses the way between them, and traffic between regions costs."""
    if user.token != SERVICE:
        return
    here = _regions(user, configuration)
    for store in all_services(user):
        kind = is_store(store)
        if store is not user and kind is not False and (used := uses(user, store)) is not False:
            there = _regions(store, configuration)
            if UNKNOWN in (here, there):
                yield Unjudged(
                    user, f"whether it is in the region of {store} is unknown until it is deployed"
                )
            elif here == there:
                continue
            elif UNKNOWN in (kind, used):
                yield Unjudged(user, f"whether it uses {store} as a store is unknown until it is deployed")
            elif "" in (here | there if here is not UNKNOWN and there is not UNKNOWN else set()):
                yield Unjudged(user, f"one of it and {store} names no region; set `defaultRegion`")
            else:
                yield Violation(
                    user,
                    f"{user} uses {store} from another region, so every query makes the way; a data store and "
                    "its users are in one. Give both the same region in multiRegionConfig.",
                )


def _regions(service: Resource, configuration: SameRegionConfiguration) -> Maybe[frozenset[str]]:
    placed = regions(service)
    if placed is UNKNOWN:
        return UNKNOWN
    if placed:
        return frozenset(placed)
    mounted = [volume.properties.text("region") for volume in volumes(service)]
    if UNKNOWN in mounted:
        return UNKNOWN
    return frozenset(
        region or configuration.default_region for region in mounted if region is not UNKNOWN
    ) or (frozenset({configuration.default_region}))


RULE = Rule(
    About(
        name="railway-data-store-require-same-region",
        display_name="Data stores are near their users",
        description="Checks that every data store is in the region of the services that use it.",
        severity=Severity.MEDIUM,
        remediation_steps="Give the data store and its users the same region.",
        tags=("coherence",),
    ),
    Scope.STACK,
    SameRegionConfiguration,
    judge,
)
