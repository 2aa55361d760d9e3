"""The root fields, a module per concept; importing the package registers them all."""

from . import (
    buckets,
    commits,
    deployments,
    domains,
    egress,
    environments,
    instances,
    projects,
    proxies,
    regions,
    repositories,
    services,
    templates,
    tokens,
    variables,
    volumes,
)
from .registry import OPERATIONS

__all__ = [
    "OPERATIONS",
    "buckets",
    "commits",
    "deployments",
    "domains",
    "egress",
    "environments",
    "instances",
    "projects",
    "proxies",
    "regions",
    "repositories",
    "services",
    "templates",
    "tokens",
    "variables",
    "volumes",
]
