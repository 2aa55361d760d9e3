"""Where programs come from."""

from tests.policies.cases.base import API, UNKNOWN_IMAGE, UNKNOWN_SOURCE, Case, case
from tests.policies.stacks import Declared, service, unknown

IMAGE = "railway-image-require-version"
HOLE = "railway-image-disallow-known-hole"
REGISTRY = "railway-image-require-allowed-registry"
SOURCE = "railway-source-require-allowed-repository"
CHECKS = "railway-source-require-checks"


def image_case(outcome: str, image: str) -> Case:
    """What is pinned and what isn't."""
    return case(IMAGE, outcome, image, service("web", image))


def from_repository(**source: object) -> Declared:
    """A service that is built from a repository."""
    return service("api", source={"repo": "acme/shop", "branch": "main"} | source)


CASES = [
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
    *(
        case(HOLE, "passes", image, service("s3", image))
        for image in (
            "ghcr.io/coollabsio/minio:RELEASE.2025-10-15T17-29-55Z",
            "minio/minio:2026-01-01",
            f"minio:RELEASE.2025-10-15T17-29-55Z@sha256:{'0a' * 32}",
            "nginx:1.0",
            "ghcr.io/railwayapp-templates/postgres-ssl:16.14",
            "postgres:17.10-bookworm",
            "postgres:19.0",
            "quay.io/prometheuscommunity/postgres-exporter:v0.17.1",
        )
    ),
    *(
        case(HOLE, "violates", image, service("s3", image))
        for image in (
            "minio/minio:RELEASE.2025-09-07T16-13-09Z",
            "minio:20250901",
            "ghcr.io/railwayapp-templates/postgres-ssl:16.10",
            "postgres:17.9",
            "postgres:13.22",
        )
    ),
    case(HOLE, "unknown", "a major version alone", service("db", "postgres:16")),
    case(HOLE, "violates", "an older version", service("c", "redis:7.2.4"), minimum={"redis": "7.2.11"}),
    case(HOLE, "passes", "a newer version", service("c", "redis:7.10.0"), minimum={"redis": "7.2.11"}),
    case(HOLE, "unknown", "another kind of version", service("s3", "minio:1.2.3")),
    case(HOLE, "unknown", "a digest alone", service("s3", f"minio@sha256:{'0a' * 32}")),
    case(HOLE, "unknown", "the image is unknown", UNKNOWN_IMAGE),
    case(HOLE, "passes", "does not apply to a repository", API),
    *(
        case(REGISTRY, "passes", image, service("web", image))
        for image in (
            "nginx:1.27",
            "prom/prometheus:v3.5.0",
            "ghcr.io/a/b:1.0",
            "docker.io/library/redis:7.2",
        )
    ),
    case(
        REGISTRY, "passes", "below a path", service("w", "ghcr.io/acme/x:1.0"), registries=["ghcr.io/acme/*"]
    ),
    case(REGISTRY, "passes", "Docker's own", service("w", "nginx:1.0"), registries=["docker.io/library/*"]),
    case(REGISTRY, "passes", "does not apply to a repository", API),
    case(REGISTRY, "violates", "another registry", service("web", "registry.example.com/nginx:1.27")),
    case(REGISTRY, "violates", "a port", service("web", "localhost:5000/nginx:1.27")),
    case(
        REGISTRY, "violates", "another path", service("w", "ghcr.io/x/y:1.0"), registries=["ghcr.io/acme/*"]
    ),
    case(REGISTRY, "unknown", "the image is unknown", UNKNOWN_IMAGE),
    case(SOURCE, "passes", "any repository", from_repository()),
    case(SOURCE, "passes", "an allowed one", from_repository(), repositories=["Acme/*"]),
    case(SOURCE, "passes", "a release", from_repository(branch="release/2.1")),
    case(SOURCE, "passes", "does not apply to an image", service("web", "nginx:1.27")),
    case(SOURCE, "violates", "another repository", from_repository(), repositories=["acme/other"]),
    case(SOURCE, "violates", "another branch", from_repository(branch="feature")),
    case(SOURCE, "violates", "no branch", service("api", source={"repo": "acme/shop"})),
    case(SOURCE, "unknown", "the repository is unknown", from_repository(repo=unknown())),
    case(SOURCE, "unknown", "the branch is unknown", from_repository(branch=unknown())),
    case(CHECKS, "passes", "it waits", from_repository(checkSuites=True)),
    case(CHECKS, "passes", "does not apply to an image", service("web", "nginx:1.27")),
    case(CHECKS, "violates", "it doesn't", from_repository(checkSuites=False)),
    case(CHECKS, "violates", "it says nothing", from_repository()),
    case(CHECKS, "unknown", "it is unknown", from_repository(checkSuites=unknown())),
    case(CHECKS, "unknown", "the source is unknown", UNKNOWN_SOURCE),
]
