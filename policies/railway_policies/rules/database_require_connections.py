"""The connections of all users fit the database."""

import re
from collections.abc import Iterator, Mapping
from fnmatch import fnmatchcase

from pulumi_policy import Severity
from pydantic import Field

from railway_policies.data_stores import DATABASES, keeps_data
from railway_policies.properties import UNKNOWN
from railway_policies.resources import SERVICE, Resource
from railway_policies.rule import About, Configuration, Finding, Rule, Scope, Unjudged, Violation
from railway_policies.rules.words import named
from railway_policies.services import all_services, refers_to, replicas, service_name, variables


class ConnectionsConfiguration(Configuration):
    """How many connections there are, and how many each user opens."""

    images: tuple[str, ...] = DATABASES
    """Images of databases: the last part of the name, or with a slash all of it; * and ? as in a shell."""
    maximum: int = Field(default=100, ge=1)
    """Connections that the database takes; PostgreSQL's own limit is 100."""
    reserved: int = Field(default=10, ge=0)
    """Connections that are left for people, backups and migrations."""
    parameter: str = "connection_limit"
    """The parameter of the address that limits a pool; Prisma's is connection_limit."""
    unlimited: Mapping[str, int] = Field(default={"*exporter*": 1})
    """Connections of services whose address can't set a limit, by logical name (* and ? as in a shell)."""
    pools: Mapping[str, int] = Field(default={})
    """Pools that one process opens, by the service's logical name (* and ?); 1 where none fits."""


def judge(database: Resource, configuration: ConnectionsConfiguration) -> Iterator[Finding]:
    """While a new version takes over, the old one keeps its connections: a service that overlaps counts twice."""
    if database.token != SERVICE:
        return
    kind, name = keeps_data(database, configuration.images), service_name(database)
    if kind is False:
        return
    if kind is UNKNOWN or name is UNKNOWN or not name:
        yield Unjudged(database, "whether it is a database, and its name, are unknown until it is deployed")
        return
    needed: float = 0
    users: list[Resource] = []
    for user in all_services(database):
        if user is database:
            continue
        opened, doubt = _connections(user, name, configuration)
        if doubt:
            yield Unjudged(database, doubt)
        if opened:
            needed += opened
            users.append(user)
    bound = configuration.maximum - configuration.reserved
    if needed > bound:
        yield Violation(
            database,
            f"{database} gets more connections than it takes: pools times replicas of {named(users)}, twice "
            f"while versions overlap, may open {needed:g}, and {bound} are free for them. Lower "
            f"{configuration.parameter} or the replicas.",
        )


def _connections(
    user: Resource, database: str, configuration: ConnectionsConfiguration
) -> tuple[float, str | None]:
    """What a service is known to open at most, and what is not known about it."""
    unknown = f"how many connections {user} opens is unknown until it is deployed"
    own = variables(user)
    if own is UNKNOWN:
        return 0, unknown
    addresses = [value for value in own.values() if value is not UNKNOWN and _is_address(value, database)]
    doubt = unknown if UNKNOWN in own.values() else None
    if not addresses:
        return 0, doubt
    fixed = [most for pattern, most in configuration.unlimited.items() if fnmatchcase(user.name, pattern)]
    limit = re.compile(rf"[?&]{re.escape(configuration.parameter)}=(\d+)")
    limits = [int(found.group(1)) for address in addresses if (found := limit.search(address))]
    if not limits and fixed:
        limits = [fixed[0]]
    elif len(limits) < len(addresses):
        doubt = f"{user} doesn't limit its connections; add {configuration.parameter} to its address"
    count = replicas(user)
    overlap = user.properties.number("deploy", "overlapSeconds")
    if count is UNKNOWN or overlap is UNKNOWN:
        return 0, unknown
    pools = next(
        (number for pattern, number in configuration.pools.items() if fnmatchcase(user.name, pattern)), 1
    )
    generations = 2 if overlap else 1
    return sum(limits) * pools * count * generations, doubt


def _is_address(value: str, database: str) -> bool:
    return any(source == database and "URL" in name for source, name in refers_to(value))


RULE = Rule(
    About(
        name="railway-database-require-connections",
        display_name="Connections fit the database",
        description="Checks that pools times replicas of all users fit the connections of their database.",
        severity=Severity.HIGH,
        remediation_steps="Lower the connection limit of the pools, or the replicas.",
        tags=("coherence",),
    ),
    Scope.STACK,
    ConnectionsConfiguration,
    judge,
)
