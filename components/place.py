"""Where services are put: a project and an environment, made here or there before."""

from dataclasses import dataclass

import pulumi
import pulumiverse_railway as railway

from components.service import Placement
from components.wiring import Wiring


@dataclass(frozen=True)
class PlaceArgs:
    """What exists, and the names of what is made."""

    project_name: str
    environment_name: str
    project_id: str | None = None
    """None: a project is made, with its first environment."""
    environment_id: str | None = None
    """None: an environment is made."""
    workspace_id: str | None = None
    """Of a project that is made; None: the token's own."""
    region: str | None = None
    """None: the workspace's preferred one."""


def make_place(name: str, args: PlaceArgs, opts: pulumi.ResourceOptions | None = None) -> Placement:
    """Make what is missing of a place; what exists is used as it is, and not managed."""
    wiring = Wiring()
    if args.project_id is None:
        project = railway.Project(
            name,
            name=wiring.held(args.project_name),
            workspace_id=args.workspace_id,
            default_environment_name=args.environment_name,
            opts=opts,
        )
        return Placement(project.id, project.default_environment_id, args.region, wiring)
    if args.environment_id is None:
        environment = railway.Environment(
            name, project_id=args.project_id, name=wiring.held(args.environment_name), opts=opts
        )
        return Placement(args.project_id, environment.id, args.region, wiring)
    return Placement(args.project_id, args.environment_id, args.region, wiring)
