from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.provider.resources.cases import Place
from tests.provider.resources.harness import World

if TYPE_CHECKING:
    from collections.abc import AsyncIterator
    from pathlib import Path


@pytest.fixture
def anyio_backend() -> str:
    return "asyncio"


@pytest.fixture
async def world(tmp_path: Path) -> AsyncIterator[World]:
    world = World(tmp_path / "journal")
    yield world
    await world.close()


@pytest.fixture
async def place(world: World) -> Place:
    """A project and its environment, with nothing in them."""
    return Place(*await world.project())
