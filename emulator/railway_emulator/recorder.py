"""What was asked: every GraphQL request since the start or the last reset. Headers are never kept.

Documents and variables are kept as sent, in memory only; `masking` decides what the control API shows.
"""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any


@dataclass
class Request:
    """A GraphQL request; `deployments` are those it caused, also later, through a workflow."""

    time: datetime
    operation: str
    document: str
    variables: dict[str, Any]
    status: int | None = None
    errors: int = 0
    deployments: list[dict[str, str]] = field(default_factory=list)


class Recorder:
    """The requests, and which of them is being answered."""

    def __init__(self) -> None:
        self.requests: list[Request] = []
        self.current: Request | None = None
        self._by_workflow: dict[str, Request] = {}

    def began_workflow(self, workflow_id: str) -> None:
        """Remembers which request a workflow's deployments are due to."""
        if self.current is not None:
            self._by_workflow[workflow_id] = self.current

    def of_workflow(self, workflow_id: str) -> Request | None:
        """Returns the request that began a workflow, if it is still known."""
        return self._by_workflow.get(workflow_id)

    def clear(self) -> None:
        """Forgets all requests."""
        self.requests.clear()
        self._by_workflow.clear()
        self.current = None
