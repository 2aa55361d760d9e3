"""How the world reaches a service, and from where it reaches the world."""

from __future__ import annotations

from pulumi_resource_railway.railway.documents.document import mutation, query

SERVICE_DOMAIN_CREATE = mutation(
    "serviceDomainCreate",
    """
mutation serviceDomainCreate($input: ServiceDomainCreateInput!) {
  serviceDomainCreate(input: $input) { id domain suffix targetPort }
}
""",
    repeatable=False,
)

SERVICE_DOMAIN_UPDATE = mutation(
    "serviceDomainUpdate",
    "mutation serviceDomainUpdate($input: ServiceDomainUpdateInput!) { serviceDomainUpdate(input: $input) }",
    repeatable=True,
)

SERVICE_DOMAIN_DELETE = mutation(
    "serviceDomainDelete",
    "mutation serviceDomainDelete($id: String!) { serviceDomainDelete(id: $id) }",
    repeatable=True,
)

SERVICE_DOMAIN_AVAILABLE = query(
    "serviceDomainAvailable",
    "query serviceDomainAvailable($domain: String!) { serviceDomainAvailable(domain: $domain) { available "
    "message } }",
)

CUSTOM_DOMAIN_CREATE = mutation(
    "customDomainCreate",
    """
mutation customDomainCreate($input: CustomDomainCreateInput!) {
  customDomainCreate(input: $input) { id domain targetPort
    status { verificationDnsHost verificationToken dnsRecords { purpose recordType hostlabel fqdn zone
    requiredValue } } }
}
""",
    repeatable=False,
)

CUSTOM_DOMAIN_UPDATE = mutation(
    "customDomainUpdate",
    """
mutation customDomainUpdate($id: String!, $environmentId: String!, $targetPort: Int) {
  customDomainUpdate(id: $id, environmentId: $environmentId, targetPort: $targetPort)
}
""",
    repeatable=True,
)

CUSTOM_DOMAIN_DELETE = mutation(
    "customDomainDelete",
    "mutation customDomainDelete($id: String!) { customDomainDelete(id: $id) }",
    repeatable=True,
)

TCP_PROXIES = query(
    "tcpProxies",
    """
query tcpProxies($serviceId: String!, $environmentId: String!) {
  tcpProxies(serviceId: $serviceId, environmentId: $environmentId) {
    id applicationPort proxyPort domain createdAt deletedAt syncStatus
  }
}
""",
)

TCP_PROXY_DELETE = mutation(
    "tcpProxyDelete", "mutation tcpProxyDelete($id: String!) { tcpProxyDelete(id: $id) }", repeatable=True
)

EGRESS_GATEWAYS = query(
    "egressGateways",
    """
query egressGateways($serviceId: String!, $environmentId: String!) {
  egressGateways(serviceId: $serviceId, environmentId: $environmentId) { ipv4 region }
}
""",
)

EGRESS_CREATE = mutation(
    "egressGatewayCreate",
    """
mutation egressGatewayCreate($input: EgressGatewayCreateInput!) {
  egressGatewayAssociationCreate(input: $input) { ipv4 region }
}
""",
    repeatable=False,
)

EGRESS_CLEAR = mutation(
    "egressGatewaysClear",
    """
mutation egressGatewaysClear($serviceId: String!, $environmentId: String!) {
  egressGatewayAssociationsClear(input: { serviceId: $serviceId, environmentId: $environmentId })
}
""",
    repeatable=True,
)
