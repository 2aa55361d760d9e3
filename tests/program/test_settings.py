import json
import os
from pathlib import Path
from typing import Any

import pulumi
import pytest

import settings
from settings.sources import setting_paths
from tests.program.conftest import SECRETS


def problems() -> str:
    with pytest.raises(pulumi.RunError) as caught:
        settings.load()
    assert caught.value.__cause__ is None
    return str(caught.value)


def test_a_complete_stack_has_the_guides_topology(configure: Any) -> None:
    configure()
    chosen = settings.load()
    assert chosen.domains.frontend.origin == "https://dashboard.etally.example"
    assert chosen.domains.api is None
    assert chosen.storage.volume_gb == 10
    assert chosen.storage.root_user == "admin"
    assert (chosen.railway.project, chosen.railway.environment_id) == ("create", None)
    assert not chosen.monitoring.enabled
    assert chosen.protect


def test_an_empty_stack_is_told_all_that_it_lacks(configure: Any) -> None:
    configure(domains=None, source=None, secrets=None)
    text = problems()
    required = ["domains.frontend", "domains.storage", "source.repository"]
    for key in [*required, *settings.secret_keys(monitoring_enabled=False)]:
        assert f"- {key} is missing" in text
    assert "have 10 problems" in text
    assert "pulumi config set --path 'domains.frontend' dashboard.example.org" in text
    assert "pulumi config set --secret --path 'secrets.jwtSecret'   (it asks" in text


def test_all_kinds_of_problems_are_told_together(configure: Any) -> None:
    configure(
        domains={"frontend": "https://dashboard.etally.example", "storag": "storage.etally.example"},
        source={"repository": "etally"},
        postgres={"volumeGb": "big", "image": "postgres:latest"},
        api="7",
        monitoring={"enabled": True},
        rehearsal="true",
        protect="perhaps",
        secrets={"jwtSecret": "short"},
    )
    text = problems()
    for sentence in (
        "domains.frontend 'https://dashboard.etally.example' is an address: give the host name alone",
        "domains.storage is missing",
        "domains.storag is not a setting; did you mean domains.storage?",
        "source.repository 'etally' must be OWNER/NAME",
        "postgres.volumeGb 'big' should be a valid integer",
        "postgres.image 'postgres:latest' is not pinned",
        "api 7 must be a group of settings",
        "secrets.jwtSecret is shorter than 32 characters",
        "secrets.grafanaPassword is missing: monitoring.enabled needs it",
        "protect 'perhaps' should be a valid boolean",
        "rehearsal is for a local Railway",
    ):
        assert f"- {sentence}" in text


@pytest.mark.parametrize(
    ("groups", "sentence", "remedy"),
    [
        (
            {"domain": {}},
            "domain is not a setting; did you mean domains?",
            "pulumi config rm --path 'domain'",
        ),
        (
            {"postgres": {"volume_gb": 3}},
            "postgres.volume_gb is not a setting; did you mean postgres.volumeGb?",
            "pulumi config rm --path 'postgres.volume_gb'",
        ),
        (
            {"api": {"branch": "main"}},
            "api.branch is not a setting; did you mean source.branch?",
            "pulumi config rm --path 'api.branch'",
        ),
        ({"api": {"xyz": "1"}}, "api.xyz is not a setting\n", "pulumi config rm --path 'api.xyz'"),
    ],
)
def test_an_unknown_key_comes_with_a_suggestion(
    configure: Any, groups: dict[str, Any], sentence: str, remedy: str
) -> None:
    configure(**groups)
    text = problems()
    assert f"- {sentence}" in text
    assert remedy in text
    assert "has a problem" in text or "have a problem" in text


@pytest.mark.parametrize(
    ("value", "reason"),
    [
        ("https://a.example", "is an address"),
        ("a.example/path", "is an address"),
        ("a.example:8443", "names a port"),
        ("A.example", "must be in lower case: a.example"),
        ("*.a.example", "is a wildcard"),
        ("a..example", "is not a host name"),
        ("-a.example", "is not a host name"),
        ("a.b.up.railway.app", "has more than one label in front of up.railway.app"),
        ("10.0.0.1", "is not a host name"),
        ("", "is not a host name"),
        (7, "must be a host name"),
    ],
)
def test_a_domain_is_one_host_name(configure: Any, value: object, reason: str) -> None:
    configure(domains={"frontend": value, "storage": "storage.etally.example"})
    assert reason in problems()


@pytest.mark.parametrize("text", ["etally-dashboard", "etally-dashboard.up.railway.app"])
def test_a_label_is_a_subdomain_of_railways(configure: Any, text: str) -> None:
    configure(domains={"frontend": text, "storage": "storage.etally.example"})
    address = settings.load().domains.frontend
    assert (address.host, address.subdomain) == ("etally-dashboard.up.railway.app", "etally-dashboard")


