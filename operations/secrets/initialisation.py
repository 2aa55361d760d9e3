"""Secrets for a stack that lacks some."""

from operations.errors import OperationError
from operations.secrets.catalogue import CATALOGUE
from operations.secrets.values import ask_for, put
from operations.stack import Stack


def initialise(stack: Stack) -> None:
    """Generate each secret that the stack needs and doesn't have, and ask for those that are given out.

    Raises:
        OperationError: One that can't be generated is still missing; all others are set. Or the engine refuses.
    """
    configuration = stack.configuration()
    needed = configuration.needed_secrets()
    missing = [
        secret
        for secret in CATALOGUE.values()
        if secret.name in needed and configuration.presence(secret.name) == "missing"
    ]
    unanswered = []
    # What is generated first, so that it is set whatever becomes of the rest.
    for secret in sorted(missing, key=lambda each: each.random_bytes is None):
        if secret.random_bytes is not None:
            put(stack, secret, secret.generate())
            stack.person.hear(f"{secret.name}: generated and set")
            continue
        value = ask_for(stack, secret) if stack.person.is_there else ""
        if value:
            put(stack, secret, value)
            stack.person.hear(f"{secret.name}: set")
        else:
            unanswered.append(secret)
    if unanswered:
        commands = "\n".join(
            f"  bin/pulumi config set --secret --path {secret.path} --stack {stack.name}"
            for secret in unanswered
        )
        raise OperationError(
            "Still missing, because somebody else gives them out; each command asks for its value, or takes "
            f"it from a pipe:\n{commands}"
        )
    if not missing:
        stack.person.hear(f"Stack {stack.name} has every secret that it needs: nothing was changed.")
