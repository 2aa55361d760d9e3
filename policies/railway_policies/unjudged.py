"""Says what the rules could not judge, at a level of its own."""

from collections.abc import Sequence
from typing import Final

from pulumi_policy import (
    EnforcementLevel,
    ReportViolation,
    ResourceValidationArgs,
    ResourceValidationPolicy,
    Severity,
    StackValidationArgs,
    StackValidationPolicy,
)

from railway_policies.policy import Judgement
from railway_policies.resources import Resource
from railway_policies.rule import About

_STEPS = (
    "Nothing, if the next preview can judge it: it is judged in full as soon as the value is known. Where a "
    "value is unknown for no good reason, make it known: write it in the program or in the configuration, "
    "and pass a resource's own outputs on instead of bare ids."
)

IN_RESOURCES: Final = About(
    name="railway-resource-report-unjudged",
    display_name="Resources that could not be judged",
    description="Reports what the rules on single resources could not judge.",
    severity=Severity.LOW,
    remediation_steps=_STEPS,
    tags=("unknown",),
    level=EnforcementLevel.ADVISORY,
)

IN_STACK: Final = About(
    name="railway-stack-report-unjudged",
    display_name="Links that could not be judged",
    description="Reports what the rules on the whole stack could not judge.",
    severity=Severity.LOW,
    remediation_steps=_STEPS,
    tags=("unknown",),
    level=EnforcementLevel.ADVISORY,
)


class UnjudgedInResources(ResourceValidationPolicy):
    """Reports what the resource rules could not judge. Has to stand behind them in the pack."""

    def __init__(self, judgements: Sequence[Judgement]) -> None:
        super().__init__(**IN_RESOURCES.arguments(None))
        self._judgements = judgements

    def validate(self, args: ResourceValidationArgs, report_violation: ReportViolation) -> None:
        """Ask each rule again, for what it left open."""
        resource = Resource.from_resource_validation(args)
        for judgement in self._judgements:
            judgement.report_unjudged([resource], report_violation)


class UnjudgedInStack(StackValidationPolicy):
    """Reports what the stack rules could not judge. Has to stand behind them in the pack."""

    def __init__(self, judgements: Sequence[Judgement]) -> None:
        super().__init__(**IN_STACK.arguments(None))
        self._judgements = judgements

    def validate(self, args: StackValidationArgs, report_violation: ReportViolation) -> None:
        """Ask each rule again, for what it left open."""
        resources = [Resource.from_stack(resource) for resource in args.resources]
        for judgement in self._judgements:
            judgement.report_unjudged(resources, report_violation)
