"""Who can reach what."""

from typing import Any

from tests.policies.cases.base import (
    API,
    MINIO,
    POSTGRES,
    REDIS,
    UNKNOWN_IMAGE,
    UNKNOWN_SOURCE,
    built,
    case,
    public,
)
from tests.policies.stacks import Declared, domain, secret, service, unknown

PUBLIC_DOMAIN = "railway-data-store-disallow-public-domain"
TCP_PROXY = "railway-data-store-disallow-tcp-proxy"
CONSOLE = "railway-minio-disallow-public-console"
PORT = "railway-domain-require-target-port"
ZONE = "railway-domain-require-allowed-zone"
RAILWAY = "railway-domain-disallow-railway-zone"
PROXIED = "railway-proxied-service-disallow-public-domain"

API_BEHIND = built("api", variables={"PORT": "3000"})
PAGES = built("pages", variables={"API_HOST": "${{api.RAILWAY_PRIVATE_DOMAIN}}"})

OWN = Declared("CustomDomain", "own", {"serviceId": unknown(), "domain": unknown(), "targetPort": unknown()})
GIVEN = Declared(
    "ServiceDomain", "given", {"serviceId": unknown(), "subdomain": unknown(), "targetPort": unknown()}
)


def proxy(*services: Declared, **properties: Any) -> Declared:
    """A TCP proxy to one of some services."""
    return domain("tcp", *services, kind="TcpProxy", **({"applicationPort": 5432} | properties))


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
    case(PORT, "passes", "a port", domain("public", API, targetPort=3000)),
    case(PORT, "passes", "does not apply to services", API),
    case(PORT, "violates", "no port", domain("public", API)),
    case(
        PORT,
        "violates",
        "a custom domain without",
        domain("public", API, kind="CustomDomain", domain="x.org"),
    ),
    case(PORT, "unknown", "the port is unknown", domain("public", API, targetPort=unknown())),
    case(ZONE, "passes", "any zone where none is named", public(API)),
    case(ZONE, "passes", "a name in the zone", public(API, "a.b.example.org"), zones=["example.org"]),
    case(ZONE, "passes", "the zone itself", public(API, "Example.org."), zones=["example.org"]),
    case(ZONE, "passes", "does not apply to Railway's own", domain("public", API), zones=["example.org"]),
    case(ZONE, "violates", "another zone", public(API, "example.com"), zones=["example.org"]),
    case(ZONE, "violates", "a zone that ends alike", public(API, "badexample.org"), zones=["example.org"]),
    case(ZONE, "violates", "a zone that nobody can own", public(API, "shop.test")),
    case(
        ZONE,
        "unknown",
        "the host is unknown",
        domain("d", API, kind="CustomDomain", domain=unknown(), targetPort=80),
        zones=["example.org"],
    ),
    case(RAILWAY, "passes", "a custom domain", public(API)),
    case(RAILWAY, "passes", "one that is allowed", domain("public", API), allowed=["pub*"]),
    case(RAILWAY, "passes", "does not apply to services", API),
    case(RAILWAY, "violates", "a domain of Railway's", domain("public", API, subdomain=unknown())),
    case(RAILWAY, "violates", "another one is allowed", domain("public", API), allowed=["other"]),
    # There is no case in which it can't know: it goes by type and logical name, and a program has both.
    case(RAILWAY, "passes", "a custom domain of which all is unknown", OWN),
    case(RAILWAY, "violates", "a domain of Railway's of which all is unknown", GIVEN),
    case(RAILWAY, "passes", "an allowed one of which all is unknown", GIVEN, allowed=["given"]),
    case(PROXIED, "passes", "a private server", API_BEHIND, PAGES, public(PAGES)),
    case(PROXIED, "passes", "does not apply to a server that nobody leads to", API, public(API)),
    case(PROXIED, "passes", "pages that aren't public", API_BEHIND, PAGES, public(API_BEHIND)),
    case(
        PROXIED,
        "passes",
        "a domain on what refers to a public address",
        API_BEHIND,
        (other := built("other", variables={"API": "${{api.RAILWAY_PUBLIC_DOMAIN}}"})),
        public(other),
        public(API_BEHIND),
    ),
    case(PROXIED, "violates", "both are public", API_BEHIND, PAGES, public(PAGES), public(API_BEHIND)),
    case(
        PROXIED,
        "violates",
        "by its private name",
        API_BEHIND,
        (direct := built("direct", variables={"API": "http://api.railway.internal:3000"})),
        public(direct),
        domain("second", API_BEHIND),
    ),
    case(
        PROXIED,
        "unknown",
        "what the pages refer to is unknown",
        API_BEHIND,
        (vague := built("vague", variables={"API": unknown()})),
        public(vague),
        public(API_BEHIND),
    ),
    case(
        PROXIED, "unknown", "a bare id", API_BEHIND, Declared("ServiceDomain", "bare", {"serviceId": "1f0"})
    ),
]
