"""What holds for all that is declared, whatever its values are."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from pulumi_resource_railway.check import with_defaults
from pulumi_resource_railway.diff import compare
from pulumi_resource_railway.functions import FUNCTIONS
from pulumi_resource_railway.resources import RESOURCES
from pulumi_resource_railway.secretness import keep_secrets, mark_secrets
from pulumi_resource_railway.values import contains_secret, from_struct, reveal, secret_texts, to_struct
from tests.provider.declared import properties

if TYPE_CHECKING:
    from pulumi_resource_railway.declaration import Model

MODELS: list[type[Model]] = [
    *(model for resource in RESOURCES for model in (resource.inputs, resource.outputs)),
    *(model for function in FUNCTIONS for model in (function.arguments, function.result)),
]
every_model = pytest.mark.parametrize("model", MODELS, ids=lambda model: model.__name__)
every_resource = pytest.mark.parametrize("resource", RESOURCES, ids=lambda resource: resource.token)
quickly = settings(max_examples=12, deadline=None, suppress_health_check=[HealthCheck.too_slow])


@every_model
@quickly
@given(data=st.data())
def test_what_is_sent_is_read_as_the_same(model: type[Model], data: st.DataObject) -> None:
    sent = model.from_properties(data.draw(properties(model)))
    wire = to_struct(mark_secrets(model, sent.to_properties()))
    received = from_struct(type(wire).FromString(wire.SerializeToString()))
    assert model.from_properties(reveal(received)) == sent


@every_model
@quickly
@given(data=st.data())
def test_what_is_secret_stays_so(model: type[Model], data: st.DataObject) -> None:
    plain = data.draw(properties(model))
    marked = mark_secrets(model, plain)
    assert reveal(marked) == plain
    assert mark_secrets(model, marked) == marked
    kept = keep_secrets(plain, marked)
    assert secret_texts(kept) == secret_texts(marked)
    assert contains_secret(kept) == contains_secret(marked)


@every_resource
@quickly
@given(data=st.data())
def test_a_difference_is_reported_when_there_is_one(resource: Any, data: st.DataObject) -> None:
    old, new = data.draw(properties(resource.inputs)), data.draw(properties(resource.inputs))
    assert compare(resource, old, mark_secrets(resource.inputs, old)).changes == ()
    if _solid(with_defaults(resource.inputs, old)) == _solid(with_defaults(resource.inputs, new)):
        assert compare(resource, old, new).changes == ()
    for change in compare(resource, old, new).changes:
        assert str(change.path[0]) in {*old, *new}


def _solid(value: Any) -> Any:
    """The value without what is empty, which means the same as what is absent."""
    if isinstance(value, dict):
        return {key: _solid(child) for key, child in value.items() if child not in ({}, [], None)}
    return value
