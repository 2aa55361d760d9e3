"""The root fields, a module per concept; importing the package registers them all."""

from . import (
    commits,
    deployments,
    domains,
    environments,
    instances,
    projects,
    proxies,
    regions,
    services,
    tokens,
    variables,
    volumes,
)
from .registry import OPERATIONS

__all__ = [
    "OPERATIONS",
    "commits",
    "deployments",
    "domains",
    "environments",
    "instances",
    "projects",
    "proxies",
    "regions",
    "services",
    "tokens",
    "variables",
    "volumes",
]
