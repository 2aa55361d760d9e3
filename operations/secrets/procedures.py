"""How each secret is renewed. A changed variable alone would often be an outage.

A step may be run again: one that was killed is, and does no harm where it had been done.
"""

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import get_args

from operations.configuration import Configuration
from operations.engine import PROJECT
from operations.errors import OperationError
from operations.secrets.catalogue import CATALOGUE
from operations.secrets.values import ask_for
from operations.stack import Stack
from settings.groups import Storage
from settings.types import StorageUser

BEFORE = "secrets.postgresPasswordBefore"
RETIRING_USER = f"{PROJECT}:storage.retiringUser"
APPLICATION_USER = f"{PROJECT}:storage.applicationUser"

Apply = Callable[[], None]
"""Runs `pulumi up`."""


@dataclass(frozen=True)
class Step:
    """A part of a procedure; while it runs, its name stands in the stack's file."""

    name: str
    says: str
    run: Callable[[Stack, Apply], None]


@dataclass(frozen=True)
class Procedure:
    """How secrets are renewed together."""

    secrets: tuple[str, ...]
    costs: str
    """What people notice of it."""
    steps: tuple[Step, ...]
    loses: str = ""
    """What can't be got back; it has to be agreed to by itself."""
    obstacle: Callable[[Configuration], str | None] = lambda _: None
    """What has to be done before it may begin."""

    @property
    def leader(self) -> str:
        """The secret under whose name its progress is kept."""
        return self.secrets[0]


def _generate(name: str, stack: Stack, _: Apply) -> None:
    stack.engine.set_secret(CATALOGUE[name].path, CATALOGUE[name].generate())


def _ask(names: tuple[str, ...], stack: Stack, _: Apply) -> None:
    given = [(CATALOGUE[name], ask_for(stack, CATALOGUE[name])) for name in names]
    if not all(value for _, value in given):
        raise OperationError(
            f"{' and '.join(names)} belong together, and one was left empty: nothing was changed."
            if len(names) > 1
            else f"{names[0]} was left empty: nothing was changed."
        )
    for secret, value in given:
        stack.engine.set_secret(secret.path, value)


def _apply(_: Stack, apply: Apply) -> None:
    apply()


def _keep_postgres_password(stack: Stack, _: Apply) -> None:
    # One that is there is what the database still has: nothing that came later may take its place.
    if stack.configuration().presence("postgresPasswordBefore") == "missing":
        stack.engine.set_secret(BEFORE, stack.engine.read_secret("secrets.postgresPassword"))


def _replace_postgres_password(stack: Stack, apply: Apply) -> None:
    # Once it differs it may be in use: an `up` in between, by hand, gives it to the database.
    if stack.engine.read_secret("secrets.postgresPassword") == stack.engine.read_secret(BEFORE):
        _generate("postgresPassword", stack, apply)


def _forget_postgres_password(stack: Stack, _: Apply) -> None:
    stack.engine.unset(f"{PROJECT}:{BEFORE}")


def _user_still_retiring(configuration: Configuration) -> str | None:
    # A new password would then be today's user's, changed under the API.
    if retiring := configuration.value("storage", "retiringUser"):
        return (
            f"storage.retiringUser is still {retiring}: end that change first, with `bin/pulumi up`, then "
            f"`bin/pulumi config rm --path {RETIRING_USER}`, then `bin/pulumi up` again."
        )
    return None


def _second_user(stack: Stack, _: Apply) -> None:
    configuration = stack.configuration()
    if configuration.value("storage", "retiringUser"):
        return
    current = (
        configuration.value("storage", "applicationUser") or Storage.model_fields["application_user"].default
    )
    (other,) = (name for name in get_args(StorageUser) if name != current)
    stack.engine.set_plain({RETIRING_USER: current, APPLICATION_USER: other})


def _retire_user(stack: Stack, _: Apply) -> None:
    stack.engine.unset(RETIRING_USER)


