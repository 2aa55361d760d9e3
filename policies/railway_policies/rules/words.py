"""Words that several rules use."""

from collections.abc import Sequence

from railway_policies.resources import Resource


def named(resources: Sequence[Resource]) -> str:
    """The logical names, quoted."""
    return ", ".join(f'"{resource.name}"' for resource in resources)


def and_named(resources: Sequence[Resource]) -> str:
    """The resources with their kinds, as in `Service "a" and Volume "b"`."""
    return " and ".join(map(str, resources))


def why_unknown(services: Sequence[Resource]) -> str:
    """Why it can't be told what an endpoint leads to, when these are the services it may lead to."""
    if not services:
        return "its serviceId comes from no Service of this stack; pass on the id of one that is managed here"
    if len(services) == 1:
        return f"the image of {named(services)} is unknown until it is deployed"
    return f"it may lead to any of {named(services)}; make its serviceId from one Service alone"


def why_open(services: Sequence[Resource], what: str) -> str:
    """Why something about the service behind an endpoint can't be told, when it may lead to any of these."""
    if len(services) == 1:
        return f"the {what} of {named(services)} is unknown until it is deployed"
    return why_unknown(services)
