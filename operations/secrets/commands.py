"""`python -m operations secrets …`."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Annotated

import typer

from operations.engine import CHECKOUT, Engine, Processes, Transport, selected_stack
from operations.secrets.initialisation import initialise
from operations.secrets.rotation import rotate as rotate_secret
from operations.secrets.status import DAYS, show_status
from operations.stack import Person, Stack, today

app = typer.Typer(
    help="Make, renew and look after a stack's secrets. No value is shown, or put on a command line or in the clear.",
    no_args_is_help=True,
)


@dataclass(frozen=True)
class Surroundings:
    """What the commands reach outside of this program."""

    engine_in: Callable[[Path], Transport] = Processes
    """The engine in the folder of a project."""
    person: Person = field(default_factory=Person)
    today: Callable[[], date] = today


StackName = Annotated[
    str | None, typer.Option("--stack", "-s", help="The stack; without it, the one that is selected.")
]
Folder = Annotated[
    Path, typer.Option("--cwd", help="The folder of the project.", show_default="this checkout")
]


@app.command()
def init(context: typer.Context, stack: StackName = None, cwd: Folder = CHECKOUT) -> None:
    """Generate every secret that the stack needs and doesn't have; never replace one.

    What somebody else gives out (keys of a bucket) is asked for, where there is a terminal. Exit code 1: something is
    still missing.
    """
    initialise(_open(context, stack, cwd))


@app.command()
def rotate(
    context: typer.Context,
    name: Annotated[str, typer.Argument(help="The secret, such as postgresPassword; `status` lists all.")],
    stack: StackName = None,
    cwd: Folder = CHECKOUT,
    *,
    yes: Annotated[bool, typer.Option("--yes", "-y", help="Ask nothing, here and in `pulumi up`.")] = False,
    accept_loss: Annotated[
        bool, typer.Option("--accept-loss", help="Agree to what a rotation makes unreadable, where one does.")
    ] = False,
) -> None:
    """Renew a secret, step by step, and apply it with `pulumi up`.

    It tells first what it does and what people notice of it. Wherever it stops, the same command goes on.
    """
    rotate_secret(_open(context, stack, cwd), name, yes=yes, accept_loss=accept_loss)


@app.command(
    help=f"Show which secrets are set, how old they are, and what is due for renewal after {DAYS} days.\n\n"
    "Nothing is decrypted. Exit code 1: something is missing, in the clear or overdue."
)
def status(context: typer.Context, stack: StackName = None, cwd: Folder = CHECKOUT) -> None:
    """Show how the secrets stand."""
    if not show_status(_open(context, stack, cwd)):
        raise typer.Exit(1)


def _open(context: typer.Context, name: str | None, folder: Path) -> Stack:
    around = context.obj or Surroundings()
    transport = around.engine_in(folder)
    chosen = name or selected_stack(transport)
    return Stack(chosen, folder, Engine(transport, chosen), around.person, around.today)
