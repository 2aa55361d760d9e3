"""Runs the program against a monitor that records what is registered, as the engine would see it."""

import asyncio
import runpy
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pulumi
from google.protobuf.json_format import MessageToDict
from pulumi.runtime import mocks
from pulumi.runtime.rpc import UNKNOWN
from pulumi.runtime.settings import get_root_resource

ROOT = Path(__file__).parents[2]

LOOP = asyncio.new_event_loop()
"""One for all, open until the end: the SDK's threads each keep a loop of their own for as long as this one lives."""
EXISTING_PROJECT = "11111111-2222-3333-4444-555555555555"
ENVIRONMENTS = {"production": "environment-of-production", "staging": "environment-of-staging"}
"""The environments of the existing project, by name."""
_SECRET_MARK = "4dabf18193072939515e22adb298388d"


@dataclass(frozen=True)
class Secret:
    """A value that reached the engine as a secret."""

    value: Any


@dataclass(frozen=True)
class Registered:
    """A resource as it was registered."""

    type: str
    name: str
    inputs: Mapping[str, Any]
    parent: str
    protect: bool
    dependencies: frozenset[str]
    property_dependencies: Mapping[str, frozenset[str]]
    """For each input, the URNs of the resources that it was made from."""


@dataclass
class Graph:
    """What a run of the program registered and exported; in a preview, exports aren't known."""

    resources: list[Registered] = field(default_factory=list)
    outputs: dict[str, Any] = field(default_factory=dict)

    def of_type(self, kind: str) -> dict[str, Registered]:
        """The resources of one of Railway's types, by their logical name."""
        return {each.name: each for each in self.resources if each.type == f"railway:index:{kind}"}

    def services(self) -> dict[str, Mapping[str, Any]]:
        """The inputs of the services, by the name that they have on Railway."""
        return {each.inputs["name"]: each.inputs for each in self.of_type("Service").values()}


class _Railway(mocks.Mocks):
    """Answers with what the configuration determines, and in a preview with no id."""

    def __init__(self, *, preview: bool) -> None:
        self.preview = preview

    def call(self, args: mocks.MockCallArgs) -> tuple[dict[str, Any], list[tuple[str, str]] | None]:
        if args.token == "railway:index:getProject":
            environments = [
                {"id": id_, "name": name, "isEphemeral": False} for name, id_ in ENVIRONMENTS.items()
            ]
            return {"id": args.args["id"], "environments": environments}, []
        raise NotImplementedError(args.token)

    def new_resource(self, args: mocks.MockResourceArgs) -> tuple[str | None, dict[str, Any]]:
        outputs = dict(args.inputs)
        if not self.preview:
            if args.typ.endswith(":Project"):
                outputs["defaultEnvironmentId"] = "environment-id"
            if args.typ.endswith(":ServiceDomain"):
                outputs |= {
                    "domain": f"{args.inputs['subdomain']}.up.railway.app",
                    "suffix": "up.railway.app",
                }
            if args.typ.endswith(":CustomDomain"):
                outputs["dnsRecords"] = [
                    {
                        "recordType": "CNAME",
                        "fqdn": args.inputs["domain"],
                        "requiredValue": "x.up.railway.app",
                    }
                ]
        return ("" if self.preview else f"{args.name}-id"), outputs


class _Monitor(mocks.MockMonitor):
    def __init__(self, *, preview: bool) -> None:
        super().__init__(_Railway(preview=preview))
        self.graph = Graph()

    def RegisterResource(self, request: Any) -> Any:  # noqa: N802  # Pulumi's own name
        if request.type != "pulumi:pulumi:Stack":
            self.graph.resources.append(
                Registered(
                    request.type,
                    request.name,
                    _plain(MessageToDict(request.object)),
                    request.parent.rpartition("::")[2],
                    request.protect,
                    frozenset(urn.rpartition("::")[2] for urn in request.dependencies),
                    {key: frozenset(one.urns) for key, one in request.propertyDependencies.items()},
                )
            )
        return super().RegisterResource(request)  # type: ignore[no-untyped-call]


def _plain(value: Any) -> Any:
    if isinstance(value, Mapping):
        if _SECRET_MARK in value:
            return Secret(_plain(value["value"]))
        return {key: _plain(member) for key, member in value.items()}
    if isinstance(value, list):
        return [_plain(member) for member in value]
    return int(value) if isinstance(value, float) and value.is_integer() else value


def run_program(*, preview: bool = False, program: Path = ROOT / "__main__.py") -> Graph:
    """The graph of a program, eTally's or another, with the configuration that is set."""
    # The SDK takes the thread's event loop, which asynchronous tests may have taken away.
    asyncio.set_event_loop(LOOP)
    monitor = _Monitor(preview=preview)
    mocks.set_mocks(monitor.mocks, project="etally", stack="production", preview=preview, monitor=monitor)

    def run() -> None:
        runpy.run_path(str(program), run_name="__main__")

    def exports() -> pulumi.Output[None]:
        root: Any = get_root_resource()
        return pulumi.Output.from_input(dict(root.outputs)).apply(monitor.graph.outputs.update)

    for step in (run, exports):
        mocks.test(step)()  # type: ignore[no-untyped-call]
    return monitor.graph


UNKNOWN_VALUE = UNKNOWN
"""What stands in a preview where a value is not known yet."""
