"""Makes a stack's configuration for the local Railway: the checkout's plain keys, secrets that exist only here."""

import os
from collections.abc import Iterator, Mapping
from typing import Any
from urllib.parse import urlsplit

import yaml

from settings import secret_keys, stand_in
from tools.local.engine import Engine
from tools.local.errors import LocalError
from tools.local.railway import LocalRailway
from tools.local.state import CHECKOUT, write_private

LOOPBACK = frozenset({"127.0.0.1", "localhost", "::1"})
ENDPOINT_KEY = "railway:endpoint"
GENERATED_KEYS = frozenset({"etally:secrets", "railway:token"})


def load_stack_file(stack: str) -> dict[str, Any]:
    """The configuration of `Pulumi.<stack>.yaml` in the checkout.

    Raises:
        LocalError: there is no such file, it isn't YAML, or it names an endpoint that isn't on this machine.
    """
    path = CHECKOUT / f"Pulumi.{stack}.yaml"
    try:
        document = yaml.safe_load(path.read_text()) or {}
    except FileNotFoundError:
        known = sorted(file.name.split(".")[1] for file in CHECKOUT.glob("Pulumi.*.yaml"))
        raise LocalError(f"There is no {path.name}; the stacks here are: {', '.join(known)}.") from None
    except yaml.YAMLError as error:
        raise LocalError(f"{path.name} is not valid YAML: {error}") from None
    configuration: dict[str, Any] = document.get("config") or {}
    refuse_foreign_endpoint(path.name, configuration.get(ENDPOINT_KEY))
    refuse_foreign_endpoint("the environment variable RAILWAY_ENDPOINT", os.environ.get("RAILWAY_ENDPOINT"))
    return configuration


def refuse_foreign_endpoint(source: str, endpoint: Any) -> None:
    """Refuse an endpoint that isn't on this machine, so that no local command ever reaches a real account."""
    if endpoint and urlsplit(str(endpoint)).hostname not in LOOPBACK:
        raise LocalError(
            f"{source} points at {endpoint!r}, which is not this machine. The local commands only talk to the "
            f"local Railway: remove {ENDPOINT_KEY} there, or use `bin/pulumi up` for a real account."
        )


def write_configuration(
    engine: Engine, railway: LocalRailway, configuration: Mapping[str, Any], *, rehearsal: bool = False
) -> None:
    """Write the stack's file in its state folder and give it every secret that it lacks.

    Secrets made earlier are kept, so that a second `up` changes nothing.
    """
    earlier = yaml.safe_load(engine.configuration.read_text()) if engine.configuration.exists() else {}
    kept = {key: value for key, value in earlier.get("config", {}).items() if key in GENERATED_KEYS}
    plain = {key: value for key, value in without_secrets(configuration) if key != "railway:projectToken"}
    document = {
        **{key: value for key, value in earlier.items() if key != "config"},
        "config": {**plain, **kept, ENDPOINT_KEY: railway.endpoint},
    }
    if rehearsal:
        document["config"]["etally:rehearsal"] = True
    write_private(engine.configuration, yaml.safe_dump(document, sort_keys=False))
    engine.ensure_stack()
    present = set((kept.get("etally:secrets") or {}).keys())
    for path in secret_keys(monitoring_enabled=bool(plain.get("etally:monitoring", {}).get("enabled"))):
        if path.removeprefix("secrets.") not in present:
            engine.set_secret(f"etally:{path}", stand_in())
    if "railway:token" not in kept:
        engine.set_secret("railway:token", railway.token)


def without_secrets(configuration: Mapping[str, Any]) -> Iterator[tuple[str, Any]]:
    """The plain keys: nothing encrypted with another stack's key, at any depth."""
    for key, value in configuration.items():
        if isinstance(value, Mapping):
            if "secure" not in value:
                yield key, dict(without_secrets(value))
        else:
            yield key, value
