"""The rules, in the order in which they are asked and listed."""

from typing import Any, Final

from pulumi_policy import Policy

from railway_policies import unjudged
from railway_policies.policy import ResourcePolicy, StackPolicy
from railway_policies.rule import Rule, Scope
from railway_policies.rules import (
    data_store_disallow_public_domain,
    data_store_disallow_tcp_proxy,
    data_store_require_volume,
    image_require_version,
    minio_disallow_public_console,
)

PACK_NAME: Final = "railway"

RULES: Final[tuple[Rule[Any], ...]] = (
    data_store_disallow_public_domain.RULE,
    data_store_disallow_tcp_proxy.RULE,
    minio_disallow_public_console.RULE,
    data_store_require_volume.RULE,
    image_require_version.RULE,
)

REPORTS: Final = (unjudged.IN_RESOURCES, unjudged.IN_STACK)
"""What people read about the policies that report what the rules left open."""


def policies() -> list[Policy]:
    """All that the pack serves: the rules, then what reports on what they left open."""
    on_resources = [ResourcePolicy(rule) for rule in RULES if rule.scope is Scope.RESOURCE]
    on_stack = [StackPolicy(rule) for rule in RULES if rule.scope is Scope.STACK]
    return [
        *on_resources,
        *on_stack,
        unjudged.UnjudgedInResources([policy.judgement for policy in on_resources]),
        unjudged.UnjudgedInStack([policy.judgement for policy in on_stack]),
    ]