@pytest.mark.parametrize(
    ("groups", "sentence"),
    [
        (
            {"domains": {"frontend": "a", "storage": "a"}},
            "domains.storage 'a' is the same as domains.frontend",
        ),
        (
            {"domains": {"frontend": "a", "storage": "b", "grafana": "c"}},
            "domains.grafana 'c' needs monitoring.enabled",
        ),
        ({"railway": {"project": "mine"}}, "railway.project 'mine' must be 'create' or the id of a project"),
        (
            {"railway": {"project": "11111111-2222-3333-4444-555555555555"}},
            "railway.environment is missing: an existing project needs an environment's name, or",
        ),
        (
            {"railway": {"environmentId": "11111111-2222-3333-4444-555555555555"}},
            "railway.environmentId '11111111-2222-3333-4444-555555555555' needs railway.project",
        ),
        ({"source": {"repository": "https://github.com/a/b"}}, "must be OWNER/NAME"),
        (
            {"railway": {"project": "11111111-2222-3333-4444-555555555555", "workspaceId": "x"}},
            "railway.workspaceId 'x' is for a created project",
        ),
        ({"railway": {"environmentId": "create"}}, "railway.environmentId 'create' needs railway.project"),
        ({"railway": {"region": ""}}, "railway.region '' is not the name of a region"),
        ({"source": None}, "source.repository is missing: api.image and frontend.image are not set"),
        (
            {"source": None, "api": {"image": "a:1"}},
            "source.repository is missing: frontend.image is not set",
        ),
        (
            {"secrets": {}},
            "secrets.minioApplicationPassword is missing: storage.scopedUser needs it",
        ),
        (
            {"storage": {"scopedUser": False, "retiringUser": "etally-api-b"}},
            "storage.retiringUser 'etally-api-b' needs storage.scopedUser, whose job does it",
        ),
        (
            {"storage": {"retiringUser": "etally-api"}},
            "storage.retiringUser 'etally-api' is storage.applicationUser, which stays",
        ),
        (
            {"storage": {"scopedUser": False, "versioning": True}},
            "storage.versioning True needs storage.scopedUser, whose job does it",
        ),
        (
            {"storage": {"scopedUser": False, "lifecycle": {"deleteAfterDays": {"party-logos": 9}}}},
            "storage.lifecycle.deleteAfterDays needs storage.scopedUser, whose job does it",
        ),
        (
            {"storage": {"lifecycle": {"deleteAfterDays": {"party-logo": 9}}}},
            "storage.lifecycle.deleteAfterDays.party-logo",
        ),
        (
            {"storage": {"lifecycle": {"deleteAfterDay": {}}}},
            "storage.lifecycle.deleteAfterDay is not a setting; did you mean storage.lifecycle.deleteAfterDays?",
        ),
        (
            {"storage": {"replication": {"deletions": True}}},
            "storage.replication.deletions True needs storage.replication.endpoint",
        ),
        (
            {"storage": {"scopedUser": False, "replication": {"endpoint": "https://s3.example.org"}}},
            "storage.replication.endpoint 'https://s3.example.org' needs storage.scopedUser",
        ),
        (
            {"storage": {"replication": {"endpoint": "https://s3.example.org"}}},
            "storage.replication.endpoint 'https://s3.example.org' needs storage.versioning",
        ),
        (
            {"storage": {"replication": {"endpoint": "https://s3.example.org"}}},
            "secrets.storageReplicationSecretAccessKey is missing: storage.replication.endpoint needs it",
        ),
        (
            {"storage": {"replication": {"endpoint": "https://storage.etally.example"}}},
            "storage.replication.endpoint 'https://storage.etally.example' is domains.storage",
        ),
        (
            {"storage": {"replication": {"endpoint": "http://s3.example.org"}}},
            "storage.replication.endpoint 'http://s3.example.org' must be https://",
        ),
        (
            {"storage": {"replication": {"bucketPrefix": "Etally_"}}},
            "storage.replication.bucketPrefix 'Etally_' must be at most 40",
        ),
        (
            {"storage": {"applicationUser": "admin"}},
            "storage.applicationUser 'admin' should be 'etally-api' or 'etally-api-b'",
        ),
        ({"domains": {"frontend": "a"}}, "domains.storage is missing: browsers fetch pictures there"),
        (
            {"storage": {"access": "private"}},
            "domains.storage 'storage.etally.example' contradicts storage.access: private",
        ),
        ({"frontend": {"crossOrigin": True}}, "domains.api is missing: frontend.crossOrigin needs it"),
        (
            {"frontend": {"crossOrigin": True, "image": "a:1"}},
            "frontend.image 'a:1' has its own idea of the API's address",
        ),
        (
            {"api": {"approvedMigration": "20251107142048_election_geography"}},
            "api.approvedMigration '20251107142048_election_geography' needs api.migrations: manual",
        ),
        ({"api": {"approvedMigration": "x; rm"}}, "api.approvedMigration 'x; rm' is not a migration's name"),
        (
            {"api": {"connectionLimit": "5", "replicas": {"us-west2": 1, "europe-west4-drams3a": 1}}},
            "api.connectionLimit '5' needs 130 of the 100 in postgres.maxConnections: 6 pools of 5 in each of 2 ",
        ),
        ({"postgres": {"maxConnections": 40}}, "api.connectionLimit needs 46 of the 40"),
        ({"postgres": {"backups": ["hourly"]}}, "postgres.backups.0 'hourly' should be 'daily', 'weekly' or"),
        (
            {"redis": {"snapshots": True, "memoryMb": 600}},
            "redis.volumeGb 1 is too small: a snapshot of 600 MB is written beside the one that it replaces",
        ),
        ({"api": {"jwtExpiry": "a day"}}, "api.jwtExpiry 'a day' must be a number and s, m, h or d"),
        ({"redis": {"memoryMb": 3}}, "redis.memoryMb 3 should be greater than or equal to 16"),
        ({"rehearsal": "true"}, "rehearsal is for a local Railway"),
    ],
)
def test_what_cannot_be_is_explained(configure: Any, groups: dict[str, Any], sentence: str) -> None:
    configure(**groups)
    assert sentence in problems()


