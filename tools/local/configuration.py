"""Makes a stack's configuration for the local Railway: the checkout's plain keys, secrets that exist only here."""

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import yaml

from settings import secret_keys, stand_in
from settings.groups import Storage
from tools.local.engine import Engine
from tools.local.environment import ENDPOINT_KEY, refuse_foreign_endpoint, refuse_foreign_environment
from tools.local.errors import LocalError
from tools.local.railway import LocalRailway
from tools.local.state import CHECKOUT, write_private

SECRETS_KEY = "etally:secrets"
TOKEN_KEY = "railway:token"  # noqa: S105 - the key's name
GENERATED_KEYS = frozenset({SECRETS_KEY, TOKEN_KEY})
CREDENTIAL_KEYS = frozenset({TOKEN_KEY, "railway:projectToken"})


def load_stack_file(stack: str, folder: Path = CHECKOUT) -> dict[str, Any]:
    """The configuration of `Pulumi.<stack>.yaml` in a folder, which is this checkout.

    Raises:
        LocalError: there is no such file, it isn't a stack's file, it holds a secret in the clear, or it names an
            endpoint that isn't on this machine.
    """
    refuse_foreign_environment()
    known = sorted(file.name.split(".")[1] for file in folder.glob("Pulumi.*.yaml"))
    if stack not in known:
        raise LocalError(
            f"There is no stack {stack!r} here: Pulumi.<stack>.yaml exists for {', '.join(known)}."
        )
    path = folder / f"Pulumi.{stack}.yaml"
    configuration = read_stack_file(path).get("config") or {}
    refuse_foreign_endpoint(
        f"{ENDPOINT_KEY} in {path.name}", configuration.get(ENDPOINT_KEY), "remove it there"
    )
    secrets = configuration.get(SECRETS_KEY) or {}
    if not isinstance(secrets, Mapping) or dict(without_secrets(secrets)):
        raise LocalError(
            f"{path.name} holds {SECRETS_KEY} in the clear. Take them out, replace them wherever they are in use, and "
            "set each with `bin/pulumi config set --secret --path 'secrets.…'`. (The local stacks need none.)"
        )
    return configuration


def read_stack_file(path: Path) -> dict[str, Any]:
    """A stack's file as it is written.

    Raises:
        LocalError: it can't be read, isn't YAML or isn't made like a stack's file.
    """
    try:
        with path.open(encoding="utf-8") as file:
            document = yaml.safe_load(file) or {}
    except (OSError, UnicodeDecodeError, yaml.YAMLError) as error:
        raise LocalError(f"{path.name} can't be read: {error}\nCorrect it, then try again.") from None
    if not isinstance(document, dict) or not isinstance(document.get("config") or {}, dict):
        raise LocalError(f"{path} is not a stack's file: it has to have `config:` with keys below it.")
    return document


def write_configuration(
    engine: Engine, railway: LocalRailway, configuration: Mapping[str, Any], *, rehearsal: bool = False
) -> None:
    """Write the stack's file in its state folder and give it every secret that it lacks.

    Secrets made earlier are kept, so that a second `up` changes nothing.
    """
    earlier = read_stack_file(engine.configuration) if engine.configuration.exists() else {}
    kept = {key: value for key, value in (earlier.get("config") or {}).items() if key in GENERATED_KEYS}
    plain = {key: value for key, value in without_secrets(configuration) if key not in CREDENTIAL_KEYS}
    document = {
        **{key: value for key, value in earlier.items() if key != "config"},
        "config": {**plain, **kept, ENDPOINT_KEY: railway.endpoint},
    }
    if rehearsal:
        document["config"]["etally:rehearsal"] = True
    write_private(engine.configuration, yaml.safe_dump(document, sort_keys=False))
    engine.ensure_stack()
    present = set((kept.get(SECRETS_KEY) or {}).keys())
    wanted = {
        "monitoring_enabled": is_set(plain, "monitoring", "enabled"),
        "backup_enabled": is_set(plain, "backup", "enabled"),
        "scoped_user": is_set(
            plain, "storage", "scopedUser", default=Storage.model_fields["scoped_user"].default
        ),
        "replicated": is_set(plain, "storage", "replication", "endpoint"),
        "notified": is_set(plain, "monitoring", "notify"),
    }
    for path in secret_keys(**wanted):
        if path.removeprefix("secrets.") not in present:
            engine.set_secret(f"etally:{path}", stand_in())
    if TOKEN_KEY not in kept:
        engine.set_secret(TOKEN_KEY, railway.token)


def is_set(configuration: Mapping[str, Any], group: str, *names: str, default: bool = False) -> bool:
    """Whether a configuration says something true there; what is malformed is left to the settings to judge."""
    found: object = configuration.get(f"etally:{group}")
    for name in names:
        found = found.get(name) if isinstance(found, Mapping) else None
    return default if found is None else bool(found)


def without_secrets(configuration: Mapping[str, Any]) -> Iterator[tuple[str, Any]]:
    """The plain keys: nothing encrypted with another stack's key, at any depth."""
    for key, value in configuration.items():
        if isinstance(value, Mapping):
            if "secure" not in value:
                yield key, dict(without_secrets(value))
        else:
            yield key, value
