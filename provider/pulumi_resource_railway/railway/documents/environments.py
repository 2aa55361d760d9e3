"""An environment: the look at all that it holds, and the one commit that changes it."""

from __future__ import annotations

from pulumi_resource_railway.railway.documents.document import mutation, query

_DOMAINS = """
domains {
  serviceDomains { id domain suffix targetPort createdAt deletedAt syncStatus newDomainName }
  customDomains { id domain targetPort createdAt deletedAt syncStatus
    status { verificationDnsHost verificationToken dnsRecords { purpose recordType hostlabel fqdn zone
    requiredValue } } }
}
"""

SNAPSHOT = query(
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
      edges { node { id name icon createdAt deletedAt templateId templateServiceId } }
      pageInfo { hasNextPage endCursor } }
    volumes(first: $first) { edges { node { id name createdAt } } pageInfo { hasNextPage endCursor } }
  }
}
""".replace("DOMAINS", _DOMAINS),
)

MORE_SERVICES = query(
    "moreServices",
    """
query moreServices($projectId: String!, $first: Int!, $after: String!) {
  project(id: $projectId) {
    services(first: $first, after: $after) {
      edges { node { id name icon createdAt deletedAt templateId templateServiceId } } pageInfo { hasNextPage
    endCursor } }
  }
}
""",
)

MORE_VOLUMES = query(
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

MORE_SERVICE_INSTANCES = query(
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

MORE_VOLUME_INSTANCES = query(
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

COMMIT_PROGRESS = query(
    "commitProgress",
    """
query commitProgress($environmentId: String!, $workflowId: String!) {
  workflowStatus(workflowId: $workflowId) { status error }
  environment(id: $environmentId) { config(decryptVariables: true) }
}
""",
)

CONFIGURATION = query(
    "configuration",
    """
query configuration($environmentId: String!) {
  environment(id: $environmentId) { config(decryptVariables: true) }
}
""",
)

COMMIT = mutation(
    "commit",
    """
mutation commit($environmentId: String!, $patch: EnvironmentConfig, $message: String) {
  environmentPatchCommit(environmentId: $environmentId, patch: $patch, commitMessage: $message)
}
""",
    repeatable=False,
)

STAGED = query(
    "staged",
    """
query staged($environmentId: String!) {
  environmentStagedChanges(environmentId: $environmentId) { status patch(decryptVariables: false) }
}
""",
)

ENVIRONMENTS = query(
    "environments",
    """
query environments($projectId: String!, $first: Int!, $after: String) {
  environments(projectId: $projectId, first: $first, after: $after) {
    edges { node { id name createdAt deletedAt } } pageInfo { hasNextPage endCursor }
  }
}
""",
)

ENVIRONMENT = query(
    "environment",
    """
query environment($id: String!, $projectId: String!) {
  environment(id: $id, projectId: $projectId) { id name projectId deletedAt }
}
""",
)

ENVIRONMENT_CREATE = mutation(
    "environmentCreate",
    "mutation environmentCreate($input: EnvironmentCreateInput!) { environmentCreate(input: $input) { id "
    "name } }",
    repeatable=False,
)

ENVIRONMENT_RENAME = mutation(
    "environmentRename",
    """
mutation environmentRename($id: String!, $name: String!) { environmentRename(id: $id, input: { name: $name })
{ id } }
""",
    repeatable=True,
)

ENVIRONMENT_DELETE = mutation(
    "environmentDelete",
    "mutation environmentDelete($id: String!) { environmentDelete(id: $id) }",
    repeatable=True,
)
