"""A custom domain lies in a zone of one's own."""

from collections.abc import Iterable, Iterator

from pulumi_policy import Severity

from railway_policies.properties import UNKNOWN
from railway_policies.resources import CUSTOM_DOMAIN, Resource
from railway_policies.rule import About, Configuration, Finding, Rule, Scope, Unjudged, Violation


class AllowedZoneConfiguration(Configuration):
    """Where public addresses may lie."""

    zones: tuple[str, ...] = ()
    """Zones such as example.org, each with all names below it; none: any zone but those of examples."""


_EXAMPLES = ("localhost", "invalid", "test")
"""Zones that nobody can own; RFC 2606."""


def judge(domain: Resource, configuration: AllowedZoneConfiguration) -> Iterator[Finding]:
    """A domain of Railway's own is another rule's concern."""
    if domain.token != CUSTOM_DOMAIN:
        return
    host = domain.properties.text("domain")
    if host is UNKNOWN:
        yield Unjudged(domain, "its host name is unknown until it is deployed")
    elif configuration.zones and not _lies_in(host or "", configuration.zones):
        zones = ", ".join(configuration.zones)
        yield Violation(
            domain,
            f"{domain} lies outside the allowed zones ({zones}), so whoever owns its zone may lead visitors "
            f'elsewhere. Give "{domain.name}" a name in one of them, or add its zone to `zones`.',
        )
    elif _lies_in(host or "", _EXAMPLES):
        yield Violation(
            domain,
            f"{domain} lies in a zone that nobody can own ({', '.join(_EXAMPLES)}), so it is never verified. "
            f'Give "{domain.name}" a name in a zone of yours.',
        )


def _lies_in(host: str, zones: Iterable[str]) -> bool:
    name = host.lower().rstrip(".")
    return any(name == zone or name.endswith(f".{zone}") for zone in (zone.lower() for zone in zones))


RULE = Rule(
    About(
        name="railway-domain-require-allowed-zone",
        display_name="Domains lie in allowed zones",
        description="Checks that every custom domain lies in an allowed zone.",
        severity=Severity.HIGH,
        remediation_steps="Give the domain a name in an allowed zone, or add its zone to the setting `zones`.",
        tags=("exposure",),
    ),
    Scope.RESOURCE,
    AllowedZoneConfiguration,
    judge,
)
