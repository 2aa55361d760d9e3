# ruff: noqa: A002
"""Resources that exist in memory only, to drive the protocol without Railway."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from dataclasses import field as dataclass_field
from typing import TYPE_CHECKING, Any, ClassVar, Literal, cast

from pulumi_resource_railway.declaration import Model, field
from pulumi_resource_railway.errors import CheckFailure, PartialFailure, UserError
from pulumi_resource_railway.railway.redaction import Redactor
from pulumi_resource_railway.resource import Context, Created, Found, Resource

if TYPE_CHECKING:
    from collections.abc import Mapping


class Settings(Model):
    """How the box is kept."""

    timeout: int | None = field(doc="Seconds.", default=None, ge=1, le=3600)
    policy: Literal["ALWAYS", "ON_FAILURE", "NEVER"] | None = field(doc="When to restart.", default=None)
    region: str | None = field(doc="Where.", default=None)


class Mount(Model):
    """A mount."""

    volume_id: str = field(doc="The volume.")
    mount_path: str = field(doc="Where it is mounted.")


class BoxInputs(Model):
    shelf_id: str = field(doc="The shelf that holds it. It never moves.", immutable=True)
    name: str = field(doc="The name.", auto_name=True)
    maker: str | None = field(doc="Who makes it.", default=None, immutable=True)
    size: int | None = field(doc="Size in megabytes.", default=None)
    colour: str | None = field(doc="Its colour.", default=None, left_to_railway=True)
    weight: float | None = field(doc="Weight.", default=None)
    fragile: bool = field(doc="Whether it breaks.", default=False)
    password: str | None = field(doc="The lock's password.", default=None, secret=True)
    settings: Settings | None = field(doc="Settings.", default=None)
    variables: dict[str, str] | None = field(doc="Variables.", default=None, secret_by_look=True)
    mounts: list[Mount] | None = field(doc="Mounts.", default=None)
    tags: list[str] | None = field(doc="Tags.", default=None)
    allow_replace: bool = field(doc="Whether it may be replaced.", default=False)


class BoxOutputs(BoxInputs):
    label: str = field(doc="What stands on it.", follows=("name",))
    serial: int = field(doc="Its number.")
    key: str = field(doc="Its key.", secret=True)


@dataclass
class Store:
    """What stands for the service behind the provider."""

    boxes: dict[str, dict[str, Any]] = dataclass_field(default_factory=dict)
    calls: list[str] = dataclass_field(default_factory=list)
    failures: list[BaseException] = dataclass_field(default_factory=list)
    delay: float = 0
    redact: Redactor = dataclass_field(default_factory=Redactor)
    closed: int = 0
    started: asyncio.Event = dataclass_field(default_factory=asyncio.Event)

    async def close(self) -> None:
        self.closed += 1


class Box(Resource[BoxInputs, BoxOutputs]):
    token: ClassVar[str] = "railway:index:Box"
    inputs: ClassVar[type[Model]] = BoxInputs
    outputs: ClassVar[type[Model]] = BoxOutputs
    description: ClassVar[str] = "A box."
    import_format: ClassVar[str] = "shelfId/boxId"
    delete_before_replace: ClassVar[bool] = True

    def check(self, properties: Mapping[str, Any], old: Mapping[str, Any] | None) -> list[CheckFailure]:
        size, before = properties.get("size"), (old or {}).get("size")
        if isinstance(size, int) and isinstance(before, int) and size < before:
            return [CheckFailure("size", f"can't shrink from {before} to {size}; boxes only grow.")]
        if properties.get("password") == "leaky-password":
            return [CheckFailure("password", "leaky-password is too simple; take a longer one.")]
        return []

    def replace_refusal(self, old: Mapping[str, Any], new: Mapping[str, Any]) -> CheckFailure | None:
        if new.get("allowReplace") is True or not old.get("mounts"):
            return None
        return CheckFailure(
            "shelfId", "can't change while the box holds something; set allowReplace to true."
        )

    async def create(self, context: Context, inputs: BoxInputs) -> Created[BoxOutputs]:
        store = await _called(context, "create")
        box = f"box-{len(store.boxes) + 1}"
        store.boxes[box] = inputs.to_properties()
        outputs = _outputs(inputs, box)
        await context.status("packing")
        await _settle(store, box, outputs)
        return Created(box, outputs)

    async def read(
        self, context: Context, id: str, inputs: BoxInputs | None
    ) -> Found[BoxInputs, BoxOutputs] | None:
        store = await _called(context, "read")
        plain = id.rpartition("/")[2]
        if plain not in store.boxes:
            return None
        live = BoxInputs.from_properties(store.boxes[plain])
        return Found(plain, live, _outputs(live, plain))

    async def update(self, context: Context, id: str, old: BoxOutputs, new: BoxInputs) -> BoxOutputs:
        store = await _called(context, "update")
        store.boxes[id] = new.to_properties()
        outputs = _outputs(new, id)
        await _settle(store, id, outputs)
        return outputs

    async def delete(self, context: Context, id: str, old: BoxOutputs) -> None:
        store = await _called(context, "delete")
        store.boxes.pop(id, None)
        await _settle(store, id, old)


async def _called(context: Context, what: str) -> Store:
    store = cast("Store", context.session)
    store.calls.append(what)
    return store


async def _settle(store: Store, id: str, outputs: BoxOutputs) -> None:
    store.started.set()
    try:
        await asyncio.sleep(store.delay)
    except asyncio.CancelledError:
        raise PartialFailure(id, outputs, ["interrupted while packing"]) from None
    if store.failures:
        failure = store.failures.pop()
        if isinstance(failure, UserError) and str(failure) == "partial":
            raise PartialFailure(id, outputs, ["the lid doesn't close"])
        raise failure


def _outputs(inputs: BoxInputs, id: str) -> BoxOutputs:
    return BoxOutputs(
        **inputs.model_dump(), label=f"{inputs.name}!", serial=int(id.rpartition("-")[2]), key=f"key-of-{id}"
    )
