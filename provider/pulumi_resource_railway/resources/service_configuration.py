"""A service's properties as its part of Railway's environment configuration, and back."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any, Final, TypeVar

from pulumi_resource_railway.declaration import ListOf, Model, Object, Scalar, properties_of
from pulumi_resource_railway.railway.configuration import commands, is_default, same
from pulumi_resource_railway.railway.deployments import Kind
from pulumi_resource_railway.railway.patches import Document, difference
from pulumi_resource_railway.resources.service_model import (
    AutoUpdates,
    LimitOverride,
    ServiceBuild,
    ServiceDeploy,
    ServiceInputs,
    ServiceNetworking,
    ServiceSource,
    ServiceTemplate,
    ServiceTracing,
    VolumeMount,
)
from pulumi_resource_railway.values import MASK

ModelT = TypeVar("ModelT", bound=Model)
_GROUPS: Final = ("source", "build", "deploy", "networking", "tracing", "variables", "volumeMounts")
_WITH_DEFAULTS: Final = ("source", "build", "deploy", "tracing")
_BUILDER: Final = ("build", "builder")


def configured(service: ServiceInputs) -> Document:
    """Return the properties as `services.<id>` of the configuration; what is absent isn't there."""
    whole = service.to_properties()
    groups = ("source", "build", "deploy", "networking", "tracing")
    document: Document = {key: whole[key] for key in groups if whole.get(key)}
    deploy = document.get("deploy")
    if deploy and "preDeployCommand" in deploy:
        deploy["preDeployCommand"] = [deploy["preDeployCommand"]]
    if service.config_file:
        document["configFile"] = service.config_file
    if service.variables:
        document["variables"] = {name: {"value": value} for name, value in service.variables.items()}
    if service.volume_mounts:
        document["volumeMounts"] = {
            mount.volume_id: {key: value for key, value in mount.to_properties().items() if key != "volumeId"}
            for mount in service.volume_mounts
        }
    return document


def change(old: ServiceInputs, new: ServiceInputs, live: Mapping[str, Any]) -> Document:
    """Return the sparse patch of `services.<id>` that leads from the old properties to the new ones.

    Args:
        old: What Railway has been told so far.
        new: What it shall have.
        live: What it shows, for what it filled in by itself and a merge would keep.
    """
    wanted = configured(new)
    told = without_defaults(configured(old), wanted)
    patch = difference(_with_all_groups(told), _with_all_groups(wanted))
    deploy = patch.get("deploy") or {}
    if deploy.get("registryCredentials"):
        # Railway has them as one thing: a name without a password is none.
        deploy["registryCredentials"] = configured(new)["deploy"]["registryCredentials"]
    regions = deploy.get("multiRegionConfig")
    if regions:
        # The region that Railway chose by itself would stay beside the ones that are wanted.
        wanted = (configured(new).get("deploy") or {}).get("multiRegionConfig") or {}
        shown = (live.get("deploy") or {}).get("multiRegionConfig") or {}
        regions.update({region: None for region in shown if region not in wanted})
    return patch


def _with_all_groups(document: Document) -> Document:
    """Return the document with each group present, so that what goes is cleared one by one.

    Clearing a whole group would also clear what Railway or somebody else keeps in it.
    """
    whole = {**{group: {} for group in _GROUPS}, **document}
    return {**whole, "deploy": {"multiRegionConfig": {}, **whole["deploy"]}}


def without_defaults(old: Mapping[str, Any], new: Mapping[str, Any]) -> Document:
    """Return the old settings without those that the new ones leave out and that Railway has by itself.

    An import finds them all in the configuration, whether or not anybody has ever asked for them. The builder isn't
    one: without it, Railway looks for a Dockerfile. A single replica stays in its region, wherever that is.

    Args:
        old: The settings, as properties or as `services.<id>` of the configuration.
        new: What they shall be, in the same form.
    """
    kept = dict(old)
    for section in _WITH_DEFAULTS:
        before, after = old.get(section), new.get(section, {})
        if not isinstance(before, Mapping) or not isinstance(after, Mapping):
            continue
        kept[section] = {
            key: value
            for key, value in before.items()
            if key in after or (section, key) == _BUILDER or not is_default(section, key, value)
        }
        if not kept[section] and not after:
            del kept[section]
    return kept


