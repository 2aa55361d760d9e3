"""Services' rows, and their deployments; their settings are part of their environment's commit."""

from __future__ import annotations

from pulumi_resource_railway.railway.documents.document import mutation, query

SERVICE_CREATE = mutation(
    "serviceCreate",
    "mutation serviceCreate($input: ServiceCreateInput!) { serviceCreate(input: $input) { id name } }",
    repeatable=False,
)

SERVICE_UPDATE = mutation(
    "serviceUpdate",
    "mutation serviceUpdate($id: String!, $input: ServiceUpdateInput!) { serviceUpdate(id: $id, input: "
    "$input) { id } }",
    repeatable=True,
)

SERVICE_INSTANCES = query(
    "serviceInstances",
    """
query serviceInstances($id: String!, $first: Int!, $after: String) {
  service(id: $id) { id deletedAt
    serviceInstances(first: $first, after: $after) {
      edges { node { environmentId deletedAt } } pageInfo { hasNextPage endCursor } } }
}
""",
)

SERVICE_DELETE = mutation(
    "serviceDelete",
    """
mutation serviceDelete($id: String!, $environmentId: String!) { serviceDelete(id: $id, environmentId:
$environmentId) }
""",
    repeatable=True,
)

DEPLOYMENTS = query(
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

LOGS = query(
    "logs",
    """
query logs($deploymentId: String!, $limit: Int!) {
  buildLogs(deploymentId: $deploymentId, limit: $limit) { message timestamp }
  deploymentLogs(deploymentId: $deploymentId, limit: $limit) { message timestamp }
}
""",
)

REDEPLOY = mutation(
    "redeploy",
    """
mutation redeploy($environmentId: String!, $serviceId: String!) {
  serviceInstanceRedeploy(environmentId: $environmentId, serviceId: $serviceId)
}
""",
    repeatable=False,
)

REPOSITORY_ACCESS = query(
    "repositoryAccess",
    """
query repositoryAccess($fullRepoName: String!) {
  gitHubRepoAccessAvailable(fullRepoName: $fullRepoName) { hasAccess isPublic }
  me { email }
}
""",
)
