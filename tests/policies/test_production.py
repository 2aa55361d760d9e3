"""The production stack keeps every rule, and each rule notices the one change that breaks it."""

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from railway_policies import RULES
from tests.policies.production import pack_of, program_resources, stack_file
from tests.policies.stacks import Declared, Pack, Reported, domain, secret, service

API, FRONTEND = "etally-api-service", "etally-frontend-service"
POSTGRES, REDIS, MINIO = "etally-postgres-service", "etally-redis-service", "etally-minio-service"

STRONG = "hW3n7Kq9Zt5Rb2Xc8Vm4Jd6Gf1Ls0PyTx"

Change = Callable[[Sequence[Declared]], list[Declared]]


@pytest.fixture(scope="module")
def production(tmp_path_factory: pytest.TempPathFactory) -> list[Declared]:
    with pytest.MonkeyPatch.context() as monkeypatch:
        return program_resources(monkeypatch, tmp_path_factory.mktemp("program"), stack_file())


def broken(reports: list[Reported]) -> set[str]:
    """The rules that are violated, or mended something."""
    return {report.policy for report in reports if "-report-" not in report.policy}


def put(name: str, path: str, value: Any) -> Change:
    """Set a property of a resource; None takes it away."""

    def change(resources: Sequence[Declared]) -> list[Declared]:
        assert name in [resource.name for resource in resources]
        return [
            replace(one, properties=_with(one.properties, path.split("."), value))
            if one.name == name
            else one
            for one in resources
        ]

    return change


def _with(value: Mapping[str, Any], path: Sequence[str], new: Any) -> dict[str, Any]:
    key, *rest = path
    part = _with(value.get(key) or {}, rest, new) if rest else new
    kept = {name: one for name, one in value.items() if name != key}
    return kept if part is None else {**kept, key: part}


def in_front_of(name: str, kind: str = "CustomDomain", **properties: Any) -> Change:
    """Lead a domain or a proxy to a service."""

    def change(resources: Sequence[Declared]) -> list[Declared]:
        (target,) = (one for one in resources if one.name == name)
        return [*resources, domain("seeded", target, kind=kind, **properties)]

    return change


def without_protection(resources: Sequence[Declared]) -> list[Declared]:
    return [replace(one, protect=one.protect and one.name != "etally-postgres-volume") for one in resources]


def the_same_again(resources: Sequence[Declared]) -> list[Declared]:
    (frontend,) = (one for one in resources if one.name == FRONTEND)
    return [*resources, replace(frontend, name="seeded")]


def a_lonely_backup(resources: Sequence[Declared]) -> list[Declared]:
    return [*resources, service("seeded-backup", "alpine:3.20.1", variables={}, projectId="x")]


def a_bare_mount(resources: Sequence[Declared]) -> list[Declared]:
    (minio,) = (one for one in resources if one.name == MINIO)
    mounts = [{**mount, "backupSchedules": []} for mount in minio.properties["volumeMounts"]]
    return put(MINIO, "volumeMounts", mounts)(resources)


def one_secret_twice(resources: Sequence[Declared]) -> list[Declared]:
    (api,) = (one for one in resources if one.name == API)
    return put(API, "variables.JWT_REFRESH_SECRET", api.properties["variables"]["JWT_SECRET"])(resources)


def replicas(count: int, region: str = "europe-west4-drams3a") -> dict[str, Any]:
    return {region: {"numReplicas": count}}


SEEDED: dict[str, Change] = {
    "railway-data-store-disallow-public-domain": in_front_of(
        POSTGRES, domain="db.etally.example", targetPort=5432
    ),
    "railway-data-store-disallow-tcp-proxy": in_front_of(REDIS, "TcpProxy", applicationPort=6379),
    "railway-minio-disallow-public-console": put("etally-minio-domain", "targetPort", 9001),
    "railway-domain-require-target-port": put("etally-frontend-domain", "targetPort", None),
    "railway-domain-require-allowed-zone": put("etally-minio-domain", "domain", "storage.example.com"),
    "railway-domain-disallow-railway-zone": in_front_of(
        MINIO, "ServiceDomain", subdomain="etally", targetPort=9000
    ),
    "railway-proxied-service-disallow-public-domain": in_front_of(
        API, domain="api.etally.example", targetPort=3000
    ),
    "railway-variable-require-secret": put(API, "variables.JWT_SECRET", STRONG),
    "railway-secret-disallow-weak-value": put(REDIS, "variables.REDIS_PASSWORD", secret("changeme-changeme")),
    "railway-secret-disallow-sharing": one_secret_twice,
    "railway-command-disallow-secret": put(
        REDIS, "deploy.startCommand", "redis-server --requirepass hunter22"
    ),
    "railway-data-store-require-volume": put(POSTGRES, "volumeMounts", None),
    "railway-data-store-require-backup-schedule": a_bare_mount,
    "railway-data-store-require-protect": without_protection,
    "railway-volume-require-minimum-size": put("etally-minio-volume", "sizeMb", 5_000),
    "railway-volume-disallow-replicas": put(POSTGRES, "deploy.multiRegionConfig", replicas(2)),
    "railway-backup-require-offsite-copy": a_lonely_backup,
    "railway-image-require-version": put(REDIS, "source.image", "redis:7"),
    "railway-image-disallow-known-hole": put(
        MINIO, "source.image", "ghcr.io/coollabsio/minio:RELEASE.2025-09-07T16-13-09Z"
    ),
    "railway-image-require-allowed-registry": put(REDIS, "source.image", "registry.example.com/redis:7.2.11"),
    "railway-source-require-allowed-repository": put(API, "source.branch", "develop"),
    "railway-source-require-checks": put(API, "source.checkSuites", False),
    "railway-public-service-require-healthcheck": put(FRONTEND, "deploy.healthcheckPath", None),
    "railway-public-service-require-restart": put(FRONTEND, "deploy.restartPolicyType", "NEVER"),
    "railway-database-client-require-migration": put(API, "deploy.preDeployCommand", None),
    "railway-service-require-overlap": put(FRONTEND, "deploy.overlapSeconds", None),
    "railway-reference-require-target": put(API, "variables.REDIS_URL", "${{etally-redis.REDIS_URI}}"),
    "railway-cors-require-frontend-origin": put(API, "variables.CORS_ORIGIN", "*"),
    "railway-data-store-require-same-region": put(API, "deploy.multiRegionConfig", replicas(1, "us-west2")),
    "railway-database-require-connections": put(
        API, "variables.DATABASE_URL", "${{etally-postgres.DATABASE_URL}}?connection_limit=10"
    ),
    "railway-service-disallow-same-name": the_same_again,
    "railway-stack-require-budget": put("etally-postgres-volume", "sizeMb", 900_000),
    "railway-service-disallow-many-replicas": put(FRONTEND, "deploy.multiRegionConfig", replicas(6)),
    "railway-service-disallow-large-limits": put(
        API, "deploy.limitOverride", {"containers": {"cpu": 16, "memoryBytes": 8_000_000_000}}
    ),
    "railway-node-env-require-production": put(API, "variables.NODE_ENV", "development"),
    "railway-log-level-disallow-debug": put(API, "variables.LOG_LEVEL", "debug"),
    "railway-secret-disallow-stand-in": put(API, "variables.JWT_SECRET", secret(f"stand-in-{STRONG}")),
}
"""One change of the production stack's resources for each rule."""

