"""The environment's configuration document: how a patch changes it, and what Railway fills in by itself.

Everything here is a pure function over plain JSON. The keys are those of Railway's environment configuration:
`services.<id>.{source,build,deploy,variables,volumeMounts,networking}`, `sharedVariables`, `volumes.<id>`.
"""

import hashlib
import json
from collections.abc import Iterator
from copy import deepcopy
from typing import Any

from .regions import DEFAULT_REGION
from .state import Document

DEFAULT_BRANCH = "main"
DEFAULT_VOLUME_SIZE_MB = 50_000
HIDDEN = "*****"
INSTANCE_SECTIONS = ("services", "volumes", "buckets", "groups")
DEPLOYING_GROUPS = ("source", "build", "deploy", "variables", "volumeMounts", "configFile")
_FLAGS = ("isCreated", "isDeleted")


def merged(document: Any, patch: Any) -> Any:
    """Returns the document with a sparse patch applied: what is absent stays, null clears, lists replace."""
    if not isinstance(patch, dict):
        return deepcopy(patch)
    result = dict(document) if isinstance(document, dict) else {}
    for key, value in patch.items():
        if value is None:
            result.pop(key, None)
        else:
            result[key] = merged(result.get(key), value)
    return result


def applied(config: Document, patch: Document) -> Document:
    """Returns a configuration with a patch applied, deleted instances removed and defaults filled in."""
    # A copy to the bottom: what is refused afterwards must not have touched the original.
    result: Document = merged(deepcopy(config), patch)
    for section in INSTANCE_SECTIONS:
        entries = result.get(section, {})
        for identifier in list(entries):
            if entries[identifier].get("isDeleted"):
                del entries[identifier]
            else:
                entries[identifier] = {k: v for k, v in entries[identifier].items() if k not in _FLAGS}
    _unmount_missing_volumes(result)
    return with_defaults(config, result, patch)


def with_defaults(before: Document, after: Document, patch: Document) -> Document:
    """Fills in what Railway materialises: a client must be able to tell these from what it set."""
    result = dict(after)
    for identifier, service in services(after).items():
        patched = (patch.get("services") or {}).get(identifier) or {}
        result.setdefault("services", {})[identifier] = _service_with_defaults(
            services(before).get(identifier, {}), service, patched.get("source") or {}
        )
    for volume in after.get("volumes", {}).values():
        volume.setdefault("sizeMB", DEFAULT_VOLUME_SIZE_MB)
        volume.setdefault("region", DEFAULT_REGION)
    return result


def _service_with_defaults(before: Document, service: Document, patched_source: Document) -> Document:
    source = dict(service.get("source") or {})
    if source.get("repo"):
        source.setdefault("checkSuites", False)
        source.setdefault("rootDirectory", "")
        new_repository = (before.get("source") or {}).get("repo") != source["repo"]
        if new_repository and "branch" not in patched_source:
            source.setdefault("branch", DEFAULT_BRANCH)
    deploy = {
        "runtime": "V2",
        "useLegacyStacker": False,
        "ipv6EgressEnabled": False,
        "sleepApplication": False,
        "restartPolicyType": "ON_FAILURE",
        "restartPolicyMaxRetries": 10,
        **(service.get("deploy") or {}),
    }
    if not deploy.get("multiRegionConfig"):
        deploy["multiRegionConfig"] = {DEFAULT_REGION: {"numReplicas": 1}}
    build = {"builder": "RAILPACK", "buildEnvironment": "V3", **(service.get("build") or {})}
    return {**service, "source": source, "build": build, "deploy": deploy}


def _unmount_missing_volumes(config: Document) -> None:
    for service in services(config).values():
        mounts = service.get("volumeMounts", {})
        for volume_id in list(mounts):
            if volume_id not in config.get("volumes", {}):
                del mounts[volume_id]


def services(config: Document) -> dict[str, Document]:
    """Returns the services of a document by their ids."""
    return {key: entry for key, entry in (config.get("services") or {}).items() if isinstance(entry, dict)}


def has_source(service: Document) -> bool:
    """Whether a service has something to deploy."""
    source = service.get("source") or {}
    return bool(source.get("image") or source.get("repo"))


def replicas(service: Document) -> int:
    """Returns how many replicas a service has in all its regions."""
    regions = (service.get("deploy") or {}).get("multiRegionConfig") or {}
    return sum(region.get("numReplicas", 1) for region in regions.values())


def changed_services(before: Document, after: Document) -> list[str]:
    """Returns the services that a change makes Railway deploy, each once: those it really touches."""
    shared = changed_shared_variables(before, after)
    return [
        identifier
        for identifier, service in services(after).items()
        if has_source(service)
        and (
            identifier not in services(before)
            or _differs(services(before)[identifier], service)
            or refers_to_shared(service, shared)
        )
    ]


def _differs(before: Document, after: Document) -> bool:
    if any((before.get(group) or {}) != (after.get(group) or {}) for group in DEPLOYING_GROUPS):
        return True
    return _tcp_proxies(before) != _tcp_proxies(after)


def _tcp_proxies(service: Document) -> set[str]:
    return set((service.get("networking") or {}).get("tcpProxies") or {})


def changed_shared_variables(before: Document, after: Document) -> set[str]:
    """Returns the names of the shared variables that a change sets, alters or clears."""
    old, new = before.get("sharedVariables") or {}, after.get("sharedVariables") or {}
    return {name for name in {*old, *new} if old.get(name) != new.get(name)}


def refers_to_shared(service: Document, names: set[str]) -> bool:
    """Whether one of a service's variables refers to one of these shared variables."""
    values = [str(variable.get("value", "")) for variable in (service.get("variables") or {}).values()]
    compact = ["".join(value.split()) for value in values]
    return any(f"${{{{shared.{name}}}}}" in value for name in names for value in compact)


def masked(config: Document, *, decrypt: bool) -> Document:
    """Returns the document as `config(decryptVariables)` shows it: sealed values and credentials never."""
    result = deepcopy(config)
    for variable in _variables(result):
        if not decrypt or variable.get("isSealed"):
            variable["value"] = None
    for service in services(result).values():
        deploy = service.get("deploy") or {}
        if deploy.get("registryCredentials"):
            deploy["registryCredentials"] = {"username": HIDDEN, "password": HIDDEN}
    return result


def _variables(config: Document) -> Iterator[Document]:
    for owner in services(config).values():
        yield from (v for v in (owner.get("variables") or {}).values() if isinstance(v, dict))
    yield from (v for v in (config.get("sharedVariables") or {}).values() if isinstance(v, dict))


def etag(config: Document) -> str:
    """Returns an opaque token that is another one after each change of the document."""
    return hashlib.sha256(json.dumps(config, sort_keys=True).encode()).hexdigest()[:32]


def count_changes(patch: Document) -> int:
    """Counts staged changes the way the dashboard does: by the thing that changes, not by its fields."""
    return sum(
        len(value) if isinstance(value, dict) and section != "privateNetworkDisabled" else 1
        for section, value in patch.items()
    )
