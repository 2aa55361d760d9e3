"""Whether the parts fit together."""

from typing import Any

from tests.policies.cases.base import VOLUME_ALONE, built, case, public, shared
from tests.policies.stacks import Declared, domain, service, unknown

REFERENCE = "railway-reference-require-target"
CORS = "railway-cors-require-frontend-origin"
REGION = "railway-data-store-require-same-region"
CONNECTIONS = "railway-database-require-connections"
NAME = "railway-service-disallow-same-name"

PAGES = built("pages", variables={"API_HOST": "${{api.RAILWAY_PRIVATE_DOMAIN}}"})
IN_EU = {"multiRegionConfig": {"eu": {"numReplicas": 1}}}
IN_US = {"multiRegionConfig": {"us": {"numReplicas": 1}}}


def database(**properties: Any) -> Declared:
    """A database."""
    return service("db", "postgres:16.4", **({"variables": {"DATABASE_URL": "postgresql://db"}} | properties))


def client(value: Any = "${{db.DATABASE_URL}}?connection_limit=3", /, **properties: Any) -> Declared:
    """A server that uses the database."""
    return built("api", **({"variables": {"DATABASE_URL": value}} | properties))


def tcp_proxy() -> Declared:
    """A TCP proxy to the database."""
    return domain("proxy", database(), kind="TcpProxy", applicationPort=5432)


def server(origins: Any) -> Declared:
    """A server that the pages lead to."""
    return built("api", variables={"CORS_ORIGIN": origins})


