"""Our subset of the schema against Railway's: every type, field, argument and nullability."""

import pytest
from graphql import (
    GraphQLEnumType,
    GraphQLInputObjectType,
    GraphQLNamedType,
    GraphQLObjectType,
    GraphQLSchema,
    build_schema,
)

from railway_emulator.operations import OPERATIONS
from railway_emulator.schema import load_schema, type_definitions


def differences(ours: GraphQLSchema, theirs: GraphQLSchema) -> list[str]:
    """Returns, a line each, what our schema says otherwise than the official one."""
    found = []
    for name, mine in ours.type_map.items():
        if name.startswith("__"):
            continue
        other = theirs.type_map.get(name)
        if type(other) is not type(mine) or other is None:
            found.append(f"{name}: {type(mine).__name__} isn't {type(other).__name__}")
        else:
            found += _differences_of_type(name, mine, other)
    return found


def _differences_of_type(name: str, mine: GraphQLNamedType, other: GraphQLNamedType) -> list[str]:
    if isinstance(mine, GraphQLEnumType) and isinstance(other, GraphQLEnumType):
        return [] if set(mine.values) == set(other.values) else [f"{name}: other values"]
    if isinstance(mine, GraphQLInputObjectType) and isinstance(other, GraphQLInputObjectType):
        return _differences_of_inputs(name, mine, other)
    if isinstance(mine, GraphQLObjectType) and isinstance(other, GraphQLObjectType):
        return _differences_of_fields(name, mine, other)
    return []


def _differences_of_inputs(
    name: str, mine: GraphQLInputObjectType, other: GraphQLInputObjectType
) -> list[str]:
    found = []
    for key, field in mine.fields.items():
        known = other.fields.get(key)
        if known is None:
            found.append(f"{name}.{key}: isn't Railway's")
        elif (str(known.type), known.default_value) != (str(field.type), field.default_value):
            found.append(f"{name}.{key}: {field.type} isn't {known.type}")
    required = [
        key for key, field in other.fields.items() if str(field.type).endswith("!") and key not in mine.fields
    ]
    return found + [f"{name}.{key}: Railway requires it" for key in required]


def _differences_of_fields(name: str, mine: GraphQLObjectType, other: GraphQLObjectType) -> list[str]:
    found = []
    for key, field in mine.fields.items():
        known = other.fields.get(key)
        if known is None:
            found.append(f"{name}.{key}: isn't Railway's")
            continue
        if str(known.type) != str(field.type):
            found.append(f"{name}.{key}: {field.type} isn't {known.type}")
        if bool(known.deprecation_reason) != bool(field.deprecation_reason):
            found.append(f"{name}.{key}: deprecated in one of the two only")
        ours, theirs = ({k: str(a.type) for k, a in f.args.items()} for f in (field, known))
        if ours != theirs:
            found.append(f"{name}.{key}: takes {ours}, not {theirs}")
    return found


def test_every_type_field_argument_and_nullability_is_railway_s(official: GraphQLSchema) -> None:
    assert differences(load_schema(), official) == []


@pytest.mark.parametrize(
    ("ours", "otherwise"),
    [
        ("volumeId: String!", "volumeId: String"),
        ("verified: Boolean!", "checked: Boolean!"),
        ("serviceDelete(environmentId: String, id: String!)", "serviceDelete(id: String!)"),
        ("  SUCCESS\n", "  SUCCEEDED\n"),
        ("input VolumeUpdateInput {", "input VolumeUpdateInput {\n  sizeMB: Int"),
        ("scalar DateTime", "enum DateTime { NOW }"),
    ],
)
def test_a_difference_is_seen(official: GraphQLSchema, ours: str, otherwise: str) -> None:
    assert ours in type_definitions()
    assert differences(build_schema(type_definitions().replace(ours, otherwise)), official)


def test_every_root_field_has_an_operation() -> None:
    schema = load_schema()
    assert schema.query_type
    assert schema.mutation_type
    assert set(schema.query_type.fields) == set(OPERATIONS.queries)
    assert set(schema.mutation_type.fields) == set(OPERATIONS.mutations)
