"""What a rule is: its description for people, its configuration, and a function that judges one resource."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Generic, TypeAlias, TypeVar

from pulumi_policy import (
    EnforcementLevel,
    PolicyConfigSchema,
    ReportViolation,
    ResourceValidationArgs,
    ResourceValidationPolicy,
    Severity,
    StackValidationArgs,
    StackValidationPolicy,
)
from pydantic import BaseModel, ConfigDict, ValidationError
from pydantic.alias_generators import to_camel

from railway_policies.resources import Resource

DOCUMENTATION = "docs/policies.md"


@dataclass(frozen=True, kw_only=True)
class About:
    """What people read about a rule."""

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
        """Where the documentation explains the rule, from the root of the repository."""
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


class Configuration(BaseModel):
    """The base of each rule's configuration; the engine checks what users write against its JSON schema."""

    model_config = ConfigDict(
        frozen=True,
        extra="forbid",
        alias_generator=to_camel,
        populate_by_name=True,
        use_attribute_docstrings=True,
    )

    @classmethod
    def schema_for_engine(cls) -> PolicyConfigSchema:
        """The schema's properties, without the titles that pydantic makes up."""
        properties = cls.model_json_schema(by_alias=True)["properties"]
        return PolicyConfigSchema(
            {
                name: {key: part for key, part in schema.items() if key != "title"}
                for name, schema in properties.items()
            }
        )


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
Judge: TypeAlias = Callable[[Resource, ConfigurationT], Iterable[Finding]]


class _Judgement(Generic[ConfigurationT]):
    """Runs a rule's function, and keeps the configuration that the engine last gave it.

    The SDK tells a policy its own configuration only, and a violation always has its policy's level: so what
    could not be judged is reported by a policy of its own, at its own level, which asks the rule again. That
    one runs after the rules, in the same request; a disabled rule got no configuration and is not asked.
    """

    def __init__(
        self, about: About, configuration: type[ConfigurationT], judge: Judge[ConfigurationT]
    ) -> None:
        self._about = about
        self._configuration_type = configuration
        self._judge = judge
        self._configuration: ConfigurationT | None = None

    def configure(self, raw: Mapping[str, Any]) -> None:
        """Take the configuration; raises ValidationError."""
        self._configuration = None
        self._configuration = self._configuration_type.model_validate(dict(raw))

    def findings(self, resources: Iterable[Resource]) -> Iterator[Finding]:
        if self._configuration is not None:
            for resource in resources:
                yield from self._judge(resource, self._configuration)

    def unjudged(self, resources: Iterable[Resource]) -> Iterator[tuple[Resource, str]]:
        """What the rule could not judge among these resources, in words that begin with the rule's name."""
        for finding in self.findings(resources):
            if isinstance(finding, Unjudged):
                words = f"{self._about.name}: {finding.resource} was not judged: {finding.reason}."
                yield finding.resource, words

    def report(self, raw: Mapping[str, Any], resources: Iterable[Resource], report: ReportViolation) -> None:
        """Report what violates the rule. So does a configuration that can't be read: nothing is judged."""
        try:
            self.configure(raw)
        except ValidationError as problem:
            report(self._misconfigured(problem), None)
            return
        for finding in self.findings(resources):
            if isinstance(finding, Violation):
                report(finding.message, finding.resource.urn)

    def _misconfigured(self, problem: ValidationError) -> str:
        known = ", ".join(self._configuration_type.model_json_schema(by_alias=True)["properties"])
        errors = "; ".join(
            f"{'.'.join(map(str, error['loc']))}: {error['msg']}"
            for error in problem.errors(include_input=False)
        )
        return f"Its configuration can't be read, so nothing was judged. {errors}. It knows: {known}."


class ResourceRule(ResourceValidationPolicy, Generic[ConfigurationT]):
    """A rule on a resource's inputs: it stops the resource before it is created or changed."""

    def __init__(
        self, about: About, configuration: type[ConfigurationT], judge: Judge[ConfigurationT]
    ) -> None:
        super().__init__(**about.arguments(configuration.schema_for_engine()))
        self.about = about
        self.configuration = configuration
        self.judgement = _Judgement(about, configuration, judge)

    def validate(self, args: ResourceValidationArgs, report_violation: ReportViolation) -> None:
        """Judge one resource."""
        self.judgement.report(args.get_config(), [Resource.from_resource_validation(args)], report_violation)


class StackRule(StackValidationPolicy, Generic[ConfigurationT]):
    """A rule that needs the links between resources: it judges the stack as the deployment leaves it."""

    def __init__(
        self, about: About, configuration: type[ConfigurationT], judge: Judge[ConfigurationT]
    ) -> None:
        super().__init__(**about.arguments(configuration.schema_for_engine()))
        self.about = about
        self.configuration = configuration
        self.judgement = _Judgement(about, configuration, judge)

    def validate(self, args: StackValidationArgs, report_violation: ReportViolation) -> None:
        """Judge every resource of the stack."""
        self.judgement.report(args.get_config(), map(Resource.from_stack, args.resources), report_violation)


Rule: TypeAlias = ResourceRule[Any] | StackRule[Any]
