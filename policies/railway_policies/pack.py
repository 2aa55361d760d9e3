"""The rules, in the order in which they are asked and listed."""

from typing import Final

from pulumi_policy import Policy

from railway_policies.rule import Rule
from railway_policies.rules import (
    data_store_disallow_public_domain,
    data_store_disallow_tcp_proxy,
    data_store_require_volume,
    image_require_version,
    minio_disallow_public_console,
)
from railway_policies.unjudged import UnjudgedInResources, UnjudgedInStack

PACK_NAME: Final = "railway"

RULES: Final[tuple[Rule, ...]] = (
    data_store_disallow_public_domain.RULE,
    data_store_disallow_tcp_proxy.RULE,
    minio_disallow_public_console.RULE,
    data_store_require_volume.RULE,
    image_require_version.RULE,
)

REPORTS: Final = (UnjudgedInResources(RULES), UnjudgedInStack(RULES))


def policies() -> list[Policy]:
    """All that the pack serves: the rules, then what reports on what they left open."""
    return [*RULES, *REPORTS]
