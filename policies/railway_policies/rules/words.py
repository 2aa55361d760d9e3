"""Words that several rules use."""

from collections.abc import Sequence

from railway_policies.resources import Resource


def named(resources: Sequence[Resource]) -> str:
    """The logical names, quoted."""
    return ", ".join(f'"{resource.name}"' for resource in resources)


def why_unknown(services: Sequence[Resource]) -> str:
    """Why it can't be told what an endpoint leads to, when these are the services it may lead to."""
    if not services:
        return "its serviceId comes from no Service of this stack; pass on the id of one that is managed here"
    if len(services) == 1:
        return f"the image of {named(services)} is unknown until it is deployed"
    return f"it may lead to any of {named(services)}; make its serviceId from one Service alone"
