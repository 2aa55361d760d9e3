"""A session on a real account, in a project of its own, with a budget of requests.

Without RAILWAY_LIVE_TOKEN nothing is sent and every test is skipped. With it, a run makes one project, whose
name begins with `pulumi-provider-live-`, and removes it at the end, also after a failure.
"""

from __future__ import annotations

import os
import secrets
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import httpx
import pytest

from pulumi_resource_railway.configuration import ProviderInputs
from pulumi_resource_railway.railway.session import Session
from pulumi_resource_railway.resource import Context
from pulumi_resource_railway.resources.project import Project, ProjectInputs

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from pulumi_resource_railway.resources.project import ProjectOutputs

TOKEN_VARIABLE = "RAILWAY_LIVE_TOKEN"
BUDGET_VARIABLE = "RAILWAY_LIVE_BUDGET"
DEFAULT_BUDGET = 400
PREFIX = "pulumi-provider-live-"


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    if not os.environ.get(TOKEN_VARIABLE):
        terminalreporter.write_line(
            f"Nothing was sent: set {TOKEN_VARIABLE} to a token of a Railway account to run these tests on "
            "it. "
            "They make a project of their own and remove it; what runs in it meanwhile costs a few cents."
        )


class Budget(httpx.AsyncBaseTransport):
    """Passes requests on until there are too many: a defect must not use up an account's allowance."""

    def __init__(self, most: int) -> None:
        self.most = most
        self.sent = 0
        self._inner = httpx.AsyncHTTPTransport()

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        if self.sent >= self.most:
            pytest.fail(
                f"The budget of {self.most} requests is used up; raise {BUDGET_VARIABLE} if that is right."
            )
        self.sent += 1
        return await self._inner.handle_async_request(request)

    async def aclose(self) -> None:
        await self._inner.aclose()


@dataclass
class Account:
    """The project that the tests may do anything in."""

    session: Session
    budget: Budget
    project_id: str
    project: ProjectOutputs
    messages: list[str] = field(default_factory=list)

    def context(self, name: str, kind: str = "Service") -> Context:
        urn = f"urn:pulumi:live::live::railway:index:{kind}::{self.project.name}-{name}"
        return Context(urn, name, 900, self.session, self._show)

    async def _show(self, severity: str, message: str, urn: str, *, ephemeral: bool) -> None:
        self.messages.append(message)

    @property
    def environment(self) -> dict[str, Any]:
        return {"project_id": self.project_id, "environment_id": self.project.default_environment_id}


@pytest.fixture(scope="module")
def anyio_backend() -> str:
    return "asyncio"


@pytest.fixture(scope="module")
async def account(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Account]:
    token = os.environ.get(TOKEN_VARIABLE)
    if not token:
        pytest.skip(f"{TOKEN_VARIABLE} isn't set")
    budget = Budget(int(os.environ.get(BUDGET_VARIABLE, DEFAULT_BUDGET)))
    session = Session.open(
        ProviderInputs(token=token, endpoint=os.environ.get("RAILWAY_LIVE_ENDPOINT")),
        environment={},
        transport=budget,
        journal_directory=tmp_path_factory.mktemp("journal"),
    )
    inputs = ProjectInputs(
        name=f"{PREFIX}{secrets.token_hex(4)}",
        description="Made by the tests of a Pulumi provider; may be deleted at any time.",
        workspace_id=os.environ.get("RAILWAY_LIVE_WORKSPACE"),
    )

    async def unheard(severity: str, message: str, urn: str, *, ephemeral: bool) -> None:
        """Show nothing."""

    context = Context("urn:pulumi:live::live::railway:index:Project::live", "live", 600, session, unheard)
    created = await Project().create(context, inputs)
    try:
        yield Account(session, budget, created.id, created.outputs)
    finally:
        budget.most += 50
        await Project().delete(context, created.id, created.outputs)
        await session.close()
