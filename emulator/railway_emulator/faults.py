"""Declared misfortune: what goes wrong, how often, and for whom. The control API takes a list of these.

A fault of an operation refuses it, delays it, answers with an HTTP status, or loses the answer after the
change was made. A fault of a deployment gives the next deployment of a service another ending.
"""

import json
from typing import Any

from pydantic import BaseModel, ConfigDict, Field, model_validator
from pydantic.alias_generators import to_camel


class _Fault(BaseModel):
    model_config = ConfigDict(extra="forbid", alias_generator=to_camel, populate_by_name=True)

    times: int = Field(default=1, ge=1)

    def used_up(self) -> bool:
        """Counts one use down and says whether it was the last."""
        self.times -= 1
        return self.times <= 0


class OperationFault(_Fault):
    """`operation` is the name of a root field, `matching` a piece of the request's variables as JSON."""

    operation: str
    matching: str = ""
    error: str | None = None
    status: int | None = Field(default=None, ge=400, le=599)
    retry_after: int | None = None
    delay_seconds: float = 0
    lose_answer: bool = False
    workflow_error: str | None = None

    @model_validator(mode="after")
    def _does_something(self) -> "OperationFault":
        if not any((self.error, self.status, self.delay_seconds, self.lose_answer, self.workflow_error)):
            raise ValueError("give one of error, status, delaySeconds, loseAnswer, workflowError")
        return self


class DeploymentFault(_Fault):
    """`outcome` is the last status, or STUCK (stays INITIALIZING) or NONE (no deployment is made)."""

    deployment: str
    outcome: str = "SUCCESS"
    log: list[str] = Field(default_factory=list)
    stage: str | None = Field(default=None, pattern="^(build|deploy)$")
    seconds_per_state: float | None = None


class Faults:
    """The faults that are still to happen, in the order they were declared."""

    def __init__(self) -> None:
        self._operations: list[OperationFault] = []
        self._deployments: list[DeploymentFault] = []

    def declare(self, declared: list[dict[str, Any]]) -> None:
        """Adds faults, all or none; raises pydantic's `ValidationError` for a malformed one."""
        operations = [OperationFault.model_validate(fault) for fault in declared if "deployment" not in fault]
        deployments = [DeploymentFault.model_validate(fault) for fault in declared if "deployment" in fault]
        self._operations += operations
        self._deployments += deployments

    def of_request(self, operations: list[str], variables: dict[str, Any]) -> list[OperationFault]:
        """Takes the first matching fault of each of a request's root fields."""
        texts = [json.dumps(variables, ensure_ascii=False, separators=s) for s in ((", ", ": "), (",", ":"))]
        taken = []
        for operation in operations:
            fault = next(
                (
                    f
                    for f in self._operations
                    if f.operation == operation and any(f.matching in t for t in texts)
                ),
                None,
            )
            if fault is not None:
                taken.append(fault.model_copy())
                if fault.used_up():
                    self._operations.remove(fault)
        return taken

    def of_deployment(self, service_name: str) -> DeploymentFault | None:
        """Takes the first fault declared for a service's deployments."""
        fault = next((f for f in self._deployments if f.deployment == service_name), None)
        if fault is not None and fault.used_up():
            self._deployments.remove(fault)
        return fault

    def pending(self) -> list[dict[str, Any]]:
        """Returns what is still to happen, as it was declared."""
        faults: list[OperationFault | DeploymentFault] = [*self._operations, *self._deployments]
        return [fault.model_dump(by_alias=True, exclude_defaults=True) for fault in faults]

    def clear(self) -> None:
        """Forgets all faults."""
        self._operations.clear()
        self._deployments.clear()
