"""What the local Railway says when it refuses: Railway's own words where known, for clients match them."""


class Refusal(Exception):  # noqa: N818 (it is an answer, not a failure of ours)
    """An answer for the user: becomes an entry of `errors` with HTTP status 200, never a traceback."""

    @property
    def message(self) -> str:
        """The words for the user."""
        return str(self)


class NotAuthorized(Refusal):
    """Railway's answer to a bad token, to a token without access, and often to an id it doesn't know."""

    def __init__(self) -> None:
        super().__init__("Not Authorized")


class NotFound(Refusal):
    """Railway doesn't know the id."""

    def __init__(self, kind: str) -> None:
        super().__init__(f"{kind} not found")


class InvalidInput(Refusal):
    """The input has the right types and a value that Railway doesn't take."""

    def __init__(self, reason: str) -> None:
        super().__init__(f"Invalid input: {reason}")


class AlreadyExists(Refusal):
    """The name is taken."""

    def __init__(self, kind: str, name: str) -> None:
        super().__init__(f'A {kind} named "{name}" already exists')


PROJECT_TOKEN_NOT_FOUND = "Project Token not found"  # noqa: S105 (a message)
PROBLEM_PROCESSING_REQUEST = "Problem processing request"
