from __future__ import annotations

from typing import Any

import pytest
from google.protobuf import struct_pb2
from hypothesis import given, settings
from hypothesis import strategies as st

from pulumi_resource_railway import values
from pulumi_resource_railway.errors import UserError
from pulumi_resource_railway.values import (
    MASK,
    SIGNATURE_KEY,
    UNKNOWN,
    UNKNOWN_SENTINELS,
    Output,
    Secret,
    from_struct,
    reveal,
    secret_texts,
    to_struct,
)

_texts = st.text().filter(lambda text: text not in UNKNOWN_SENTINELS)
_keys = st.text(min_size=1).filter(lambda key: key != SIGNATURE_KEY)
_leaves: st.SearchStrategy[Any] = st.one_of(
    st.booleans(),
    st.integers(-(2**53), 2**53),
    st.floats(allow_nan=False, allow_infinity=False).filter(lambda number: not number.is_integer()),
    _texts,
    st.just(UNKNOWN),
)


def _nested(children: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    return st.one_of(
        st.lists(st.one_of(st.none(), children), max_size=4),
        st.dictionaries(_keys, children, max_size=4),
        children.map(lambda value: value if isinstance(value, Secret) else Secret(value)),
    )


def _with_outputs(children: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    urns = st.lists(st.text(min_size=1), max_size=3).map(tuple)
    return st.one_of(_nested(children), st.builds(Output, children, st.booleans(), urns))


_values = st.recursive(_leaves, _nested, max_leaves=20)
_values_with_outputs = st.recursive(_leaves, _with_outputs, max_leaves=20)


@settings(max_examples=40, deadline=None)
@given(st.dictionaries(_keys, _values, max_size=5))
def test_whatever_goes_out_comes_back(properties: dict[str, Any]) -> None:
    wire = struct_pb2.Struct.FromString(to_struct(properties).SerializeToString())
    assert from_struct(wire) == properties


@settings(max_examples=40, deadline=None)
@given(st.dictionaries(_keys, _values_with_outputs, max_size=5))
def test_outputs_come_back_with_their_dependencies(properties: dict[str, Any]) -> None:
    assert from_struct(to_struct(properties), keep_outputs=True) == properties


@settings(max_examples=40, deadline=None)
@given(st.dictionaries(_keys, _values_with_outputs, max_size=5))
def test_outputs_collapse_to_what_they_hold(properties: dict[str, Any]) -> None:
    assert reveal(from_struct(to_struct(properties))) == reveal(properties)


@settings(max_examples=40, deadline=None)
@given(st.dictionaries(_keys, _values_with_outputs, max_size=5))
def test_no_secret_shows_in_a_representation(properties: dict[str, Any]) -> None:
    hidden = "canary-0f6d"
    shown = repr(
        {**properties, "one": Secret(hidden), "two": Output(Secret({"deep": [hidden]}), secret=False)}
    )
    assert hidden not in shown


@pytest.mark.parametrize("sentinel", sorted(UNKNOWN_SENTINELS))
def test_every_unknown_sentinel_is_understood(sentinel: str) -> None:
    wire = struct_pb2.Struct()
    wire.fields["plain"].string_value = sentinel
    wire.fields["list"].list_value.values.add().string_value = sentinel
    secret = wire.fields["secret"].struct_value
    secret.fields[SIGNATURE_KEY].string_value = values.SECRET_SIGNATURE
    secret.fields["value"].string_value = sentinel
    assert from_struct(wire) == {"plain": UNKNOWN, "list": [UNKNOWN], "secret": Secret(UNKNOWN)}


def test_an_output_without_a_value_is_unknown() -> None:
    wire = struct_pb2.Struct()
    wire.fields["output"].struct_value.fields[SIGNATURE_KEY].string_value = values.OUTPUT_SIGNATURE
    assert from_struct(wire) == {"output": UNKNOWN}


def test_null_and_absent_are_the_same_at_the_top_and_differ_in_a_list() -> None:
    wire = to_struct({"absent": None, "list": [None, 1]})
    assert "absent" not in wire.fields
    assert from_struct(wire) == {"list": [None, 1]}


def test_whole_numbers_come_back_as_whole_numbers() -> None:
    back = from_struct(to_struct({"whole": 3, "float": 3.0, "half": 2.5, "flag": True}))
    assert [type(back[name]) for name in ("whole", "float", "half", "flag")] == [int, int, float, bool]


@pytest.mark.parametrize(
    ("signature", "what"),
    [
        ("c44067f5952c0a294b673a41bacd8c17", "is an asset"),
        ("0def7320c3a5731c473e5ecbe6d01bc7", "is an archive"),
        ("5cf8f73096256a8f31e491e813e4eb8e", "Pass one of its outputs"),
        ("803fd3297a5875dc03ca845dda5d2a98", "is binary data"),
        ("0000", "a kind that this provider doesn't know"),
    ],
)
def test_what_railway_has_no_use_for_is_refused_by_its_path(signature: str, what: str) -> None:
    wire = struct_pb2.Struct()
    wire.fields["source"].struct_value.fields["image"].struct_value.fields[
        SIGNATURE_KEY
    ].string_value = signature
    with pytest.raises(UserError, match=r"^source\.image .*") as refusal:
        from_struct(wire)
    assert what in str(refusal.value)


@pytest.mark.parametrize("value", [float("nan"), float("inf"), object(), {1, 2}])
def test_what_the_wire_cannot_hold_is_refused(value: Any) -> None:
    with pytest.raises(TypeError):
        to_struct({"value": value})


def test_an_unknown_has_no_truth_value() -> None:
    with pytest.raises(TypeError, match="is_unknown"):
        bool(UNKNOWN)


def test_texts_inside_secrets_are_masked_in_messages() -> None:
    properties = {"a": Secret({"b": ["hunter22", 1]}), "c": "plain", "d": Secret("hunter22-longer")}
    texts = secret_texts(properties)
    assert texts == {"hunter22", "hunter22-longer"}
    assert values.redact("hunter22-longer and hunter22 and plain", texts) == f"{MASK} and {MASK} and plain"
    assert values.secret_texts_in(to_struct(properties)) == texts
