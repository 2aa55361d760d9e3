"""A stack of configuration for the program, without an engine."""

import asyncio
import json
import os
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, Protocol

import pytest
from pulumi.runtime import set_all_config
from pulumi.runtime.mocks import MockCallArgs, MockResourceArgs, Mocks, set_mocks

import settings
from tests.program.graph import LOOP

ROOT = Path(__file__).parents[2]

SECRETS = {
    key.removeprefix("secrets."): f"canary-{position}-" + "0123456789abcdef" * 2
    for position, key in enumerate(
        settings.secret_keys(monitoring_enabled=True, backup_enabled=True, replicated=True, notified=True)
    )
}
SECRETS["notificationUrl"] = f"https://{SECRETS['notificationUrl']}.example.org/"
"""A value of its own for every secret, recognisable wherever it turns up."""


class Nothing(Mocks):
    """A program that makes no resource."""

    def call(self, args: MockCallArgs) -> tuple[dict[str, Any], list[tuple[str, str]] | None]:
        raise NotImplementedError(args.token)

    def new_resource(self, args: MockResourceArgs) -> tuple[str | None, dict[str, Any]]:
        raise NotImplementedError(args.typ)


class Configure(Protocol):
    """Sets a stack's configuration: groups as keywords, over a complete one."""

    def __call__(self, *, encrypted: bool = True, endpoint: str = "", **groups: Any) -> None: ...


_ALWAYS = settings.secret_keys(monitoring_enabled=False)
COMPLETE: Mapping[str, Any] = {
    "domains": {"frontend": "dashboard.etally.example", "storage": "storage.etally.example"},
    "source": {"repository": "organisation/etally"},
    "secrets": {key.removeprefix("secrets."): SECRETS[key.removeprefix("secrets.")] for key in _ALWAYS},
}


@pytest.fixture(autouse=True)
def event_loop() -> Iterator[None]:
    """The thread's event loop, which the SDK takes, and which asynchronous tests may have taken away."""
    asyncio.set_event_loop(LOOP)
    yield
    asyncio.set_event_loop(None)


@pytest.fixture
def configure(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[Configure]:
    """Configuration as the engine hands it to a program; groups that are None are left out."""
    for variable in [name for name in os.environ if name.startswith(("ETALLY_", "PULUMI_CONFIG"))]:
        monkeypatch.delenv(variable)
    monkeypatch.chdir(tmp_path)
    set_mocks(Nothing(), project="etally", stack="production", preview=False)

    def set_configuration(*, encrypted: bool = True, endpoint: str = "", **groups: Any) -> None:
        merged = {**COMPLETE, **groups}
        config = {
            f"etally:{name}": value if isinstance(value, str) else json.dumps(value)
            for name, value in merged.items()
            if value is not None
        }
        if endpoint:
            config["railway:endpoint"] = endpoint
        monkeypatch.setenv("PULUMI_CONFIG", json.dumps(config))
        set_all_config(config, ["etally:secrets"] if encrypted else [])

    yield set_configuration
    set_all_config({}, [])
