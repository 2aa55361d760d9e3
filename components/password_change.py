"""A new password for the owner of a database that has one."""

from dataclasses import dataclass
from pathlib import Path

import pulumi
import pulumiverse_railway as railway

from components.files import start_with_files
from components.service import Placement, add_service
from components.sources import Image

PROGRAM = Path(__file__).with_name("password_change.sh")
"""What runs in the service. It travels in a variable."""
_FILE = "/tmp/job/job.sh"  # noqa: S108  # in the container, written anew at each start


@dataclass
class PasswordChangeArgs:
    """Whose password, and where."""

    placement: Placement
    image: pulumi.Input[str]
    """A pinned image with PostgreSQL's client; the server's image has it."""
    host: pulumi.Input[str]
    """The database's private name, as plain text: a reference would have the job wait for what waits for it."""
    user: pulumi.Input[str]
    password: pulumi.Input[str]
    """The new one."""
    password_before: pulumi.Input[str]
    """The one that still opens the database."""


class PasswordChange(pulumi.ComponentResource):
    """A job over the private network that changes a password where it is kept: in the running PostgreSQL.

    PostgreSQL reads the password in its variables on an empty volume only. What depends on the job is changed when
    the new password is accepted, and the old one refused; connections that are open stay open. It can run twice.
    """

    service: railway.Service

    def __init__(
        self, name: str, args: PasswordChangeArgs, opts: pulumi.ResourceOptions | None = None
    ) -> None:
        super().__init__("etally:components:PasswordChange", name, None, opts)
        self.service = add_service(
            name,
            args.placement,
            source=Image(args.image),
            deploy=railway.ServiceDeployArgs(
                start_command=start_with_files({_FILE: "JOB"}, f"sh {_FILE}"),
                restart_policy_type=railway.RestartPolicy.NEVER,
            ),
            variables={
                "JOB": PROGRAM.read_text("utf-8"),
                "PGHOST": args.host,
                "PGPORT": "5432",
                "PGUSER": args.user,
                "POSTGRES_PASSWORD": args.password,
                "POSTGRES_PASSWORD_BEFORE": args.password_before,
            },
            parent=self,
        )
        self.register_outputs({"serviceId": self.service.id})
