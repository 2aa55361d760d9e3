"""The one declaration of each property, from which schema, Check, Diff and marshalling derive.

A resource declares its inputs and its outputs as models:

    class VolumeInputs(Model):
        project_id: str = field(doc="The project.", immutable=True)
        name: str = field(doc="The volume's name.", auto_name=True)
        size_mb: int | None = field(doc="Size in megabytes.", default=None)

    class VolumeOutputs(VolumeInputs):
        state: str = field(doc="…", follows=("sizeMb",))

Attributes are written in snake_case here and in camelCase on the wire. A property's type is one of `str`,
`int`, `float`, `bool`, a `Literal` of texts, another `Model`, `list[…]`, `dict[str, …]`, or any of
these `| None`.
"""

from __future__ import annotations

import types
import typing
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING, Any, Final, Literal, Self, Union, get_args, get_origin

from pydantic import BaseModel, ConfigDict, Field, TypeAdapter
from pydantic.alias_generators import to_camel, to_pascal

if TYPE_CHECKING:
    from collections.abc import Mapping

    from pydantic.fields import FieldInfo

_TRAITS: Final = "traits"
_REQUIRED: Final[Any] = ...


@dataclass(frozen=True)
class Traits:
    """What a declaration says about a property beyond its type.

    Attributes:
        doc: What the property means, for people; becomes the SDK's documentation.
        immutable: Railway can't change it; another value replaces the resource.
        secret: Always a secret, in inputs, outputs and state.
        auto_name: The resource's logical name when absent.
        follows: For an output: the inputs (camelCase) whose change can change it. Every other output is known
            to stay as it is during an update, so previews show dependents what they will really see.
        enum_name: The name of the enumeration in the SDK, for a `Literal`.
        secret_by_look: For a map of texts: a value whose name or form looks like a secret becomes one.
        left_to_railway: Left out, Railway chooses it, and whatever it chose is what was asked for: leaving it
            out of the program later changes nothing. Every immutable property that may be absent is so.
    """

    doc: str
    immutable: bool = False
    secret: bool = False
    auto_name: bool = False
    follows: tuple[str, ...] = ()
    enum_name: str | None = None
    secret_by_look: bool = False
    left_to_railway: bool = False


def field(
    *,
    doc: str,
    default: Any = _REQUIRED,
    immutable: bool = False,
    secret: bool = False,
    auto_name: bool = False,
    follows: tuple[str, ...] = (),
    enum_name: str | None = None,
    secret_by_look: bool = False,
    left_to_railway: bool = False,
    ge: int | None = None,
    le: int | None = None,
    pattern: str | None = None,
) -> Any:
    """Declare a property; see `Traits`.

    Args:
        doc: See `Traits`.
        default: What an absent input becomes in Check. `None` makes the property optional.
        immutable: See `Traits`.
        secret: See `Traits`.
        auto_name: See `Traits`.
        follows: See `Traits`.
        enum_name: See `Traits`.
        secret_by_look: See `Traits`.
        left_to_railway: See `Traits`.
        ge: The least number that Railway takes.
        le: The greatest number that Railway takes.
        pattern: A regular expression that the text must match.
    """
    traits = Traits(doc, immutable, secret, auto_name, follows, enum_name, secret_by_look, left_to_railway)
    return Field(
        default=default,
        description=doc,
        ge=ge,
        le=le,
        pattern=pattern,
        json_schema_extra={_TRAITS: typing.cast("Any", traits)},
    )


class Model(BaseModel):
    """A group of properties: a resource's inputs, its outputs, or an object within them."""

    model_config = ConfigDict(
        alias_generator=to_camel,
        populate_by_name=True,
        extra="forbid",
        frozen=True,
        strict=True,
        hide_input_in_errors=True,
    )

    @classmethod
    def from_properties(cls, properties: Mapping[str, Any]) -> Self:
        """Return the model of plain properties by their wire names; what it doesn't declare is left out.

        Raises:
            pydantic.ValidationError: When a declared property has another type; it never shows the value.
        """
        return cls.model_validate(_known(cls, properties))

    @classmethod
    def from_state(cls, properties: Mapping[str, Any]) -> Self:
        """Return the model of recorded properties; what the record lacks is its default, else None.

        A record is incomplete when its operation failed halfway, or when an older version wrote it.

        Raises:
            pydantic.ValidationError: When a recorded property has another type; it never shows the value.
        """
        known = _known(cls, properties)
        declared = properties_of(cls)
        if all(name in known or not property_.required_in_state for name, property_ in declared.items()):
            return cls.model_validate(known)
        hints = typing.get_type_hints(cls)
        incomplete = cls.model_construct(
            **{
                property_.attribute: TypeAdapter(hints[property_.attribute]).validate_python(
                    known[name], strict=True
                )
                if name in known
                else property_.default
                for name, property_ in declared.items()
            }
        )
        return typing.cast("Self", incomplete)

    def to_properties(self) -> dict[str, Any]:
        """Return the properties by their wire names, without those that are absent."""
        return self.model_dump(mode="json", by_alias=True, exclude_none=True)


