"""No data store has a TCP proxy."""

from collections.abc import Iterator

from pulumi_policy import Severity

from railway_policies.data_stores import CACHES, DATABASES, OBJECT_STORES, runs
from railway_policies.properties import UNKNOWN
from railway_policies.resources import Resource, tcp_proxies
from railway_policies.rule import About, Configuration, Finding, Rule, Scope, Unjudged
from railway_policies.rules.exposure import opened_stores


class TcpProxyConfiguration(Configuration):
    """Which services must stay private."""

    images: tuple[str, ...] = (*DATABASES, *CACHES, *OBJECT_STORES)
    """Images of data stores: the last part of the name, or with a slash all of it; * and ? as in a shell."""


def judge(resource: Resource, configuration: TcpProxyConfiguration) -> Iterator[Finding]:
    """Every TCP proxy is held against the service that it leads to."""
    proxies = tcp_proxies(resource)
    if proxies is UNKNOWN:
        if runs(resource, configuration.images) is not False:
            yield Unjudged(resource, "its networking is unknown until it is deployed")
        return
    yield from opened_stores(resource, proxies, configuration.images, kind="TCP proxy", removable="the proxy")


RULE = Rule(
    About(
        name="railway-data-store-disallow-tcp-proxy",
        display_name="Data stores have no TCP proxy",
        description="Checks that no TCP proxy leads to a data store.",
        severity=Severity.CRITICAL,
        remediation_steps="Remove the TCP proxy, and let other services use the store's private address.",
        tags=("exposure", "data"),
    ),
    Scope.STACK,
    TcpProxyConfiguration,
    judge,
)