@pytest.mark.parametrize(
    "endpoint", ["http://127.0.0.1:8790", "http://[::1]:1/graphql/v2", "http://localhost:1"]
)
def test_a_rehearsal_needs_a_local_railway(configure: Any, endpoint: str) -> None:
    configure(rehearsal="true", endpoint=endpoint)
    assert settings.load().rehearsal


@pytest.mark.parametrize(
    "endpoint",
    ["https://backboard.railway.com", "http://localhost.example", "http://127.0.0.1@evil.example", "x"],
)
def test_a_rehearsal_goes_nowhere_else(configure: Any, endpoint: str) -> None:
    configure(rehearsal="true", endpoint=endpoint)
    assert "rehearsal is for a local Railway" in problems()


def test_an_existing_project_is_used_with_its_environment(configure: Any) -> None:
    project, environment = "11111111-2222-3333-4444-555555555555", "66666666-7777-8888-9999-000000000000"
    configure(railway={"project": project, "environmentId": environment})
    chosen = settings.load().railway
    assert (chosen.project, chosen.environment_id) == (project, environment)


@pytest.mark.parametrize(
    ("name", "value", "reason"),
    [
        ("postgresPassword", "canary/canary+canary==", "becomes part of a URL"),
        ("redisPassword", "canary@canary:canary", "becomes part of a URL"),
        ("jwtSecret", "canary-canary-canary-canary-canary\n", "begins or ends with white space"),
        ("encryptionKey", "canary-canary-canary-${{OTHER.SECRET}}", "takes for a reference"),
        ("minioRootPassword", "canary", "is shorter than 16 characters"),
        ("jwtRefreshSecret", ["canary"], "should be a valid string"),
        ("canary", "canary-canary", "is not a setting"),
    ],
)
def test_a_wrong_secret_is_named_but_never_shown(
    configure: Any, name: str, value: object, reason: str
) -> None:
    configure(secrets={"postgresPassword": "canary canary canary", name: value})
    text = problems()
    assert f"secrets.{name}" in text
    assert reason in text
    assert "canary" not in text.replace("secrets.canary", "")


def test_equal_secrets_are_refused(configure: Any) -> None:
    configure(secrets=dict.fromkeys(("jwtSecret", "encryptionKey"), "0123456789abcdef" * 4))
    text = problems()
    assert "secrets.encryptionKey is the same as secrets.jwtSecret" in text
    assert "0123456789abcdef" not in text


def test_secrets_in_the_clear_are_refused(configure: Any) -> None:
    configure(encrypted=False)
    assert "secrets stands in the clear in the stack's file: set each with --secret" in problems()


@pytest.mark.parametrize("key", ["etally:secrets", "secrets"])
def test_a_secret_in_the_clear_beside_encrypted_ones_is_named(
    configure: Any, tmp_path: Path, key: str
) -> None:
    configure()
    members = {"postgresPassword": {"secure": "v1:cipher"}, "jwtSecret": "canary-in-the-clear"}
    (tmp_path / "Pulumi.production.yaml").write_text(json.dumps({"config": {key: members}}))
    text = problems()
    assert (
        "secrets.jwtSecret stands in the clear in the stack's file: replace it wherever it is in use" in text
    )
    assert "pulumi config set --secret --path 'secrets.jwtSecret'" in text
    assert "canary" not in text
    assert "postgresPassword" not in text