SEEDED_DAYS = {
    "railway-secret-suggest-rotation": "2026-08-01",
    "railway-secret-require-rotation": "2026-01-01",
}
"""For the rules on age, the day on which a secret was last set."""

KNOWN_REGION: dict[str, Mapping[str, Any]] = {
    "railway-data-store-require-same-region": {"defaultRegion": "europe-west4-drams3a"}
}


def test_production_keeps_every_rule_without_exemptions(production: list[Declared]) -> None:
    assert "exemptions" not in json.dumps(stack_file())

    for settings in ({}, KNOWN_REGION):
        reports = pack_of(stack_file(), settings).on_everything(*production)
        assert len(production) > 5
        assert broken(reports) == set(), reports


def test_everything_that_can_be_enabled_keeps_every_rule(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    everything = {
        **stack_file(),
        "etally:monitoring": {"enabled": True},
        "etally:backup": {"enabled": True, "bucket": "acme-backups", "endpoint": "https://s3.example.org"},
        "etally:redis": {"snapshots": True},
        "etally:storage": {
            **stack_file()["etally:storage"],
            "versioning": True,
            "lifecycle": {"deleteAfterDays": {"party-logos": 3650}, "deleteOldVersionsAfterDays": 30},
            "replication": {"endpoint": "https://minio.example.org"},
        },
        "etally:domains": {**stack_file()["etally:domains"], "grafana": "grafana.etally.example"},
    }

    resources = program_resources(monkeypatch, tmp_path, everything)

    assert {"etally-backup-service", "etally-grafana-domain"} <= {one.name for one in resources}
    reports = pack_of(everything).on_everything(*resources)
    assert broken(reports) == set(), reports


@pytest.mark.parametrize("stack", ["staging", "local"])
def test_the_other_stacks_keep_their_rules(
    stack: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    resources = program_resources(monkeypatch, tmp_path, stack_file(stack))

    reports = pack_of(stack_file(stack)).on_everything(*resources)
    assert broken(reports) == set(), reports


def test_there_is_a_defect_for_every_rule() -> None:
    assert SEEDED.keys() | SEEDED_DAYS.keys() == {rule.about.name for rule in RULES}


@pytest.fixture(scope="module")
def pack() -> Pack:
    return pack_of(stack_file(), KNOWN_REGION)


@pytest.mark.parametrize("rule", SEEDED)
def test_one_change_breaks_one_rule(production: list[Declared], pack: Pack, rule: str) -> None:
    reports = pack.on_everything(*SEEDED[rule](production))

    assert broken(reports) == {rule}, reports


@pytest.mark.parametrize("rule", SEEDED_DAYS)
def test_one_old_secret_breaks_one_rule(production: list[Declared], rule: str) -> None:
    days = {"railway-policies:secretsSetOn": {"JWT_SECRET": SEEDED_DAYS[rule]}}

    reports = pack_of({**stack_file(), **days}).on_everything(*production)

    assert broken(reports) == {rule}, reports


def test_a_rehearsal_turns_off_the_policy_against_stand_ins_alone_and_says_so(
    production: list[Declared],
) -> None:
    stand_in = "railway-secret-disallow-stand-in"
    seeded = SEEDED[stand_in](production)
    rehearsal = {**stack_file(), "etally:rehearsal": True}

    pack = pack_of(rehearsal, KNOWN_REGION)
    reports = pack.on_everything(*seeded)

    assert broken(reports) == set(), reports
    assert [
        one
        for one in reports
        if f"{stand_in}: " in one.message and "turns this one policy off" in one.message
    ]
    for rule in SEEDED.keys() - {stand_in}:
        assert broken(pack.on_everything(*SEEDED[rule](production))) == {rule}
