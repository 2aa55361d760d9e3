"""What a rule is: its description for people, its configuration, and a function that judges one resource."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from enum import Enum
from typing import Any, Generic, TypeAlias, TypeVar

from pulumi_policy import EnforcementLevel, PolicyConfigSchema, Severity
from pydantic import BaseModel, ConfigDict

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


class Configuration(BaseModel):
    """The base of each rule's configuration; the engine checks what users write against its JSON schema."""

    model_config = ConfigDict(
        frozen=True, extra="forbid", alias_generator=_camel_case, use_attribute_docstrings=True
    )

    @classmethod
    def schema_properties(cls) -> dict[str, dict[str, Any]]:
        """The JSON schema of each setting, without the titles that pydantic makes up."""
        properties = cls.model_json_schema(by_alias=True)["properties"]
        return {
            name: {key: part for key, part in schema.items() if key != "title"}
            for name, schema in properties.items()
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
