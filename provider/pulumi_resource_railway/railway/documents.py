"""Every GraphQL document that this provider sends. Tests validate each against Railway's schema.

A document may be repeated when sending it twice has the same effect as sending it once: reads, updates to
given values, and deletions (of which the second only hears that nothing is there).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

PAGE: Final = 500
"""Entries asked for at once; Railway accepts at most 1,000 and its default isn't documented."""


@dataclass(frozen=True)
class Document:
    """One operation.

    Attributes:
        name: The operation's name, which Railway's logs and this provider's messages show.
        text: The document.
        repeatable: Whether it may be sent again when its outcome isn't known.
    """

    name: str
    text: str
    repeatable: bool = True

    @property
    def changes(self) -> bool:
        """Whether it asks for a change."""
        return self.text.lstrip().startswith("mutation")


def _query(name: str, text: str) -> Document:
    return Document(name, text)


def _mutation(name: str, text: str, *, repeatable: bool) -> Document:
    return Document(name, text, repeatable)


_DOMAINS = """
domains {
  serviceDomains { id domain suffix targetPort deletedAt syncStatus newDomainName }
  customDomains { id domain targetPort deletedAt syncStatus
    status { verificationDnsHost verificationToken dnsRecords { purpose recordType hostlabel fqdn zone
    requiredValue } } }
}
"""

SNAPSHOT = _query(
    "snapshot",
    """
query snapshot($environmentId: String!, $projectId: String!, $first: Int!) {
  environment(id: $environmentId, projectId: $projectId) {
    id name projectId deletedAt isEphemeral sourceEnvironment { id } unmergedChangesCount
    config(decryptVariables: true)
    serviceInstances(first: $first) { edges { node { id serviceId deletedAt latestDeployment { id } DOMAINS }
    }
      pageInfo { hasNextPage endCursor } }
    volumeInstances(first: $first) {
      edges { node { id volumeId serviceId mountPath region sizeMB deletedAt isPendingDeletion state } }
      pageInfo { hasNextPage endCursor } }
  }
  project(id: $projectId) {
    id name deletedAt subscriptionType
    services(first: $first) {
      edges { node { id name icon deletedAt templateId templateServiceId } } pageInfo { hasNextPage endCursor } }
    volumes(first: $first) { edges { node { id name createdAt } } pageInfo { hasNextPage endCursor } }
  }
}
""".replace("DOMAINS", _DOMAINS),
)

MORE_SERVICES = _query(
    "moreServices",
    """
query moreServices($projectId: String!, $first: Int!, $after: String!) {
  project(id: $projectId) {
    services(first: $first, after: $after) {
      edges { node { id name icon deletedAt templateId templateServiceId } } pageInfo { hasNextPage
    endCursor } }
  }
}
""",
)

MORE_VOLUMES = _query(
    "moreVolumes",
    """
query moreVolumes($projectId: String!, $first: Int!, $after: String!) {
  project(id: $projectId) {
    volumes(first: $first, after: $after) { edges { node { id name createdAt } } pageInfo { hasNextPage
    endCursor } }
  }
}
""",
)

MORE_SERVICE_INSTANCES = _query(
    "moreServiceInstances",
    """
query moreServiceInstances($environmentId: String!, $projectId: String!, $first: Int!, $after: String!) {
  environment(id: $environmentId, projectId: $projectId) {
    serviceInstances(first: $first, after: $after) {
      edges { node { id serviceId deletedAt latestDeployment { id } DOMAINS } } pageInfo { hasNextPage
      endCursor } }
  }
}
""".replace("DOMAINS", _DOMAINS),
)

MORE_VOLUME_INSTANCES = _query(
    "moreVolumeInstances",
    """
query moreVolumeInstances($environmentId: String!, $projectId: String!, $first: Int!, $after: String!) {
  environment(id: $environmentId, projectId: $projectId) {
    volumeInstances(first: $first, after: $after) {
      edges { node { id volumeId serviceId mountPath region sizeMB deletedAt isPendingDeletion state } }
      pageInfo { hasNextPage endCursor } }
  }
}
""",
)

COMMIT_PROGRESS = _query(
    "commitProgress",
    """
query commitProgress($environmentId: String!, $workflowId: String!) {
  workflowStatus(workflowId: $workflowId) { status error }
  environment(id: $environmentId) { config(decryptVariables: true) }
}
""",
)

CONFIGURATION = _query(
    "configuration",
    """
query configuration($environmentId: String!) {
  environment(id: $environmentId) { config(decryptVariables: true) }
}
""",
)

COMMIT = _mutation(
    "commit",
    """
mutation commit($environmentId: String!, $patch: EnvironmentConfig, $message: String) {
  environmentPatchCommit(environmentId: $environmentId, patch: $patch, commitMessage: $message)
}
""",
    repeatable=False,
)

DEPLOYMENTS = _query(
    "deployments",
    """
query deployments($input: DeploymentListInput!, $first: Int!, $after: String) {
  deployments(input: $input, first: $first, after: $after) {
    edges { node { id serviceId status createdAt deploymentStopped } }
    pageInfo { hasNextPage endCursor }
  }
}
""",
)

