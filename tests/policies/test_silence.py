"""No message ever holds a property's value: a canary in every place, and every policy made to speak."""

import json
from collections.abc import Iterator, Mapping
from typing import Any

import pytest

from railway_policies import RULES, policies
from tests.policies.cases.base import Case
from tests.policies.stacks import Declared, Pack, domain, secret, service, unknown
from tests.policies.test_rules import CASES, reports_on

CANARY = "canary-7f3a-value-that-nobody-may-see"
NUMBERS = {"31337", "4242"}

VARIABLES: dict[str, Any] = {
    CANARY: secret(CANARY),
    "PASSWORD": CANARY,
    "OTHER": secret(unknown()),
    "WEAK_PASSWORD": f"changeme{CANARY}",
    "TRIAL_TOKEN": f"stand-in-{CANARY}",
    "NODE_ENV": CANARY,
    "LOG_LEVEL": "debug",
    "CORS_ORIGIN": f"https://{CANARY}/",
    "DATABASE_URL": f"${{{{{CANARY}.DATABASE_URL}}}}?{CANARY}=1&connection_limit=99",
    "API_HOST": f"${{{{{CANARY}.RAILWAY_PRIVATE_DOMAIN}}}}",
    "LOST": f"${{{{{CANARY}.{CANARY}}}}} {{{{ {CANARY}.X }}}}",
    "S3_ENDPOINT": f"http://{CANARY}.railway.internal",
}


def poisoned(name: str, source: Any, volume: Declared | None = None, /, **more: Any) -> Declared:
    """A service with a canary wherever there is room for one."""
    properties: dict[str, Any] = {
        "name": CANARY,
        "source": source,
        "variables": VARIABLES,
        "redeployTriggers": {"x": CANARY},
        "deploy": {
            "startCommand": f"redis-server --requirepass {CANARY} --appendonly yes",
            "preDeployCommand": CANARY,
            "healthcheckPath": f"/{CANARY}",
            "limitOverride": {"containers": {"cpu": 31337, "memoryBytes": 31337_000_000_000}},
            "multiRegionConfig": {f"{CANARY}-{name}": {"numReplicas": 31337}},
        },
        "build": {"buildCommand": f"TOKEN={CANARY} make", "dockerfilePath": CANARY},
        "networking": {"tcpProxies": {CANARY: {}, "6379": {"x": CANARY}}},
    }
    volumes = [volume] if volume else []
    return service(name, volumes=volumes, protect=False, **(properties | more))


def poisoned_stack() -> list[Declared]:
    """Resources that break every rule, and some that leave every rule in doubt."""
    disk = Declared("Volume", "disk", {"name": CANARY, "sizeMb": 4242, "region": CANARY}, protect=False)
    stores = [
        poisoned(name, {"image": f"{CANARY}.io/{name}:{tag}"}, disk)
        for name, tag in (("postgres", CANARY), ("redis", CANARY), ("minio", f"RELEASE.2025-01-01-{CANARY}"))
    ]
    bare_store = poisoned("mysql", {"image": f"mysql:{CANARY}"})
    repository = {"repo": f"{CANARY}/{CANARY}", "branch": CANARY}
    servers = [
        poisoned("server", repository),
        poisoned("second", repository, deploy={"healthcheckPath": f"/{CANARY}"}),
        poisoned("backup", repository, deploy={}),
    ]
    open_ends = [
        poisoned("computed", {"image": unknown()}),
        poisoned("tagged", {"image": f"{CANARY}:${{{{shared.{CANARY}}}}}"}),
        poisoned("unknown", unknown(), variables=unknown()),
    ]
    services = [*stores, bare_store, *servers, *open_ends]
    ways_in = [
        domain(f"{kind}-{target.name}", target, kind=kind, **more, domain=f"{CANARY}.test", subdomain=CANARY)
        for target in services
        for kind, more in (
            ("ServiceDomain", {"targetPort": 31337}),
            ("CustomDomain", {"targetPort": CANARY}),
            ("CustomDomain", {}),
            ("TcpProxy", {"applicationPort": CANARY}),
        )
    ]
    bare = Declared("ServiceDomain", "bare", {"serviceId": CANARY, "targetPort": 31337})
    return [disk, *services, *ways_in, bare]


def test_no_property_is_ever_told() -> None:
    exempt = [{"resource": "second", "reason": "replaced next year", "expires": "2027-01-01"}]
    pack = Pack(
        railway_secret_suggest_rotation={"setOn": {"*": "2026-07-01"}},
        railway_secret_require_rotation={"setOn": {"*": "2020-01-01"}},
        railway_source_require_checks={"exemptions": exempt},
        railway_service_disallow_same_name={"exemptions": exempt},
    )

    reports = pack.on_everything(*poisoned_stack())

    assert {report.policy for report in reports} == {policy.name for policy in policies()}
    told = json.dumps([[report.message, report.urn] for report in reports])
    assert CANARY not in told
    assert not [number for number in NUMBERS if number in told]


BOUNDS = {"production", "RELEASE.2025", "postgresql://db"}


@pytest.mark.parametrize("given", CASES, ids=str)
def test_no_case_tells_a_value(given: Case) -> None:
    names = {resource.name for resource in given.resources}
    values = {
        value
        for resource in given.resources
        for value in leaves(resource.properties)
        if len(value) > 7 and value not in names and value not in BOUNDS
    }
    about = next(rule.about for rule in RULES if rule.about.name == given.rule)

    for report in reports_on(given, *given.resources):
        told = report.message.replace(about.description, "").replace(str(given.settings), "")
        assert not [value for value in values if value in told], report


def leaves(value: Any) -> Iterator[str]:
    """Every string in a tree of values."""
    if isinstance(value, Mapping):
        for part in value.values():
            yield from leaves(part)
    elif isinstance(value, list):
        for part in value:
            yield from leaves(part)
    elif isinstance(value, str):
        yield value
