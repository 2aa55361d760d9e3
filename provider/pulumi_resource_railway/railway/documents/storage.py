"""Volumes and buckets."""

from __future__ import annotations

from pulumi_resource_railway.railway.documents.document import mutation, query

VOLUME_CREATE = mutation(
    "volumeCreate",
    "mutation volumeCreate($input: VolumeCreateInput!) { volumeCreate(input: $input) { id name } }",
    repeatable=False,
)

VOLUME_UPDATE = mutation(
    "volumeUpdate",
    """
mutation volumeUpdate($id: String!, $name: String!) { volumeUpdate(volumeId: $id, input: { name: $name }) { id
} }
""",
    repeatable=True,
)

VOLUME_INSTANCES = query(
    "volumeInstances",
    """
query volumeInstances($projectId: String!, $first: Int!, $after: String) {
  project(id: $projectId) {
    volumes(first: $first, after: $after) {
      edges { node { id volumeInstances(first: $first) {
        edges { node { environmentId deletedAt isPendingDeletion } } pageInfo { hasNextPage } } } }
      pageInfo { hasNextPage endCursor }
    }
  }
}
""",
)

VOLUME_DELETE = mutation(
    "volumeDelete", "mutation volumeDelete($id: String!) { volumeDelete(volumeId: $id) }", repeatable=True
)

BUCKETS = query(
    "buckets",
    """
query buckets($projectId: String!, $first: Int!, $after: String) {
  project(id: $projectId) {
    buckets(first: $first, after: $after) {
      edges { node { id name createdAt } } pageInfo { hasNextPage endCursor }
    }
  }
}
""",
)

BUCKET_CREATE = mutation(
    "bucketCreate",
    "mutation bucketCreate($input: BucketCreateInput!) { bucketCreate(input: $input) { id } }",
    repeatable=False,
)

BUCKET_UPDATE = mutation(
    "bucketUpdate",
    "mutation bucketUpdate($id: String!, $name: String!) { bucketUpdate(id: $id, input: { name: $name }) { id "
    "} }",
    repeatable=True,
)

BUCKET_CREDENTIALS = query(
    "bucketCredentials",
    """
query bucketCredentials($bucketId: String!, $environmentId: String!, $projectId: String!) {
  bucketS3Credentials(bucketId: $bucketId, environmentId: $environmentId, projectId: $projectId) {
    accessKeyId secretAccessKey bucketName endpoint region urlStyle
  }
}
""",
)