LOGS = _query(
    "logs",
    """
query logs($deploymentId: String!, $limit: Int!) {
  buildLogs(deploymentId: $deploymentId, limit: $limit) { message timestamp }
  deploymentLogs(deploymentId: $deploymentId, limit: $limit) { message timestamp }
}
""",
)

REDEPLOY = _mutation(
    "redeploy",
    """
mutation redeploy($environmentId: String!, $serviceId: String!) {
  serviceInstanceRedeploy(environmentId: $environmentId, serviceId: $serviceId)
}
""",
    repeatable=False,
)

WHO_WITH_TOKEN = _query("whoAmI", "query whoAmI { apiToken { workspaces { id name } } }")
WHO_WITH_PROJECT_TOKEN = _query("whoAmI", "query whoAmI { projectToken { projectId environmentId } }")

PROJECTS = _query(
    "projects",
    """
query projects($workspaceId: String, $first: Int!, $after: String) {
  projects(workspaceId: $workspaceId, first: $first, after: $after) {
    edges { node { id name deletedAt createdAt } } pageInfo { hasNextPage endCursor }
  }
}
""",
)

PROJECT = _query(
    "project",
    """
query project($id: String!, $first: Int!) {
  project(id: $id) {
    id name description isPublic prDeploys workspaceId deletedAt createdAt primaryEnvironmentId
    environments(first: $first) { edges { node { id name createdAt deletedAt } } pageInfo { hasNextPage
    endCursor } }
  }
}
""",
)

PROJECT_CREATE = _mutation(
    "projectCreate",
    "mutation projectCreate($input: ProjectCreateInput!) { projectCreate(input: $input) { id } }",
    repeatable=False,
)

PROJECT_UPDATE = _mutation(
    "projectUpdate",
    "mutation projectUpdate($id: String!, $input: ProjectUpdateInput!) { projectUpdate(id: $id, input: "
    "$input) { id } }",
    repeatable=True,
)

PROJECT_DELETE = _mutation(
    "projectDelete", "mutation projectDelete($id: String!) { projectDelete(id: $id) }", repeatable=True
)

ENVIRONMENTS = _query(
    "environments",
    """
query environments($projectId: String!, $first: Int!, $after: String) {
  environments(projectId: $projectId, first: $first, after: $after) {
    edges { node { id name createdAt deletedAt } } pageInfo { hasNextPage endCursor }
  }
}
""",
)

ENVIRONMENT = _query(
    "environment",
    """
query environment($id: String!, $projectId: String!) {
  environment(id: $id, projectId: $projectId) { id name projectId deletedAt }
}
""",
)

ENVIRONMENT_CREATE = _mutation(
    "environmentCreate",
    "mutation environmentCreate($input: EnvironmentCreateInput!) { environmentCreate(input: $input) { id "
    "name } }",
    repeatable=False,
)

ENVIRONMENT_RENAME = _mutation(
    "environmentRename",
    """
mutation environmentRename($id: String!, $name: String!) { environmentRename(id: $id, input: { name: $name })
{ id } }
""",
    repeatable=True,
)

ENVIRONMENT_DELETE = _mutation(
    "environmentDelete",
    "mutation environmentDelete($id: String!) { environmentDelete(id: $id) }",
    repeatable=True,
)

SERVICE_CREATE = _mutation(
    "serviceCreate",
    "mutation serviceCreate($input: ServiceCreateInput!) { serviceCreate(input: $input) { id name } }",
    repeatable=False,
)

SERVICE_UPDATE = _mutation(
    "serviceUpdate",
    "mutation serviceUpdate($id: String!, $input: ServiceUpdateInput!) { serviceUpdate(id: $id, input: "
    "$input) { id } }",
    repeatable=True,
)

SERVICE_INSTANCES = _query(
    "serviceInstances",
    """
query serviceInstances($id: String!, $first: Int!) {
  service(id: $id) { id deletedAt
    serviceInstances(first: $first) { edges { node { environmentId deletedAt } } } }
}
""",
)

SERVICE_DELETE = _mutation(
    "serviceDelete",
    """
mutation serviceDelete($id: String!, $environmentId: String!) { serviceDelete(id: $id, environmentId:
$environmentId) }
""",
    repeatable=True,
)

VOLUME_CREATE = _mutation(
    "volumeCreate",
    "mutation volumeCreate($input: VolumeCreateInput!) { volumeCreate(input: $input) { id name } }",
    repeatable=False,
)

VOLUME_UPDATE = _mutation(
    "volumeUpdate",
    """
mutation volumeUpdate($id: String!, $name: String!) { volumeUpdate(volumeId: $id, input: { name: $name }) { id
} }
""",
    repeatable=True,
)

VOLUME_INSTANCES = _query(
    "volumeInstances",
    """
query volumeInstances($projectId: String!, $first: Int!, $after: String) {
  project(id: $projectId) {
    volumes(first: $first, after: $after) {
      edges { node { id volumeInstances(first: $first) { edges { node { environmentId deletedAt
      isPendingDeletion } } } } } pageInfo { hasNextPage endCursor }
    }
  }
}
""",
)

