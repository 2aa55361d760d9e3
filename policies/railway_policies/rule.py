"""What a rule is: its description for people, its configuration, and a function that judges one resource."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from enum import Enum
from fnmatch import fnmatchcase
from typing import Any, Generic, TypeAlias, TypeVar

from pulumi_policy import EnforcementLevel, PolicyConfigSchema, Severity
from pydantic import BaseModel, ConfigDict, Field

from railway_policies.resources import Resource

DOCUMENTATION = "docs/policies.md"


@dataclass(frozen=True, kw_only=True)
class About:
    """What people read about a policy."""

    name: str
    """`railway-<what>-<verb>-<how>`"""
    display_name: str
    description: str
    severity: Severity
    remediation_steps: str
    tags: tuple[str, ...]
    level: EnforcementLevel = EnforcementLevel.MANDATORY
    production_only: bool = False
    """Whether it is off in a stack that says that it isn't production."""

    @property
    def url(self) -> str:
        """Where the documentation explains the policy, from the root of the repository."""
        return f"{DOCUMENTATION}#{self.name}"

    def arguments(self, schema: PolicyConfigSchema | None) -> dict[str, Any]:
        """The arguments that the SDK's two kinds of policy share."""
        return {
            "name": self.name,
            "description": self.description,
            "enforcement_level": self.level,
            "config_schema": schema,
            "display_name": self.display_name,
            "severity": self.severity,
            "tags": list(self.tags),
            "remediation_steps": self.remediation_steps,
            "url": self.url,
        }


def _camel_case(name: str) -> str:
    first, *others = name.split("_")
    return first + "".join(map(str.capitalize, others))


class _Settings(BaseModel):
    model_config = ConfigDict(
        frozen=True, extra="forbid", alias_generator=_camel_case, use_attribute_docstrings=True
    )


class Exemption(_Settings):
    """A resource that may break one rule, for a reason and until a day."""

    resource: str = Field(min_length=1)
    """The logical name; * and ? as in a shell."""
    reason: str = Field(min_length=10)
    """Why, for whoever reads it next."""
    expires: date
    """The last day on which it holds, such as 2026-12-31."""


class Configuration(_Settings):
    """The base of each rule's configuration; the engine checks what users write against its JSON schema."""

    exemptions: tuple[Exemption, ...] = ()
    """Resources that may break this rule, each with `resource`, `reason` and `expires` (YYYY-MM-DD)."""

    @classmethod
    def schema_properties(cls) -> dict[str, dict[str, Any]]:
        """The JSON schema of each setting, without the titles that pydantic makes up.

        The engine puts the settings into a schema of its own, where references lead nowhere.
        """
        schema = cls.model_json_schema(by_alias=True)
        definitions = schema.get("$defs", {})
        return {name: _plain(part, definitions) for name, part in schema["properties"].items()}

    def exemption_of(self, resource: Resource) -> Exemption | None:
        """The exemption that names a resource, the one that holds longest."""
        fitting = [one for one in self.exemptions if fnmatchcase(resource.name, one.resource)]
        return max(fitting, key=lambda one: one.expires, default=None)


def _plain(schema: Any, definitions: Mapping[str, Any]) -> Any:
    if isinstance(schema, list):
        return [_plain(part, definitions) for part in schema]
    if not isinstance(schema, Mapping):
        return schema
    if "$ref" in schema:
        return _plain(definitions[schema["$ref"].rpartition("/")[2]], definitions)
    return {
        key: {name: _plain(one, definitions) for name, one in part.items()}
        if key == "properties"
        else _plain(part, definitions)
        for key, part in schema.items()
        if key != "title"
    }


ConfigurationT = TypeVar("ConfigurationT", bound=Configuration)


@dataclass(frozen=True)
class Violation:
    """What is wrong, the bound, and the one change that mends it. Never holds a property's value."""

    resource: Resource
    message: str


@dataclass(frozen=True)
class Unjudged:
    """What could not be judged, and why. Never holds a property's value."""

    resource: Resource
    reason: str


Finding: TypeAlias = Violation | Unjudged


class Scope(Enum):
    """What a rule has to see."""

    RESOURCE = "resource"
    """A resource's inputs. The resource is stopped before it is created or changed."""
    STACK = "stack"
    """The links between resources, which the engine knows when the program has ended."""


@dataclass(frozen=True)
class Rule(Generic[ConfigurationT]):
    """A rule. Its function judges one resource alone, whatever its scope."""

    about: About
    scope: Scope
    configuration: type[ConfigurationT]
    judge: Callable[[Resource, ConfigurationT], Iterable[Finding]]
    remedy: Callable[[str, Mapping[str, Any], ConfigurationT], Mapping[str, Any] | None] | None = None
    """Rewrites the inputs of a resource of a type, in which secrets are marked, where the level is `remediate`.

    It answers None when there is nothing to rewrite.
    """
