"""The rules, in the order in which they are asked and listed."""

from typing import Any, Final

from pulumi_policy import Policy

from railway_policies import companions
from railway_policies.companions import OnceMore, ResourceCompanion, StackCompanion
from railway_policies.policy import Judgement, RemedyPolicy, ResourcePolicy, StackPolicy
from railway_policies.rule import About, Rule, Scope
from railway_policies.rules import (
    backup_require_offsite_copy,
    command_disallow_secret,
    cors_require_frontend_origin,
    data_store_disallow_public_domain,
    data_store_disallow_tcp_proxy,
    data_store_require_backup_schedule,
    data_store_require_protect,
    data_store_require_same_region,
    data_store_require_volume,
    database_client_require_migration,
    database_require_connections,
    domain_disallow_railway_zone,
    domain_require_allowed_zone,
    domain_require_target_port,
    image_disallow_known_hole,
    image_require_allowed_registry,
    image_require_version,
    log_level_disallow_debug,
    minio_disallow_public_console,
    node_env_require_production,
    proxied_service_disallow_public_domain,
    public_service_require_healthcheck,
    public_service_require_restart,
    reference_require_target,
    secret_disallow_sharing,
    secret_disallow_stand_in,
    secret_disallow_weak_value,
    secret_require_rotation,
    secret_suggest_rotation,
    service_disallow_large_limits,
    service_disallow_many_replicas,
    service_disallow_same_name,
    service_require_overlap,
    source_require_allowed_repository,
    source_require_checks,
    stack_require_budget,
    variable_require_secret,
    volume_disallow_replicas,
    volume_require_minimum_size,
)
from railway_policies.surroundings import Surroundings

PACK_NAME: Final = "railway"

_EXPOSURE = (
    data_store_disallow_public_domain,
    data_store_disallow_tcp_proxy,
    minio_disallow_public_console,
    domain_require_target_port,
    domain_require_allowed_zone,
    domain_disallow_railway_zone,
    proxied_service_disallow_public_domain,
)
_SECRETS = (
    variable_require_secret,
    secret_disallow_weak_value,
    secret_disallow_sharing,
    secret_suggest_rotation,
    secret_require_rotation,
    command_disallow_secret,
)
_DATA = (
    data_store_require_volume,
    data_store_require_backup_schedule,
    data_store_require_protect,
    volume_require_minimum_size,
    volume_disallow_replicas,
    backup_require_offsite_copy,
)
_SUPPLY = (
    image_require_version,
    image_disallow_known_hole,
    image_require_allowed_registry,
    source_require_allowed_repository,
    source_require_checks,
)
_HEALTH = (
    public_service_require_healthcheck,
    public_service_require_restart,
    database_client_require_migration,
    service_require_overlap,
)
_COHERENCE = (
    reference_require_target,
    cors_require_frontend_origin,
    data_store_require_same_region,
    database_require_connections,
    service_disallow_same_name,
)
_COST = (stack_require_budget, service_disallow_many_replicas, service_disallow_large_limits)
_PRODUCTION = (node_env_require_production, log_level_disallow_debug, secret_disallow_stand_in)

RULES: Final[tuple[Rule[Any], ...]] = tuple(
    module.RULE
    for group in (_EXPOSURE, _SECRETS, _DATA, _SUPPLY, _HEALTH, _COHERENCE, _COST, _PRODUCTION)
    for module in group
)

REPORTS: Final = (
    companions.UNJUDGED_IN_RESOURCES,
    companions.EXEMPT_IN_RESOURCES,
    companions.UNJUDGED_IN_STACK,
    companions.EXEMPT_IN_STACK,
)
"""What people read about the policies that report what the rules left open, and what is exempt."""

ABOUTS: Final[tuple[About, ...]] = (*(rule.about for rule in RULES), *REPORTS)
"""What people read about every policy of the pack."""


def policies(surroundings: Surroundings | None = None) -> list[Policy]:
    """All that the pack serves: the rules, then what reports on what they left open."""
    around = surroundings or Surroundings()
    on_resources = [_resource_policy(rule, around) for rule in RULES if rule.scope is Scope.RESOURCE]
    on_stack = [StackPolicy(rule, around) for rule in RULES if rule.scope is Scope.STACK]
    of_resources = [policy.judgement for policy in on_resources]
    of_stack = [policy.judgement for policy in on_stack]
    unjudged, exempt = Judgement.report_unjudged, Judgement.report_exempt
    return [
        *on_resources,
        *on_stack,
        ResourceCompanion(companions.UNJUDGED_IN_RESOURCES, OnceMore(unjudged, of_resources, around)),
        ResourceCompanion(companions.EXEMPT_IN_RESOURCES, OnceMore(exempt, of_resources, around)),
        StackCompanion(companions.UNJUDGED_IN_STACK, OnceMore(unjudged, of_stack, around)),
        StackCompanion(companions.EXEMPT_IN_STACK, OnceMore(exempt, of_stack, around)),
    ]


def _resource_policy(rule: Rule[Any], surroundings: Surroundings) -> ResourcePolicy:
    return ResourcePolicy(rule, surroundings) if rule.remedy is None else RemedyPolicy(rule, surroundings)
