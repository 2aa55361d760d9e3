"""New values, on their way into a stack's file."""

from operations.configuration import SECRETS_SET_ON
from operations.errors import OperationError
from operations.secrets.catalogue import Secret
from operations.stack import Stack


def put(stack: Stack, secret: Secret, value: str) -> None:
    """Set a secret that is missing, and the day as that on which it was set.

    The day comes first: killed in between, the secret is missing, which is seen.

    Raises:
        OperationError: The engine refuses.
    """
    date_today(stack, secret)
    stack.engine.set_secret(secret.path, value)


def date_today(stack: Stack, *secrets: Secret) -> None:
    """Write this day as that on which secrets were set.

    Raises:
        OperationError: The engine refuses.
    """
    day = stack.today().isoformat()
    stack.engine.set_plain(
        {f"{SECRETS_SET_ON}.{variable}": day for secret in secrets for variable in secret.variables}
    )


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
