"""What every table of cases is made of."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from tests.policies.stacks import Declared, domain, service, unknown

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
VOLUME_ALONE = Declared("Volume", "data", {"name": unknown()})


@dataclass(frozen=True)
class Case:
    """What a rule answers to some resources, with some settings."""

    rule: str
    outcome: str
    what: str
    resources: tuple[Declared, ...]
    settings: Mapping[str, Any] = field(default_factory=dict)

    def __str__(self) -> str:
        return f"{self.rule}: {self.outcome}: {self.what}"


def case(rule: str, outcome: str, what: str, *resources: Declared, **settings: Any) -> Case:
    """A case; the settings are the rule's own, by their names in a configuration file."""
    return Case(rule, outcome, what, resources, settings)


def built(name: str, /, **properties: Any) -> Declared:
    """A service that is built from a repository."""
    return service(name, source={"repo": "acme/shop", "branch": "main"}, **properties)


def public(target: Declared, host: str = "shop.example.org") -> Declared:
    """A custom domain that leads to a service."""
    return domain(f"{target.name}-domain", target, kind="CustomDomain", domain=host, targetPort=80)


def shared(**variables: Any) -> Declared:
    """The variables that a whole environment shares."""
    return Declared("SharedVariables", "shared", {"variables": variables})
