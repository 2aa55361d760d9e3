"""Typed views on the resources that the rules judge, and the links between them."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final, Self

from pulumi_policy import PolicyResource, ResourceValidationArgs

from railway_policies.images import Image
from railway_policies.properties import UNKNOWN, Maybe, Properties
from railway_policies.surroundings import Surroundings

STACK: Final = "pulumi:pulumi:Stack"
VOLUME: Final = "railway:index:Volume"
SERVICE: Final = "railway:index:Service"
SHARED_VARIABLES: Final = "railway:index:SharedVariables"
BUCKET: Final = "railway:index:Bucket"
SERVICE_DOMAIN: Final = "railway:index:ServiceDomain"
CUSTOM_DOMAIN: Final = "railway:index:CustomDomain"
TCP_PROXY: Final = "railway:index:TcpProxy"

REFERENCE: Final = "${{"
"""Begins a reference that Railway renders when it deploys: no policy sees what comes of it."""


@dataclass(frozen=True, eq=False)
class Resource:
    """A resource under judgement."""

    token: str
    name: str
    """The logical name: the one in the program."""
    urn: str
    properties: Properties
    protect: bool
    """Whether the engine refuses to delete it."""
    surroundings: Surroundings
    remedied: bool = False
    """Whether the remedy of the rule that judges has seen it."""
    links: Mapping[str, Sequence[str]] = field(default_factory=dict)
    """For each property, the URNs of what it was made from. A resource rule is told none."""
    stack: "Mapping[str, Resource]" = field(default_factory=dict, repr=False)
    """Every resource of the stack by its URN. A resource rule is told none."""

    @classmethod
    def from_resource_validation(cls, args: ResourceValidationArgs, surroundings: Surroundings) -> Self:
        """What a resource rule is given: the inputs."""
        properties = Properties(args.props)
        return cls(args.resource_type, args.name, args.urn, properties, args.opts.protect, surroundings)

    @classmethod
    def from_stack(cls, given: Sequence[PolicyResource], surroundings: Surroundings) -> list[Self]:
        """What a stack rule is given: the outputs, and where each property came from."""
        stack: dict[str, Resource] = {}
        resources = [
            cls(
                resource.resource_type,
                resource.name,
                resource.urn,
                Properties(resource.props),
                resource.opts.protect,
                surroundings,
                links={
                    name: [source.urn for source in sources]
                    for name, sources in resource.property_dependencies.items()
                },
                stack=stack,
            )
            for resource in given
        ]
        stack.update({resource.urn: resource for resource in resources})
        return resources

    def made_from(self, name: str, token: str) -> list["Resource"]:
        """The resources of a type that a property was made from.

        A resource's id isn't among its outputs, and in a preview it isn't known at all; the engine's own
        record of which property came from which resource is there in both.
        """
        linked = [self.stack[urn] for urn in self.links.get(name, []) if urn in self.stack]
        return [resource for resource in linked if resource.token == token]

    @property
    def services(self) -> list["Resource"]:
        """The services that `serviceId` was made from."""
        return self.made_from("serviceId", SERVICE)

    def all_of_type(self, *tokens: str) -> list["Resource"]:
        """The resources of some types in the same stack."""
        return [resource for resource in self.stack.values() if resource.token in tokens]

    def __str__(self) -> str:
        return f'{_WORDS.get(self.token, self.token)} "{self.name}"'


_WORDS = {
    STACK: "Stack",
    VOLUME: "Volume",
    SHARED_VARIABLES: "Shared variables",
    BUCKET: "Bucket",
    SERVICE: "Service",
    SERVICE_DOMAIN: "Domain",
    CUSTOM_DOMAIN: "Custom domain",
    TCP_PROXY: "TCP proxy",
}


def image(service: Resource) -> Maybe[Image | None]:
    """The image that a service runs; None when it is built from a repository, or has no source yet."""
    reference = service.properties.text("source", "image")
    if reference is UNKNOWN:
        return UNKNOWN
    if not reference:
        return None
    return UNKNOWN if REFERENCE in reference else Image.parse(reference)


@dataclass(frozen=True)
class Endpoint:
    """A way from the internet to a service."""

    declared_by: Resource
    """The resource in the program that opens it: a domain, a TCP proxy, or the service itself."""
    description: str
    services: Sequence[Resource]
    """The services it may lead to: several, if its `serviceId` was made from several; none if unknown."""
    port: Maybe[float | None]
    """The service's port behind it; None when it names none and Railway takes the one it detects."""


def domains(resource: Resource) -> list[Endpoint]:
    """The public domains that this resource declares."""
    if resource.token not in (SERVICE_DOMAIN, CUSTOM_DOMAIN):
        return []
    return [Endpoint(resource, str(resource), resource.services, resource.properties.number("targetPort"))]


def tcp_proxies(resource: Resource) -> Maybe[list[Endpoint]]:
    """The TCP proxies that this resource declares: itself, or those in a service's networking."""
    if resource.token == TCP_PROXY:
        port = resource.properties.number("applicationPort")
        return [Endpoint(resource, str(resource), resource.services, port)]
    if resource.token != SERVICE:
        return []
    ports = resource.properties.keys("networking", "tcpProxies")
    if ports is UNKNOWN:
        return UNKNOWN
    description = f"A TCP proxy in the networking of {resource}"
    return [
        Endpoint(resource, description, [resource], float(port) if port.isdigit() else UNKNOWN)
        for port in ports
    ]


def leads_to(endpoint: Endpoint, is_meant: Callable[[Resource], Maybe[bool]]) -> Maybe[list[Resource]]:
    """The services of a kind behind an endpoint; UNKNOWN when it may lead to one, and it can't be told."""
    if not endpoint.services:
        return UNKNOWN
    answers = [is_meant(service) for service in endpoint.services]
    if all(answer is True for answer in answers):
        return list(endpoint.services)
    return [] if all(answer is False for answer in answers) else UNKNOWN