@dataclass(frozen=True)
class Scalar:
    """A text, a number or a flag."""

    type: Literal["string", "integer", "number", "boolean"]


@dataclass(frozen=True)
class Enumeration:
    """One of some texts."""

    name: str
    values: tuple[str, ...]


@dataclass(frozen=True)
class Object:
    """A nested model."""

    model: type[Model]


@dataclass(frozen=True)
class ListOf:
    """A list whose elements have one type."""

    element: Type


@dataclass(frozen=True)
class MapOf:
    """A map from texts to values of one type."""

    element: Type


Type = Scalar | Enumeration | Object | ListOf | MapOf


@dataclass(frozen=True)
class Property:
    """A declared property, as schema, Check and Diff see it.

    Attributes:
        name: The wire name, in camelCase.
        attribute: The attribute of the model, in snake_case.
        type: Its type without `| None`.
        nullable: Whether its value may be absent after Check.
        required: Whether a program must give it.
        default: What an absent input becomes; `None` when there is no default.
        traits: See `Traits`.
        minimum: The least number allowed.
        maximum: The greatest number allowed.
        pattern: A regular expression that the text must match.
    """

    name: str
    attribute: str
    type: Type
    nullable: bool
    required: bool
    default: Any
    traits: Traits
    minimum: int | None
    maximum: int | None
    pattern: str | None

    @property
    def required_in_state(self) -> bool:
        """Whether a complete record holds it."""
        return not self.nullable and self.default is None


@cache
def properties_of(model: type[Model]) -> Mapping[str, Property]:
    """Return the declared properties of a model by their wire names, in the order of declaration."""
    hints = typing.get_type_hints(model)
    found = {name: _property(model, name, info, hints[name]) for name, info in model.model_fields.items()}
    return types.MappingProxyType({declared.name: declared for declared in found.values()})


def type_name(model: type[Model]) -> str:
    """Return the name that a nested model has in schema and SDK: the class's own."""
    return model.__name__


def _property(model: type[Model], attribute: str, info: FieldInfo, hint: Any) -> Property:
    extra = info.json_schema_extra
    if not isinstance(extra, dict) or not isinstance(extra.get(_TRAITS), Traits):
        message = f"{model.__name__}.{attribute} isn't declared with field(doc=…)."
        raise TypeError(message)
    traits = typing.cast("Traits", extra[_TRAITS])
    bare, nullable = _without_none(hint)
    has_default = not info.is_required()
    limits = {type(item).__name__: item for item in info.metadata}
    return Property(
        name=info.alias or to_camel(attribute),
        attribute=attribute,
        type=_type(model, attribute, bare, traits),
        nullable=nullable,
        required=not has_default and not nullable and not traits.auto_name,
        default=info.default if has_default else None,
        traits=traits,
        minimum=getattr(limits.get("Ge"), "ge", None),
        maximum=getattr(limits.get("Le"), "le", None),
        pattern=next((item.pattern for item in info.metadata if getattr(item, "pattern", None)), None),
    )


def _without_none(hint: Any) -> tuple[Any, bool]:
    if get_origin(hint) in {Union, types.UnionType}:
        rest = [option for option in get_args(hint) if option is not type(None)]
        if len(rest) == 1 and len(rest) < len(get_args(hint)):
            return rest[0], True
    return hint, False


_SCALARS: Final[Mapping[Any, Scalar]] = {
    str: Scalar("string"),
    int: Scalar("integer"),
    float: Scalar("number"),
    bool: Scalar("boolean"),
}


def _type(model: type[Model], attribute: str, hint: Any, traits: Traits) -> Type:
    if hint in _SCALARS:
        return _SCALARS[hint]
    if isinstance(hint, type) and issubclass(hint, Model):
        return Object(hint)
    origin, arguments = get_origin(hint), get_args(hint)
    if origin is Literal:
        owner = model.__name__.removesuffix("Inputs").removesuffix("Outputs")
        return Enumeration(traits.enum_name or f"{owner}{to_pascal(attribute)}", tuple(map(str, arguments)))
    if origin is list:
        return ListOf(_type(model, attribute, arguments[0], traits))
    if origin is dict and arguments[0] is str:
        return MapOf(_type(model, attribute, arguments[1], traits))
    message = f"{model.__name__}.{attribute} has a type that Pulumi's schema can't express: {hint!r}."
    raise TypeError(message)


def _known(model: type[Model], properties: Mapping[str, Any]) -> dict[str, Any]:
    """Leave out what the model doesn't declare: state written by another version may hold it."""
    return {
        name: _known_value(declared.type, properties[name])
        for name, declared in properties_of(model).items()
        if properties.get(name) is not None
    }


def _known_value(declared: Type, value: Any) -> Any:
    match declared, value:
        case Object(model), dict():
            return _known(model, value)
        case ListOf(element), list():
            return [_known_value(element, child) for child in value]
        case MapOf(element), dict():
            return {key: _known_value(element, child) for key, child in value.items()}
        case Scalar("number"), int() if not isinstance(value, bool):
            return float(value)
        case _:
            return value