_APPLY = Step("apply", "apply it: each service that holds it or refers to it is deployed again", _apply)


def _simple(name: str, costs: str, loses: str = "") -> Procedure:
    """A new value, and one `up`: whoever refers to it is deployed again when its source is healthy."""
    replace = Step("replace", "generate a new value and set it", partial(_generate, name))
    return Procedure((name,), costs, (replace, _APPLY), loses)


def _given(names: tuple[str, ...], costs: str) -> Procedure:
    what = "pair" if len(names) > 1 else "one"
    replace = Step("replace", f"ask for the new {what} and set it", partial(_ask, names))
    return Procedure(names, costs, (replace, _APPLY))


_PROCEDURES = (
    Procedure(
        ("postgresPassword",),
        "Open connections go on. From the moment the password changes until the API's new deployment is healthy, what "
        "needs a new connection fails, and PostgreSQL restarts once: some minutes, best when few people work.",
        (
            Step(
                "keep", "keep the password of now as secrets.postgresPasswordBefore", _keep_postgres_password
            ),
            Step("replace", "generate a new password and set it", _replace_postgres_password),
            Step(
                "apply",
                "apply it: a job changes it in the database, then the variables change, then who refers to them",
                _apply,
            ),
            Step("forget", "take the password before out of the stack's file", _forget_postgres_password),
            Step("clean", "apply that: the job is removed", _apply),
        ),
    ),
    _simple(
        "redisPassword", "Redis and the API are deployed again; the cache is empty unless it takes snapshots."
    ),
    _simple(
        "minioRootPassword",
        "MinIO and what uses it as root are deployed again. Pictures are unreachable while MinIO restarts, and "
        "addresses that were signed with the root user's key die.",
    ),
    Procedure(
        ("minioApplicationPassword",),
        "The API is deployed again as a second user, and only then the first one goes. Addresses of pictures that were "
        "signed before die with it: pages that are open show them after a reload.",
        (
            Step("second-user", "name a second user for the API, and let the first stay", _second_user),
            Step(
                "replace",
                "generate the second user's password and set it",
                partial(_generate, "minioApplicationPassword"),
            ),
            Step("apply", "apply it: the job makes the second user, then the API becomes it", _apply),
            Step("retire", "let the first user go", _retire_user),
            Step("clean", "apply that: the job removes the first user", _apply),
        ),
        obstacle=_user_still_retiring,
    ),
    _simple("jwtSecret", "Everybody is logged out and logs in again. The API is deployed again."),
    _simple(
        "jwtRefreshSecret", "The API is deployed again. Nothing else: today's code signs nothing with it."
    ),
    _simple(
        "encryptionKey",
        "The API is deployed again.",
        "Settings in the application's database whose key contains `password` (smtp_password) become unreadable and "
        "have to be entered again in its administration. API keys of SMS and Mailgun are not encrypted, and stay.",
    ),
    _simple("grafanaPassword", "Grafana is deployed again, and sets its admin's password before it starts."),
    _given(("notificationUrl",), "Alertmanager is deployed again, and tells of what fires once more."),
    _simple(
        "backupPassphrase",
        "The next backup uses the new one.",
        "Backups made until now open with the passphrase of now alone: keep a copy of it, elsewhere, as long as they "
        "are kept. `bin/pulumi config get --path secrets.backupPassphrase` shows it, and after this nothing does.",
    ),
    _given(
        ("backupAccessKeyId", "backupSecretAccessKey"),
        "The next backup uses them. Take the old pair away after it.",
    ),
    _given(
        ("storageReplicationAccessKeyId", "storageReplicationSecretAccessKey"),
        "The job for the buckets runs again with them. Take the old pair away after it.",
    ),
)

PROCEDURES = {name: procedure for procedure in _PROCEDURES for name in procedure.secrets}
"""By the name of each secret that they renew."""
