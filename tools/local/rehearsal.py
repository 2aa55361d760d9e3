"""Applies a stack's own configuration, for real, to a fresh local Railway; verifies it; tears it down."""

import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.table import Table

from tools.local.configuration import load_stack_file, write_configuration
from tools.local.engine import Engine
from tools.local.errors import LocalError
from tools.local.railway import LocalRailway
from tools.local.state import StateFolder

STACK = "rehearsal"


def rehearse(stack: str, console: Console) -> None:
    """Rehearse a stack.

    Raises:
        LocalError: the engine refused or failed, or what was deployed is not what was to be deployed.
    """
    configuration = for_a_fresh_project(load_stack_file(stack))
    console.rule(f"Rehearsing {stack} on a fresh local Railway")
    console.print(
        "Every secret is a stand-in generated now; the policy against stand-ins is the only one turned off."
    )
    with fresh_railway() as railway:
        engine = Engine(railway.state, STACK)
        write_configuration(engine, railway, configuration, rehearsal=True)
        engine.up()
        verify(railway, console)
        console.rule("Applying it again")
        verify_second_run(engine, railway)
        console.print("No changes, and no request was sent.")
        console.rule("Tearing it down")
        engine.unprotect()
        engine.destroy()
        if leftovers := railway.contents()["projects"]:
            raise LocalError(f"Tearing down left {len(leftovers)} project(s) behind on the local Railway.")
    console.rule(f"{stack}: rehearsed, verified, torn down")
    console.print(
        "Deployments were simulated: no image was pulled, nothing was built and no container ran. What only Railway "
        "knows (the account's plan, GitHub's access, DNS) is not rehearsed either."
    )


def for_a_fresh_project(configuration: Mapping[str, Any]) -> dict[str, Any]:
    """The same configuration with a project of its own: an existing one isn't there on a fresh local Railway."""
    railway = configuration.get("etally:railway") or {}
    if not isinstance(railway, Mapping):
        return dict(configuration)  # malformed, which the settings tell better
    kept = {
        key: value for key, value in railway.items() if key not in {"project", "environmentId", "workspaceId"}
    }
    return {**configuration, "etally:railway": {**kept, "project": "create"}}


@contextmanager
def fresh_railway() -> Iterator[LocalRailway]:
    """A local Railway on a free port, in a private folder that is gone afterwards."""
    with tempfile.TemporaryDirectory(prefix="etally-rehearsal-") as folder:
        railway = LocalRailway(StateFolder(Path(folder)).prepared(), port=0)
        try:
            railway.ensure_running()
            yield railway
        finally:
            railway.stop()


@dataclass(frozen=True)
class Deployed:
    """A service and its deployments, as the local Railway holds them."""

    name: str
    statuses: tuple[str, ...]
    empty_variables: tuple[str, ...]
    domains: tuple[str, ...]

    @property
    def problem(self) -> str:
        if self.statuses != ("SUCCESS",):
            return f"deployments: {', '.join(self.statuses) or 'none'}, expected exactly one, SUCCESS"
        if self.empty_variables:
            return f"variables that render empty: {', '.join(self.empty_variables)}"
        return ""


def deployed_services(contents: Mapping[str, Any]) -> list[Deployed]:
    """Every service of every environment, by name."""
    services = []
    for project in contents["projects"]:
        for environment in project["environments"]:
            for instance in environment["serviceInstances"]:
                deployments = [
                    deployment
                    for deployment in environment["deployments"]
                    if deployment["serviceId"] == instance["serviceId"]
                ]
                variables: Mapping[str, str] = deployments[0]["snapshot"]["variables"] if deployments else {}
                services.append(
                    Deployed(
                        name=instance["serviceName"],
                        statuses=tuple(deployment["status"] for deployment in deployments),
                        empty_variables=tuple(sorted(name for name, value in variables.items() if not value)),
                        domains=tuple(domain["domain"] for domain in instance["domains"]),
                    )
                )
    return sorted(services, key=lambda service: service.name)


def verify(railway: LocalRailway, console: Console) -> None:
    """Each service has exactly one deployment, which succeeded, and no variable of it rendered empty."""
    services = deployed_services(railway.contents())
    table = Table(title="What was deployed")
    for heading in ("service", "deployments", "domains", "verdict"):
        table.add_column(heading, overflow="fold")
    for service in services:
        table.add_row(
            service.name,
            ", ".join(service.statuses),
            ", ".join(service.domains),
            service.problem or "as expected",
        )
    console.print(table)
    if not services:
        raise LocalError("Nothing was deployed.")
    if problems := [f"{service.name}: {service.problem}" for service in services if service.problem]:
        raise LocalError("The rehearsal is not what was to be deployed.\n" + "\n".join(problems))


def verify_second_run(engine: Engine, railway: LocalRailway) -> None:
    """Applying again changes nothing and sends nothing."""
    before = len(railway.requests())
    engine.up("--expect-no-changes")
    if sent := len(railway.requests()) - before:
        raise LocalError(f"Applying the unchanged stack again sent {sent} request(s), expected none.")
