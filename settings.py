"""Everything that can be set about eTally, read once and checked as a whole.

A value comes from the stack's configuration, else from the environment (`ETALLY_POSTGRES__VOLUME_GB`), else
from `.env`, else from the defaults below: what was reviewed with the stack is not changed by a variable that
was left in a shell. `load` reports every problem at once, each with the key to set.
"""

import secrets
from collections.abc import Iterator, Mapping
from typing import Any, Self

import pulumi
from pydantic import (
    BaseModel,
    ConfigDict,
    Field,
    ModelWrapValidatorHandler,
    SecretStr,
    TypeAdapter,
    ValidationError,
    model_validator,
)
from pydantic.alias_generators import to_camel
from pydantic_core import InitErrorDetails, PydanticCustomError
from pydantic_settings import BaseSettings, PydanticBaseSettingsSource, SettingsConfigDict, SettingsError

from configuration import SECRETS, DotEnvSource, EnvironmentSource, StackSource, describe, empty_groups
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
    is_loopback,
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


class Settings(BaseSettings):
    """All settings of a stack."""

    model_config = SettingsConfigDict(
        env_prefix="ETALLY_",
        env_nested_delimiter="__",
        env_file=".env",
        dotenv_filtering="match_prefix",
        extra="forbid",
        frozen=True,
        hide_input_in_errors=True,
    )

    railway: Railway
    domains: Domains
    source: Source
    postgres: Postgres
    redis: Redis
    storage: Storage
    api: Api
    frontend: Frontend
    monitoring: Monitoring
    secrets: Secrets
    protect: bool = Field(default=True, description="whether the project and what holds data refuse deletion")
    rehearsal: bool = Field(default=False, description="stand-in secrets, on a local Railway only")

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,  # noqa: ARG003
        dotenv_settings: PydanticBaseSettingsSource,  # noqa: ARG003
        file_secret_settings: PydanticBaseSettingsSource,  # noqa: ARG003
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        """The order of precedence: the first that has a value wins."""
        return (
            init_settings,
            StackSource(settings_cls),
            EnvironmentSource(settings_cls),
            DotEnvSource(settings_cls),
            empty_groups(settings_cls),
        )

    @model_validator(mode="wrap")
    @classmethod
    def _judge_as_a_whole(cls, values: Any, handler: ModelWrapValidatorHandler[Self]) -> Self:
        conflicts = [
            InitErrorDetails(
                type=PydanticCustomError("conflict", "{why}", {"why": why}), loc=path, input=value
            )
            for path, value, why in _conflicts(values)
        ]
        try:
            settings = handler(values)
        except ValidationError as error:
            problems = [
                InitErrorDetails(type=one["type"], loc=one["loc"], input=one["input"], ctx=one.get("ctx", {}))
                for one in error.errors(include_url=False)
            ]
            raise ValidationError.from_exception_data(cls.__name__, [*problems, *conflicts]) from None
        if conflicts:
            raise ValidationError.from_exception_data(cls.__name__, conflicts)
        return settings


def _conflicts(values: Mapping[str, Any]) -> Iterator[tuple[tuple[str, ...], object, str]]:
    """What no setting can know alone, judged even where others are wrong: path, value, what is wrong."""

    def group(name: str) -> Mapping[str, Any]:
        members = values.get(name)
        return members if isinstance(members, Mapping) else {}

    def is_on(flag: object) -> bool:
        try:
            return TypeAdapter(bool).validate_python(flag)
        except ValidationError:
            return False

    environment = group("railway").get("environmentId")
    if group("railway").get("project", CREATE) == CREATE:
        if environment:
            yield ("railway", "environmentId"), environment, "needs railway.project to be its project's id"
    elif not environment:
        yield ("railway", "environmentId"), None, "is missing: an existing project needs its environment's id"
    monitored = is_on(group("monitoring").get("enabled"))
    if monitored and not group(SECRETS).get("grafanaPassword"):
        yield (SECRETS, "grafanaPassword"), None, "is missing: monitoring.enabled needs it"
    if group("domains").get("grafana") and not monitored:
        yield ("domains", "grafana"), group("domains")["grafana"], "needs monitoring.enabled"
    yield from _repetitions("domains", group("domains"))
    yield from _repetitions(SECRETS, group(SECRETS))
    if pulumi.Config().get(SECRETS) not in {None, "{}"} and not pulumi.runtime.is_config_secret(
        f"{pulumi.get_project()}:{SECRETS}"
    ):
        yield (SECRETS,), None, "stands in the clear in the stack's file: set each with --secret"
    if is_on(values.get("rehearsal")) and not is_loopback(pulumi.Config("railway").get("endpoint") or ""):
        yield ("rehearsal",), None, "is for a local Railway, and railway:endpoint is not on this machine"


def _repetitions(group: str, members: Mapping[str, Any]) -> Iterator[tuple[tuple[str, ...], object, str]]:
    first: dict[str, str] = {}
    for name, value in members.items():
        if isinstance(value, str) and first.setdefault(value, name) != name:
            yield (group, name), value, f"is the same as {group}.{first[value]}"


def load() -> Settings:
    """The settings of the stack that runs.

    Raises:
        pulumi.RunError: Something is missing, malformed or unknown; the message names all of it.
    """
    try:
        return Settings()
    except ValidationError as error:
        raise pulumi.RunError(describe(error, Settings)) from None
    except SettingsError as error:
        raise pulumi.RunError(f"{error}: a whole group in one variable must be JSON") from None


def encrypted(value: SecretStr) -> pulumi.Output[str]:
    """A secret on its way to a resource: encrypted in state, and not shown."""
    return pulumi.Output.secret(value.get_secret_value())


def secret_keys(monitoring_enabled: bool) -> tuple[str, ...]:
    """The paths that a stack has to set as secrets, such as `secrets.jwtSecret`."""
    return tuple(
        f"{SECRETS}.{field.alias}"
        for field in Secrets.model_fields.values()
        if field.is_required() or monitoring_enabled
    )


def stand_in() -> str:
    """A new random value that every secret setting accepts: 64 hexadecimal digits, safe inside a URL."""
    return secrets.token_hex(32)
