"""Static outbound addresses of a service: no ids, no removal of a single one, and in use after a redeployment."""

from railway_emulator import views
from railway_emulator.access import Access
from railway_emulator.configuration import services
from railway_emulator.errors import InvalidInput
from railway_emulator.regions import REGION_NAMES
from railway_emulator.state import Document, EgressAssociation

from .registry import mutation, query

_FIRST_ADDRESS = 10
_HOSTS = 240


@query("egressGateways")
def egress_gateways(access: Access, service_id: str, environment_id: str) -> list[Document]:
    """Answers the addresses of a service in one environment."""
    access.instance(service_id, environment_id)
    found = access.railway.egress_associations(environment_id, service_id)
    return [views.egress_gateway(association) for association in access.railway.listed(found)]


@mutation("egressGatewayAssociationCreate")
def egress_gateway_association_create(access: Access, given: Document) -> list[Document]:
    """Adds an address in the region that is named, else in each of the service's; asked twice, adds twice."""
    railway = access.railway
    environment, instance = access.instance(given["serviceId"], given["environmentId"])
    deploy = services(environment.config)[instance.service_id].get("deploy") or {}
    regions = [given["region"]] if given.get("region") else list(deploy.get("multiRegionConfig") or {})
    for region in regions:
        if region not in REGION_NAMES:
            raise InvalidInput(f'Region "{region}" does not exist')
        now, used = railway.now(), len(railway.state.egress_associations)
        association = EgressAssociation(
            id=railway.new_id(),
            created_at=now,
            updated_at=now,
            environment_id=environment.id,
            service_id=instance.service_id,
            region=region,
            # A range that is reserved for documentation: nobody's addresses.
            ipv4=f"203.0.113.{_FIRST_ADDRESS + used % _HOSTS}",
        )
        railway.state.egress_associations[association.id] = association
    found = railway.egress_associations(environment.id, instance.service_id)
    return [views.egress_gateway(association) for association in found]


@mutation("egressGatewayAssociationsClear")
def egress_gateway_associations_clear(access: Access, given: Document) -> bool:
    """Removes all addresses of a service in one environment, or, where it is asked for, in all of them."""
    railway = access.railway
    environment, instance = access.instance(given["serviceId"], given["environmentId"])
    here = railway.egress_associations(environment.id, instance.service_id)
    if given.get("allEnvironments"):
        found = railway.state.egress_associations.values()
        here = [a for a in found if a.service_id == instance.service_id]
    for association in here:
        railway.forget(railway.state.egress_associations, association.id)
    return True
