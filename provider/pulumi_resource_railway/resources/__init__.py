"""The resources of the provider."""

from typing import Any

from pulumi_resource_railway.resource import Resource
from pulumi_resource_railway.resources.project import Project
from pulumi_resource_railway.resources.service import Service
from pulumi_resource_railway.resources.volume import Volume

RESOURCES: tuple[Resource[Any, Any], ...] = (Project(), Service(), Volume())
