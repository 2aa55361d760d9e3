"""Every resource on a real account, and the inferences that docs/assumptions.md says these tests settle."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any

import pytest

from pulumi_resource_railway.errors import PartialFailure
from pulumi_resource_railway.railway.documents.services import DEPLOYMENTS
from pulumi_resource_railway.railway.repositories import Reach
from pulumi_resource_railway.resources.bucket import Bucket, BucketInputs
from pulumi_resource_railway.resources.custom_domain import CustomDomain, CustomDomainInputs
from pulumi_resource_railway.resources.egress_gateway import EgressGateway, EgressGatewayInputs
from pulumi_resource_railway.resources.environment import Environment, EnvironmentInputs
from pulumi_resource_railway.resources.project import Project
from pulumi_resource_railway.resources.project_token import ProjectToken, ProjectTokenInputs
from pulumi_resource_railway.resources.service import Service
from pulumi_resource_railway.resources.service_domain import ServiceDomain, ServiceDomainInputs
from pulumi_resource_railway.resources.service_model import (
    ServiceDeploy,
    ServiceInputs,
    ServiceSource,
    VolumeMount,
)
from pulumi_resource_railway.resources.shared_variables import SharedVariables, SharedVariablesInputs
from pulumi_resource_railway.resources.tcp_proxy import TcpProxy, TcpProxyInputs
from pulumi_resource_railway.resources.volume import Volume, VolumeInputs

if TYPE_CHECKING:
    from tests.live.conftest import Account

pytestmark = [pytest.mark.anyio, pytest.mark.timeout(1800)]
IMAGE = "redis:7.2.5"


async def settled(account: Account, resource: Any, name: str, made: Any, inputs: Any) -> None:
    """Refresh right after a change shows nothing."""
    account.session.environment(**account.environment).snapshots.invalidate()
    found = await resource.read(account.context(name, type(resource).__name__), made.id, inputs)
    assert found is not None
    assert found.inputs == inputs


async def deployments(account: Account, service_id: str) -> list[dict[str, Any]]:
    place = {"projectId": account.project_id, "environmentId": account.project.default_environment_id}
    data = await account.session.read(DEPLOYMENTS, {"input": {**place, "serviceId": service_id}, "first": 20})
    return [edge["node"] for edge in data["deployments"]["edges"]]


async def test_a_project(account: Account) -> None:
    found = await Project().read(account.context("project", "Project"), account.project_id, account.project)
    assert found is not None
    assert found.outputs == account.project


async def test_a_service_with_a_volume_and_a_domain(account: Account) -> None:
    volume_inputs = VolumeInputs(**account.environment, name="data", size_mb=500)
    volume = await Volume().create(account.context("data", "Volume"), volume_inputs)
    await settled(account, Volume(), "data", volume, volume_inputs)
    inputs = ServiceInputs(
        **account.environment,
        name="store",
        source=ServiceSource(image=IMAGE),
        deploy=ServiceDeploy(
            start_command="redis-server --dir /data",
            restart_policy_type="ON_FAILURE",
            pre_deploy_command="true",
            pre_deploy_timeout_seconds=60,
        ),
        variables={"A": "1", "SELF": "${{A}}"},
        volume_mounts=[VolumeMount(volume_id=volume.id, mount_path="/data")],
    )
    service = await Service().create(account.context("store"), inputs)
    await settled(account, Service(), "store", service, inputs)
    assert len(await deployments(account, service.id)) == 1

    changed = inputs.model_copy(update={"variables": {"A": "2", "SELF": "${{A}}"}})
    outputs = await Service().update(account.context("store"), service.id, service.outputs, changed)
    await settled(account, Service(), "store", service, changed)
    assert len(await deployments(account, service.id)) == 2

    cleared = changed.model_copy(update={"deploy": None, "variables": {"A": "2"}})
    outputs = await Service().update(account.context("store"), service.id, outputs, cleared)
    await settled(account, Service(), "store", service, cleared)
    assert len(await deployments(account, service.id)) == 3

    triggered = cleared.model_copy(update={"redeploy_triggers": {"x": "1"}})
    outputs = await Service().update(account.context("store"), service.id, outputs, triggered)
    assert len(await deployments(account, service.id)) == 4

    renamed = triggered.model_copy(update={"name": "shop"})
    outputs = await Service().update(account.context("store"), service.id, outputs, renamed)
    await settled(account, Service(), "store", service, renamed)
    assert len(await deployments(account, service.id)) == 4

    label = account.project.name.removeprefix("pulumi-provider-")
    domain_inputs = ServiceDomainInputs(
        **account.environment, service_id=service.id, subdomain=label, target_port=6379
    )
    domain = await ServiceDomain().create(account.context("domain", "ServiceDomain"), domain_inputs)
    assert domain.outputs.domain.startswith(f"{label}.")
    await settled(account, ServiceDomain(), "domain", domain, domain_inputs)
    custom_inputs = CustomDomainInputs(
        **account.environment, service_id=service.id, domain=f"{label}.example.com"
    )
    custom = await CustomDomain().create(account.context("custom", "CustomDomain"), custom_inputs)
    assert custom.outputs.dns_records[0].purpose == "TRAFFIC_ROUTE"
    await settled(account, CustomDomain(), "custom", custom, custom_inputs)
    assert len(await deployments(account, service.id)) == 4

    everything: list[tuple[Any, str, Any, Any]] = [
        (CustomDomain(), "custom", custom, custom.outputs),
        (ServiceDomain(), "domain", domain, domain.outputs),
        (Service(), "store", service, outputs),
        (Volume(), "data", volume, volume.outputs),
    ]
    for resource, name, made, held in everything:
        for _ in range(2):
            await resource.delete(account.context(name, type(resource).__name__), made.id, held)
    account.session.environment(**account.environment).snapshots.invalidate()
    snapshot = await account.session.environment(**account.environment).snapshots.fresh()
    assert service.id not in snapshot.services
    assert volume.id not in snapshot.volume_instances


async def test_repositories_are_told_apart(account: Account) -> None:
    async def reach(repository: str) -> Reach | None:
        return await account.session.repositories.reach(repository, account.context("app").status)

    public = await reach("railwayapp/cli")
    if public is None:
        pytest.skip("this token isn't a user's, so it can't ask about repositories")
    assert public.public
    missing = await reach(f"railwayapp/{account.project.name}")
    assert missing == Reach(by_app=False, public=False)


async def test_services_at_once_are_one_commit(account: Account) -> None:
    made = await asyncio.gather(
        *(
            Service().create(
                account.context(f"s{number}"),
                ServiceInputs(**account.environment, name=f"s{number}", source=ServiceSource(image=IMAGE)),
            )
            for number in range(3)
        )
    )
    for service in made:
        assert len(await deployments(account, service.id)) == 1
    await asyncio.gather(
        *(
            Service().delete(account.context(f"s{number}"), service.id, service.outputs)
            for number, service in enumerate(made)
        )
    )


async def test_a_deployment_that_fails(account: Account) -> None:
    inputs = ServiceInputs(
        **account.environment,
        name="broken",
        source=ServiceSource(image=IMAGE),
        deploy=ServiceDeploy(start_command="echo canary && exit 1", restart_policy_type="NEVER"),
    )
    with pytest.raises(PartialFailure, match="canary") as failure:
        await Service().create(account.context("broken"), inputs)
    outputs: Any = failure.value.outputs
    await Service().delete(account.context("broken"), failure.value.id, outputs)


async def test_a_further_environment_leaves_the_first_alone(account: Account) -> None:
    inputs = EnvironmentInputs(project_id=account.project_id, name="staging")
    staging = await Environment().create(account.context("staging", "Environment"), inputs)
    service = ServiceInputs(**account.environment, name="both", source=ServiceSource(image=IMAGE))
    first = await Service().create(account.context("first"), service)
    second_inputs = service.model_copy(update={"environment_id": staging.id})
    second = await Service().create(account.context("second"), second_inputs)
    assert second.id == first.id
    await Service().delete(account.context("second"), second.id, second.outputs)
    await settled(account, Service(), "first", first, service)
    assert len(await deployments(account, first.id)) == 1
    await Environment().delete(account.context("staging", "Environment"), staging.id, staging.outputs)
    await Service().delete(account.context("first"), first.id, first.outputs)


async def test_what_lives_beside_services(account: Account) -> None:
    shared = SharedVariablesInputs(**account.environment, variables={"REGION": "eu", "UNUSED": ""})
    variables = await SharedVariables().create(account.context("shared", "SharedVariables"), shared)
    await settled(account, SharedVariables(), "shared", variables, shared)
    service_inputs = ServiceInputs(
        **account.environment,
        name="beside",
        source=ServiceSource(image=IMAGE),
        variables={"REGION": "${{shared.REGION}}"},
    )
    service = await Service().create(account.context("beside"), service_inputs)
    place = {**account.environment, "service_id": service.id}

    changed = shared.model_copy(update={"variables": {"REGION": "us", "UNUSED": ""}})
    held = await SharedVariables().update(
        account.context("shared", "SharedVariables"), variables.id, variables.outputs, changed
    )
    await settled(account, SharedVariables(), "shared", variables, changed)
    assert len(await deployments(account, service.id)) == 2

    proxy_inputs = TcpProxyInputs(**place, application_port=6379)
    proxy = await TcpProxy().create(account.context("proxy", "TcpProxy"), proxy_inputs)
    await settled(account, TcpProxy(), "proxy", proxy, proxy_inputs)
    assert len(await deployments(account, service.id)) == 3

    egress_inputs = EgressGatewayInputs(**place)
    egress = await EgressGateway().create(account.context("egress", "EgressGateway"), egress_inputs)
    assert egress.outputs.addresses
    found = await EgressGateway().read(account.context("egress", "EgressGateway"), egress.id, egress_inputs)
    assert found is not None
    assert found.outputs == egress.outputs
    assert len(await deployments(account, service.id)) == 4

    bucket_inputs = BucketInputs(**account.environment, name="pictures", region="ams")
    bucket = await Bucket().create(account.context("bucket", "Bucket"), bucket_inputs)
    await settled(account, Bucket(), "bucket", bucket, bucket_inputs)
    token_inputs = ProjectTokenInputs(**account.environment, name="live")
    token = await ProjectToken().create(account.context("token", "ProjectToken"), token_inputs)
    assert token.outputs.token
    await settled(account, ProjectToken(), "token", token, token_inputs)

    everything: list[tuple[Any, str, Any, Any]] = [
        (ProjectToken(), "token", token, token.outputs),
        (Bucket(), "bucket", bucket, bucket.outputs),
        (EgressGateway(), "egress", egress, egress.outputs),
        (TcpProxy(), "proxy", proxy, proxy.outputs),
        (Service(), "beside", service, service.outputs),
        (SharedVariables(), "shared", variables, held),
    ]
    for resource, name, made, outputs in everything:
        for _ in range(2):
            await resource.delete(account.context(name, type(resource).__name__), made.id, outputs)
    account.session.environment(**account.environment).snapshots.invalidate()
    snapshot = await account.session.environment(**account.environment).snapshots.fresh()
    assert not snapshot.configuration.get("sharedVariables")
    assert bucket.id not in (snapshot.configuration.get("buckets") or {})


async def test_an_environment_that_begins_as_a_copy(account: Account) -> None:
    service_inputs = ServiceInputs(
        **account.environment, name="copied", source=ServiceSource(image=IMAGE), await_deployment=False
    )
    service = await Service().create(account.context("copied"), service_inputs)
    inputs = EnvironmentInputs(
        project_id=account.project_id,
        name="copy",
        source_environment_id=account.project.default_environment_id,
        ephemeral=True,
        skip_initial_deploys=True,
    )
    copy = await Environment().create(account.context("copy", "Environment"), inputs)
    await settled(account, Environment(), "copy", copy, inputs)
    place = account.session.environment(account.project_id, copy.id)
    assert service.id in (await place.snapshots.fresh()).configuration["services"]
    for _ in range(2):
        await Environment().delete(account.context("copy", "Environment"), copy.id, copy.outputs)
    await Service().delete(account.context("copied"), service.id, service.outputs)


async def test_the_budget_was_kept(account: Account) -> None:
    assert account.budget.sent <= account.budget.most
