"""A service's patch leads from what it was to what it shall be, and what is read back is what was written."""

from __future__ import annotations

from typing import Any

from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

from pulumi_resource_railway.railway.patches import applied
from pulumi_resource_railway.resources.service_configuration import (
    change,
    configured,
    observed,
    without_defaults,
)
from pulumi_resource_railway.resources.service_model import (
    RegionReplicas,
    ServiceBuild,
    ServiceDeploy,
    ServiceInputs,
    ServiceSource,
    VolumeMount,
)
from tests.provider.declared import NAMES, TEXTS, properties

PLACE: dict[str, Any] = {"project_id": "p", "environment_id": "e", "name": "web"}
IDENTITY = {**PLACE, "icon": None}


@st.composite
def services(draw: st.DrawFn) -> ServiceInputs:
    def group(model: Any) -> Any:
        return draw(st.none() | properties(model).map(model.from_properties))

    mounts = properties(VolumeMount).map(VolumeMount.from_properties)
    return ServiceInputs(
        **PLACE,
        source=group(ServiceSource),
        build=group(ServiceBuild),
        deploy=group(ServiceDeploy),
        variables=draw(st.none() | st.dictionaries(NAMES, TEXTS, max_size=3)),
        volume_mounts=draw(st.none() | st.lists(mounts, max_size=1)),
    )


def solid(value: Any) -> Any:
    """The document without empty objects and lists, which say nothing."""
    if not isinstance(value, dict):
        return value
    inner = {key: solid(child) for key, child in value.items()}
    return {key: child for key, child in inner.items() if child not in ({}, [])}


quickly = settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.too_slow])


@quickly
@given(services(), services())
def test_a_patch_leads_from_one_service_to_the_other(old: ServiceInputs, new: ServiceInputs) -> None:
    before, wanted = configured(old), configured(new)
    reached = applied(before, change(old, new, before))
    assert solid(without_defaults(reached, wanted)) == solid(wanted)


@quickly
@given(services())
def test_nothing_leads_from_a_service_to_itself(service: ServiceInputs) -> None:
    assert change(service, service, configured(service)) == {}


@quickly
@given(services(), services())
def test_a_patch_clears_no_group_as_a_whole(old: ServiceInputs, new: ServiceInputs) -> None:
    assert None not in change(old, new, configured(old)).values()


@quickly
@given(services())
def test_what_was_written_is_read_back(service: ServiceInputs) -> None:
    command = service.deploy.pre_deploy_command if service.deploy else None
    assume(command is None or command.strip())  # Check refuses an empty one
    found = observed(configured(service), IDENTITY, service)
    assert solid(configured(found)) == solid(configured(service))


def test_regions_that_go_are_left_to_railway() -> None:
    old = ServiceInputs(
        **PLACE, deploy=ServiceDeploy(multi_region_config={"us-west2": RegionReplicas(num_replicas=2)})
    )
    new = ServiceInputs(**PLACE, deploy=ServiceDeploy(start_command="serve"))
    patch = change(old, new, configured(old))
    assert patch == {"deploy": {"startCommand": "serve", "multiRegionConfig": {"us-west2": None}}}
