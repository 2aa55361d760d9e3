"""What can go wrong between this provider and Railway: Railway's words, and what to do about it.

UserError
└── RailwayError
    ├── TransportError     nothing reached Railway, or its answer didn't reach us
    │   └── AnswerLost     the request was sent; whether it was carried out isn't known
    ├── ServerError        Railway failed; whether the request was carried out isn't known
    ├── Throttled          asked too often: a rate limit or a cooldown
    ├── NotAuthorized      the token, or what it may see
    ├── NotFound           the object doesn't exist
    ├── Conflict           a name or a domain is taken
    ├── Refused            any other refusal of what was asked
    ├── WorkflowFailed     the commit was taken, but applying it ended in an error
    ├── NotApplied         the commit is done, yet the configuration doesn't show it
    ├── CommitUnseen       the commit was sent, but how it ended couldn't be seen
    ├── BeyondPlan         the workspace's plan doesn't hold what was asked for
    ├── OutOfReach         Railway doesn't reach the repository
    ├── StagedChanges      somebody left changes in the dashboard
    ├── DeploymentFailed   the service didn't come up
    └── Ambiguous          more than one object could be the one that was created
"""

# ruff: noqa: N818 - each is named after what happened

from __future__ import annotations

import re
from math import ceil
from typing import TYPE_CHECKING, ClassVar, Final

from pulumi_resource_railway.errors import UserError

if TYPE_CHECKING:
    from collections.abc import Sequence


class RailwayError(UserError):
    """Base of all. The message is Railway's, followed by what to do.

    Attributes:
        words: What Railway said, or what happened.
        remedy: What to do about it.
        outcome_unknown: Whether the change that was asked for may have been made all the same.
    """

    outcome_unknown: ClassVar[bool] = False
    advice: ClassVar[str] = ""

    def __init__(self, words: str, *, advice: str | None = None, operation: str | None = None) -> None:
        """Keep Railway's words; `advice` takes the place of the class's own."""
        self.words = words
        said = words if operation is None else f"{operation}: {words}"
        remedy = self.remedy = self.advice if advice is None else advice
        if remedy and not said.endswith((".", "!", "?", ":")):
            said += "."
        super().__init__(f"{said} {remedy}".strip())


class TransportError(RailwayError):
    """The request didn't reach Railway."""

    advice = "Check the network and, if it is set, railway:endpoint; then run `pulumi up` again."


class AnswerLost(TransportError):
    """The request was sent, but no answer came."""

    outcome_unknown = True


class ServerError(RailwayError):
    """Railway answered with a failure of its own."""

    outcome_unknown = True
    advice = "This is a failure at Railway (https://status.railway.com); run `pulumi up` again later."


class Throttled(RailwayError):
    """Asked too often.

    Attributes:
        retry_after: Seconds that Railway asks to wait, when it says so.
    """

    def __init__(self, words: str, *, retry_after: float | None = None, operation: str | None = None) -> None:
        """Keep how long to wait."""
        minutes = max(1, ceil((retry_after or 0) / 60))
        when = "a minute" if minutes == 1 else f"{minutes} minutes"
        advice = f"Railway asks to wait; run `pulumi up` again in {when}."
        super().__init__(words, advice=advice, operation=operation)
        self.retry_after = retry_after


class NotAuthorized(RailwayError):
    """Railway doesn't accept the token, or doesn't let it see the object."""

    advice = (
        "Check that the token (railway:token, railway:projectToken, RAILWAY_API_TOKEN or RAILWAY_TOKEN) is "
        "valid "
        "and belongs to the workspace or project; Railway also says this of ids that it doesn't know."
    )


class NotFound(RailwayError):
    """The object doesn't exist."""

    advice = "It may have been deleted outside Pulumi; `pulumi refresh` brings the state up to date."


class Conflict(RailwayError):
    """The name or domain is taken."""

    advice = "Choose another name, or import the existing object with `pulumi import`."


class Refused(RailwayError):
    """Railway refused what was asked; nothing was changed."""


class WorkflowFailed(RailwayError):
    """Railway took the commit, but failed to apply it."""

    advice = "Correct what Railway names and run `pulumi up` again."


class NotApplied(RailwayError):
    """The commit is done, yet what it set isn't there.

    Attributes:
        paths: What is missing or different, by its path in the environment's configuration; without values.
    """

    advice = "Railway may have changed or dropped these settings; compare them in its dashboard."

    def __init__(self, paths: Sequence[str]) -> None:
        """Name the paths; values may be secrets and stay out."""
        shown = ", ".join(paths[:8]) + (" …" if len(paths) > 8 else "")  # noqa: PLR2004 - enough to recognise
        super().__init__(f"Railway finished the commit, but its configuration doesn't show: {shown}")
        self.paths = tuple(paths)


class CommitUnseen(RailwayError):
    """The commit was sent, and how it ended couldn't be seen."""

    outcome_unknown = True
    advice = "The change may have been made. Run `pulumi up` again: it looks before it changes anything."


class BeyondPlan(RailwayError):
    """The workspace's plan doesn't hold what would be made; nothing was changed."""


class OutOfReach(RailwayError):
    """Railway could build nothing from the repository; nothing was changed."""


class StagedChanges(RailwayError):
    """Somebody's changes wait in the environment; committing beside them could lose or apply them."""


class DeploymentFailed(RailwayError):
    """The deployment ended badly; the words hold its log's tail, its id and a link."""


class Ambiguous(RailwayError):
    """An earlier creation's answer was lost, and more than one object could be its result."""


RETRY_WORDS: Final = re.compile(
    r"too quickly|whoa there|per \d+ ?s(ec(ond)?s?)?\b|every \d+ ?s(ec(ond)?s?)?\b|try again in|rate limit"
    r"|please wait for the original deployment|already in progress|too many requests",
    re.IGNORECASE,
)
"""How Railway words a cooldown: the refused request changed nothing and may be sent again later."""

_NOT_FOUND: Final = re.compile(r"not ?found|could not find|does not exist|no longer exists", re.IGNORECASE)
_CONFLICT: Final = re.compile(
    r"\bunique\b|already exists|already taken|already in use|(domain|name)\b.{0,80}\b(not available|unavailable)",
    re.IGNORECASE | re.DOTALL,
)
_TOKEN: Final = re.compile(r"not authorized|unauthorized|project token not found", re.IGNORECASE)
_LAG: Final = re.compile(
    r"problem processing request|internal server error|temporarily unavailable|service unavailable"
    r"|fetch failed|timed out|time-?out|socket hang up|econnre(set|fused)",
    re.IGNORECASE,
)
"""How Railway words a failure of its own: what was asked for may have been done all the same."""


def from_words(words: str, operation: str) -> RailwayError:
    """Return the error that a GraphQL error's message means.

    Railway has no stable error codes, so its words decide (as its own command line does). A bad token is
    tested before "not found", because Railway says "Project Token not found".
    """
    if _TOKEN.search(words):
        return NotAuthorized(words, operation=operation)
    if words.strip() == "Two Factor Authentication Required":
        return NotAuthorized(
            words,
            operation=operation,
            advice="The workspace demands two-factor authentication; use a token made under an account with "
            "it.",
        )
    if RETRY_WORDS.search(words):
        return Throttled(words, operation=operation)
    if _LAG.search(words):
        return ServerError(words, operation=operation)
    if _NOT_FOUND.search(words):
        return NotFound(words, operation=operation)
    if _CONFLICT.search(words):
        return Conflict(words, operation=operation)
    return Refused(words, operation=operation)
