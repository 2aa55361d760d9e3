"""Which services keep data, told by the image that they run."""

from collections.abc import Iterable

from railway_policies.properties import UNKNOWN, Maybe
from railway_policies.resources import Resource, image

DATABASES = (
    "postgres",
    "postgres-ssl",
    "postgresql",
    "postgis",
    "pgvector",
    "timescaledb",
    "timescaledb-ha",
    "mysql",
    "mysql-server",
    "mariadb",
    "percona",
    "mongo",
    "mongodb",
    "mongodb-community-server",
    "clickhouse",
    "clickhouse-server",
    "cassandra",
    "elasticsearch",
    "opensearch",
    "influxdb",
    "neo4j",
)
"""Stores whose data is lost for good without a volume."""

CACHES = ("redis", "redis-stack", "redis-stack-server", "valkey", "keydb", "dragonfly", "memcached")
"""Stores that may be a cache only."""

OBJECT_STORES = ("minio",)
"""Stores that browsers talk to, so that they may have a public address."""


def runs(service: Resource, images: Iterable[str]) -> Maybe[bool]:
    """Whether a service runs one of these images; a service without an image runs none."""
    found = image(service)
    if found is UNKNOWN:
        return UNKNOWN
    return found is not None and found.is_one_of(images)


def keeps_data(service: Resource, images: Iterable[str]) -> Maybe[bool]:
    """Whether a service runs one of these images as a store, and not for its tools: a job keeps nothing."""
    return False if _is_job(service) else runs(service, images)


def _is_job(service: Resource) -> bool:
    """Whether a service is known to run by a schedule, or once. What isn't known is taken for a store."""
    schedule = service.properties.text("deploy", "cronSchedule")
    restarts = service.properties.text("deploy", "restartPolicyType")
    return (schedule is not UNKNOWN and bool(schedule)) or restarts == "NEVER"
