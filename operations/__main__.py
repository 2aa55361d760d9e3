"""What an operator does besides `pulumi up`.

Exit codes: 0 done, 1 a mistake, or something to be done, 2 wrong usage, 130 interrupted.
"""

import signal
import sys
from collections.abc import Sequence

import typer
from rich.console import Console

from operations.errors import OperationError
from operations.secrets.commands import Surroundings
from operations.secrets.commands import app as secrets

MISTAKE, INTERRUPTED = 1, 130

app = typer.Typer(help=__doc__, no_args_is_help=True, add_completion=False, pretty_exceptions_enable=False)
app.add_typer(secrets, name="secrets")


def main(arguments: Sequence[str] | None = None, surroundings: Surroundings | None = None) -> int:
    """Run a command; the result is the exit code, and a mistake is told in a sentence."""
    complaints = Console(stderr=True, soft_wrap=True, highlight=False, markup=False)
    try:
        app(args=arguments, obj=surroundings)
    except SystemExit as end:
        return end.code if isinstance(end.code, int) else MISTAKE
    except OperationError as error:
        complaints.print(str(error))
        return MISTAKE
    except OSError as error:
        complaints.print(f"{error.filename or 'The operating system'}: {error.strerror or error}")
        return MISTAKE
    except KeyboardInterrupt:
        complaints.print("Interrupted. The same command goes on.")
        return INTERRUPTED
    return 0


if __name__ == "__main__":
    for number in (signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, signal.default_int_handler)
    sys.exit(main())
