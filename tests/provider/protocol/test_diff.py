from __future__ import annotations

from typing import TYPE_CHECKING, Any

import grpc
import grpc.aio
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pulumi.runtime.proto import provider_pb2

from pulumi_resource_railway.diff import compare
from pulumi_resource_railway.paths import is_within, parse, render
from pulumi_resource_railway.values import UNKNOWN, Secret
from tests.provider.protocol.fakes import Box

if TYPE_CHECKING:
    from tests.provider.protocol.client import Client

pytestmark = pytest.mark.anyio

KIND = provider_pb2.PropertyDiff
OLD: dict[str, Any] = {
    "shelfId": "s",
    "name": "crate",
    "fragile": False,
    "allowReplace": False,
    "settings": {"timeout": 5, "policy": "NEVER"},
    "variables": {"A": "1", "B": Secret("2")},
    "mounts": [{"volumeId": "v", "mountPath": "/data"}],
    "tags": ["x", "y"],
}


def detailed(answer: provider_pb2.DiffResponse) -> dict[str, str]:
    return {path: KIND.Kind.Name(change.kind) for path, change in answer.detailedDiff.items()}


async def test_the_same_is_no_change(provider: Client) -> None:
    answer = await provider.diff(OLD, OLD)
    assert answer.changes == provider_pb2.DiffResponse.DIFF_NONE
    assert not answer.detailedDiff
    assert not answer.deleteBeforeReplace


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        ({"size": 3}, {"size": "ADD"}),
        ({"fragile": True}, {"fragile": "UPDATE"}),
        ({"settings": {"timeout": 6, "policy": "NEVER"}}, {"settings.timeout": "UPDATE"}),
        ({"settings": {"policy": "NEVER"}}, {"settings.timeout": "DELETE"}),
        ({"settings": None}, {"settings": "DELETE"}),
        ({"variables": {"A": "1", "B": "2"}}, {}),
        (
            {"variables": {"A": "2", "B": "2", "C.D": "3"}},
            {"variables.A": "UPDATE", 'variables["C.D"]': "ADD"},
        ),
        ({"variables": {"A": "1"}}, {"variables.B": "DELETE"}),
        ({"variables": {"A": UNKNOWN, "B": "2"}}, {"variables.A": "UPDATE"}),
        ({"variables": Secret({"A": "1", "B": "2"})}, {}),
        ({"mounts": [{"volumeId": "w", "mountPath": "/data"}]}, {"mounts[0].volumeId": "UPDATE"}),
        ({"mounts": []}, {"mounts[0]": "DELETE"}),
        ({"tags": ["x", "z", "w"]}, {"tags[1]": "UPDATE", "tags[2]": "ADD"}),
        ({"tags": UNKNOWN}, {"tags": "UPDATE"}),
        ({"shelfId": "t"}, {"shelfId": "UPDATE_REPLACE"}),
    ],
    ids=str,
)
async def test_each_difference_has_its_path(
    provider: Client, change: dict[str, Any], expected: dict[str, str]
) -> None:
    new = {**OLD, **change, "allowReplace": False}
    old = {**OLD, "mounts": OLD["mounts"]} if "shelfId" not in change else {**OLD, "mounts": None}
    if "shelfId" in change:
        new["mounts"] = None
    answer = await provider.diff(old, new)
    assert detailed(answer) == expected
    assert (answer.changes == provider_pb2.DiffResponse.DIFF_SOME) is bool(expected)
    assert all(change.inputDiff for change in answer.detailedDiff.values())


async def test_only_what_cannot_change_replaces(provider: Client) -> None:
    old = {**OLD, "mounts": None}
    answer = await provider.diff(old, {**old, "shelfId": "t", "name": "other"})
    assert list(answer.replaces) == ["shelfId"]
    assert answer.deleteBeforeReplace
    assert list(answer.diffs) == ["shelfId", "name"]


async def test_an_unknown_that_cannot_change_in_place_replaces(provider: Client) -> None:
    old = {**OLD, "mounts": None}
    answer = await provider.diff(old, {**old, "shelfId": UNKNOWN})
    assert list(answer.replaces) == ["shelfId"]


async def test_a_replacement_that_must_not_be_is_an_error(provider: Client) -> None:
    with pytest.raises(grpc.aio.AioRpcError) as refusal:
        await provider.diff(OLD, {**OLD, "shelfId": UNKNOWN})
    assert refusal.value.code() == grpc.StatusCode.FAILED_PRECONDITION
    assert refusal.value.details() == (
        "railway:index:Box crate: shelfId can't change while the box holds something; set allowReplace to true."
    )
    answer = await provider.diff(OLD, {**OLD, "shelfId": UNKNOWN, "allowReplace": True})
    assert list(answer.replaces) == ["shelfId"]


