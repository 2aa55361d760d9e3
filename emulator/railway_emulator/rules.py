"""What Railway refuses: rules over a configuration before and after a change.

Where a rule's wording on the real service isn't known, the sentence names the rule plainly. Unknown keys are
refused although the real service may ignore them: a misspelt key is a client's mistake, and a double that
swallows it hides it.
"""

import re
from collections.abc import Callable, Mapping
from typing import Any

from .configuration import HIDDEN, replicas, services
from .errors import InvalidInput, Refusal
from .regions import REGION_NAMES
from .state import Document

MAXIMUM_REPLICAS = 50
CRON_FIELDS = 5
MAXIMUM_HEALTHCHECK_SECONDS = 3600
_CRON_FIELD = re.compile(r"^[\d*/,\-A-Za-z]+$")
_BUILDERS = {"RAILPACK", "NIXPACKS", "DOCKERFILE"}
_RESTART_POLICIES = {"ALWAYS", "NEVER", "ON_FAILURE"}
_UPDATE_TYPES = {"disabled", "patch", "minor"}
_REGISTRIES_WITH_UPDATES = {"docker.io", "ghcr.io"}
_RESERVED_PRIVATE_NAMES = {"health", "internal", "internal-health", "railway", "up"}
_LABEL = re.compile(r"[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?")
_BACKUP_SCHEDULES = {"DAILY", "WEEKLY", "MONTHLY"}

_TOP_KEYS = "services sharedVariables volumes buckets groups privateNetworkDisabled"
_SERVICE_KEYS = (
    "isCreated isDeleted configFile source build deploy networking variables volumeMounts groupId"
    " parentServiceId clusterRole clusterWiring replicaConfig clusterDisplay tracing cdn"
)
_SOURCE_KEYS = "image repo branch commitSha upstreamUrl rootDirectory checkSuites autoUpdates"
_BUILD_KEYS = (
    "builder buildCommand buildEnvironment dockerfilePath watchPatterns nixpacksConfigPath nixpacksPlan"
    " nixpacksVersion railpackVersion"
)
_DEPLOY_KEYS = (
    "startCommand preDeployCommand preDeployTimeoutSeconds healthcheckPath healthcheckTimeout"
    " restartPolicyType restartPolicyMaxRetries cronSchedule sleepApplication ipv6EgressEnabled"
    " overlapSeconds drainingSeconds numReplicas"
    " multiRegionConfig limitOverride registryCredentials requiredMountPath"
    " runtime useLegacyStacker"
)
_NETWORKING_KEYS = "serviceDomains customDomains tcpProxies privateNetworkEndpoint"
_VARIABLE_KEYS = "value defaultValue description isOptional isSealed"
_MOUNT_KEYS = "mountPath backupSchedules"
_BUCKET_KEYS = "isCreated isDeleted region groupId"
_BUCKET_REGIONS = {"sjc", "iad", "ams", "sin"}
_VOLUME_KEYS = "isCreated isDeleted sizeMB region alerts allowOnlineResize"


def check_keys(patch: Document) -> None:
    """Raises `InvalidInput` for a key or a shape that Railway's configuration doesn't have."""
    _known(patch, _TOP_KEYS, "the configuration")
    for name, variable in _entries(patch, "sharedVariables"):
        _check_variable(name, variable)
    for identifier, volume in _entries(patch, "volumes"):
        _known(volume, _VOLUME_KEYS, f"volumes.{identifier}")
    for identifier, bucket in _entries(patch, "buckets"):
        _known(bucket, _BUCKET_KEYS, f"buckets.{identifier}")
    for identifier, service in _entries(patch, "services"):
        where = f"services.{identifier}"
        _known(service, _SERVICE_KEYS, where)
        for group, keys in (
            ("source", _SOURCE_KEYS),
            ("build", _BUILD_KEYS),
            ("deploy", _DEPLOY_KEYS),
            ("networking", _NETWORKING_KEYS),
            ("tracing", "enabled autoInstrumentation"),
        ):
            _known(service.get(group) or {}, keys, f"{where}.{group}")
        for name, variable in _entries(service, "variables"):
            _check_variable(name, variable)
        for volume_id, mount in _entries(service, "volumeMounts"):
            _known(mount, _MOUNT_KEYS, f"{where}.volumeMounts.{volume_id}")


