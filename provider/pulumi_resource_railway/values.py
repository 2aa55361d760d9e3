"""Property values as plain Python, and their form on Pulumi's wire.

A property is `None`, a `bool`, an `int` or a `float`, a `str`, a `list` or a `dict` with `str` keys. Three
more things can stand in any place: `UNKNOWN` (known only after an update), `Secret` and, when asked for,
`Output`.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final, final

from google.protobuf import struct_pb2

from pulumi_resource_railway.errors import UserError

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

# Pulumi marks special values by a well-known key in a map (sdk/go/common/resource/sig in the engine).
SIGNATURE_KEY: Final = "4dabf18193072939515e22adb298388d"
SECRET_SIGNATURE: Final = "1b47061264138c4ac30d75fd1eb44270"  # noqa: S105
OUTPUT_SIGNATURE: Final = "d0e6a833031e9bbcd3f4e8bde6ca49a4"
_REFUSED_SIGNATURES: Final = {
    "c44067f5952c0a294b673a41bacd8c17": "an asset",
    "0def7320c3a5731c473e5ecbe6d01bc7": "an archive",
    "5cf8f73096256a8f31e491e813e4eb8e": "a whole resource",
    "803fd3297a5875dc03ca845dda5d2a98": "binary data",
}

# An unknown is written as one of these texts, by the type that is expected
# (sdk/go/common/resource/plugin/rpc.go in the engine).
UNKNOWN_STRING: Final = "04da6b54-80e4-46f7-96ec-b56ff0331ba9"
UNKNOWN_SENTINELS: Final = frozenset(
    {
        UNKNOWN_STRING,
        "1c4a061d-8072-4f0a-a4cb-0ff528b18fe7",  # boolean
        "3eeb2bf0-c639-47a8-9e75-3b44932eb421",  # number
        "6a19a0b0-7e62-4c92-b797-7f8e31da9cc2",  # list
        "dd056dcd-154b-4c76-9bd3-c8f88648b5ff",  # map
        "030794c1-ac77-496b-92df-f27374a8bd58",  # asset
        "e48ece36-62e2-4504-bad9-02848725956a",  # archive
    }
)

# Beyond this, a double doesn't hold every integer, so an integral number says nothing of the type that was
# meant.
_LARGEST_EXACT_INTEGER: Final = 2**53

MASK: Final = "*****"


@final
class Unknown:
    """The type of `UNKNOWN`, without a truth value: code that forgets to ask for it fails, not guesses."""

    _instance: Unknown | None = None

    def __new__(cls) -> Unknown:
        """Return the one instance."""
        if cls._instance is None:
            cls._instance = super().__new__(cls)
        return cls._instance

    def __repr__(self) -> str:
        return "UNKNOWN"

    def __bool__(self) -> bool:
        message = "An unknown value is neither true nor false; ask is_unknown() first."
        raise TypeError(message)


UNKNOWN: Final = Unknown()


@final
@dataclass(frozen=True)
class Secret:
    """A value that the engine encrypts in its state and masks in what it shows."""

    value: Any

    def __repr__(self) -> str:
        return f"Secret({MASK})"

    __str__ = __repr__


@final
@dataclass(frozen=True)
class Output:
    """A value together with the URNs of the resources that it comes from."""

    value: Any
    secret: bool = False
    dependencies: tuple[str, ...] = ()

    def __repr__(self) -> str:
        return f"Output({MASK if self.secret else repr(self.value)}, dependencies={self.dependencies})"

    __str__ = __repr__


def is_unknown(value: Any) -> bool:
    """Say whether the value itself is unknown, also when it is a secret."""
    while isinstance(value, Secret | Output):
        value = value.value
    return isinstance(value, Unknown)


def contains_unknown(value: Any) -> bool:
    """Say whether anything in the value is unknown."""
    return any(isinstance(leaf, Unknown) for leaf in _leaves(value))


def contains_secret(value: Any) -> bool:
    """Say whether anything in the value is a secret."""
    return bool(isinstance(value, Secret) or (isinstance(value, Output) and value.secret)) or any(
        contains_secret(child) for child in _children(value)
    )


def reveal(value: Any) -> Any:
    """Return the value with every secret and output replaced by what it holds; unknowns stay."""
    while isinstance(value, Secret | Output):
        value = value.value
    if isinstance(value, dict):
        return {key: reveal(child) for key, child in value.items()}
    if isinstance(value, list):
        return [reveal(child) for child in value]
    return value


def secret_texts(value: Any) -> set[str]:
    """Return every text that stands inside a secret, so that messages can be searched for it."""
    if isinstance(value, Secret) or (isinstance(value, Output) and value.secret):
        return {leaf for leaf in _leaves(value.value) if isinstance(leaf, str)}
    return {text for child in _children(value) for text in secret_texts(child)}


def redact(message: str, texts: set[str]) -> str:
    """Return the message with each of the texts masked, the longest first.

    Texts shorter than four characters stay: masking each "1" would destroy a message and hide nothing.
    """
    for text in sorted(texts, key=len, reverse=True):
        if len(text) >= 4:  # noqa: PLR2004 - explained above
            message = message.replace(text, MASK)
    return message


def secret_texts_in(struct: struct_pb2.Struct) -> set[str]:
    """Return every text inside a secret of a message, also of one that can't be read as properties."""
    texts: set[str] = set()
    for value in struct.fields.values():
        texts |= _secret_texts_in_value(value, secret=False)
    return texts


