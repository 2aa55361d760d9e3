"""Runs a procedure from where it stands to its end."""

import difflib

from operations.configuration import ROTATING, Configuration
from operations.errors import OperationError
from operations.secrets.catalogue import CATALOGUE
from operations.secrets.procedures import PROCEDURES, Procedure
from operations.secrets.status import standings
from operations.secrets.values import date_today
from operations.stack import Stack


def rotate(stack: Stack, name: str, *, yes: bool, accept_loss: bool) -> None:
    """Renew a secret, or go on with its renewal where it was left.

    Raises:
        OperationError: It can't begin, or a step failed; the same command goes on with that step.
    """
    configuration = stack.configuration()
    procedure = _procedure(configuration, name)
    begun = configuration.rotating.get(procedure.leader)
    names = [step.name for step in procedure.steps]
    if begun and begun not in names:
        raise OperationError(
            f"{ROTATING} in the stack's file says {begun!r}, and knows only {', '.join(names)}."
        )
    if not begun and (obstacle := procedure.obstacle(configuration)):
        raise OperationError(obstacle)
    left = procedure.steps[names.index(begun) if begun else 0 :]
    hear = stack.person.hear
    if begun:
        hear(f"{name}: its rotation goes on with the step {begun}.")
    hear(f"What it costs: {procedure.costs}")
    if procedure.loses:
        hear(f"[bold]What is lost:[/] {procedure.loses}")
    for number, step in enumerate(left, len(procedure.steps) - len(left) + 1):
        hear(f"  {number}. {step.says}")
    if not _is_agreed(stack, procedure, yes=yes, accept_loss=accept_loss):
        raise OperationError("Not confirmed: nothing was changed.")

    def apply() -> None:
        now = stack.configuration()
        overdue = any(each.is_overdue for each in standings(now, stack.today()))
        lenient = overdue or now.presence("postgresPasswordBefore") != "missing"
        stack.engine.up(confirmed=yes, interactive=stack.person.is_there, lenient=lenient)

    try:
        for step in left:
            stack.engine.set_plain({f"{ROTATING}.{procedure.leader}": step.name})
            hear(f"{name}: {step.says} …")
            step.run(stack, apply)
        # Only now: one that is given up stays as old as what is in use, and the policies go on asking for it.
        date_today(stack, *(CATALOGUE[each] for each in procedure.secrets))
        stack.engine.unset(ROTATING)
    except OperationError as error:
        raise OperationError(
            f"{error}\nGo on with: python -m operations secrets rotate {name} --stack {stack.name}"
        ) from None
    hear(f"{' and '.join(procedure.secrets)}: renewed.")


def _procedure(configuration: Configuration, name: str) -> Procedure:
    if name not in CATALOGUE:
        near = difflib.get_close_matches(name, CATALOGUE, n=1)
        hint = f"did you mean {near[0]}?" if near else f"there are {', '.join(CATALOGUE)}."
        raise OperationError(f"{name} is no secret: {hint}")
    procedure = PROCEDURES[name]
    others = sorted(set(configuration.rotating) - {procedure.leader})
    if others:
        raise OperationError(
            f"The rotation of {others[0]} is in progress, and one comes after the other: finish it first, with "
            f"`python -m operations secrets rotate {others[0]}`."
        )
    needed = configuration.needed_secrets()
    for each in procedure.secrets:
        if each not in needed:
            raise OperationError(
                f"{each} is not needed by what this stack has chosen: there is nothing to renew."
            )
        if configuration.presence(each) == "missing":
            raise OperationError(f"{each} is not set: `python -m operations secrets init` does that.")
    return procedure


def _is_agreed(stack: Stack, procedure: Procedure, *, yes: bool, accept_loss: bool) -> bool:
    if procedure.loses and not accept_loss:
        if yes or not stack.person.is_there:
            raise OperationError("What is lost has to be agreed to by itself: add --accept-loss.")
        return stack.person.types(procedure.leader, f"Type {procedure.leader} to go on")
    return yes or stack.person.agrees("Go on?")