@pytest.mark.parametrize(
    "document",
    [
        "config: {etally:secrets: {jwtSecret: {secure: v1:cipher}}}",
        "config: {etally:secrets: {secure: v1:cipher}}",
        "config: []",
        "[",
    ],
)
def test_a_stacks_file_without_a_clear_secret_is_no_problem(
    configure: Any, tmp_path: Path, document: str
) -> None:
    configure()
    (tmp_path / "Pulumi.production.yaml").write_text(document)
    assert settings.load().protect


def test_no_text_of_the_settings_shows_a_secret(configure: Any) -> None:
    configure()
    chosen = settings.load()
    shown = f"{chosen!r} {chosen} {chosen.model_dump()} {chosen.model_dump_json()}"
    assert "canary" not in shown


def test_the_stack_comes_before_the_environment_and_that_before_the_file(
    configure: Any, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    configure(postgres={"volumeGb": 11})
    for variable, value in {"POSTGRES__VOLUME_GB": "22", "STORAGE__VOLUME_GB": "22"}.items():
        monkeypatch.setenv(f"ETALLY_{variable}", value)
    (tmp_path / ".env").write_text(
        "OTHER=1\nETALLY_STORAGE__VOLUME_GB=33\nETALLY_MONITORING__GRAFANA_VOLUME_GB=33\nETALLY_API__NODE_OPTIONS=x\n"
    )
    chosen = settings.load()
    assert chosen.postgres.volume_gb == 11
    assert chosen.storage.volume_gb == 22
    assert chosen.monitoring.grafana_volume_gb == 33
    assert chosen.api.node_options == "x"


def test_secrets_may_come_from_the_environment(configure: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    configure(secrets=None)
    for key in settings.secret_keys(monitoring_enabled=False):
        name = "".join(f"_{letter}" if letter.isupper() else letter for letter in key.partition(".")[2])
        monkeypatch.setenv(f"ETALLY_SECRETS__{name.upper()}", SECRETS[key.removeprefix("secrets.")])
    assert settings.load().secrets.jwt_secret.get_secret_value() == os.environ["ETALLY_SECRETS__JWT_SECRET"]


def test_a_variable_without_a_setting_is_named(
    configure: Any, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    configure()
    monkeypatch.setenv("ETALLY_POSTGRES__VOLUME", "canary")
    monkeypatch.setenv("ETALLY_DOMAINES__FRONTEND", "canary")
    (tmp_path / ".env").write_text("ETALLY_PROTEKT=canary\n")
    text = problems()
    assert "- postgres.volume is not a setting; did you mean postgres.volumeGb?" in text
    assert "unset ETALLY_POSTGRES__VOLUME, or take it out of .env" in text
    assert "unset ETALLY_DOMAINES__FRONTEND" in text
    assert "- protekt is not a setting; did you mean protect?" in text
    assert "canary" not in text


def test_a_group_in_one_variable_is_json(configure: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    configure(source=None)
    monkeypatch.setenv("ETALLY_SOURCE", json.dumps({"repository": "a/b"}))
    assert settings.load().source.repository == "a/b"
    monkeypatch.setenv("ETALLY_SOURCE", "canary")
    text = problems()
    assert "source" in text
    assert "canary" not in text


def test_stand_ins_are_for_a_local_railway_alone(configure: Any) -> None:
    keys = settings.secret_keys(monitoring_enabled=True)
    assert set(keys) - set(settings.secret_keys(monitoring_enabled=False)) == {"secrets.grafanaPassword"}
    stack = {
        "monitoring": {"enabled": True},
        "secrets": {key.removeprefix("secrets."): settings.stand_in() for key in keys},
    }
    configure(endpoint="http://127.0.0.1:8790/graphql/v2", **stack)
    assert settings.load().secrets.grafana_password is not None
    for endpoint in ("", "https://backboard.railway.com/graphql/v2"):
        configure(endpoint=endpoint, **stack)
        text = problems()
        for key in keys:
            assert f"{key} is a stand-in, made for a local Railway: set one of its own" in text
        assert "stand-in-" not in text


def test_every_setting_has_a_default_or_a_way_to_be_named() -> None:
    paths = [".".join(path) for path in setting_paths(settings.Settings)]
    assert len(paths) == len(set(paths))
    paths.remove("secrets.postgresPasswordBefore")  # which a rotation alone sets
    assert {path for path in paths if path.startswith("secrets.")} == set(
        settings.secret_keys(monitoring_enabled=True, backup_enabled=True, replicated=True, notified=True)
    )
