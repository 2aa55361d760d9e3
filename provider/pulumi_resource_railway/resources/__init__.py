"""The resources of the provider."""

from typing import Any

from pulumi_resource_railway.resource import Resource
from pulumi_resource_railway.resources.bucket import Bucket
from pulumi_resource_railway.resources.custom_domain import CustomDomain
from pulumi_resource_railway.resources.egress_gateway import EgressGateway
from pulumi_resource_railway.resources.environment import Environment
from pulumi_resource_railway.resources.project import Project
from pulumi_resource_railway.resources.project_token import ProjectToken
from pulumi_resource_railway.resources.service import Service
from pulumi_resource_railway.resources.service_domain import ServiceDomain
from pulumi_resource_railway.resources.shared_variables import SharedVariables
from pulumi_resource_railway.resources.tcp_proxy import TcpProxy
from pulumi_resource_railway.resources.volume import Volume

RESOURCES: tuple[Resource[Any, Any], ...] = (
    Project(),
    Environment(),
    Service(),
    Volume(),
    ServiceDomain(),
    CustomDomain(),
    TcpProxy(),
    SharedVariables(),
    Bucket(),
    ProjectToken(),
    EgressGateway(),
)
