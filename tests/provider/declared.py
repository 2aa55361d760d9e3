"""Values that fit a declaration, for property-based tests."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from hypothesis import strategies as st

from pulumi_resource_railway.declaration import (
    Enumeration,
    ListOf,
    MapOf,
    Object,
    Scalar,
    properties_of,
)

if TYPE_CHECKING:
    from pulumi_resource_railway.declaration import Model, Property, Type

TEXTS = st.text("abc/:. é", max_size=5)
NAMES = st.text("ABC_", min_size=1, max_size=3)


def properties(model: type[Model]) -> st.SearchStrategy[dict[str, Any]]:
    """Properties by their wire names; what may be absent sometimes is."""
    required: dict[str, Any] = {}
    optional: dict[str, Any] = {}
    for name, declared in properties_of(model).items():
        (required if declared.required_in_state else optional)[name] = _values(declared, declared.type)
    return st.fixed_dictionaries(required, optional=optional)


def _values(declared: Property, type_: Type) -> st.SearchStrategy[Any]:
    match type_:
        case Scalar("string"):
            return TEXTS
        case Scalar("boolean"):
            return st.booleans()
        case Scalar("integer"):
            least = declared.minimum if declared.minimum is not None else -(2**53)
            most = declared.maximum if declared.maximum is not None else 2**53
            return st.integers(least, most)
        case Scalar():
            least = declared.minimum if declared.minimum is not None else -1000
            return st.floats(least, least + 1000, allow_nan=False)
        case Enumeration(_, values):
            return st.sampled_from(values)
        case Object(model):
            return properties(model)
        case ListOf(element):
            return st.lists(_values(declared, element), max_size=2)
        case MapOf(element):
            return st.dictionaries(NAMES, _values(declared, element), max_size=2)
