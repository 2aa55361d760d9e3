"""A server migrates its database before it serves."""

from collections.abc import Iterator
from fnmatch import fnmatchcase

from pulumi_policy import Severity

from railway_policies.properties import UNKNOWN, Maybe
from railway_policies.resources import SERVICE, Resource
from railway_policies.rule import About, Configuration, Finding, Rule, Scope, Unjudged, Violation
from railway_policies.services import is_from_repository, is_scheduled, variables


class MigrationConfiguration(Configuration):
    """Which services migrate, and how."""

    variables: tuple[str, ...] = ("DATABASE_URL",)
    """A service built from a repository that has one of these variables has a database to migrate."""
    commands: tuple[str, ...] = ("*migrat*", "*db:push*", "*upgrade*head*", "*schema*")
    """What a pre-deploy command that migrates looks like; * and ? as in a shell."""


def judge(service: Resource, configuration: MigrationConfiguration) -> Iterator[Finding]:
    """The pre-deploy command runs once, before the first instance; a start command runs in each."""
    if service.token != SERVICE:
        return
    serves, command = _serves(service, configuration), service.properties.text("deploy", "preDeployCommand")
    if serves is False or (
        command is not UNKNOWN
        and command
        and any(fnmatchcase(command.lower(), pattern) for pattern in configuration.commands)
    ):
        return
    if serves is UNKNOWN or command is UNKNOWN:
        yield Unjudged(service, "whether it migrates a database is unknown until it is deployed")
    else:
        yield Violation(
            service,
            f"{service} has a database, and no pre-deploy command that migrates it, so it may serve on an old "
            f'schema; a server migrates first. Set preDeployCommand in deploy of "{service.name}".',
        )


def _serves(service: Resource, configuration: MigrationConfiguration) -> Maybe[bool]:
    own = variables(service)
    has_database = UNKNOWN if own is UNKNOWN else any(name in own for name in configuration.variables)
    scheduled = is_scheduled(service)
    answers = (
        is_from_repository(service),
        has_database,
        UNKNOWN if scheduled is UNKNOWN else not scheduled,
    )
    if False in answers:
        return False
    return UNKNOWN if UNKNOWN in answers else True


RULE = Rule(
    About(
        name="railway-database-client-require-migration",
        display_name="Servers migrate first",
        description="Checks that every server with a database migrates it before it serves.",
        severity=Severity.HIGH,
        remediation_steps="Set the service's deploy.preDeployCommand to the command that migrates.",
        tags=("health", "data"),
    ),
    Scope.RESOURCE,
    MigrationConfiguration,
    judge,
)
