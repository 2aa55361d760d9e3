"""What is deployed comes from a known repository and branch."""

from collections.abc import Iterator
from fnmatch import fnmatchcase

from pulumi_policy import Severity

from railway_policies.properties import UNKNOWN
from railway_policies.resources import SERVICE, Resource
from railway_policies.rule import About, Configuration, Finding, Rule, Scope, Unjudged, Violation


class AllowedRepositoryConfiguration(Configuration):
    """What may be deployed from."""

    repositories: tuple[str, ...] = ("*",)
    """Repositories, as OWNER/NAME; * and ? as in a shell."""
    branches: tuple[str, ...] = ("main", "master", "production", "release/*", "release-*")
    """Branches; * and ? as in a shell."""


def judge(service: Resource, configuration: AllowedRepositoryConfiguration) -> Iterator[Finding]:
    """Each push to the branch runs in the stack's environment, with its secrets."""
    if service.token != SERVICE:
        return
    repository = service.properties.text("source", "repo")
    branch = service.properties.text("source", "branch")
    if repository is UNKNOWN:
        yield Unjudged(service, "its repository is unknown until it is deployed")
        return
    if not repository:
        return
    if not any(fnmatchcase(repository.lower(), one.lower()) for one in configuration.repositories):
        yield Violation(
            service,
            f"{service} is built from a repository that isn't allowed; allowed are "
            f'{", ".join(configuration.repositories)}. Name one of these in source.repo of "{service.name}", '
            "or add its repository to `repositories`.",
        )
    if branch is UNKNOWN:
        yield Unjudged(service, "its branch is unknown until it is deployed")
    elif not branch or not any(fnmatchcase(branch, one) for one in configuration.branches):
        fault = "a branch that isn't allowed" if branch else "whatever branch is the repository's default"
        yield Violation(
            service,
            f"{service} is built from {fault}; allowed are {', '.join(configuration.branches)}. Name one of "
            f'these in source.branch of "{service.name}", or add its branch to `branches`.',
        )


RULE = Rule(
    About(
        name="railway-source-require-allowed-repository",
        display_name="Sources are known",
        description="Checks that every repository and branch that is deployed is allowed.",
        severity=Severity.HIGH,
        remediation_steps="Name an allowed repository and branch in the service's source.",
        tags=("supply",),
    ),
    Scope.RESOURCE,
    AllowedRepositoryConfiguration,
    judge,
)
