"""What the local Railway says when it refuses. Clients match these words, so they are Railway's where known."""


class Refusal(Exception):
    """An answer for the user: becomes an entry of `errors` with HTTP status 200, never a traceback."""

    @property
    def message(self) -> str:
        return str(self)


class NotAuthorized(Refusal):
    """Railway's answer to a bad token, to a token without access, and often to an id it doesn't know."""

    def __init__(self) -> None:
        super().__init__("Not Authorized")


class NotFound(Refusal):
    def __init__(self, kind: str) -> None:
        super().__init__(f"{kind} not found")


class InvalidInput(Refusal):
    def __init__(self, reason: str) -> None:
        super().__init__(f"Invalid input: {reason}")


class AlreadyExists(Refusal):
    def __init__(self, kind: str, name: str) -> None:
        super().__init__(f'A {kind} named "{name}" already exists')


PROJECT_TOKEN_NOT_FOUND = "Project Token not found"
PROBLEM_PROCESSING_REQUEST = "Problem processing request"
