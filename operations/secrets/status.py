"""How the secrets of a stack stand: presence and age, which need no value."""

from dataclasses import dataclass
from datetime import date, timedelta

from rich.table import Table

from operations.configuration import Configuration
from operations.secrets.catalogue import CATALOGUE, Secret
from operations.stack import Stack

DAYS = 90
"""The age at which a secret is due for renewal, as the policies have it."""


@dataclass(frozen=True)
class Standing:
    """How one secret stands."""

    secret: str
    state: str
    set_on: date | None
    today: date
    rotating: str | None
    """The step that comes next of a rotation that was begun."""

    @property
    def is_needed(self) -> bool:
        """Whether the stack's choices ask for it."""
        return self.state != "not needed"

    @property
    def age(self) -> int | None:
        """In days; None where no day is known."""
        return (self.today - self.set_on).days if self.set_on else None

    @property
    def is_overdue(self) -> bool:
        """Whether it should have been renewed."""
        return self.is_needed and self.age is not None and self.age > DAYS

    @property
    def is_wrong(self) -> bool:
        """Whether something has to be done about it now."""
        return self.state in {"missing", "in the clear"} or self.is_overdue

    @property
    def due(self) -> str:
        """When it is to be renewed."""
        if not self.is_needed or self.set_on is None:
            return ""
        day = self.set_on + timedelta(days=DAYS)
        return f"{day}, overdue" if self.is_overdue else str(day)


def standings(configuration: Configuration, today: date) -> list[Standing]:
    """How each secret stands."""
    needed = configuration.needed_secrets()
    rotating = configuration.rotating
    return [
        Standing(
            secret.name,
            configuration.presence(secret.name) if secret.name in needed else "not needed",
            oldest_day(configuration, secret),
            today,
            rotating.get(secret.name),
        )
        for secret in CATALOGUE.values()
    ]


def oldest_day(configuration: Configuration, secret: Secret) -> date | None:
    """The day on which a secret was set; of several variables, the earliest. None where one has no day."""
    days = [configuration.set_on(variable) for variable in secret.variables]
    known = [day for day in days if day]
    return min(known) if len(known) == len(days) else None


def show_status(stack: Stack) -> bool:
    """Show a table of all secrets; the result is whether all is well."""
    found = standings(stack.configuration(), stack.today())
    table = Table(title=f"Secrets of stack {stack.name}", title_justify="left")
    for column in ("secret", "state", "age", "renew by", "rotation"):
        table.add_column(column, overflow="fold")
    for each in found:
        unknown = "unknown" if each.state == "set" else ""
        age = unknown if each.age is None or not each.is_needed else f"{each.age} d"
        progress = f"in progress: {each.rotating}" if each.rotating else ""
        style = "red" if each.is_wrong else "dim" if not each.is_needed else ""
        table.add_row(each.secret, each.state, age, each.due, progress, style=style)
    stack.person.hear(table)
    for each in found:
        if each.rotating:
            stack.person.hear(
                f"Go on with: python -m operations secrets rotate {each.secret} --stack {stack.name}"
            )
    if any(each.state == "missing" for each in found):
        stack.person.hear(f"Set what is missing with: python -m operations secrets init --stack {stack.name}")
    return not any(each.is_wrong for each in found)
