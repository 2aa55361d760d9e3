"""Policies that say what the rules left open, and what is exempt from them, at levels of their own."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Final, TypeAlias

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
from railway_policies.surroundings import Surroundings

_OPEN = (
    "Nothing, if the next preview can judge it: it is judged in full as soon as the value is known. Where a "
    "value is unknown for no good reason, make it known: write it in the program or in the configuration, "
    "and pass a resource's own outputs on instead of bare ids."
)
_EXEMPT = (
    "Nothing until the day that is named. Before it, mend the resource and remove the exemption; after it, "
    "the rule is violated."
)

UNJUDGED_IN_RESOURCES: Final = About(
    name="railway-resource-report-unjudged",
    display_name="Resources that could not be judged",
    description="Reports what the rules on single resources could not judge.",
    severity=Severity.LOW,
    remediation_steps=_OPEN,
    tags=("unknown",),
    level=EnforcementLevel.ADVISORY,
)

EXEMPT_IN_RESOURCES: Final = About(
    name="railway-resource-report-exempt",
    display_name="Resources that are exempt",
    description="Reports what is exempt from the rules on single resources, until when and why.",
    severity=Severity.LOW,
    remediation_steps=_EXEMPT,
    tags=("exemption",),
    level=EnforcementLevel.ADVISORY,
)

UNJUDGED_IN_STACK: Final = About(
    name="railway-stack-report-unjudged",
    display_name="Links that could not be judged",
    description="Reports what the rules on the whole stack could not judge.",
    severity=Severity.LOW,
    remediation_steps=_OPEN,
    tags=("unknown",),
    level=EnforcementLevel.ADVISORY,
)

EXEMPT_IN_STACK: Final = About(
    name="railway-stack-report-exempt",
    display_name="Links that are exempt",
    description="Reports what is exempt from the rules on the whole stack, until when and why.",
    severity=Severity.LOW,
    remediation_steps=_EXEMPT,
    tags=("exemption",),
    level=EnforcementLevel.ADVISORY,
)

Ask: TypeAlias = Callable[[Judgement, Sequence[Resource], ReportViolation], None]
"""What to ask a rule for once more: `Judgement.report_unjudged` or `Judgement.report_exempt`."""


@dataclass(frozen=True)
class OnceMore:
    """A question to each of some rules."""

    ask: Ask
    judgements: Sequence[Judgement]
    surroundings: Surroundings

    def report(self, resources: Sequence[Resource], report: ReportViolation) -> None:
        """Report once for each resource, with a line for each rule that has something to say."""
        lines: dict[str | None, list[str]] = {}

        def keep(message: str, urn: str | None = None) -> None:
            lines.setdefault(urn, []).append(message)

        for judgement in self.judgements:
            self.ask(judgement, resources, keep)
        for urn, messages in lines.items():
            report("\n".join(messages), urn)


class ResourceCompanion(ResourceValidationPolicy):
    """Asks each resource rule once more. Has to stand behind them in the pack."""

    def __init__(self, about: About, once_more: OnceMore) -> None:
        super().__init__(**about.arguments(None))
        self._once_more = once_more

    def validate(self, args: ResourceValidationArgs, report_violation: ReportViolation) -> None:
        """Ask each rule again about one resource."""
        resource = Resource.from_resource_validation(args, self._once_more.surroundings)
        self._once_more.report([resource], report_violation)


class StackCompanion(StackValidationPolicy):
    """Asks each stack rule once more. Has to stand behind them in the pack."""

    def __init__(self, about: About, once_more: OnceMore) -> None:
        super().__init__(**about.arguments(None))
        self._once_more = once_more

    def validate(self, args: StackValidationArgs, report_violation: ReportViolation) -> None:
        """Ask each rule again about the stack."""
        resources = Resource.from_stack(args.resources, self._once_more.surroundings)
        self._once_more.report(resources, report_violation)
