"""Runs the pack as the engine does: requests go through the SDK's own servicer, and its real proxy."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any, cast

from google.protobuf import json_format
from pulumi.runtime.proto import analyzer_pb2
from pulumi_policy import EnforcementLevel
from pulumi_policy.policy import _PolicyAnalyzerServicer
from pulumi_policy.proxy import UNKNOWN_STRING_VALUE

from railway_policies import PACK_NAME, RULES, policies
from railway_policies.pack import ABOUTS
from railway_policies.surroundings import Surroundings

SIGNATURE = "4dabf18193072939515e22adb298388d"
"""The key by which the engine marks what JSON has no word for; its value says that this is a secret."""

LEVELS = {analyzer_pb2.ADVISORY: "advisory", analyzer_pb2.MANDATORY: "mandatory"}


def unknown() -> str:
    """A value that only the deployment will show, as the engine marks it."""
    return UNKNOWN_STRING_VALUE


def secret(value: Any) -> dict[str, Any]:
    """A secret, as the engine wraps it."""
    return {SIGNATURE: "1b47061264138c4ac30d75fd1eb44270", "value": value}


@dataclass(frozen=True)
class Declared:
    """A resource. `made_from` names, per property, the resources whose outputs it was made from."""

    kind: str
    name: str
    properties: Mapping[str, Any]
    made_from: Mapping[str, Sequence["Declared"]] = field(default_factory=dict)
    protect: bool = True

    @property
    def token(self) -> str:
        return "pulumi:pulumi:Stack" if self.kind == "Stack" else f"railway:index:{self.kind}"

    @property
    def urn(self) -> str:
        return f"urn:pulumi:test::project::{self.token}::{self.name}"


@dataclass(frozen=True)
class Reported:
    """What the engine is told."""

    policy: str
    level: str
    message: str
    urn: str


def service(
    name: str,
    image: Any = None,
    /,
    *,
    volumes: Sequence[Declared] = (),
    protect: bool = True,
    **properties: Any,
) -> Declared:
    """A Service with the properties that it always has, and in the stack the volumes that it mounts."""
    source = {} if image is None else {"source": {"image": image}}
    always = {"projectId": unknown(), "environmentId": unknown(), "name": name}
    mounts = [{"volumeId": unknown(), "mountPath": "/data"} for _ in volumes]
    mounted = {"volumeMounts": mounts} if volumes else {}
    made_from = {"volumeMounts": volumes} if volumes else {}
    return Declared("Service", name, always | source | mounted | properties, made_from, protect)


def domain(name: str, /, *services: Declared, kind: str = "ServiceDomain", **properties: Any) -> Declared:
    """A domain in a first preview: the id of its service is unknown, and has come from `services`."""
    return Declared(kind, name, {"serviceId": unknown()} | properties, {"serviceId": services})


STACK = Declared("Stack", "project-test", {})
"""The stack itself, which the engine shows to policies, too."""

DAY = date(2026, 11, 25)
"""The day on which the tests' packs judge."""


class Pack:
    """The whole pack behind the SDK's servicer, with a configuration as the engine passes it on."""

    def __init__(
        self,
        stack: Mapping[str, str] | None = None,
        /,
        *,
        today: Callable[[], date] = lambda: DAY,
        configuration: Mapping[str, Mapping[str, Any]] | None = None,
        **rules: Mapping[str, Any],
    ) -> None:
        """Takes a rule's configuration by its name, with `_` for `-`; `enforcementLevel` is a part of it.

        `stack` is the stack's own configuration, by full key.
        """
        around = Surroundings(today=today, configuration=stack or {})
        servicer = _PolicyAnalyzerServicer(PACK_NAME, "0.0.1", policies(around), EnforcementLevel.MANDATORY)
        self._servicer = cast("Any", servicer)
        levels = {about.name: about.level.value for about in ABOUTS}
        request = analyzer_pb2.ConfigureAnalyzerRequest()
        for name, values in {**(configuration or {}), **rules}.items():
            entry = request.policyConfig[name.replace("_", "-")]
            properties = dict(values)
            level = properties.pop("enforcementLevel", levels[name.replace("_", "-")])
            entry.enforcementLevel = analyzer_pb2.EnforcementLevel.Value(level.upper())
            entry.properties.update(properties)
        self._servicer.Configure(request, None)

    def on_resource(self, resource: Declared) -> list[Reported]:
        """What the engine is told before it creates or changes this resource: remedies, then violations."""
        request = analyzer_pb2.AnalyzeRequest(type=resource.token, urn=resource.urn, name=resource.name)
        request.options.protect = resource.protect
        json_format.ParseDict(dict(resource.properties), request.properties)
        mended = []
        for remedy in self._servicer.Remediate(request, None).remediations:
            mended.append(Reported(remedy.policyName, "remediate", remedy.description, resource.urn))
            request.properties.CopyFrom(remedy.properties)
        return [*mended, *_reported(self._servicer.Analyze(request, None))]

    def remedied(self, resource: Declared) -> dict[str, Any]:
        """The resource's inputs as the remedies leave them."""
        request = analyzer_pb2.AnalyzeRequest(type=resource.token, urn=resource.urn, name=resource.name)
        json_format.ParseDict(dict(resource.properties), request.properties)
        for remedy in self._servicer.Remediate(request, None).remediations:
            request.properties.CopyFrom(remedy.properties)
        return dict(json_format.MessageToDict(request.properties))

    def on_stack(self, *resources: Declared) -> list[Reported]:
        """What the engine is told when the program has ended."""
        everything = [STACK, *(resource for resource in resources if resource.kind != "Stack")]
        request = analyzer_pb2.AnalyzeStackRequest(resources=map(_stack_resource, everything))
        return _reported(self._servicer.AnalyzeStack(request, None))

    def on_everything(self, *resources: Declared) -> list[Reported]:
        """All that a preview of these resources tells."""
        single = [report for resource in resources for report in self.on_resource(resource)]
        return [*single, *self.on_stack(*resources)]


def _stack_resource(resource: Declared) -> analyzer_pb2.AnalyzerResource:
    request = analyzer_pb2.AnalyzerResource(type=resource.token, urn=resource.urn, name=resource.name)
    request.options.protect = resource.protect
    json_format.ParseDict(dict(resource.properties), request.properties)
    for name, sources in resource.made_from.items():
        request.propertyDependencies[name].urns.extend(source.urn for source in sources)
    return request


def _reported(response: Any) -> list[Reported]:
    return [
        Reported(found.policyName, LEVELS[found.enforcementLevel], found.message, found.urn)
        for found in response.diagnostics
    ]


def by(policy: str, reports: Iterable[Reported]) -> list[Reported]:
    """What one rule said: by itself, or through the policy that reports what it left open."""
    return [report for report in reports if report.policy == policy or f"\n{policy}:" in report.message]


def outcome(policy: str, reports: Iterable[Reported]) -> str:
    """`passes`, `violates` (or was mended) or `unknown`: the first that was said, at the policy's own level."""
    said = {(report.policy == policy, report.level) for report in by(policy, reports)}
    level = next(one.about.level.value for one in RULES if one.about.name == policy)
    if (True, level) in said:
        return "violates"
    if (False, "advisory") in said:
        return "unknown"
    assert not said
    return "passes"