CASES = [
    case(REFERENCE, "passes", "to another service", database(), client()),
    case(
        REFERENCE,
        "passes",
        "to itself, to what Railway provides, to a domain",
        (pages := built("pages", variables={"A": "1", "B": "${{A}}", "C": "${{RAILWAY_PRIVATE_DOMAIN}}"})),
        public(pages),
        built("api", variables={"ORIGIN": "https://${{ pages.RAILWAY_PUBLIC_DOMAIN }}"}),
    ),
    case(REFERENCE, "passes", "to a service outside", client("${{other.X}}"), outside=["oth*"]),
    case(
        REFERENCE, "passes", "does not apply without references", built("api", variables={"A": "${A} {{x}}"})
    ),
    case(REFERENCE, "violates", "to no service", client("${{databse.DATABASE_URL}}"), database()),
    case(REFERENCE, "violates", "to no variable", client("${{db.DATABSE_URL}}"), database()),
    case(REFERENCE, "violates", "to no variable of its own", built("api", variables={"A": "${{B}}"})),
    case(
        REFERENCE,
        "violates",
        "to a domain that isn't there",
        database(),
        client("${{db.RAILWAY_PUBLIC_DOMAIN}}"),
    ),
    case(REFERENCE, "violates", "in another syntax", database(), client("{{ db.DATABASE_URL }}")),
    case(REFERENCE, "violates", "in a third syntax", database(), client("${db.DATABASE_URL}")),
    case(REFERENCE, "unknown", "a value is unknown", database(), client(unknown())),
    case(REFERENCE, "unknown", "the variables are unknown", database(variables=unknown()), client()),
    case(REFERENCE, "unknown", "a name is unknown", database(name=unknown()), client()),
    case(REFERENCE, "passes", "to a shared variable", shared(TOKEN=unknown()), client("${{shared.TOKEN}}")),
    case(
        REFERENCE, "passes", "to a proxy", database(), client("${{db.RAILWAY_TCP_PROXY_PORT}}"), tcp_proxy()
    ),
    case(REFERENCE, "violates", "to no shared variable", shared(TOKEN="x"), client("${{shared.TOKN}}")),
    case(REFERENCE, "violates", "to no proxy", database(), client("${{db.RAILWAY_TCP_PROXY_PORT}}")),
    case(REFERENCE, "unknown", "a shared variable of somewhere else", client("${{shared.TOKEN}}")),
    case(CORS, "passes", "the origin of the pages", PAGES, public(PAGES), server("https://shop.example.org")),
    case(
        CORS,
        "passes",
        "two origins",
        PAGES,
        public(PAGES),
        domain("second", PAGES, subdomain="shop"),
        server("https://shop.up.railway.app, https://SHOP.example.org"),
    ),
    case(CORS, "passes", "does not apply without the variable", PAGES, public(PAGES), built("api")),
    case(CORS, "violates", "a wildcard", PAGES, public(PAGES), server("*")),
    case(
        CORS,
        "violates",
        "a wildcard among others",
        PAGES,
        public(PAGES),
        server("https://shop.example.org,*"),
    ),
    case(CORS, "violates", "another origin", PAGES, public(PAGES), server("https://example.com")),
    case(CORS, "violates", "a slash at its end", PAGES, public(PAGES), server("https://shop.example.org/")),
    case(CORS, "violates", "no origin", server("")),
    case(CORS, "unknown", "it is unknown", PAGES, public(PAGES), server(unknown())),
    case(CORS, "unknown", "a reference", server("https://${{pages.RAILWAY_PUBLIC_DOMAIN}}")),
    case(
        CORS,
        "unknown",
        "Railway makes the name up",
        PAGES,
        domain("d", PAGES),
        server("https://shop.example.org"),
    ),
    case(REGION, "passes", "the same", database(deploy=IN_EU), client(deploy=IN_EU)),
    case(REGION, "passes", "neither names one", database(), client()),
    case(REGION, "passes", "the default one", database(), client(deploy=IN_EU), defaultRegion="eu"),
    case(
        REGION,
        "passes",
        "does not apply to what doesn't use it",
        database(deploy=IN_EU),
        built("api", deploy=IN_US),
    ),
    case(REGION, "violates", "another", database(deploy=IN_EU), client(deploy=IN_US)),
    case(
        REGION,
        "violates",
        "another than its volume",
        database(volumes=[(disk := Declared("Volume", "disk", {"region": "eu"}))]),
        disk,
        client(deploy=IN_US),
    ),
    case(
        REGION, "violates", "another than the default", database(), client(deploy=IN_US), defaultRegion="eu"
    ),
    case(REGION, "unknown", "one names none", database(deploy=IN_EU), client()),
    case(REGION, "unknown", "it is unknown", database(deploy=IN_EU), client(deploy=unknown())),
    case(CONNECTIONS, "passes", "few", database(), client()),
    case(
        CONNECTIONS,
        "passes",
        "as many as there are",
        database(),
        client("${{db.DATABASE_URL}}?connection_limit=90"),
    ),
    case(CONNECTIONS, "passes", "does not apply to caches", service("c", "redis:7.2", variables={})),
    case(
        CONNECTIONS,
        "violates",
        "one too many",
        database(),
        client("${{db.DATABASE_URL}}?a=1&connection_limit=91"),
    ),
    case(CONNECTIONS, "violates", "pools", database(), client(), pools={"api": 31}),
    case(
        CONNECTIONS,
        "violates",
        "replicas",
        database(),
        client(deploy={"multiRegionConfig": {"eu": {"numReplicas": 31}}}),
    ),
    case(
        CONNECTIONS, "violates", "overlap", database(), client(deploy={"overlapSeconds": 5}), pools={"a*": 16}
    ),
    case(CONNECTIONS, "unknown", "no limit", database(), client("${{db.DATABASE_URL}}")),
    case(CONNECTIONS, "unknown", "the address is unknown", database(), client(unknown())),
    case(CONNECTIONS, "unknown", "the replicas are unknown", database(), client(deploy=unknown())),
    case(CONNECTIONS, "unknown", "the image is unknown", service("db", unknown()), client()),
    case(NAME, "passes", "two names", built("a"), built("b")),
    case(NAME, "passes", "two projects", built("a", projectId="1"), built("b", name="a", projectId="2")),
    case(NAME, "passes", "does not apply to volumes", VOLUME_ALONE, VOLUME_ALONE),
    case(NAME, "violates", "one name", built("a"), built("b", name="a")),
    case(NAME, "unknown", "a name is unknown", built("a"), built("b", name=unknown())),
]
