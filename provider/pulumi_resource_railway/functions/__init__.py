"""The functions of the provider."""

from typing import Any

from pulumi_resource_railway.function import Function
from pulumi_resource_railway.functions.custom_domain import GetCustomDomain
from pulumi_resource_railway.functions.deployment import GetDeployment
from pulumi_resource_railway.functions.environment import GetEnvironment
from pulumi_resource_railway.functions.project import GetProject
from pulumi_resource_railway.functions.regions import GetRegions
from pulumi_resource_railway.functions.service import GetService
from pulumi_resource_railway.functions.template import GetTemplate
from pulumi_resource_railway.functions.volume import GetVolume

FUNCTIONS: tuple[Function[Any, Any], ...] = (
    GetProject(),
    GetEnvironment(),
    GetService(),
    GetDeployment(),
    GetCustomDomain(),
    GetVolume(),
    GetRegions(),
    GetTemplate(),
)