def _secret_texts_in_value(value: struct_pb2.Value, *, secret: bool) -> set[str]:
    kind = value.WhichOneof("kind")
    if kind == "string_value":
        return {value.string_value} if secret else set()
    if kind == "list_value":
        parts = list(value.list_value.values)
    elif kind == "struct_value":
        fields = value.struct_value.fields
        signature = fields[SIGNATURE_KEY].string_value if SIGNATURE_KEY in fields else None
        if signature == OUTPUT_SIGNATURE:
            secret = secret or ("secret" in fields and fields["secret"].bool_value)
        secret = secret or signature == SECRET_SIGNATURE
        parts = [child for key, child in fields.items() if signature is None or key == "value"]
    else:
        parts = []
    return {text for part in parts for text in _secret_texts_in_value(part, secret=secret)}


def from_struct(struct: struct_pb2.Struct, *, keep_outputs: bool = False) -> dict[str, Any]:
    """Return the properties of a message as plain Python.

    Integral numbers become `int`. An output value becomes what it holds (a `Secret` where it is one) unless
    `keep_outputs` is set.

    Raises:
        UserError: For an asset, an archive or a resource reference, naming the property.
    """
    return {
        key: from_value(value, path=key, keep_outputs=keep_outputs) for key, value in struct.fields.items()
    }


def from_value(value: struct_pb2.Value, *, path: str = "", keep_outputs: bool = False) -> Any:
    """Return one value of a message as plain Python; see `from_struct`."""
    kind = value.WhichOneof("kind")
    if kind is None or kind == "null_value":
        return None
    if kind == "bool_value":
        return value.bool_value
    if kind == "number_value":
        number = value.number_value
        return int(number) if number.is_integer() and abs(number) <= _LARGEST_EXACT_INTEGER else number
    if kind == "string_value":
        return UNKNOWN if value.string_value in UNKNOWN_SENTINELS else value.string_value
    if kind == "list_value":
        return [
            from_value(child, path=f"{path}[{index}]", keep_outputs=keep_outputs)
            for index, child in enumerate(value.list_value.values)
        ]
    return _from_map(value.struct_value, path, keep_outputs=keep_outputs)


