"""The tests on a real account cover every resource; they run rarely, so nothing else would notice a gap."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

from pulumi_resource_railway.resources import RESOURCES

LIVE = Path(__file__).parents[2] / "live"


def covered(source: str) -> dict[str, set[str]]:
    """What is done with each resource: which of its operations are called on an instance that is made on the spot.

    An instance that is handed on, to the helper that refreshes or to the list that is deleted, counts by where it is
    handed to.
    """
    found: dict[str, set[str]] = {}
    for node in ast.walk(ast.parse(source)):
        match node:
            case ast.Call(func=ast.Attribute(value=ast.Call(func=ast.Name(name)), attr=operation)):
                found.setdefault(name, set()).add(operation)
            case ast.Call(func=ast.Name("settled"), args=[_, ast.Call(func=ast.Name(name)), *_]):
                found.setdefault(name, set()).add("read")
            case ast.Tuple(elts=[ast.Call(func=ast.Name(name), args=[]), *_]):
                found.setdefault(name, set()).add("delete")
            case _:
                pass
    return found


@pytest.mark.parametrize("name", [type(resource).__name__ for resource in RESOURCES])
def test_a_resource_is_made_read_and_deleted_on_a_real_account(name: str) -> None:
    source = "\n".join(path.read_text() for path in sorted(LIVE.glob("*.py")))
    assert covered(source).get(name, set()) >= {"create", "read", "delete"}


def test_a_gap_is_noticed() -> None:
    source = """
async def test() -> None:
    made = await Volume().create(context, inputs)
    await settled(account, Volume(), "data", made, inputs)
    for resource, held in [(Bucket(), made)]:
        await resource.delete(context, held)
"""
    assert covered(source) == {"Volume": {"create", "read"}, "Bucket": {"delete"}}