def only_private(patch: Document) -> bool:
    """Say whether a patch of a service changes nothing but how others reach it, which deploys nothing."""
    return set(patch) == {"networking"}


def kind_of(service: ServiceInputs) -> Kind:
    """Return how the service runs."""
    deploy = service.deploy
    if deploy is not None and deploy.cron_schedule:
        return Kind.CRON
    if deploy is not None and deploy.restart_policy_type == "NEVER":
        return Kind.ONE_OFF
    return Kind.LONG_RUNNING


def has_source(service: ServiceInputs) -> bool:
    """Whether there is anything to deploy."""
    return service.source is not None and bool(service.source.image or service.source.repo)


def template_of(row: Mapping[str, Any], recorded: ServiceInputs | None) -> ServiceTemplate | None:
    """Return the template that a service's row is bound to, as the program says it.

    What a row doesn't show stays as recorded, and what the program never said is Railway's.
    """
    template_id, service_id = row.get("templateId"), row.get("templateServiceId")
    if recorded is not None and (recorded.template is None or not (template_id and service_id)):
        return recorded.template
    if not (template_id and service_id):
        return None
    return ServiceTemplate(template_id=template_id, service_id=service_id)


def observed(
    live: Mapping[str, Any], identity: Mapping[str, Any], recorded: ServiceInputs | None
) -> ServiceInputs:
    """Return what a program would write to get the service as Railway shows it.

    What equals the recorded value in another form stays as it was recorded; what Railway fills in by itself
    stays absent; a value that Railway doesn't show stays as recorded. An import has nothing recorded, so it finds
    also what Railway fills in: the program may ask for it, and need not (see `without_defaults`).

    Args:
        live: `services.<id>` of the configuration.
        identity: The project's and environment's id, name and icon, by their attributes.
        recorded: The inputs of the last update; None at an import.
    """
    before = recorded.to_properties() if recorded is not None else None
    networking = live.get("networking") or {}
    if before is None and networking.get("privateNetworkEndpoint") == _label(identity["name"]):
        live = {**live, "networking": {**networking, "privateNetworkEndpoint": None}}
    return ServiceInputs(
        **identity,
        source=_group(ServiceSource, "source", live, before),
        build=_group(ServiceBuild, "build", live, before),
        # Railway shows an empty text for a file that was taken away.
        config_file=live.get("configFile") or None,
        deploy=_group(ServiceDeploy, "deploy", live, before),
        networking=_group(ServiceNetworking, "networking", live, before),
        tracing=_group(ServiceTracing, "tracing", live, before),
        variables=_variables(live.get("variables") or {}, (before or {}).get("variables")),
        volume_mounts=_mounts(live.get("volumeMounts") or {}, recorded),
        redeploy_triggers=recorded.redeploy_triggers if recorded is not None else None,
        await_deployment=recorded.await_deployment if recorded is not None else True,
        allow_replace=recorded.allow_replace if recorded is not None else False,
    )


def _label(name: str) -> str:
    """Return the private name that Railway makes of a service's first name."""
    return re.sub(r"[^a-z0-9]+", "-", name.lower()).strip("-")


def _group(
    model: type[ModelT], section: str, live: Mapping[str, Any], before: Mapping[str, Any] | None
) -> ModelT | None:
    shown, recorded = live.get(section) or {}, (before or {}).get(section)
    known = {}
    for key in properties_of(model):
        value = _setting(section, key, shown.get(key), (recorded or {}).get(key), imported=before is None)
        if value is not None:
            known[key] = value
    if not known and recorded is None:
        return None
    return model.from_properties(known)


