"""What `make up`, `preview`, `rehearse` and `down` run: the program on the local Railway, through the real engine."""

import os
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Annotated

import typer
from rich.console import Console

from tools.local.configuration import load_stack_file, write_configuration
from tools.local.engine import Engine
from tools.local.errors import LocalError
from tools.local.railway import LocalRailway
from tools.local.rehearsal import rehearse as rehearse_stack
from tools.local.state import StateFolder

STACK = "local"
DEFAULT_PORT = 8790
HIGHEST_PORT = 65_535

console = Console(soft_wrap=True)
app = typer.Typer(help=__doc__, no_args_is_help=True, add_completion=False, pretty_exceptions_enable=False)


@contextmanager
def readable_errors() -> Iterator[None]:
    """Show a `LocalError` as the sentence it is, and end with exit code 1."""
    try:
        yield
    except LocalError as error:
        Console(stderr=True, soft_wrap=True).print(
            f"error: {error}", style="red", markup=False, highlight=False
        )
        raise typer.Exit(1) from None
    except KeyboardInterrupt:
        raise typer.Exit(130) from None


def port() -> int:
    """The local Railway's port: `RAILWAY_LOCAL_PORT`, else 8790."""
    text = os.environ.get("RAILWAY_LOCAL_PORT", str(DEFAULT_PORT))
    if not text.isdecimal() or not 0 < int(text) <= HIGHEST_PORT:
        raise LocalError(
            f"RAILWAY_LOCAL_PORT is {text!r}; it has to be a port number between 1 and {HIGHEST_PORT}."
        )
    return int(text)


def run(operation: Callable[[Engine], None]) -> LocalRailway:
    """Run an operation of the engine on the local stack, whose local Railway is started when it isn't there."""
    configuration = load_stack_file(STACK)
    state = StateFolder.of_checkout()
    railway = LocalRailway(state, port())
    railway.ensure_running()
    engine = Engine(state, STACK)
    write_configuration(engine, railway, configuration)
    operation(engine)
    return railway


@app.command()
def up() -> None:
    """Bring the local stack up; again: no changes."""
    with readable_errors():
        railway = run(Engine.up)
        console.print(f"\nThe canvas:   {railway.address}", highlight=False)
        console.print(f"Its contents: {railway.address}_local/state", highlight=False)
        console.print("Deployments are simulated: no container runs. `make down` removes everything.")


@app.command()
def preview() -> None:
    """Show what `up` would change."""
    with readable_errors():
        run(Engine.preview)


@app.command()
def rehearse(
    stack: Annotated[
        str, typer.Argument(help="the stack whose Pulumi.<stack>.yaml is rehearsed")
    ] = "production",
) -> None:
    """Apply a stack's configuration to a fresh local Railway, verify it, tear it down."""
    with readable_errors():
        rehearse_stack(stack, console)


@app.command()
def down() -> None:
    """Destroy the local stack and stop the local Railway."""
    with readable_errors():
        run(Engine.destroy).stop()
        console.print("The local stack is destroyed and the local Railway stopped.")


if __name__ == "__main__":
    sys.exit(app())