def _from_map(struct: struct_pb2.Struct, path: str, *, keep_outputs: bool) -> Any:
    fields = struct.fields
    signature = fields[SIGNATURE_KEY].string_value if SIGNATURE_KEY in fields else None
    if signature is None:
        return {
            key: from_value(child, path=f"{path}.{key}" if path else key, keep_outputs=keep_outputs)
            for key, child in fields.items()
        }
    if signature == SECRET_SIGNATURE:
        inner = (
            from_value(fields["value"], path=path, keep_outputs=keep_outputs) if "value" in fields else None
        )
        return inner if isinstance(inner, Secret) else Secret(inner)
    if signature == OUTPUT_SIGNATURE:
        # An output without a value is one that isn't known yet.
        inner = (
            from_value(fields["value"], path=path, keep_outputs=keep_outputs)
            if "value" in fields
            else UNKNOWN
        )
        secret = "secret" in fields and fields["secret"].bool_value
        if keep_outputs:
            dependencies = fields["dependencies"].list_value.values if "dependencies" in fields else ()
            return Output(inner, secret, tuple(urn.string_value for urn in dependencies))
        return Secret(inner) if secret and not isinstance(inner, Secret) else inner
    what = _REFUSED_SIGNATURES.get(signature, "a special value of a kind that this provider doesn't know")
    message = f"{path or 'The value'} is {what}; Railway takes texts, numbers, flags, lists and maps."
    if what == "a whole resource":
        message += " Pass one of its outputs instead, such as its id."
    raise UserError(message)


def to_struct(properties: Mapping[str, Any]) -> struct_pb2.Struct:
    """Return the properties as a message. A property that is `None` is left out: for Pulumi, absent is null.

    Raises:
        TypeError: For a value that is none of those that this module describes.
    """
    struct = struct_pb2.Struct()
    for key, value in properties.items():
        if value is not None:
            struct.fields[key].CopyFrom(to_value(value))
    return struct


def to_value(value: Any) -> struct_pb2.Value:
    """Return one value as a message; see `to_struct`."""
    if value is None:
        return struct_pb2.Value(null_value=struct_pb2.NULL_VALUE)
    if isinstance(value, Unknown):
        return struct_pb2.Value(string_value=UNKNOWN_STRING)
    if isinstance(value, bool):
        return struct_pb2.Value(bool_value=value)
    if isinstance(value, int | float):
        if not math.isfinite(value):
            message = f"{value} can't be a property: Pulumi's numbers are finite."
            raise TypeError(message)
        return struct_pb2.Value(number_value=value)
    if isinstance(value, str):
        return struct_pb2.Value(string_value=str(value))
    if isinstance(value, list | tuple):
        return struct_pb2.Value(list_value=struct_pb2.ListValue(values=[to_value(child) for child in value]))
    if isinstance(value, dict):
        return struct_pb2.Value(struct_value=to_struct(value))
    if isinstance(value, Secret):
        return _special(SECRET_SIGNATURE, {"value": to_value(value.value)})
    if isinstance(value, Output):
        fields = {"secret": to_value(value.secret), "dependencies": to_value(list(value.dependencies))}
        if not isinstance(value.value, Unknown):
            fields["value"] = to_value(value.value)
        return _special(OUTPUT_SIGNATURE, fields)
    message = f"A property can't be a {type(value).__name__}."
    raise TypeError(message)


def _special(signature: str, fields: Mapping[str, struct_pb2.Value]) -> struct_pb2.Value:
    struct = struct_pb2.Struct()
    struct.fields[SIGNATURE_KEY].string_value = signature
    for key, value in fields.items():
        struct.fields[key].CopyFrom(value)
    return struct_pb2.Value(struct_value=struct)


def _children(value: Any) -> Iterator[Any]:
    if isinstance(value, dict):
        yield from value.values()
    elif isinstance(value, list):
        yield from value
    elif isinstance(value, Secret | Output):
        yield value.value


def _leaves(value: Any) -> Iterator[Any]:
    if isinstance(value, dict | list | Secret | Output):
        for child in _children(value):
            yield from _leaves(child)
    else:
        yield value
