"""Each rule: passes, violates, unknown, does not apply."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any

import pytest

from railway_policies import RULES
from tests.policies.stacks import SIGNATURE, Declared, Pack, by, domain, outcome, secret, service, unknown

POSTGRES = service(
    "postgres", "ghcr.io/railwayapp-templates/postgres-ssl:16.4", volumeMounts=[{"mountPath": "/d"}]
)
REDIS = service("redis", "redis:7.2.5-alpine", deploy={"startCommand": "redis-server --save ''"})
MINIO = service(
    "minio",
    "ghcr.io/coollabsio/minio:RELEASE.2025-10-15T17-29-55Z",
    volumeMounts=[{"volumeId": unknown(), "mountPath": "/data"}],
)
API = service("api", source={"repo": "someone/app", "branch": "main"})
UNKNOWN_IMAGE = service("computed", unknown())
UNKNOWN_SOURCE = service("computed", source=unknown())

PUBLIC_DOMAIN = "railway-data-store-disallow-public-domain"
TCP_PROXY = "railway-data-store-disallow-tcp-proxy"
CONSOLE = "railway-minio-disallow-public-console"
VOLUME = "railway-data-store-require-volume"
IMAGE = "railway-image-require-version"


@dataclass(frozen=True)
class Case:
    rule: str
    outcome: str
    what: str
    resources: tuple[Declared, ...]


def case(rule: str, outcome: str, what: str, *resources: Declared) -> Any:
    return pytest.param(Case(rule, outcome, what, resources), id=f"{rule}: {outcome}: {what}")


def proxy(*services: Declared, **properties: Any) -> Declared:
    return domain("tcp", *services, kind="TcpProxy", **({"applicationPort": 5432} | properties))


def image_case(outcome: str, image: str) -> Any:
    return case(IMAGE, outcome, image, service("web", image))


CASES = [
    case(PUBLIC_DOMAIN, "passes", "a domain on the API", API, domain("public", API)),
    case(PUBLIC_DOMAIN, "passes", "a domain on MinIO", MINIO, domain("public", MINIO, targetPort=9000)),
    case(PUBLIC_DOMAIN, "violates", "a domain on PostgreSQL", POSTGRES, domain("public", POSTGRES)),
    case(PUBLIC_DOMAIN, "violates", "a domain on Redis", REDIS, domain("public", REDIS)),
    case(
        PUBLIC_DOMAIN,
        "violates",
        "a custom domain whose name and port are unknown",
        POSTGRES,
        domain("public", POSTGRES, kind="CustomDomain", domain=unknown(), targetPort=unknown()),
    ),
    case(
        PUBLIC_DOMAIN,
        "violates",
        "a store whose other properties are unknown or secret",
        (store := service("store", secret("mysql:8.4.2"), variables=unknown(), deploy=unknown())),
        domain("public", store),
    ),
    case(PUBLIC_DOMAIN, "unknown", "the image is unknown", UNKNOWN_IMAGE, domain("public", UNKNOWN_IMAGE)),
    case(
        PUBLIC_DOMAIN,
        "unknown",
        "the source is unknown",
        UNKNOWN_SOURCE,
        domain("public", UNKNOWN_SOURCE),
    ),
    case(
        PUBLIC_DOMAIN,
        "unknown",
        "the image is a secret unknown",
        (s := service("x", secret(unknown()))),
        domain("d", s),
    ),
    case(PUBLIC_DOMAIN, "unknown", "one of two services", POSTGRES, API, domain("public", POSTGRES, API)),
    case(
        PUBLIC_DOMAIN,
        "unknown",
        "a bare id",
        POSTGRES,
        Declared("ServiceDomain", "bare", {"serviceId": "1f0"}),
    ),
    case(
        PUBLIC_DOMAIN,
        "unknown",
        "no outputs, as of a provider with unknown configuration",
        (silent := Declared("Service", "silent", {})),
        Declared("ServiceDomain", "public", {}, {"serviceId": [silent]}),
    ),
    case(PUBLIC_DOMAIN, "passes", "does not apply to services alone", POSTGRES, REDIS, UNKNOWN_IMAGE),
    case(TCP_PROXY, "passes", "a proxy on the API", API, proxy(API)),
    case(TCP_PROXY, "violates", "a proxy on PostgreSQL", POSTGRES, proxy(POSTGRES)),
    case(TCP_PROXY, "violates", "a proxy on MinIO", MINIO, proxy(MINIO)),
    case(
        TCP_PROXY,
        "violates",
        "a proxy in the networking of Redis",
        service("redis", "redis:7.2.5", networking={"tcpProxies": {"6379": unknown()}}),
    ),
    case(TCP_PROXY, "passes", "an empty networking", service("redis", "redis:7.2.5", networking={})),
    case(
        TCP_PROXY,
        "passes",
        "a networking of no store",
        service("web", "nginx:1.27", networking=unknown()),
    ),
    case(
        TCP_PROXY,
        "unknown",
        "the networking is unknown",
        service("redis", "redis:7.2.5", networking=unknown()),
    ),
    case(TCP_PROXY, "unknown", "the image is unknown", UNKNOWN_IMAGE, proxy(UNKNOWN_IMAGE)),
    case(TCP_PROXY, "passes", "does not apply to domains", POSTGRES, domain("public", POSTGRES)),
    case(CONSOLE, "passes", "the S3 port", MINIO, domain("s3", MINIO, targetPort=9000)),
    case(CONSOLE, "violates", "the console's port", MINIO, domain("console", MINIO, targetPort=9001)),
    case(CONSOLE, "violates", "no port", MINIO, domain("console", MINIO)),
    case(
        CONSOLE,
        "violates",
        "a custom domain",
        MINIO,
        domain("c", MINIO, kind="CustomDomain", targetPort=9001),
    ),
    case(CONSOLE, "unknown", "the port is unknown", MINIO, domain("s3", MINIO, targetPort=unknown())),
    case(
        CONSOLE,
        "unknown",
        "the image is unknown",
        UNKNOWN_IMAGE,
        domain("d", UNKNOWN_IMAGE, targetPort=9001),
    ),
    case(
        CONSOLE,
        "passes",
        "the S3 port, whatever the image",
        UNKNOWN_IMAGE,
        domain("d", UNKNOWN_IMAGE, targetPort=9000),
    ),
    case(CONSOLE, "passes", "does not apply to other services", API, domain("public", API, targetPort=3000)),
    case(VOLUME, "passes", "a volume of unknown id", MINIO),
    case(
        VOLUME,
        "passes",
        "a volume, unknown as a whole",
        service("db", "postgres:16.4", volumeMounts=[unknown()]),
    ),
    case(VOLUME, "violates", "no mounts", service("db", "postgres:16.4")),
    case(
        VOLUME,
        "violates",
        "empty mounts",
        service("db", "mongo:7.0", volumeMounts=[], variables=unknown()),
    ),
    case(
        VOLUME,
        "unknown",
        "the mounts are unknown",
        service("db", "postgres:16.4", volumeMounts=unknown()),
    ),
    case(VOLUME, "unknown", "the image is unknown", UNKNOWN_IMAGE),
    case(VOLUME, "passes", "an unknown image with a volume", service("db", unknown(), volumeMounts=[{}])),
    case(VOLUME, "passes", "Redis without persistence", REDIS),
    case(VOLUME, "passes", "Redis as it comes", service("redis", "redis:7.2.5")),
    case(
        VOLUME,
        "violates",
        "Redis that appends to a file",
        service("redis", "redis:7.2.5", deploy={"startCommand": "redis-server --appendonly yes"}),
    ),
    case(
        VOLUME,
        "violates",
        "Redis that saves snapshots",
        service("redis", "redis:7.2.5", deploy={"startCommand": 'redis-server --save "60 1"'}),
    ),
    case(
        VOLUME,
        "unknown",
        "Redis started who knows how",
        service("redis", "redis:7.2.5", deploy=unknown()),
    ),
    case(VOLUME, "passes", "does not apply to a repository", API),
    case(
        VOLUME,
        "passes",
        "does not apply to an exporter",
        service("exporter", "x/postgres-exporter:v0.15.0"),
    ),
    *(
        image_case("passes", image)
        for image in (
            "redis:7.2",
            "redis:7.2.5-alpine",
            "prom/prometheus:v2.54.1",
            "localhost:5000/team/app:1.0",
            "ghcr.io/coollabsio/minio:RELEASE.2025-10-15T17-29-55Z",
            "app:2025-10-15",
            "app:20251015",
            "app:3f2a9c1",
            "app:sha-3f2a9c1d",
            f"app@sha256:{'0a' * 32}",
            f"app:latest@sha256:{'0a' * 32}",
        )
    ),
    *(
        image_case("violates", image)
        for image in (
            "redis",
            "redis:latest",
            "redis:7",
            "redis:7-alpine3.20",
            "redis:alpine3.20",
            "nginx:stable",
            "localhost:5000/team/app",
            "app:deadbeef",
            "app@sha256:0a",
        )
    ),
    image_case("unknown", "app:${{shared.VERSION}}"),
    case(IMAGE, "unknown", "the image is unknown", UNKNOWN_IMAGE),
    case(IMAGE, "unknown", "the source is unknown", UNKNOWN_SOURCE),
    case(IMAGE, "violates", "everything else is unknown", service("web", "redis", deploy=unknown())),
    case(IMAGE, "passes", "does not apply to a repository", API),
    case(IMAGE, "passes", "does not apply to a service without source", service("bare")),
    case(
        IMAGE,
        "passes",
        "does not apply to other resources",
        Declared("Volume", "data", {"name": unknown()}),
    ),
]


@pytest.mark.parametrize("given", CASES)
def test_a_rule_answers(given: Case) -> None:
    reports = Pack().on_everything(*given.resources)

    assert outcome(given.rule, reports) == given.outcome, by(given.rule, reports)


def test_every_rule_has_each_case() -> None:
    given = [parameter.values[0] for parameter in CASES]
    names = {rule.about.name for rule in RULES}

    assert {(case.rule, case.outcome) for case in given} == {
        (name, answer) for name in names for answer in ("passes", "violates", "unknown")
    }
    assert {case.rule for case in given if "does not apply" in case.what} == names


@pytest.mark.parametrize(
    "given", [parameter for parameter in CASES if parameter.values[0].outcome == "violates"]
)
def test_no_unknown_value_turns_a_violation_into_a_pass(given: Case) -> None:
    pack = Pack()
    for number, resource in enumerate(given.resources):
        for properties in with_one_unknown(resource.properties):
            resources = list(given.resources)
            resources[number] = replace(resource, properties=properties)
            assert outcome(given.rule, pack.on_everything(*resources)) in {"violates", "unknown"}, properties


def with_one_unknown(value: Any) -> Iterator[Any]:
    """Copies of a tree of values, each with another node of it unknown."""
    if isinstance(value, Mapping):
        for key, part in value.items():
            if key != SIGNATURE:
                yield from ({**value, key: changed} for changed in (unknown(), *with_one_unknown(part)))
    elif isinstance(value, list):
        for number, part in enumerate(value):
            for changed in (unknown(), *with_one_unknown(part)):
                yield [*value[:number], changed, *value[number + 1 :]]


def test_an_unknown_in_one_resource_hides_no_violation_in_another() -> None:
    reports = Pack().on_stack(
        UNKNOWN_IMAGE, domain("first", UNKNOWN_IMAGE), POSTGRES, domain("second", POSTGRES), UNKNOWN_SOURCE
    )

    said = {(report.level, report.urn.rpartition("::")[2]) for report in by(PUBLIC_DOMAIN, reports)}
    assert said == {("advisory", "first"), ("mandatory", "second")}


def test_nothing_reaches_the_sdk_as_an_unknown() -> None:
    """The SDK would turn the whole rule into a note that it can't run."""
    everything = [
        UNKNOWN_IMAGE,
        UNKNOWN_SOURCE,
        domain("d", UNKNOWN_IMAGE, targetPort=unknown()),
        proxy(UNKNOWN_SOURCE),
    ]

    assert not [report for report in Pack().on_everything(*everything) if "can't run" in report.message]


def test_a_message_names_the_resource_the_fault_the_bound_and_the_change() -> None:
    (report,) = by(CONSOLE, Pack().on_stack(MINIO, domain("files", MINIO, targetPort=9001)))

    assert report.message == (
        "Checks that every domain on MinIO names the port of its S3 interface.\n"
        'Domain "files" on MinIO "minio" names another target port, and only its S3 port, 9000, may be '
        'public: its console must not be. Set targetPort of "files" to 9000.'
    )
    assert report.urn.endswith("::files")


def test_what_was_not_judged_is_said_with_the_reason() -> None:
    (report,) = by(PUBLIC_DOMAIN, Pack().on_stack(Declared("ServiceDomain", "bare", {"serviceId": "1f0"})))

    assert report.message.splitlines()[1] == (
        'railway-data-store-disallow-public-domain: Domain "bare" was not judged: its serviceId comes from '
        "no Service of this stack; pass on the id of one that is managed here."
    )
