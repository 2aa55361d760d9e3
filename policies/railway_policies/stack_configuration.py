"""What a stack's own configuration (`Pulumi.<stack>.yaml`) says about the policies."""

import difflib
import json
import re
from collections.abc import Mapping, Sequence
from typing import Any, Final

from pulumi_policy import EnforcementLevel

from railway_policies.rule import About

NAMESPACE: Final = "railway-policies"
PRODUCTION: Final = f"{NAMESPACE}:production"
"""`false` turns off the rules for production alone; a stack that says nothing is production."""
RULES_KEY: Final = f"{NAMESPACE}:rules"
"""An object like the JSON file of `--policy-pack-config`, which wins where both say something."""

SECRETS_SET_ON: Final = f"{NAMESPACE}:secretsSetOn"
"""An object: a variable's name, then the day on which its secret was last set. All rules on age read it."""
_ON_AGE: Final = ("railway-secret-suggest-rotation", "railway-secret-require-rotation")

_MIDNIGHT = re.compile(r"(\d{4}-\d{2}-\d{2})[T ]00:00:00(Z| \+0000 UTC)")


class ConfigurationError(Exception):
    """The stack's configuration of the policies makes no sense."""


def initial_configuration(
    configuration: Mapping[str, str], abouts: Sequence[About]
) -> dict[str, EnforcementLevel | dict[str, Any]]:
    """Levels and settings for the engine, which adds those of a JSON file and checks all against the schemas.

    Raises:
        ConfigurationError: A key of the stack's is no policy, no level, or not of the right type.
    """
    by_name = {about.name: about for about in abouts}
    known = {PRODUCTION, RULES_KEY, SECRETS_SET_ON}
    unknown = [key for key in configuration if key.startswith(f"{NAMESPACE}:") and key not in known]
    if unknown:
        raise ConfigurationError(
            f"{', '.join(sorted(unknown))}: unknown; there are {', '.join(sorted(known))}."
        )
    production = _is_production(configuration)
    result: dict[str, EnforcementLevel | dict[str, Any]] = {}
    if not production:
        result |= {about.name: EnforcementLevel.DISABLED for about in abouts if about.production_only}
    rules = dict(_object(configuration, RULES_KEY))
    if days := _object(configuration, SECRETS_SET_ON):
        for name in _ON_AGE:
            rules[name] = _with_days(rules.get(name, {}), days)
    for name, given in rules.items():
        if name not in by_name:
            near = difflib.get_close_matches(name, by_name, n=1)
            hint = f"; did you mean {near[0]}?" if near else ""
            raise ConfigurationError(f"{RULES_KEY}: {name} is no policy of this pack{hint}")
        result[name] = _entry(name, given, by_name[name], result.get(name))
    return result


def _is_production(configuration: Mapping[str, str]) -> bool:
    text = configuration.get(PRODUCTION, "true").strip().lower()
    if text not in {"true", "false"}:
        raise ConfigurationError(f"{PRODUCTION} must be true or false.")
    return text == "true"


def _object(configuration: Mapping[str, str], key: str) -> Mapping[str, Any]:
    try:
        value = json.loads(configuration.get(key, "{}"))
    except json.JSONDecodeError:
        value = None
    if not isinstance(value, Mapping):
        raise ConfigurationError(f"{key} must be an object: a name, then what is set for it.")
    plain: Mapping[str, Any] = _with_plain_days(value)
    return plain


def _with_plain_days(value: Any) -> Any:
    """The value with days as they were written: the engine reads 2026-12-31 as a time, unless it is quoted."""
    if isinstance(value, Mapping):
        return {key: _with_plain_days(part) for key, part in value.items()}
    if isinstance(value, list):
        return [_with_plain_days(part) for part in value]
    midnight = _MIDNIGHT.fullmatch(value) if isinstance(value, str) else None
    return midnight.group(1) if midnight else value


def _with_days(given: Any, days: Mapping[str, Any]) -> Any:
    settings = {"enforcementLevel": given} if isinstance(given, str) else given
    return {"setOn": days, **settings} if isinstance(settings, Mapping) else settings


def _entry(
    name: str, given: Any, about: About, earlier: EnforcementLevel | dict[str, Any] | None
) -> EnforcementLevel | dict[str, Any]:
    if isinstance(given, str):
        return _level(name, given)
    if not isinstance(given, Mapping):
        raise ConfigurationError(f"{RULES_KEY}: {name} must be a level, or an object with settings.")
    settings = dict(given)
    fallback = earlier if isinstance(earlier, EnforcementLevel) else about.level
    level = settings.pop("enforcementLevel", None)
    # The SDK sends a missing level as advisory.
    return {"enforcementLevel": fallback if level is None else _level(name, level), **settings}


def _level(name: str, text: Any) -> EnforcementLevel:
    try:
        return EnforcementLevel(text)
    except ValueError:
        known = ", ".join(level.value for level in EnforcementLevel)
        raise ConfigurationError(f"{RULES_KEY}: {name} must have one of the levels {known}.") from None
