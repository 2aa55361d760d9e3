from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pulumi_resource_railway.railway.configuration import same
from pulumi_resource_railway.railway.patches import applied, conflicting, difference, merged, missing

KEYS = st.sampled_from("abcd")
LEAVES = (
    st.none()
    | st.booleans()
    | st.integers(-3, 3)
    | st.text("xy", max_size=2)
    | st.lists(st.integers(0, 2), max_size=2)
)


def documents(*, nulls: bool) -> st.SearchStrategy[dict[str, Any]]:
    leaves = LEAVES if nulls else LEAVES.filter(lambda leaf: leaf is not None)
    return st.dictionaries(
        KEYS, st.recursive(leaves, lambda inner: st.dictionaries(KEYS, inner, max_size=3)), max_size=4
    )


def strictly_equal(one: object, other: object) -> bool:
    """Equal, and 0 isn't False: to Railway they are different values."""
    if isinstance(one, dict) and isinstance(other, dict):
        return one.keys() == other.keys() and all(strictly_equal(one[key], other[key]) for key in one)
    return type(one) is type(other) and one == other


@given(documents(nulls=False), documents(nulls=False))
def test_the_difference_leads_from_one_document_to_the_other(
    before: dict[str, Any], after: dict[str, Any]
) -> None:
    assert strictly_equal(applied(before, difference(before, after)), after)


@given(documents(nulls=False))
def test_there_is_no_difference_to_itself(document: dict[str, Any]) -> None:
    assert difference(document, document) == {}


@given(documents(nulls=False), documents(nulls=False))
def test_the_difference_holds_only_what_is_different(before: dict[str, Any], after: dict[str, Any]) -> None:
    unchanged = [key for key in before if key in after and strictly_equal(before[key], after[key])]
    assert not set(unchanged) & difference(before, after).keys()


@given(documents(nulls=False), documents(nulls=True), documents(nulls=True))
def test_merged_patches_do_what_both_do(
    document: dict[str, Any], one: dict[str, Any], other: dict[str, Any]
) -> None:
    if not conflicting(one, other):
        assert strictly_equal(applied(document, merged(one, other)), applied(applied(document, one), other))


@given(documents(nulls=False), documents(nulls=False))
def test_an_applied_patch_is_not_missing(before: dict[str, Any], after: dict[str, Any]) -> None:
    patch = difference(before, after)
    assert missing(patch, applied(before, patch), lambda _path, wanted, present: wanted == present) == []


@pytest.mark.parametrize(
    ("patch", "document", "expected"),
    [
        ({"a": {"b": 1}}, {}, ["a.b"]),
        ({"a": {"b": 1}}, {"a": {"b": 2}}, ["a.b"]),
        ({"a": {"isCreated": True}}, {}, ["a"]),
        ({"a": {"isCreated": True}}, {"a": {"deploy": {}}}, []),
        ({"a": {"isDeleted": True}}, {"a": {"deploy": {}}}, ["a"]),
        ({"a": {"isDeleted": True}}, {}, []),
        ({"deploy": {"preDeployCommand": ["m"]}}, {"deploy": {"preDeployCommand": "m"}}, []),
        ({"deploy": {"restartPolicyType": None}}, {"deploy": {"restartPolicyType": "ON_FAILURE"}}, []),
        (
            {"deploy": {"restartPolicyType": None}},
            {"deploy": {"restartPolicyType": "NEVER"}},
            ["deploy.restartPolicyType"],
        ),
        ({"variables": {"K": {"value": "v"}}}, {"variables": {"K": {"value": None, "isSealed": True}}}, []),
        ({"variables": {"K": {"value": "v"}}}, {"variables": {"K": {"value": "w"}}}, ["variables.K.value"]),
        ({"variables": {"K": {"value": "v"}}}, {"variables": {}}, ["variables.K"]),
        ({"sharedVariables": {"K": {"value": ""}}}, {}, ["sharedVariables.K"]),
        ({"tcpProxies": {"5432": {}}}, {"tcpProxies": {}}, ["tcpProxies.5432"]),
        ({"tcpProxies": {"5432": {}}}, {"tcpProxies": {"5432": {}}}, []),
        (
            {"m": {"backupSchedules": ["DAILY", "WEEKLY"]}},
            {"m": {"backupSchedules": ["WEEKLY", "DAILY"]}},
            [],
        ),
    ],
)
def test_missing_knows_what_railway_writes_in_another_form(
    patch: dict[str, Any], document: dict[str, Any], expected: list[str]
) -> None:
    assert missing(patch, document, same) == expected
