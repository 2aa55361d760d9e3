"""Everything that can be set about eTally, read once and checked as a whole.

A value comes from the stack's configuration, else from the environment (`ETALLY_POSTGRES__VOLUME_GB`), else
from `.env`, else from the defaults below: what was reviewed with the stack is not changed by a variable that
was left in a shell. `load` reports every problem at once, each with the key to set.
"""

import secrets
from typing import Any, Self

import pulumi
from pydantic import (
    Field,
    ModelWrapValidatorHandler,
    SecretStr,
    ValidationError,
    model_validator,
)
from pydantic_core import InitErrorDetails, PydanticCustomError
from pydantic_settings import BaseSettings, PydanticBaseSettingsSource, SettingsConfigDict, SettingsError

from settings.conflicts import conflicts
from settings.groups import (
    Api,
    Backup,
    Domains,
    Frontend,
    Monitoring,
    Postgres,
    Railway,
    Redis,
    Secrets,
    Source,
    Storage,
)
from settings.sources import SECRETS, DotEnvSource, EnvironmentSource, StackSource, describe, empty_groups
from settings.types import STAND_IN


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
    backup: Backup
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
        found = [
            InitErrorDetails(
                type=PydanticCustomError("conflict", "{why}", {"why": why}), loc=path, input=value
            )
            for path, value, why in conflicts(values)
        ]
        try:
            settings = handler(values)
        except ValidationError as error:
            problems = [
                InitErrorDetails(type=one["type"], loc=one["loc"], input=one["input"], ctx=one.get("ctx", {}))
                for one in error.errors(include_url=False)
            ]
            raise ValidationError.from_exception_data(cls.__name__, [*problems, *found]) from None
        if found:
            raise ValidationError.from_exception_data(cls.__name__, found)
        return settings


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


def encrypted(value: SecretStr | None) -> pulumi.Output[str]:
    """A secret on its way to a resource: encrypted in state, and not shown.

    Raises:
        ValueError: It is missing. `settings.conflicts` is where a user is told, and what calls this rests on it.
    """
    if value is None:
        raise ValueError("a secret is missing that something needs: settings.conflicts should have said so")
    return pulumi.Output.secret(value.get_secret_value())


def secret_keys(
    monitoring_enabled: bool,
    backup_enabled: bool = False,
    scoped_user: bool = True,
    replicated: bool = False,
    notified: bool = False,
) -> tuple[str, ...]:
    """The paths that a stack has to set as secrets, such as `secrets.jwtSecret`."""
    wanted = {
        "grafana": monitoring_enabled,
        "backup": backup_enabled,
        "minio": scoped_user,
        "storage": replicated,
        "notification": notified,
        # The password before is set by nobody but a rotation.
        "postgres": False,
    }
    return tuple(
        f"{SECRETS}.{field.alias}"
        for name, field in Secrets.model_fields.items()
        if field.is_required() or wanted[name.partition("_")[0]]
    )


def stand_in() -> str:
    """A new random value that every secret setting accepts, safe inside a URL.

    It begins with `STAND_IN`, by which settings and policies tell that it must not get to Railway.
    """
    return f"{STAND_IN}{secrets.token_hex(32)}"
