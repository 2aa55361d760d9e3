"""The catalogue against the settings, the policies and the program's own graph: it can't drift from them."""

import re
from typing import Any

import pytest

from operations.secrets.catalogue import CATALOGUE
from operations.secrets.procedures import PROCEDURES
from operations.secrets.status import DAYS
from railway_policies.rules.secret_suggest_rotation import RULE
from railway_policies.secret_looks import named_like_a_secret
from settings.groups import Secrets
from settings.types import Kind
from tests.program.conftest import ROOT, SECRETS, Configure, configure, event_loop
from tests.program.graph import Secret, run_program

__all__ = ["configure", "event_loop"]  # fixtures of the program's tests

EVERYTHING: dict[str, Any] = {
    "monitoring": {"enabled": True, "notify": "webhook"},
    "backup": {"enabled": True, "bucket": "vault", "endpoint": "https://s3.example.org"},
    "storage": {
        "scopedUser": True,
        "versioning": True,
        "replication": {"endpoint": "https://copies.example.org"},
    },
}


def test_every_secret_is_in_the_catalogue_and_has_a_procedure() -> None:
    names = {field.alias for field in Secrets.model_fields.values()} - {"postgresPasswordBefore"}
    assert set(CATALOGUE) == names
    assert set(PROCEDURES) == names


def test_every_secret_is_explained_where_its_rotation_is() -> None:
    page = (ROOT / "docs" / "secrets.md").read_text()
    assert {name for name in CATALOGUE if f"`{name}`" not in page} == set()
    whole = {
        variable for secret in CATALOGUE.values() if secret.random_bytes for variable in secret.variables
    }
    assert {variable for variable in whole if f"`{variable}`" not in page} == set()


def test_what_is_given_out_is_what_the_settings_say() -> None:
    given = {
        field.alias
        for field in Secrets.model_fields.values()
        if any(
            isinstance(each, Kind) and "owner gives out" in each.words for each in _metadata(field.annotation)
        )
    }
    assert given == {name for name, secret in CATALOGUE.items() if secret.random_bytes is None}


def _metadata(annotation: object) -> list[object]:
    found = list(getattr(annotation, "__metadata__", ()))
    return found + [each for part in getattr(annotation, "__args__", ()) for each in _metadata(part)]


def test_the_variables_are_those_in_which_the_program_puts_the_secrets(configure: Configure) -> None:
    configure(**EVERYTHING, secrets=SECRETS)
    held: dict[str, set[str]] = {name: set() for name in SECRETS}
    derived = set()
    for inputs in run_program().services().values():
        for variable, value in inputs["variables"].items():
            if isinstance(value, Secret):
                owners = [name for name, canary in SECRETS.items() if value.value == canary]
                for name in owners:
                    held[name].add(variable)
                if not owners and named_like_a_secret(variable):
                    derived.add(variable)
    assert derived == {"MINIO_TOKEN"}
    held["minioRootPassword"] |= derived
    assert held == {name: set(secret.variables) for name, secret in CATALOGUE.items()}


def test_values_are_long_different_and_fit_everywhere(configure: Configure) -> None:
    values = {
        name: secret.generate() for name, secret in CATALOGUE.items() if secret.random_bytes is not None
    }
    assert len(set(values.values())) == len(values)
    for value in values.values():
        assert re.fullmatch("[0-9a-f]{64,}", value)
    with pytest.raises(ValueError, match="can't be generated"):
        CATALOGUE["backupAccessKeyId"].generate()


def test_secrets_are_due_when_the_policy_says_so() -> None:
    assert RULE.configuration().days == DAYS