def _entries(holder: Document, key: str) -> list[tuple[str, Any]]:
    section = holder.get(key) or {}
    if not isinstance(section, dict):
        raise InvalidInput(f"Expected object, received {type(section).__name__} at {key}")
    return [(name, value) for name, value in section.items() if value is not None]


def _known(value: Any, keys: str, where: str) -> None:
    if not isinstance(value, dict):
        raise InvalidInput(f"Expected object, received {type(value).__name__} at {where}")
    for key in value:
        if key not in keys.split():
            raise InvalidInput(f'Unrecognized key "{key}" at {where}')


def _check_variable(name: str, variable: Any) -> None:
    if not name or "=" in name or "\0" in name:
        raise InvalidInput("A variable's name must not be empty or contain '='")
    _known(variable, _VARIABLE_KEYS, f"variables.{name}")
    if not isinstance(variable.get("value", ""), str | None):
        raise InvalidInput(f"Expected string at variables.{name}.value")


def check_configuration(before: Document, after: Document) -> None:
    """Raises a `Refusal` when the configuration after a change is one that Railway doesn't accept."""
    for identifier, service in services(after).items():
        for rule in _SERVICE_RULES:
            rule(service)
        _check_mounts(identifier, service)
    _check_shared_mounts(after)
    for identifier, volume in (after.get("volumes") or {}).items():
        _check_volume((before.get("volumes") or {}).get(identifier), volume)
    for identifier, bucket in (after.get("buckets") or {}).items():
        _check_bucket((before.get("buckets") or {}).get(identifier), bucket)


def _check_source(service: Document) -> None:
    source = service.get("source") or {}
    if source.get("image") and source.get("repo"):
        raise InvalidInput("A source is either an image or a repository, not both")
    if source.get("repo") and not re.fullmatch(r"[^/\s]+/[^/\s]+", source["repo"]):
        raise InvalidInput("source.repo must look like owner/name")


def _check_build(service: Document) -> None:
    if (service.get("build") or {}).get("builder") not in _BUILDERS:
        raise InvalidInput(f"build.builder must be one of {', '.join(sorted(_BUILDERS))}")


def _check_config_file(service: Document) -> None:
    if not isinstance(service.get("configFile", ""), str):
        raise InvalidInput("Expected string at configFile")


def _check_commands(service: Document) -> None:
    command = (service.get("deploy") or {}).get("preDeployCommand")
    if isinstance(command, list) and len(command) > 1:
        raise InvalidInput("preDeployCommand must contain at most 1 element")
    seconds = (service.get("deploy") or {}).get("preDeployTimeoutSeconds", 1)
    if not isinstance(seconds, int) or isinstance(seconds, bool) or seconds < 0:
        raise InvalidInput("preDeployTimeoutSeconds must be a number of seconds")


def _check_healthcheck(service: Document) -> None:
    deploy = service.get("deploy") or {}
    path, timeout = deploy.get("healthcheckPath"), deploy.get("healthcheckTimeout")
    if path and not str(path).startswith("/"):
        raise InvalidInput("healthcheckPath must start with /")
    if timeout is not None and not _integer_between(timeout, 1, MAXIMUM_HEALTHCHECK_SECONDS):
        raise InvalidInput(f"healthcheckTimeout must be between 1 and {MAXIMUM_HEALTHCHECK_SECONDS} seconds")


def _check_restart_policy(service: Document) -> None:
    deploy = service.get("deploy") or {}
    if deploy.get("restartPolicyType") not in _RESTART_POLICIES:
        raise InvalidInput(f"restartPolicyType must be one of {', '.join(sorted(_RESTART_POLICIES))}")
    if not _integer_between(deploy.get("restartPolicyMaxRetries"), 0, 100):
        raise InvalidInput("restartPolicyMaxRetries must be between 0 and 100")


def _check_regions(service: Document) -> None:
    regions = (service.get("deploy") or {}).get("multiRegionConfig") or {}
    for name, region in regions.items():
        if name not in REGION_NAMES:
            raise InvalidInput(f'Region "{name}" does not exist')
        if not _integer_between(region.get("numReplicas", 1), 1, MAXIMUM_REPLICAS):
            raise InvalidInput(f"numReplicas must be between 1 and {MAXIMUM_REPLICAS}")
    if replicas(service) > MAXIMUM_REPLICAS:
        raise InvalidInput(f"A service can have at most {MAXIMUM_REPLICAS} replicas")


