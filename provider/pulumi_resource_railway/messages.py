"""Between the protocol's messages and what the rest of the provider works with."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from pulumi.runtime.proto import provider_pb2
from pydantic import ValidationError

from pulumi_resource_railway.check import Naming, with_defaults
from pulumi_resource_railway.configuration import ProviderInputs
from pulumi_resource_railway.diff import Difference, Kind
from pulumi_resource_railway.errors import CheckFailure, UserError
from pulumi_resource_railway.railway.credentials import resolve
from pulumi_resource_railway.values import (
    contains_unknown,
    from_struct,
    redact,
    reveal,
    secret_texts,
    to_struct,
)

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from pulumi_resource_railway.resource import Resource

_KINDS: Final[Mapping[tuple[Kind, bool], Any]] = {
    (Kind.ADD, False): provider_pb2.PropertyDiff.ADD,
    (Kind.ADD, True): provider_pb2.PropertyDiff.ADD_REPLACE,
    (Kind.DELETE, False): provider_pb2.PropertyDiff.DELETE,
    (Kind.DELETE, True): provider_pb2.PropertyDiff.DELETE_REPLACE,
    (Kind.UPDATE, False): provider_pb2.PropertyDiff.UPDATE,
    (Kind.UPDATE, True): provider_pb2.PropertyDiff.UPDATE_REPLACE,
}


def naming(request: provider_pb2.CheckRequest) -> Naming:
    """Return how a resource without a name gets one."""
    logical = request.name or request.urn.rpartition("::")[2]
    if not request.HasField("autonaming"):
        return Naming(logical)
    options = provider_pb2.CheckRequest.AutonamingOptions
    disabled = request.autonaming.mode == options.DISABLE
    return Naming(logical, request.autonaming.proposed_name or None, disabled)


def recorded_inputs(request: provider_pb2.DiffRequest | provider_pb2.UpdateRequest) -> dict[str, Any]:
    """Return the inputs of the last update; an older engine sends only the outputs, which echo them."""
    return from_struct(request.old_inputs) or from_struct(request.olds)


def plain_inputs(resource: Resource[Any, Any], inputs: Mapping[str, Any]) -> Any:
    """Return checked inputs as the resource's model."""
    return resource.inputs.from_properties(reveal(dict(inputs)))


def complete_inputs(resource: Resource[Any, Any], recorded: Mapping[str, Any]) -> Any:
    """Return recorded inputs as the resource's model, with what this version would have recorded beyond them.

    Raises:
        UserError: When another version recorded what this one can't read.
    """
    try:
        return resource.inputs.from_state(with_defaults(resource.inputs, reveal(dict(recorded))))
    except ValidationError as error:
        raise _unreadable(error) from error


def plain_state(resource: Resource[Any, Any], state: Mapping[str, Any]) -> Any:
    """Return recorded outputs as the resource's model.

    Raises:
        UserError: When another version recorded what this one can't read.
    """
    try:
        return resource.outputs.from_state(reveal(dict(state)))
    except ValidationError as error:
        raise _unreadable(error) from error


def to_answer(result: Mapping[str, Any]) -> provider_pb2.InvokeResponse:
    """Return a function's result as a message; the field's name is a word of Python's own."""
    response = provider_pb2.InvokeResponse()
    getattr(response, "return").CopyFrom(to_struct(result))
    return response


def _unreadable(error: ValidationError) -> UserError:
    names = ", ".join(sorted({".".join(map(str, problem["loc"])) for problem in error.errors()}))
    return UserError(
        f"Another version of the provider recorded this resource's state, and it can't be read ({names}). "
        "Run `pulumi refresh` to record it anew."
    )


def check_failures(
    failures: Sequence[CheckFailure], given: Mapping[str, Any]
) -> list[provider_pb2.CheckFailure]:
    """Return failures as the engine shows them best.

    The engine prints the value at a failure's property, also a secret's, and only knows the names at the top.
    So anything but a plain scalar at the top is named in the reason instead.
    """
    messages = []
    for failure in failures:
        plain = isinstance(given.get(failure.property), str | int | float | bool | None)
        if plain and failure.property.isidentifier():
            messages.append(provider_pb2.CheckFailure(property=failure.property, reason=failure.reason))
        else:
            messages.append(provider_pb2.CheckFailure(reason=sentence(failure)))
    return messages


def configuration_failures(configuration: Mapping[str, Any]) -> list[CheckFailure]:
    """Return what is wrong with a configuration as a whole, as far as it is known.

    Without a token nothing is judged: a preview needs none, and one from the environment is nobody's configuration.
    """
    plain = reveal(dict(configuration))
    if contains_unknown(plain) or not (plain.get("token") or plain.get("projectToken")):
        return []
    try:
        resolve(ProviderInputs.from_properties(plain), {})
    except UserError as error:
        return [CheckFailure("", redact(str(error), secret_texts(dict(configuration))))]
    return []


def sentence(failure: CheckFailure) -> str:
    """Return a failure with its property's path in front, whether the reason goes on from it or stands alone."""
    if not failure.property:
        return failure.reason
    return f"{failure.property}{':' if failure.reason[:1].isupper() else ''} {failure.reason}"


def diff_response(difference: Difference, *, deletes_first: bool) -> provider_pb2.DiffResponse:
    """Return a difference as the engine takes it."""
    some = provider_pb2.DiffResponse.DIFF_SOME if difference.changes else provider_pb2.DiffResponse.DIFF_NONE
    return provider_pb2.DiffResponse(
        changes=some,
        diffs=difference.changed,
        replaces=dict.fromkeys(str(change.path[0]) for change in difference.replaces),
        stables=difference.stables,
        deleteBeforeReplace=deletes_first and bool(difference.replaces),
        hasDetailedDiff=True,
        detailedDiff={
            change.text: provider_pb2.PropertyDiff(kind=_KINDS[change.kind, change.replaces], inputDiff=True)
            for change in difference.changes
        },
    )
