"""Projects, and the tokens that reach them."""

from __future__ import annotations

from pulumi_resource_railway.railway.documents.document import mutation, query

WHO_WITH_TOKEN = query("whoAmI", "query whoAmI { apiToken { workspaces { id name } } }")

WHO_WITH_PROJECT_TOKEN = query("whoAmI", "query whoAmI { projectToken { projectId environmentId } }")

PROJECTS = query(
    "projects",
    """
query projects($workspaceId: String, $includeDeleted: Boolean, $first: Int!, $after: String) {
  projects(workspaceId: $workspaceId, includeDeleted: $includeDeleted, first: $first, after: $after) {
    edges { node { id name deletedAt createdAt } } pageInfo { hasNextPage endCursor }
  }
}
""",
)

PROJECT = query(
    "project",
    """
query project($id: String!, $first: Int!, $after: String) {
  project(id: $id) {
    id name description isPublic prDeploys workspaceId deletedAt createdAt primaryEnvironmentId
    environments(first: $first, after: $after) {
      edges { node { id name createdAt deletedAt unmergedChangesCount } } pageInfo { hasNextPage endCursor } }
  }
}
""",
)

PROJECT_CREATE = mutation(
    "projectCreate",
    "mutation projectCreate($input: ProjectCreateInput!) { projectCreate(input: $input) { id } }",
    repeatable=False,
)

PROJECT_UPDATE = mutation(
    "projectUpdate",
    "mutation projectUpdate($id: String!, $input: ProjectUpdateInput!) { projectUpdate(id: $id, input: "
    "$input) { id } }",
    repeatable=True,
)

PROJECT_DELETE = mutation(
    "projectDelete", "mutation projectDelete($id: String!) { projectDelete(id: $id) }", repeatable=True
)

PROJECT_TOKENS = query(
    "projectTokens",
    """
query projectTokens($projectId: String!, $first: Int!, $after: String) {
  projectTokens(projectId: $projectId, first: $first, after: $after) {
    edges { node { id name environmentId createdAt } } pageInfo { hasNextPage endCursor }
  }
}
""",
)

PROJECT_TOKEN_CREATE = mutation(
    "projectTokenCreate",
    "mutation projectTokenCreate($input: ProjectTokenCreateInput!) { projectTokenCreate(input: $input) }",
    repeatable=False,
)

PROJECT_TOKEN_DELETE = mutation(
    "projectTokenDelete",
    "mutation projectTokenDelete($id: String!) { projectTokenDelete(id: $id) }",
    repeatable=True,
)

MEMBERS = query(
    "members",
    """
query members($projectId: String!) {
  me { email }
  project(id: $projectId) { members { email } workspace { members { email } } }
}
""",
)
