"""Rules as the policy SDK wants them."""

from collections.abc import Iterable, Iterator, Mapping
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
from railway_policies.rule import Configuration, Finding, Rule, Unjudged, Violation


class Judgement:
    """Runs a rule, and keeps the configuration that the engine last gave it.

    The SDK tells a policy its own configuration only, and a violation always has its policy's level: so what
    could not be judged is reported by a policy of its own, at its own level, which asks the rule again. That
    one runs after the rules, in the same request; a disabled rule got no configuration and is not asked.
    """

    def __init__(self, rule: Rule[Any]) -> None:
        self._rule = rule
        self._configuration: Configuration | None = None
        self._told_misconfiguration = False

    def report(self, raw: Mapping[str, Any], resources: Iterable[Resource], report: ReportViolation) -> None:
        """Report what violates the rule, and a configuration that can't be read, so that nothing is judged.

        That is told once, not for each resource: an `up` ends at the first, which is the stack itself.
        """
        try:
            self._configuration = self._rule.configuration.model_validate(dict(raw))
        except ValidationError as problem:
            self._configuration = None
            if not self._told_misconfiguration:
                report(self._misconfigured(problem), None)
            self._told_misconfiguration = True
        for finding in self._findings(resources):
            if isinstance(finding, Violation):
                report(finding.message, finding.resource.urn)

    def report_unjudged(self, resources: Iterable[Resource], report: ReportViolation) -> None:
        """Report what the rule could not judge, in words that begin with its name."""
        for finding in self._findings(resources):
            if isinstance(finding, Unjudged):
                words = f"{self._rule.about.name}: {finding.resource} was not judged: {finding.reason}."
                report(words, finding.resource.urn)

    def _findings(self, resources: Iterable[Resource]) -> Iterator[Finding]:
        if self._configuration is not None:
            for resource in resources:
                yield from self._rule.judge(resource, self._configuration)

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

    def __init__(self, rule: Rule[Any]) -> None:
        super().__init__(**rule.about.arguments(_schema(rule)))
        self.judgement = Judgement(rule)

    def validate(self, args: ResourceValidationArgs, report_violation: ReportViolation) -> None:
        """Judge one resource."""
        resources = [Resource.from_resource_validation(args)]
        self.judgement.report(args.get_config(), resources, report_violation)


class StackPolicy(StackValidationPolicy):
    """A rule that needs the links between resources: it judges the stack as the deployment leaves it."""

    def __init__(self, rule: Rule[Any]) -> None:
        super().__init__(**rule.about.arguments(_schema(rule)))
        self.judgement = Judgement(rule)

    def validate(self, args: StackValidationArgs, report_violation: ReportViolation) -> None:
        """Judge every resource of the stack."""
        resources = [Resource.from_stack(resource) for resource in args.resources]
        self.judgement.report(args.get_config(), resources, report_violation)
