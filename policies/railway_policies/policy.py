"""Rules as the policy SDK wants them."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any

from pulumi_policy import (
    PolicyConfigSchema,
    ReportViolation,
    ResourceValidationArgs,
    ResourceValidationPolicy,
    StackValidationArgs,
    StackValidationPolicy,
)
from pydantic import ValidationError

from railway_policies.resources import Resource
from railway_policies.rule import Configuration, Exemption, Finding, Rule, Unjudged, Violation
from railway_policies.surroundings import Surroundings


class Judgement:
    """Runs a rule, and keeps the configuration that the engine last gave it.

    The SDK tells a policy its own configuration only, and a violation always has its policy's level: so what
    could not be judged, and what is exempt, is reported by policies of their own, at their own level, which
    ask the rule again. They run after the rules, in the same request; a disabled rule got no configuration
    and is not asked.
    """

    def __init__(self, rule: Rule[Any]) -> None:
        self._rule = rule
        self._configuration: Configuration | None = None
        self._told_misconfiguration = False
        self._remedied: set[str] = set()

    def remedied(self, urn: str) -> None:
        """Remember that the rule's remedy has seen a resource."""
        self._remedied.add(urn)

    def read(self, raw: Mapping[str, Any]) -> Configuration:
        """The rule's configuration as the engine gave it. Raises ValidationError if it makes no sense."""
        configuration: Configuration = self._rule.configuration.model_validate(dict(raw))
        return configuration

    def report(self, raw: Mapping[str, Any], resources: Sequence[Resource], report: ReportViolation) -> None:
        """Report what violates the rule, and a configuration that can't be read, so that nothing is judged.

        That is told once, not for each resource: an `up` ends at the first, which is the stack itself.
        """
        try:
            self._configuration = self.read(raw)
        except ValidationError as problem:
            self._configuration = None
            if not self._told_misconfiguration:
                report(self._misconfigured(problem), None)
            self._told_misconfiguration = True
        for finding in self._findings(resources):
            if isinstance(finding, Violation) and not self._is_exempt(finding.resource):
                report(finding.message, finding.resource.urn)
        for resource in resources:
            if expired := self._expired_exemption(resource):
                report(expired, resource.urn)

    def report_unjudged(self, resources: Sequence[Resource], report: ReportViolation) -> None:
        """Report what the rule could not judge, in words that begin with its name."""
        for finding in self._findings(resources):
            if isinstance(finding, Unjudged):
                words = f"{self._rule.about.name}: {finding.resource} was not judged: {finding.reason}."
                report(words, finding.resource.urn)

    def report_exempt(self, resources: Sequence[Resource], report: ReportViolation) -> None:
        """Report each resource that breaks the rule and is exempt from it, and each exemption without use."""
        if self._configuration is None or not self._configuration.exemptions:
            return
        broken = {
            finding.resource.urn for finding in self._findings(resources) if isinstance(finding, Violation)
        }
        for resource in resources:
            exemption = self._exemption_of(resource)
            if exemption is None or not self._is_exempt(resource):
                continue
            until = f"until {exemption.expires.isoformat()}, because: {exemption.reason}"
            fact = (
                f"is exempt {until}" if resource.urn in broken else "keeps the rule, and its exemption can go"
            )
            report(f"{self._rule.about.name}: {resource} {fact}", resource.urn)

    def _findings(self, resources: Iterable[Resource]) -> Iterator[Finding]:
        if self._configuration is not None:
            for resource in resources:
                seen = replace(resource, remedied=True) if resource.urn in self._remedied else resource
                yield from self._rule.judge(seen, self._configuration)

    def _exemption_of(self, resource: Resource) -> Exemption | None:
        return None if self._configuration is None else self._configuration.exemption_of(resource)

    def _is_exempt(self, resource: Resource) -> bool:
        exemption = self._exemption_of(resource)
        return exemption is not None and exemption.expires >= resource.surroundings.today()

    def _expired_exemption(self, resource: Resource) -> str | None:
        exemption = self._exemption_of(resource)
        if exemption is None or self._is_exempt(resource):
            return None
        return (
            f"The exemption of {resource} from this rule ended on {exemption.expires.isoformat()}. Mend the "
            "resource and remove the exemption, or give it a later day and a reason that still holds."
        )

    def _misconfigured(self, problem: ValidationError) -> str:
        known = ", ".join(self._rule.configuration.schema_properties())
        errors = "; ".join(
            f"{'.'.join(map(str, error['loc']))}: {error['msg']}"
            for error in problem.errors(include_input=False)
        )
        return f"Its configuration can't be read, so nothing was judged. {errors}. It knows: {known}."


def _schema(rule: Rule[Any]) -> PolicyConfigSchema:
    return PolicyConfigSchema(rule.configuration.schema_properties())


class ResourcePolicy(ResourceValidationPolicy):
    """A rule on a resource's inputs: it stops the resource before it is created or changed."""

    def __init__(self, rule: Rule[Any], surroundings: Surroundings) -> None:
        super().__init__(**rule.about.arguments(_schema(rule)))
        self.judgement = Judgement(rule)
        self._surroundings = surroundings

    def validate(self, args: ResourceValidationArgs, report_violation: ReportViolation) -> None:
        """Judge one resource."""
        resources = [Resource.from_resource_validation(args, self._surroundings)]
        self.judgement.report(args.get_config(), resources, report_violation)


class RemedyPolicy(ResourcePolicy):
    """A rule that can mend what it finds, where its level is `remediate`."""

    def __init__(self, rule: Rule[Any], surroundings: Surroundings) -> None:
        super().__init__(rule, surroundings)
        self._rule = rule

    def remediate(self, args: ResourceValidationArgs) -> Any:
        """The resource's inputs rewritten; None when there is nothing to mend, or it is exempt."""
        try:
            configuration = self.judgement.read(args.get_config())
        except ValidationError:
            return None  # `validate` says what is wrong with it.
        resource = Resource.from_resource_validation(args, self._surroundings)
        exemption = configuration.exemption_of(resource)
        if self._rule.remedy is None or (exemption and exemption.expires >= self._surroundings.today()):
            return None
        self.judgement.remedied(args.urn)
        return self._rule.remedy(args.resource_type, _with_secrets(args.props), configuration)


def _with_secrets(value: Any) -> Any:
    """What is inside the SDK's mappings and lists, which unwrap the secrets that they hand out."""
    if isinstance(value, Mapping | Sequence) and not isinstance(value, dict | list | str):
        return _with_secrets(value["__target"])  # type: ignore[call-overload]
    if isinstance(value, dict):
        return {key: _with_secrets(member) for key, member in value.items()}
    if isinstance(value, list):
        return [_with_secrets(member) for member in value]
    return value


class StackPolicy(StackValidationPolicy):
    """A rule that needs the links between resources: it judges the stack as the deployment leaves it."""

    def __init__(self, rule: Rule[Any], surroundings: Surroundings) -> None:
        super().__init__(**rule.about.arguments(_schema(rule)))
        self.judgement = Judgement(rule)
        self._surroundings = surroundings

    def validate(self, args: StackValidationArgs, report_violation: ReportViolation) -> None:
        """Judge every resource of the stack."""
        resources = Resource.from_stack(args.resources, self._surroundings)
        self.judgement.report(args.get_config(), resources, report_violation)
