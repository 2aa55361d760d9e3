"""The GraphQL documents of the functions: what moves by itself is asked for only when a program asks for it."""

from __future__ import annotations

from typing import Final

from pulumi_resource_railway.railway.documents import Document

PROJECT = Document(
    "getProject",
    """
query getProject($id: String!, $first: Int!) {
  project(id: $id) {
    id name description isPublic prDeploys workspaceId createdAt deletedAt primaryEnvironmentId
    environments(first: $first) { edges { node { id name isEphemeral createdAt deletedAt } } }
    services(first: $first) { edges { node { id name icon deletedAt } } }
  }
}
""",
)

ENVIRONMENT = Document(
    "getEnvironment",
    """
query getEnvironment($id: String!, $projectId: String!, $first: Int!) {
  environment(id: $id, projectId: $projectId) {
    id name isEphemeral createdAt deletedAt unmergedChangesCount
    serviceInstances(first: $first) { edges { node { serviceId serviceName deletedAt } } }
  }
  variables(projectId: $projectId, environmentId: $id, unrendered: true)
}
""",
)

INSTANCES = Document(
    "getInstances",
    """
query getInstances($environmentId: String!, $projectId: String!, $first: Int!, $after: String) {
  environment(id: $environmentId, projectId: $projectId) {
    serviceInstances(first: $first, after: $after) {
      edges { node { serviceId serviceName deletedAt } } pageInfo { hasNextPage endCursor }
    }
  }
}
""",
)

SERVICE = Document(
    "getService",
    """
query getService($projectId: String!, $environmentId: String!, $serviceId: String!) {
  service(id: $serviceId) { id name icon deletedAt }
  serviceInstance(environmentId: $environmentId, serviceId: $serviceId) {
    deletedAt source { image repo } startCommand
    domains { serviceDomains { domain deletedAt syncStatus } customDomains { domain deletedAt syncStatus } }
    latestDeployment { id status }
  }
  variables(projectId: $projectId, environmentId: $environmentId, serviceId: $serviceId, unrendered: true)
}
""",
)

_DEPLOYMENT = """{
  id status createdAt statusUpdatedAt deploymentStopped canRedeploy canRollback projectId environmentId serviceId
  url staticUrl meta
}"""

DEPLOYMENT = Document(
    "getDeployment",
    f"query getDeployment($id: String!) {{ deployment(id: $id) {_DEPLOYMENT} }}",
)

LATEST_DEPLOYMENT = Document(
    "getLatestDeployment",
    f"""
query getLatestDeployment($input: DeploymentListInput!) {{
  deployments(input: $input, first: 1) {{ edges {{ node {_DEPLOYMENT} }} }}
}}
""",
)

_CUSTOM_DOMAIN = """{
  id domain environmentId serviceId targetPort deletedAt syncStatus
  status {
    verified verificationDnsHost verificationToken
    certificateStatus certificateStatusDetailed certificateErrorMessage certificateRetryable
    dnsRecords { purpose recordType hostlabel fqdn zone requiredValue currentValue status }
  }
}"""

CUSTOM_DOMAIN = Document(
    "getCustomDomain",
    f"""
query getCustomDomain($id: String!, $projectId: String!) {{
  customDomain(id: $id, projectId: $projectId) {_CUSTOM_DOMAIN}
}}
""",
)

CUSTOM_DOMAINS = Document(
    "getCustomDomains",
    f"""
query getCustomDomains($projectId: String!, $environmentId: String!, $serviceId: String!) {{
  domains(projectId: $projectId, environmentId: $environmentId, serviceId: $serviceId) {{
    customDomains {_CUSTOM_DOMAIN}
  }}
}}
""",
)

VOLUMES = Document(
    "getVolumes",
    """
query getVolumes($environmentId: String!, $projectId: String!, $first: Int!, $after: String) {
  environment(id: $environmentId, projectId: $projectId) {
    volumeInstances(first: $first, after: $after) {
      edges { node {
        id volumeId volume { name } serviceId mountPath region sizeMB currentSizeMB state deletedAt isPendingDeletion
      } }
      pageInfo { hasNextPage endCursor }
    }
  }
}
""",
)

REGIONS = Document(
    "getRegions",
    """
query getRegions($projectId: String) {
  regions(projectId: $projectId) {
    id name country location workspaceId
    deploymentConstraints { deprecationInfo { isDeprecated replacementRegion } }
  }
}
""",
)

TEMPLATE = Document(
    "getTemplate",
    """
query getTemplate($code: String!) {
  template(code: $code) { id code name description status isVerified serializedConfig }
}
""",
)

QUESTIONS: Final = tuple(value for value in list(globals().values()) if isinstance(value, Document))
