"""The groups of settings: what each holds, with units, defaults and meanings."""

from pydantic import BaseModel, ConfigDict, Field
from pydantic.alias_generators import to_camel

from setting_types import (
    CREATE,
    Address,
    Duration,
    Gigabytes,
    Identifier,
    Image,
    Key,
    Password,
    ProjectChoice,
    Repository,
    SqlName,
    UrlPassword,
)


class Group(BaseModel):
    """Settings that belong together; in a stack's file, an object."""

    model_config = ConfigDict(
        alias_generator=to_camel,
        extra="forbid",
        frozen=True,
        hide_input_in_errors=True,
        validate_default=True,
    )


class Railway(Group):
    """Where on Railway the services live."""

    project: ProjectChoice = Field(CREATE, description="`create`, or the id of a project, used as it is")
    environment: str = Field(
        "production", min_length=1, description="name of a created project's environment"
    )
    environment_id: Identifier | None = Field(None, description="environment of a project given by its id")
    workspace_id: Identifier | None = Field(None, description="of a created project; none: the token's own")

    @property
    def existing(self) -> tuple[str, str] | None:
        """Project and environment that are used as they are; None when the project belongs to the stack."""
        return (self.project, self.environment_id) if self.environment_id else None


class Domains(Group):
    """Public addresses: each a domain of one's own, or a label in front of up.railway.app."""

    frontend: Address = Field(examples=["dashboard.example.org"], description="where people open eTally")
    storage: Address = Field(examples=["storage.example.org"], description="where browsers fetch pictures")
    api: Address | None = Field(None, description="none: the API is reached through the frontend alone")
    grafana: Address | None = Field(None, description="none: Grafana has no public address")


class Source(Group):
    """The application's repository on GitHub."""

    repository: Repository = Field(examples=["OWNER/etally"], description="one that Railway's app may read")
    branch: str = Field("main", min_length=1, description="each push to it deploys")
    wait_for_ci: bool = Field(default=False, description="deploy a push only when its checks have passed")


class Postgres(Group):
    """The database."""

    image: Image = Field("ghcr.io/railwayapp-templates/postgres-ssl:16.10", description="Railway's own")
    database: SqlName = Field("etally", description="its name; read on an empty volume only")
    user: SqlName = Field("postgres", description="its owner; read on an empty volume only")
    volume_gb: Gigabytes = Field(5, description="GB; grows in place, never shrinks")


class Redis(Group):
    """The cache; it keeps nothing when it restarts."""

    image: Image = Field("redis:7.2.11", description="pinned")
    memory_mb: int = Field(256, ge=16, le=32_000, description="MB; beyond it, the least recently used goes")


class Storage(Group):
    """MinIO, which keeps uploaded pictures and documents."""

    image: Image = Field(
        "ghcr.io/coollabsio/minio:RELEASE.2025-10-15T17-29-55Z",
        description="the last image that MinIO itself published has CVE-2025-62506",
    )
    root_user: str = Field("admin", min_length=3, description="name of MinIO's root user")
    volume_gb: Gigabytes = Field(10, description="GB; grows in place, never shrinks")


class Api(Group):
    """The application's server."""

    dockerfile_path: str = Field("backend/Dockerfile", description="from the repository's root")
    connection_limit: int = Field(3, ge=1, le=50, description="database connections of each of its six pools")
    pool_timeout_seconds: int = Field(20, ge=1, le=300, description="seconds a query waits for a connection")
    jwt_expiry: Duration = Field(
        "8h",
        description="how long a login lasts: renewal doesn't work in the application, and none ends earlier",
    )
    node_options: str | None = Field(None, description="such as --max-old-space-size=512")


class Frontend(Group):
    """The application's pages, and the way to its server."""

    dockerfile_path: str = Field("frontend/Dockerfile", description="from the repository's root")


class Monitoring(Group):
    """Prometheus and Grafana."""

    enabled: bool = Field(default=False, description="whether they exist")
    prometheus_image: Image = Field("prom/prometheus:v3.5.0", description="pinned")
    prometheus_volume_gb: Gigabytes = Field(5, description="GB; grows in place, never shrinks")
    retention_days: int = Field(15, ge=1, le=3650, description="days that measurements are kept")
    grafana_image: Image = Field("grafana/grafana:12.3.1", description="pinned")
    grafana_volume_gb: Gigabytes = Field(1, description="GB; grows in place, never shrinks")


class Secrets(Group):
    """Passwords and keys, each set with --secret."""

    postgres_password: UrlPassword
    redis_password: UrlPassword
    minio_root_password: Password
    jwt_secret: Key
    jwt_refresh_secret: Key
    encryption_key: Key
    grafana_password: Password | None = Field(None, description="with monitoring only")
