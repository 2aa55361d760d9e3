"""What `make up`, `preview`, `rehearse` and `down` run: the program on the local Railway, through the real engine."""

import signal
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Annotated

import typer
from rich.console import Console

from tools.local.errors import LocalError
from tools.local.rehearsal import rehearse as rehearse_stack
from tools.local.stack import LocalStack

INTERRUPTED = 130

console = Console(soft_wrap=True)
app = typer.Typer(help=__doc__, no_args_is_help=True, add_completion=False, pretty_exceptions_enable=False)


@contextmanager
def readable_errors() -> Iterator[None]:
    """End with a sentence and an exit code: 1 for what went wrong, 130 for an interruption, by whatever signal."""
    for number in (signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, signal.default_int_handler)
    try:
        yield
    except LocalError as error:
        complain(str(error))
        raise typer.Exit(1) from None
    except OSError as error:
        complain(f"{error.filename or 'The operating system'}: {error.strerror or error}")
        raise typer.Exit(1) from None
    except KeyboardInterrupt:
        complain("interrupted. Run the same command to go on.")
        raise typer.Exit(INTERRUPTED) from None


def complain(sentence: str) -> None:
    """Show what is wrong, on standard error."""
    Console(stderr=True, soft_wrap=True).print(
        f"error: {sentence}", style="red", markup=False, highlight=False
    )


@app.command()
def up() -> None:
    """Bring the local stack up; again: no changes."""
    with readable_errors(), LocalStack.open(console) as stack:
        stack.up()
        console.print(f"\nThe canvas:   {stack.railway.address}", highlight=False)
        console.print(f"Its contents: {stack.railway.address}_local/state", highlight=False)
        console.print("Deployments are simulated: no container runs. `make down` removes everything.")


@app.command()
def preview() -> None:
    """Show what `up` would change."""
    with readable_errors(), LocalStack.open(console) as stack:
        stack.preview()


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
    with readable_errors(), LocalStack.open(console) as stack:
        stack.down()


if __name__ == "__main__":
    sys.exit(app())
