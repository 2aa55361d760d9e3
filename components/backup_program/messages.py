"""What a person is told."""

from boto3.exceptions import Boto3Error  # type: ignore[import-untyped]
from botocore.exceptions import BotoCoreError, ClientError  # type: ignore[import-untyped]


class BackupError(Exception):
    """Something that a person has to know."""


FAILURES = (BackupError, Boto3Error, BotoCoreError, ClientError, OSError)
"""What can go wrong without the program being wrong."""


def say(sentence: str) -> None:
    """Say something in the log, at once."""
    print(sentence, flush=True)  # noqa: T201  # a program's output
