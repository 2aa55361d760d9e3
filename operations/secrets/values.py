"""New values, on their way into a stack's file."""

from operations.configuration import SECRETS_SET_ON
from operations.errors import OperationError
from operations.secrets.catalogue import Secret
from operations.stack import Stack


def put(stack: Stack, *new: tuple[Secret, str]) -> None:
    """Set secrets, and the day as that on which they were set.

    The days come first: killed in between, a secret is missing or its rotation unfinished, and either is seen.

    Raises:
        OperationError: The engine refuses.
    """
    day = stack.today().isoformat()
    stack.engine.set_plain(
        {f"{SECRETS_SET_ON}.{variable}": day for secret, _ in new for variable in secret.variables}
    )
    for secret, value in new:
        stack.engine.set_secret(secret.path, value)


def ask_for(stack: Stack, secret: Secret) -> str:
    """A value that somebody else gave out, from a prompt that doesn't show it.

    Raises:
        OperationError: Nobody can answer; the message has the command that takes it from a pipe.
    """
    if not stack.person.is_there:
        raise OperationError(
            f"{secret.name} is given out by somebody else, and there is no terminal to ask for it at: pipe "
            f"it into `bin/pulumi config set --secret --path {secret.path} --stack {stack.name}`."
        )
    return stack.person.tells_secret(f"{secret.name} (not shown; empty to leave it)")
