"""What Railway writes into an environment's configuration by itself, and which forms mean the same.

The defaults are those that Railway's own command line treats as equal to absent, together with what it shows
for a service that sets nothing. A value that Railway filled in must neither look like drift nor like a failed
commit.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final

from pulumi_resource_railway.values import MASK

Comparison = Callable[[tuple[str, ...], Any, Any], bool]

DEFAULTS: Final[dict[tuple[str, str], Any]] = {
    ("source", "branch"): "main",
    ("source", "checkSuites"): False,
    ("source", "rootDirectory"): "",
    ("source", "autoUpdates"): {"type": "disabled"},
    ("tracing", "enabled"): False,
    ("tracing", "autoInstrumentation"): False,
    ("build", "builder"): "RAILPACK",
    ("build", "buildCommand"): "",
    ("build", "dockerfilePath"): "Dockerfile",
    ("build", "watchPatterns"): [],
    ("deploy", "preDeployTimeoutSeconds"): 0,
    ("deploy", "healthcheckTimeout"): 300,
    ("deploy", "restartPolicyType"): "ON_FAILURE",
    ("deploy", "restartPolicyMaxRetries"): 10,
    ("deploy", "sleepApplication"): False,
    ("deploy", "ipv6EgressEnabled"): False,
    ("deploy", "overlapSeconds"): 0,
    ("deploy", "drainingSeconds"): 0,
}


def is_default(section: str, key: str, value: Any) -> bool:
    """Say whether the value is what Railway shows when nothing was set."""
    if value is None or value in ("", [], {}):
        return True
    if (section, key) == ("deploy", "multiRegionConfig"):
        return (
            isinstance(value, dict)
            and len(value) == 1
            and all(_replicas(entry) == 1 for entry in value.values())
        )
    return (section, key) in DEFAULTS and bool(DEFAULTS[section, key] == value)


def _replicas(entry: Any) -> int:
    count = entry.get("numReplicas", 1) if isinstance(entry, dict) else 0
    return count if isinstance(count, int) else 0


def same(path: tuple[str, ...], wanted: Any, present: Any) -> bool:
    """Say whether the configuration shows at this path what a patch set there."""
    section, key = path[-2:] if len(path) > 1 else ("", *path)
    if wanted is None:
        # A region that was taken out may be the one that Railway then chooses by itself.
        return is_default(section, key, present) or (
            section == "multiRegionConfig" and _replicas(present) == 1
        )
    if key == "value" and "variables" in "".join(path[-3:-2]).lower():
        # A sealed variable never shows its value again.
        return present is None or bool(present == wanted) or present == MASK
    if section == "registryCredentials" and present == MASK:
        return True
    if key == "preDeployCommand":
        return commands(wanted) == commands(present)
    if key == "backupSchedules":
        return sorted(wanted) == sorted(present or [])
    if isinstance(wanted, bool) or isinstance(present, bool):
        return wanted is present or (wanted is False and present is None)
    return bool(wanted == present) or (present is None and is_default(section, key, wanted))


def visibly_same(path: tuple[str, ...], wanted: Any, present: Any) -> bool:
    """Say whether the configuration shows it by a value that can be read: what is hidden proves nothing."""
    hidden = present is None or present == MASK
    secret = (path[-1] == "value" and "variables" in "".join(path[-3:-2]).lower()) or (
        "registryCredentials" in path[-2:]
    )
    if secret and hidden and wanted is not None:
        return False
    return same(path, wanted, present)


def commands(value: Any) -> list[str]:
    """Return a pre-deploy command's list form: Railway takes a list and may answer with a text."""
    if value is None or value == "":
        return []
    return [value] if isinstance(value, str) else list(value)
