"""What the local Railway remembers: records with ids, and one configuration document per environment.

The document (`Environment.config`) is the only home of a service's settings, variables, mounts, domains and
proxies. Records such as `ServiceInstance` or `Domain` hold what a document cannot: an id, times, a state.
"""

from datetime import datetime
from typing import Any, Literal

from pydantic import BaseModel, Field

Document = dict[str, Any]
"""A JSON object, kept untyped: Railway adds keys, and a typed round trip would lose them."""

DomainKind = Literal["service", "custom"]
WorkflowState = Literal["Running", "Complete", "Error"]
Plan = Literal["free", "hobby", "pro", "trial"]
RepositoryAccess = Literal["app", "public", "none"]
"""How Railway reaches a repository: by its GitHub App, as anybody does, or not at all."""


class Record(BaseModel):
    """Anything with an id."""

    id: str
    created_at: datetime
    updated_at: datetime


class Project(Record):
    """A project."""

    name: str
    description: str | None = None
    workspace_id: str
    is_public: bool = False
    pr_deploys: bool = False
    bot_pr_environments: bool = False
    focused_pr_environments: bool = False
    base_environment_id: str | None = None
    deleted_at: datetime | None = None


class Environment(Record):
    """One of a project's environments, with its configuration document."""

    project_id: str
    name: str
    is_ephemeral: bool = False
    source_environment_id: str | None = None
    config: Document = Field(default_factory=dict)
    staged_patch_id: str | None = None

    @property
    def is_fork(self) -> bool:
        """Whether it was made from another environment."""
        return self.source_environment_id is not None


class Service(Record):
    """A service's row: what it is called in every environment."""

    project_id: str
    name: str
    icon: str | None = None
    template_id: str | None = None
    template_service_id: str | None = None


class ServiceInstance(Record):
    """That a service has an entry in an environment's document. `private_name` outlives a rename."""

    service_id: str
    environment_id: str
    private_name: str


class Volume(Record):
    """A volume's row."""

    project_id: str
    name: str


class VolumeInstance(Record):
    """`mount_path` is what a detached volume still answers: the document only has paths of mounted ones."""

    volume_id: str
    environment_id: str
    mount_path: str = "/"
    broken: bool = False


class Bucket(Record):
    """A bucket's row."""

    project_id: str
    name: str


class BucketInstance(Record):
    """A bucket in one environment: what S3 calls it, and the key to it."""

    bucket_id: str
    environment_id: str
    bucket_name: str
    access_key_id: str
    secret_access_key: str


class EgressAssociation(Record):
    """A static address from which a service's traffic leaves a region."""

    environment_id: str
    service_id: str
    region: str
    ipv4: str


class Domain(Record):
    """A domain; its port is in the document."""

    kind: DomainKind
    environment_id: str
    service_id: str
    domain: str
    certificate_status: str = "VALIDATING_OWNERSHIP"
    route_target: str = ""
    verification_token: str = ""


class TcpProxy(Record):
    """A public port that leads to a service's port."""

    environment_id: str
    service_id: str
    application_port: int
    proxy_port: int
    domain: str


class Transition(BaseModel):
    """A deployment's status from a time on."""

    at: datetime
    status: str


class LogLine(BaseModel):
    """A line of a log."""

    at: datetime
    message: str
    severity: str = "info"


class Snapshot(BaseModel):
    """Everything a deployment runs with, frozen when it was created; `variables` are rendered."""

    id: str
    source: Document
    build: Document
    deploy: Document
    variables: dict[str, str]
    volume_mounts: list[Document]
    domains: list[str]


class Deployment(Record):
    """A deployment: what it runs with, what it went through, what is still planned."""

    project_id: str
    environment_id: str
    service_id: str
    service_name: str
    cause: str
    status: str
    status_at: datetime
    stopped: bool = False
    stops_when_done: bool = False
    planned: list[Transition] = Field(default_factory=list)
    history: list[Transition] = Field(default_factory=list)
    snapshot: Snapshot
    commit_sha: str | None = None
    build_log: list[LogLine] = Field(default_factory=list)
    deploy_log: list[LogLine] = Field(default_factory=list)


class Patch(Record):
    """A change of the document: staged, being applied, or applied."""

    environment_id: str
    document: Document
    message: str | None = None
    status: Literal["STAGED", "APPLYING", "COMMITTED"] = "STAGED"
    applied_at: datetime | None = None
    error: str | None = None


class Workflow(Record):
    """The application of one patch; `visible_at` is when `workflowStatus` first knows of it."""

    environment_id: str
    patch_id: str
    visible_at: datetime
    due_at: datetime
    state: WorkflowState = "Running"
    error: str | None = None
    fails_with: str | None = None
    skip_deploys: bool = False


class Token(Record):
    """A token someone created: only a digest of the secret is kept."""

    name: str
    digest: str
    display: str
    workspace_id: str | None = None
    project_id: str | None = None
    environment_id: str | None = None


class State(BaseModel):
    """Everything, by ids."""

    plan: Plan = "pro"
    members: list[str] = Field(default_factory=list)
    repositories: dict[str, RepositoryAccess] = Field(default_factory=dict)
    projects: dict[str, Project] = Field(default_factory=dict)
    deleted_projects: list[Project] = Field(default_factory=list)
    environments: dict[str, Environment] = Field(default_factory=dict)
    services: dict[str, Service] = Field(default_factory=dict)
    service_instances: dict[str, ServiceInstance] = Field(default_factory=dict)
    volumes: dict[str, Volume] = Field(default_factory=dict)
    volume_instances: dict[str, VolumeInstance] = Field(default_factory=dict)
    domains: dict[str, Domain] = Field(default_factory=dict)
    tcp_proxies: dict[str, TcpProxy] = Field(default_factory=dict)
    buckets: dict[str, Bucket] = Field(default_factory=dict)
    bucket_instances: dict[str, BucketInstance] = Field(default_factory=dict)
    egress_associations: dict[str, EgressAssociation] = Field(default_factory=dict)
    deployments: dict[str, Deployment] = Field(default_factory=dict)
    patches: dict[str, Patch] = Field(default_factory=dict)
    workflows: dict[str, Workflow] = Field(default_factory=dict)
    project_tokens: dict[str, Token] = Field(default_factory=dict)
    api_tokens: dict[str, Token] = Field(default_factory=dict)
    deleted: list[str] = Field(default_factory=list)
    cooldowns: dict[str, datetime] = Field(default_factory=dict)