def _setting(section: str, key: str, live: Any, recorded: Any, *, imported: bool) -> Any:
    if key == "preDeployCommand":
        return " && ".join(commands(live)) or None
    if key == "multiRegionConfig":
        return _regions(live, recorded, imported=imported)
    if key == "registryCredentials":
        # Write-only: whether there are any is all that Railway shows.
        return recorded if live else None
    if recorded is None and (key == "railpackVersion" or (key == "privateNetworkEndpoint" and not imported)):
        return None  # Railway's own choice
    if key in {"limitOverride", "autoUpdates"} and isinstance(live, Mapping):
        live = _declared(_NESTED[key], live)
    if recorded is None:
        if imported and (section, key) != _BUILDER:
            return None if live in ("", [], {}) else live
        return None if is_default(section, key, live) else live
    if same((section, key), recorded, live):
        return recorded
    return live


_NESTED: Final[Mapping[str, type[Model]]] = {"limitOverride": LimitOverride, "autoUpdates": AutoUpdates}


def _declared(model: type[Model], live: Mapping[str, Any]) -> dict[str, Any] | None:
    """Return what is declared of an object, without what isn't set; numbers may come with a fraction of zero."""
    found: dict[str, Any] = {}
    for name, declared in properties_of(model).items():
        value = live.get(name)
        if isinstance(declared.type, Object) and isinstance(value, Mapping):
            value = _declared(declared.type.model, value)
        elif isinstance(declared.type, ListOf) and isinstance(declared.type.element, Object):
            inner = declared.type.element.model
            value = [_declared(inner, entry) for entry in value or []] or None
        elif declared.type == Scalar("integer") and isinstance(value, float):
            value = int(value)
        if value is not None:
            found[name] = value
        elif declared.required_in_state:
            return None
    return found or None


def _regions(live: Any, recorded: Any, *, imported: bool) -> Any:
    shown = {
        region: {"numReplicas": entry.get("numReplicas", 1)}
        for region, entry in (live or {}).items()
        if isinstance(entry, Mapping)
    }
    if recorded is None and not imported and is_default("deploy", "multiRegionConfig", shown):
        return None
    return shown or None


def _variables(live: Mapping[str, Any], recorded: dict[str, str] | None) -> dict[str, str] | None:
    known: dict[str, str] = {}
    for name, entry in live.items():
        value = entry.get("value") if isinstance(entry, Mapping) else entry
        if value is None or value == MASK:
            # Sealed or masked: Railway says that it exists, not what it is.
            if recorded is not None and name in recorded:
                known[name] = recorded[name]
        elif not name.startswith("RAILWAY_") or (recorded is not None and name in recorded):
            known[name] = value
    if not known:
        return {} if recorded == {} else None
    order = {name: position for position, name in enumerate(recorded or {})}
    return dict(sorted(known.items(), key=lambda item: (order.get(item[0], len(order)), item[0])))


def _mounts(live: Mapping[str, Any], recorded: ServiceInputs | None) -> list[VolumeMount] | None:
    before = (
        {mount.volume_id: mount for mount in (recorded.volume_mounts or [])} if recorded is not None else {}
    )
    found = []
    for volume_id, entry in live.items():
        schedules = entry.get("backupSchedules") or None
        known = before.get(volume_id)
        if known is not None and sorted(known.backup_schedules or []) == sorted(schedules or []):
            schedules = known.backup_schedules
        found.append(
            VolumeMount(volume_id=volume_id, mount_path=entry["mountPath"], backup_schedules=schedules)
        )
    if not found:
        return [] if recorded is not None and recorded.volume_mounts == [] else None
    order = {volume_id: position for position, volume_id in enumerate(before)}
    return sorted(found, key=lambda mount: (order.get(mount.volume_id, len(order)), mount.volume_id))
