"""A provider's session on a local Railway in the same process, and what a test wants to know of it."""

from __future__ import annotations

import asyncio
import inspect
from collections import Counter
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import httpx

from pulumi_resource_railway.configuration import ProviderInputs
from pulumi_resource_railway.railway.clock import Clock
from pulumi_resource_railway.railway.session import Session
from pulumi_resource_railway.resource import Context
from railway_emulator import Clock as EmulatorClock
from railway_emulator import Emulator, Profile

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

ENDPOINT = "http://127.0.0.1:8790/graphql/v2"


class HurriedClock(Clock):
    """A clock on which waiting passes a hundred times as fast."""

    def __init__(self, speed: float = 100) -> None:
        self.speed = speed
        self.slept = 0.0

    def monotonic(self) -> float:
        return super().monotonic() * self.speed

    async def sleep(self, seconds: float) -> None:
        self.slept += seconds
        await asyncio.sleep(seconds / self.speed)


@dataclass
class Messages:
    """What the engine's display was shown."""

    lines: list[tuple[str, str]] = field(default_factory=list)

    async def __call__(self, severity: str, message: str, urn: str, *, ephemeral: bool) -> None:
        self.lines.append((severity, message))

    @property
    def text(self) -> str:
        return "\n".join(message for _, message in self.lines)


class World:
    """A local Railway, and sessions on it as plugins would open them."""

    def __init__(
        self, directory: Path, profile: str | Profile = "calm", time: EmulatorClock | None = None
    ) -> None:
        self.emulator = Emulator(profile=profile, clock=time)
        self.transport: httpx.AsyncBaseTransport = httpx.ASGITransport(
            self.emulator.app, raise_app_exceptions=False
        )
        self.directory = directory
        self.messages = Messages()
        self.clock = HurriedClock()
        self.session = self.opened()
        self._raw = httpx.AsyncClient(transport=self.transport, base_url="http://127.0.0.1:8790")

    def opened(self, inputs: ProviderInputs | None = None, **options: Any) -> Session:
        return Session.open(
            inputs or ProviderInputs(token=self.emulator.account_token, endpoint=ENDPOINT),
            environment={},
            transport=self.transport,
            clock=self.clock,
            journal_directory=self.directory,
            **options,
        )

    async def restart(self, inputs: ProviderInputs | None = None) -> None:
        """Begin a new run: another plugin process, with nothing but the journal, and perhaps configured anew."""
        await self.session.close()
        self.session = self.opened(inputs)
        self.messages.lines.clear()

    def context(self, name: str = "it", kind: str = "Service", timeout: float = 60) -> Context:
        urn = f"urn:pulumi:test::etally::railway:index:{kind}::{name}"
        return Context(urn, name, timeout, self.session, self.messages)

    async def graphql(self, text: str, **variables: Any) -> dict[str, Any]:
        response = await self._raw.post(
            "/graphql/v2",
            json={"query": text, "variables": variables},
            headers={"Authorization": f"Bearer {self.emulator.account_token}"},
        )
        answer: dict[str, Any] = response.json()
        assert "errors" not in answer, answer
        data: dict[str, Any] = answer["data"]
        return data

    async def faults(self, *faults: dict[str, Any]) -> None:
        response = await self._raw.post("/_local/faults", json=list(faults))
        assert response.status_code < 300, response.text

    async def forget_faults(self) -> None:
        self.emulator.railway.faults.clear()

    async def control(self, what: str, body: dict[str, Any]) -> None:
        response = await self._raw.post(f"/_local/{what}", json=body)
        assert response.status_code < 300, response.text

    async def requests(self) -> list[dict[str, Any]]:
        rows: list[dict[str, Any]] = (await self._raw.get("/_local/requests")).json()
        return rows

    async def counted(self) -> Counter[str]:
        return Counter(row["operation"] for row in await self.requests())

    async def state(self) -> dict[str, Any]:
        response = await self._raw.get(
            "/_local/state",
            params={"reveal": "1"},
            headers={"Authorization": f"Bearer {self.emulator.control_token}"},
        )
        state: dict[str, Any] = response.json()
        return state

    async def deployments(self) -> list[dict[str, Any]]:
        state = await self.state()
        return [
            deployment
            for project in state["projects"]
            for environment in project["environments"]
            for deployment in environment["deployments"]
        ]

    async def until(self, condition: Callable[[], Any]) -> None:
        """Wait until the condition, which may be asynchronous, holds."""
        async with asyncio.timeout(20):
            while True:
                answer = condition()
                if await answer if inspect.isawaitable(answer) else answer:
                    return
                await asyncio.sleep(0.01)

    async def project(self, name: str = "shop") -> tuple[str, str]:
        data = await self.graphql(
            "mutation ($name: String) { projectCreate(input: {name: $name}) { id primaryEnvironmentId } }",
            name=name,
        )
        return data["projectCreate"]["id"], data["projectCreate"]["primaryEnvironmentId"]

    async def close(self) -> None:
        await self.session.close()
        await self._raw.aclose()
