"""One case for each resource: how it begins, how it is changed, and how it is imported."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from pulumi_resource_railway.declaration import properties_of
from pulumi_resource_railway.resources.bucket import Bucket, BucketInputs
from pulumi_resource_railway.resources.custom_domain import CustomDomain, CustomDomainInputs
from pulumi_resource_railway.resources.egress_gateway import EgressGateway, EgressGatewayInputs
from pulumi_resource_railway.resources.environment import Environment, EnvironmentInputs
from pulumi_resource_railway.resources.project import Project, ProjectInputs
from pulumi_resource_railway.resources.project_token import ProjectToken, ProjectTokenInputs
from pulumi_resource_railway.resources.service import Service
from pulumi_resource_railway.resources.service_domain import ServiceDomain, ServiceDomainInputs
from pulumi_resource_railway.resources.service_model import (
    AutoUpdates,
    ContainerLimits,
    LimitOverride,
    RegionReplicas,
    RegistryCredentials,
    ServiceBuild,
    ServiceDeploy,
    ServiceInputs,
    ServiceNetworking,
    ServiceSource,
    ServiceTemplate,
    ServiceTracing,
    UpdateWindow,
    VolumeMount,
)
from pulumi_resource_railway.resources.shared_variables import SharedVariables, SharedVariablesInputs
from pulumi_resource_railway.resources.tcp_proxy import TcpProxy, TcpProxyInputs
from pulumi_resource_railway.resources.volume import Volume, VolumeInputs
from railway_emulator.templates import TEMPLATES

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from pulumi_resource_railway.declaration import Model
    from pulumi_resource_railway.resource import Resource
    from tests.provider.resources.harness import World

POSTGRES = next(one for one in TEMPLATES if one.code == "postgres")
TEMPLATE = ServiceTemplate(template_id=POSTGRES.id, service_id=next(iter(POSTGRES.config["services"])))


@dataclass(frozen=True)
class Place:
    """Where a resource lives."""

    project_id: str
    environment_id: str
    service_id: str = ""
    volume_id: str = ""

    @property
    def environment(self) -> dict[str, Any]:
        return {"project_id": self.project_id, "environment_id": self.environment_id}

    @property
    def service(self) -> dict[str, Any]:
        return {**self.environment, "service_id": self.service_id}


@dataclass(frozen=True)
class Case:
    """A resource's life.

    Attributes:
        resource: The resource.
        prepare: Makes what it needs.
        first: Its inputs at creation.
        second: Its inputs after a change.
        import_id: The composite id of one with this plain id.
    """

    resource: Resource[Any, Any]
    prepare: Callable[[World], Awaitable[Place]]
    first: Callable[[Place], Model]
    second: Callable[[Place], Model]
    import_id: Callable[[Place, str], str]


def readable(case: Case, outputs: Any) -> Any:
    """Return outputs without what Railway shows only at creation."""
    declared = properties_of(case.resource.outputs)
    return outputs.model_copy(update={declared[name].attribute: None for name in case.resource.shown_once})


async def nothing(_world: World) -> Place:
    return Place("", "")


async def project(world: World) -> Place:
    return Place(*await world.project())


async def service(world: World) -> Place:
    place = await project(world)
    made = await Service().create(
        world.context("web"),
        ServiceInputs(**place.environment, name="web", source=ServiceSource(image="nginx:1")),
    )
    return Place(place.project_id, place.environment_id, made.id)


async def volume(world: World) -> Place:
    place = await project(world)
    made = await Volume().create(
        world.context("data", "Volume"), VolumeInputs(**place.environment, name="data")
    )
    return Place(place.project_id, place.environment_id, volume_id=made.id)


CASES = {
    "Project": Case(
        Project(),
        nothing,
        lambda _: ProjectInputs(name="shop", description="for sale"),
        lambda _: ProjectInputs(name="store", is_public=True),
        lambda _, id_: id_,
    ),
    "Environment": Case(
        Environment(),
        project,
        lambda place: EnvironmentInputs(project_id=place.project_id, name="staging"),
        lambda place: EnvironmentInputs(project_id=place.project_id, name="testing"),
        lambda place, id_: f"{place.project_id}/{id_}",
    ),
    "Service": Case(
        Service(),
        volume,
        lambda place: ServiceInputs(
            **place.environment,
            name="db",
            source=ServiceSource(image="postgres:16"),
            deploy=ServiceDeploy(
                start_command="postgres", restart_policy_type="ON_FAILURE", healthcheck_path="/health"
            ),
            variables={"POSTGRES_PASSWORD": "s3cret-enough", "URL": "${{POSTGRES_USER}}", "EMPTY": ""},
            volume_mounts=[
                VolumeMount(
                    volume_id=place.volume_id, mount_path="/data", backup_schedules=["WEEKLY", "DAILY"]
                )
            ],
        ),
        lambda place: ServiceInputs(
            **place.environment,
            name="database",
            source=ServiceSource(image="postgres:17"),
            deploy=ServiceDeploy(pre_deploy_command="migrate", restart_policy_type="ALWAYS"),
            variables={"POSTGRES_PASSWORD": "s3cret-enough", "NEW": "1"},
            volume_mounts=[VolumeMount(volume_id=place.volume_id, mount_path="/var/data")],
        ),
        lambda place, id_: f"{place.project_id}/{place.environment_id}/{id_}",
    ),
    "Service with everything of the platform": Case(
        Service(),
        project,
        lambda place: ServiceInputs(
            **place.environment,
            name="app",
            template=TEMPLATE,
            source=ServiceSource(
                image="ghcr.io/etally/app:1.2",
                auto_updates=AutoUpdates(
                    type="minor", schedule=[UpdateWindow(day=0, start_hour=2, end_hour=4)]
                ),
            ),
            deploy=ServiceDeploy(
                limit_override=LimitOverride(containers=ContainerLimits(cpu=0.5, memory_bytes=512_000_000)),
                registry_credentials=RegistryCredentials(username="ci", password="s3cret-enough"),
            ),
            networking=ServiceNetworking(private_network_endpoint="backend"),
            tracing=ServiceTracing(enabled=True, auto_instrumentation=True),
        ),
        lambda place: ServiceInputs(
            **place.environment,
            name="app",
            template=TEMPLATE,
            source=ServiceSource(image="ghcr.io/etally/app:1.2", auto_updates=AutoUpdates(type="disabled")),
            deploy=ServiceDeploy(
                limit_override=LimitOverride(containers=ContainerLimits(cpu=2)),
                registry_credentials=RegistryCredentials(username="ci", password="another-s3cret"),
            ),
            tracing=ServiceTracing(enabled=False),
        ),
        lambda place, id_: f"{place.project_id}/{place.environment_id}/{id_}",
    ),
    "Service from a repository": Case(
        Service(),
        project,
        lambda place: ServiceInputs(
            **place.environment,
            name="api",
            source=ServiceSource(repo="etally/app", branch="main", root_directory="backend"),
            build=ServiceBuild(
                builder="DOCKERFILE", dockerfile_path="Dockerfile.api", watch_patterns=["backend/**"]
            ),
            config_file="/backend/railway.json",
            deploy=ServiceDeploy(
                pre_deploy_command="migrate",
                pre_deploy_timeout_seconds=600,
                multi_region_config={"us-west2": RegionReplicas(num_replicas=1)},
            ),
            redeploy_triggers={"db": "1"},
        ),
        lambda place: ServiceInputs(
            **place.environment,
            name="api",
            source=ServiceSource(repo="etally/app", branch="next", check_suites=True),
            build=ServiceBuild(railpack_version="0.7.0"),
            deploy=ServiceDeploy(
                multi_region_config={"europe-west4-drams3a": RegionReplicas(num_replicas=2)}
            ),
            variables={"A": "1"},
            redeploy_triggers={"db": "2"},
        ),
        lambda place, id_: f"{place.project_id}/{place.environment_id}/{id_}",
    ),
    "Volume": Case(
        Volume(),
        project,
        lambda place: VolumeInputs(**place.environment, name="data", size_mb=5000),
        lambda place: VolumeInputs(**place.environment, name="more data", size_mb=10_000),
        lambda place, id_: f"{place.project_id}/{place.environment_id}/{id_}",
    ),
    "ServiceDomain": Case(
        ServiceDomain(),
        service,
        lambda place: ServiceDomainInputs(**place.service, subdomain="etally-web", target_port=80),
        lambda place: ServiceDomainInputs(**place.service, subdomain="etally-web-2"),
        lambda place, id_: f"{place.project_id}/{place.environment_id}/{place.service_id}/{id_}",
    ),
    "CustomDomain": Case(
        CustomDomain(),
        service,
        lambda place: CustomDomainInputs(**place.service, domain="www.etally.example", target_port=80),
        lambda place: CustomDomainInputs(**place.service, domain="www.etally.example", target_port=8080),
        lambda place, id_: f"{place.project_id}/{place.environment_id}/{place.service_id}/{id_}",
    ),
    "Environment from a source": Case(
        Environment(),
        service,
        lambda place: EnvironmentInputs(
            project_id=place.project_id,
            name="preview",
            source_environment_id=place.environment_id,
            ephemeral=True,
            skip_initial_deploys=True,
        ),
        lambda place: EnvironmentInputs(
            project_id=place.project_id,
            name="preview 2",
            source_environment_id=place.environment_id,
            ephemeral=True,
        ),
        lambda place, id_: f"{place.project_id}/{id_}",
    ),
    "TcpProxy": Case(
        TcpProxy(),
        service,
        lambda place: TcpProxyInputs(**place.service, application_port=5432),
        lambda place: TcpProxyInputs(**place.service, application_port=5432, await_deployment=False),
        lambda place, id_: f"{place.project_id}/{place.environment_id}/{place.service_id}/{id_}",
    ),
    "SharedVariables": Case(
        SharedVariables(),
        project,
        lambda place: SharedVariablesInputs(
            **place.environment, variables={"REGION": "eu", "API_KEY": "s3cret-enough", "EMPTY": ""}
        ),
        lambda place: SharedVariablesInputs(
            **place.environment, variables={"REGION": "us", "API_KEY": "s3cret-enough", "NEW": "1"}
        ),
        lambda place, _: f"{place.project_id}/{place.environment_id}",
    ),
    "Bucket": Case(
        Bucket(),
        project,
        lambda place: BucketInputs(**place.environment, name="pictures", region="ams"),
        lambda place: BucketInputs(**place.environment, name="photos", region="ams"),
        lambda place, id_: f"{place.project_id}/{place.environment_id}/{id_}",
    ),
    "ProjectToken": Case(
        ProjectToken(),
        project,
        lambda place: ProjectTokenInputs(**place.environment, name="ci"),
        lambda place: ProjectTokenInputs(**place.environment, name="ci"),
        lambda place, id_: f"{place.project_id}/{id_}",
    ),
    "EgressGateway": Case(
        EgressGateway(),
        service,
        lambda place: EgressGatewayInputs(**place.service),
        lambda place: EgressGatewayInputs(**place.service, await_deployment=False),
        lambda place, id_: f"{place.project_id}/{place.environment_id}/{id_}",
    ),
}