def _check_cron(service: Document) -> None:
    schedule = (service.get("deploy") or {}).get("cronSchedule")
    if not schedule:
        return
    fields = str(schedule).split()
    if len(fields) != CRON_FIELDS or not all(_CRON_FIELD.match(field) for field in fields):
        raise InvalidInput("Invalid cron schedule")
    if replicas(service) > 1:
        raise InvalidInput("A service with a cron schedule must have exactly one replica")


def _check_auto_updates(service: Document) -> None:
    source = service.get("source") or {}
    updates = source.get("autoUpdates")
    if not updates:
        return
    if updates.get("type") not in _UPDATE_TYPES:
        raise InvalidInput(f"autoUpdates.type must be one of {', '.join(sorted(_UPDATE_TYPES))}")
    host = str(source.get("image") or "").partition("/")[0]
    if not source.get("image") or ("." in host and host not in _REGISTRIES_WITH_UPDATES):
        raise InvalidInput("autoUpdates are available for images from docker.io and ghcr.io only")


def _check_limits(service: Document) -> None:
    containers = ((service.get("deploy") or {}).get("limitOverride") or {}).get("containers") or {}
    _known(containers, "cpu memoryBytes diskBytes", "deploy.limitOverride.containers")
    for name, value in containers.items():
        if isinstance(value, bool) or not isinstance(value, int | float) or value <= 0:
            raise InvalidInput(f"limitOverride.containers.{name} must be a positive number")


def _check_registry_credentials(service: Document) -> None:
    credentials = (service.get("deploy") or {}).get("registryCredentials")
    if credentials and not (credentials.get("username") and credentials.get("password")):
        raise InvalidInput("registryCredentials need a username and a password")
    if credentials and HIDDEN in credentials.values():
        raise InvalidInput("registryCredentials must not be what is shown in their place")


def _check_private_name(service: Document) -> None:
    name = (service.get("networking") or {}).get("privateNetworkEndpoint")
    if name is not None and (name in _RESERVED_PRIVATE_NAMES or not _LABEL.fullmatch(str(name))):
        raise InvalidInput("privateNetworkEndpoint must be a DNS label that is not reserved")


_SERVICE_RULES: tuple[Callable[[Document], None], ...] = (
    _check_source,
    _check_build,
    _check_config_file,
    _check_commands,
    _check_healthcheck,
    _check_restart_policy,
    _check_regions,
    _check_cron,
    _check_auto_updates,
    _check_limits,
    _check_registry_credentials,
    _check_private_name,
)


def _check_mounts(identifier: str, service: Document) -> None:
    mounts: Mapping[str, Document] = service.get("volumeMounts") or {}
    if len(mounts) > 1:
        raise Refusal(f"A volume is already mounted on service {identifier}")
    if mounts and replicas(service) > 1:
        raise Refusal("A service with a volume cannot have more than one replica")
    for mount in mounts.values():
        if not str(mount.get("mountPath", "")).startswith("/"):
            raise InvalidInput("mountPath must start with /")
        if not set(mount.get("backupSchedules") or []) <= _BACKUP_SCHEDULES:
            raise InvalidInput(f"backupSchedules must be among {', '.join(sorted(_BACKUP_SCHEDULES))}")


def _check_shared_mounts(config: Document) -> None:
    mounted: set[str] = set()
    for service in services(config).values():
        for volume_id in service.get("volumeMounts") or {}:
            if volume_id in mounted:
                raise Refusal("Volume is already mounted on another service")
            mounted.add(volume_id)


def _check_volume(before: Document | None, volume: Document) -> None:
    if not _integer_between(volume.get("sizeMB"), 1, 1_000_000):
        raise InvalidInput("sizeMB must be between 1 and 1000000")
    if volume.get("region") not in REGION_NAMES:
        raise InvalidInput(f'Region "{volume.get("region")}" does not exist')
    if before is not None and volume["sizeMB"] < before["sizeMB"]:
        raise Refusal("Volume size cannot be decreased")


def _check_bucket(before: Document | None, bucket: Document) -> None:
    if bucket.get("region") not in _BUCKET_REGIONS:
        raise InvalidInput(f"A bucket's region must be one of {', '.join(sorted(_BUCKET_REGIONS))}")
    if before is not None and bucket["region"] != before["region"]:
        raise Refusal("A bucket's region cannot be changed")


def _integer_between(value: Any, lowest: int, highest: int) -> bool:
    """JSON has one kind of number: 3.0 is an integer too."""
    if isinstance(value, bool) or not isinstance(value, int | float):
        return False
    return value == int(value) and lowest <= value <= highest