VOLUME_DELETE = _mutation(
    "volumeDelete", "mutation volumeDelete($id: String!) { volumeDelete(volumeId: $id) }", repeatable=True
)

SERVICE_DOMAIN_CREATE = _mutation(
    "serviceDomainCreate",
    """
mutation serviceDomainCreate($input: ServiceDomainCreateInput!) {
  serviceDomainCreate(input: $input) { id domain suffix targetPort }
}
""",
    repeatable=False,
)

SERVICE_DOMAIN_UPDATE = _mutation(
    "serviceDomainUpdate",
    "mutation serviceDomainUpdate($input: ServiceDomainUpdateInput!) { serviceDomainUpdate(input: $input) }",
    repeatable=True,
)

SERVICE_DOMAIN_DELETE = _mutation(
    "serviceDomainDelete",
    "mutation serviceDomainDelete($id: String!) { serviceDomainDelete(id: $id) }",
    repeatable=True,
)

SERVICE_DOMAIN_AVAILABLE = _query(
    "serviceDomainAvailable",
    "query serviceDomainAvailable($domain: String!) { serviceDomainAvailable(domain: $domain) { available "
    "message } }",
)

CUSTOM_DOMAIN_CREATE = _mutation(
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

CUSTOM_DOMAIN_UPDATE = _mutation(
    "customDomainUpdate",
    """
mutation customDomainUpdate($id: String!, $environmentId: String!, $targetPort: Int) {
  customDomainUpdate(id: $id, environmentId: $environmentId, targetPort: $targetPort)
}
""",
    repeatable=True,
)

CUSTOM_DOMAIN_DELETE = _mutation(
    "customDomainDelete",
    "mutation customDomainDelete($id: String!) { customDomainDelete(id: $id) }",
    repeatable=True,
)

TCP_PROXIES = _query(
    "tcpProxies",
    """
query tcpProxies($serviceId: String!, $environmentId: String!) {
  tcpProxies(serviceId: $serviceId, environmentId: $environmentId) {
    id applicationPort proxyPort domain deletedAt syncStatus
  }
}
""",
)

TCP_PROXY_DELETE = _mutation(
    "tcpProxyDelete", "mutation tcpProxyDelete($id: String!) { tcpProxyDelete(id: $id) }", repeatable=True
)

BUCKETS = _query(
    "buckets",
    """
query buckets($projectId: String!, $first: Int!, $after: String) {
  project(id: $projectId) {
    buckets(first: $first, after: $after) { edges { node { id name } } pageInfo { hasNextPage endCursor } }
  }
}
""",
)

BUCKET_CREATE = _mutation(
    "bucketCreate",
    "mutation bucketCreate($input: BucketCreateInput!) { bucketCreate(input: $input) { id } }",
    repeatable=False,
)

BUCKET_UPDATE = _mutation(
    "bucketUpdate",
    "mutation bucketUpdate($id: String!, $name: String!) { bucketUpdate(id: $id, input: { name: $name }) { id "
    "} }",
    repeatable=True,
)

BUCKET_CREDENTIALS = _query(
    "bucketCredentials",
    """
query bucketCredentials($bucketId: String!, $environmentId: String!, $projectId: String!) {
  bucketS3Credentials(bucketId: $bucketId, environmentId: $environmentId, projectId: $projectId) {
    accessKeyId secretAccessKey bucketName endpoint region urlStyle
  }
}
""",
)

PROJECT_TOKENS = _query(
    "projectTokens",
    """
query projectTokens($projectId: String!, $first: Int!, $after: String) {
  projectTokens(projectId: $projectId, first: $first, after: $after) {
    edges { node { id name environmentId } } pageInfo { hasNextPage endCursor }
  }
}
""",
)

PROJECT_TOKEN_CREATE = _mutation(
    "projectTokenCreate",
    "mutation projectTokenCreate($input: ProjectTokenCreateInput!) { projectTokenCreate(input: $input) }",
    repeatable=False,
)

PROJECT_TOKEN_DELETE = _mutation(
    "projectTokenDelete",
    "mutation projectTokenDelete($id: String!) { projectTokenDelete(id: $id) }",
    repeatable=True,
)

EGRESS_GATEWAYS = _query(
    "egressGateways",
    """
query egressGateways($serviceId: String!, $environmentId: String!) {
  egressGateways(serviceId: $serviceId, environmentId: $environmentId) { ipv4 region }
}
""",
)

EGRESS_CREATE = _mutation(
    "egressGatewayCreate",
    """
mutation egressGatewayCreate($input: EgressGatewayCreateInput!) {
  egressGatewayAssociationCreate(input: $input) { ipv4 region }
}
""",
    repeatable=False,
)

EGRESS_CLEAR = _mutation(
    "egressGatewaysClear",
    """
mutation egressGatewaysClear($serviceId: String!, $environmentId: String!) {
  egressGatewayAssociationsClear(input: { serviceId: $serviceId, environmentId: $environmentId })
}
""",
    repeatable=True,
)

DOCUMENTS: Final = tuple(value for value in list(globals().values()) if isinstance(value, Document))
