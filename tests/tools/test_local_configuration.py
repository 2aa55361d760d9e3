"""What the local commands make of a stack's file, and how they refuse one."""

from pathlib import Path

import pytest

from tools.local.configuration import is_set, load_stack_file, without_secrets
from tools.local.errors import LocalError
from tools.local.rehearsal import for_a_fresh_project


def test_a_stack_that_does_not_exist_names_those_that_do(tmp_path: Path) -> None:
    for stack in ("production", "local"):
        (tmp_path / f"Pulumi.{stack}.yaml").touch()
    with pytest.raises(LocalError, match=r"no stack '\.\./x' here: .* exists for local, production"):
        load_stack_file("../x", tmp_path)
    assert load_stack_file("local", tmp_path) == {}


@pytest.mark.parametrize(
    ("text", "complaint"),
    [
        (b"config:\n  a: [1\n b: 2\n", r"can't be read: [\s\S]*line 3"),
        (b"\xff\xfe", "can't be read: .*utf-8"),
        (b"- a\n", "is not a stack's file"),
        (b"config: hello\n", "is not a stack's file"),
        (b"config:\n  railway:endpoint: https://example.org/\n", "remove it there"),
        (b"config:\n  etally:secrets:\n    jwtSecret: abc\n", "in the clear"),
        (b"config:\n  etally:secrets: abc\n", "in the clear"),
    ],
)
def test_a_file_that_cannot_be_used_is_refused_in_a_sentence(
    tmp_path: Path, text: bytes, complaint: str
) -> None:
    (tmp_path / "Pulumi.broken.yaml").write_bytes(text)
    with pytest.raises(LocalError, match=complaint) as caught:
        load_stack_file("broken", tmp_path)
    assert "Pulumi.broken.yaml" in str(caught.value)
    assert "abc" not in str(caught.value)


def test_encrypted_values_stay_with_their_stack(tmp_path: Path) -> None:
    (tmp_path / "Pulumi.real.yaml").write_text(
        "config:\n  etally:secrets:\n    jwtSecret:\n      secure: v1:x\n  railway:token:\n    secure: v1:y\n"
        "  etally:postgres:\n    volumeGb: 5\n    note:\n      secure: v1:z\n"
    )
    plain = dict(without_secrets(load_stack_file("real", tmp_path)))
    assert plain == {"etally:secrets": {}, "etally:postgres": {"volumeGb": 5}}


@pytest.mark.parametrize(
    ("group", "enabled"),
    [({"enabled": True}, True), ({"enabled": False}, False), (True, False), (None, False)],
)
def test_a_group_is_enabled_by_its_flag(group: object, enabled: bool) -> None:
    assert is_set({"etally:monitoring": group}, "monitoring", "enabled") is enabled
    assert is_set({"etally:storage": {"replication": group}}, "storage", "replication", "enabled") is enabled
    assert is_set({}, "monitoring", "enabled") is False


def test_a_rehearsal_gets_a_project_of_its_own() -> None:
    given = {"etally:railway": {"project": "an id", "environmentId": "another", "environment": "staging"}}
    assert for_a_fresh_project(given) == {"etally:railway": {"environment": "staging", "project": "create"}}
    assert for_a_fresh_project({}) == {"etally:railway": {"project": "create"}}
    assert for_a_fresh_project({"etally:railway": "malformed"}) == {"etally:railway": "malformed"}