@pytest.mark.parametrize(
    ("ignore", "left"),
    [
        (("variables",), {"settings.timeout"}),
        (("variables.A", 'variables["C.D"]'), {"settings.timeout"}),
        (("variables[*]",), {"settings.timeout"}),
        (("settings",), {"variables.A", 'variables["C.D"]'}),
        (("*",), set()),
        (("settings[",), {"settings.timeout", "variables.A", 'variables["C.D"]'}),
    ],
    ids=lambda value: ",".join(sorted(value)) or "nothing",
)
async def test_what_is_ignored_is_no_difference(
    provider: Client, ignore: tuple[str, ...], left: set[str]
) -> None:
    new = {
        **OLD,
        "settings": {"timeout": 6, "policy": "NEVER"},
        "variables": {"A": "2", "B": "2", "C.D": "3"},
    }
    answer = await provider.diff(OLD, new, ignore=ignore)
    assert set(answer.detailedDiff) == left


async def test_outputs_that_stay_are_named(provider: Client) -> None:
    answer = await provider.diff(OLD, {**OLD, "size": 3})
    assert {"shelfId", "name", "label", "serial", "key"} <= set(answer.stables)
    assert "size" not in answer.stables
    answer = await provider.diff(OLD, {**OLD, "name": "other"})
    assert "label" not in answer.stables
    assert "serial" in answer.stables


async def test_what_another_version_recorded_is_no_difference(provider: Client) -> None:
    older = {name: value for name, value in OLD.items() if name not in {"fragile", "allowReplace"}}
    answer = await provider.diff({**older, "gone": "property", "__defaults": []}, OLD)
    assert answer.changes == provider_pb2.DiffResponse.DIFF_NONE


@pytest.mark.parametrize(
    ("old", "recorded", "new", "expected"),
    [
        ("acme", "acme", None, {}),
        (None, "acme", "acme", {}),
        (None, "acme", "other", {"maker": "UPDATE_REPLACE"}),
        ("acme", "acme", "other", {"maker": "UPDATE_REPLACE"}),
        (None, None, "acme", {"maker": "ADD_REPLACE"}),
        (None, None, None, {}),
    ],
)
async def test_what_was_left_to_railway_is_no_reason_to_replace(
    provider: Client, old: str | None, recorded: str | None, new: str | None, expected: dict[str, str]
) -> None:
    base = {**OLD, "mounts": None}
    answer = await provider.diff(
        {**base, "maker": old}, {**base, "maker": new}, olds={**base, "maker": recorded}
    )
    assert detailed(answer) == expected


async def test_what_is_left_to_railway_changes_only_when_it_is_given(provider: Client) -> None:
    assert detailed(await provider.diff({**OLD, "colour": "red"}, OLD)) == {}
    assert detailed(await provider.diff(OLD, {**OLD, "colour": "red"}, olds={**OLD, "colour": "red"})) == {}
    assert detailed(await provider.diff(OLD, {**OLD, "colour": "red"})) == {"colour": "ADD"}


async def test_an_engine_without_old_inputs_compares_with_the_outputs(provider: Client) -> None:
    answer = await provider.diff({}, {**OLD, "size": 3}, olds={**OLD, "label": "x", "serial": 1})
    assert detailed(answer) == {"size": "ADD"}


async def test_empty_and_absent_are_the_same(provider: Client) -> None:
    old = {**OLD, "tags": None, "variables": {}}
    answer = await provider.diff(old, {**old, "tags": [], "variables": None})
    assert answer.changes == provider_pb2.DiffResponse.DIFF_NONE


_steps = st.one_of(st.text(min_size=1), st.integers(0, 99))


@settings(max_examples=60, deadline=None)
@given(st.text("abc_$", min_size=1), st.lists(_steps, max_size=4))
def test_a_rendered_path_reads_back(first: str, rest: list[str | int]) -> None:
    path = (first, *rest)
    assert parse(render(path)) == path
    assert is_within(path, [path])


_variables = st.dictionaries(st.sampled_from("ABC"), st.sampled_from(["1", "2", UNKNOWN]), max_size=3)


@settings(max_examples=60, deadline=None)
@given(_variables.filter(lambda found: UNKNOWN not in found.values()), _variables)
def test_a_difference_is_found_exactly_where_there_is_one(old: dict[str, Any], new: dict[str, Any]) -> None:
    difference = compare(Box(), {"shelfId": "s", "variables": old}, {"shelfId": "s", "variables": new})
    different = {key for key in old | new if new.get(key) is UNKNOWN or old.get(key) != new.get(key)}
    assert {
        change.path[-1] for change in difference.changes if change.path[0] == "variables"
    } == different or (not old or not new)
