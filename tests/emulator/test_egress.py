"""Static outbound addresses (railway-api §21)."""

from typing import Any

import pytest

from tests.emulator.client import RefusedError, World

CREATE = (
    "mutation($input: EgressGatewayCreateInput!) { egressGatewayAssociationCreate(input: $input)"
    " { ipv4 region } }"
)
CLEAR = "mutation($input: EgressGatewayServiceTargetInput!) { egressGatewayAssociationsClear(input: $input) }"


def _gateways(world: World, service: str) -> Any:
    return world.ask(
        "query($s: String!, $e: String!) { egressGateways(serviceId: $s, environmentId: $e) { ipv4 region } }",
        s=service,
        e=world.environment,
    )


def test_an_address_comes_in_each_region_and_deploys_nothing(world: World) -> None:
    regions = {"us-west2": {"numReplicas": 1}, "europe-west4-drams3a": {"numReplicas": 1}}
    service = world.service(deploy={"multiRegionConfig": regions})
    target = {"serviceId": service, "environmentId": world.environment}
    made = world.ask(CREATE, input=target)
    assert {gateway["region"] for gateway in made} == set(regions)
    assert _gateways(world, service) == made
    assert len(world.deployments(service)) == 1


def test_all_addresses_are_cleared_together(world: World) -> None:
    service = world.service()
    target = {"serviceId": service, "environmentId": world.environment}
    world.ask(CREATE, input={**target, "region": "us-west2"})
    world.ask(CREATE, input={**target, "region": "us-west2"})
    assert len({gateway["ipv4"] for gateway in _gateways(world, service)}) == 2
    assert world.ask(CLEAR, input=target) is True
    assert _gateways(world, service) == []
    assert world.ask(CLEAR, input=target) is True


def test_a_region_must_exist(world: World) -> None:
    target = {"serviceId": world.service(), "environmentId": world.environment}
    with pytest.raises(RefusedError, match="does not exist"):
        world.ask(CREATE, input={**target, "region": "atlantis"})


def test_addresses_go_with_their_service(world: World) -> None:
    service = world.service()
    world.ask(CREATE, input={"serviceId": service, "environmentId": world.environment})
    world.ask("mutation($id: String!) { serviceDelete(id: $id) }", id=service)
    with pytest.raises(RefusedError):
        _gateways(world, service)
