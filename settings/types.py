"""Kinds of values that settings hold, each with its own sentence on what is wrong with one."""

import re
from dataclasses import dataclass
from ipaddress import ip_address
from typing import Annotated, Literal
from urllib.parse import urlsplit

from pydantic import AfterValidator, BeforeValidator, Field, SecretStr

from components.addresses import PublicAddress

CREATE = "create"
"""The value of `railway.project` with which the program owns the project."""
STAND_IN = "stand-in-"
"""What a secret begins with that was made for a local Railway."""


@dataclass(frozen=True)
class Kind:
    """What a value is, in the words of the documentation."""

    words: str


_UUID = "[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}"


def _matching(pattern: str, explanation: str) -> AfterValidator:
    def check(value: str) -> str:
        if not re.fullmatch(pattern, value):
            raise ValueError(explanation)
        return value

    return AfterValidator(check)


def _secret_of(length: int, *, in_url: bool = False) -> AfterValidator:
    def check(value: SecretStr) -> SecretStr:
        text = value.get_secret_value()
        if text != text.strip():
            raise ValueError("begins or ends with white space, such as a copied line's end")
        if "${{" in text:
            raise ValueError("holds ${{, which Railway takes for a reference to another variable")
        if in_url and not re.fullmatch(r"[A-Za-z0-9._~-]*", text):
            raise ValueError("becomes part of a URL: only letters, digits and - . _ ~ (openssl rand -hex 32)")
        if len(text) < length:
            raise ValueError(f"is shorter than {length} characters (openssl rand -hex 32 makes 64)")
        return value

    return AfterValidator(check)


def _literal_for_grafana(value: SecretStr) -> SecretStr:
    # Grafana expands these in whatever it is configured with, variables included.
    if re.search(r"\$(__\w+)?\{[^}]+\}|%\([^)]+\)s", value.get_secret_value()):
        raise ValueError(
            "holds ${…}, $__…{…} or %(…)s, in the place of which Grafana puts something else (openssl rand -hex 32)"
        )
    return value


def _secret_address(value: SecretStr) -> SecretStr:
    text = value.get_secret_value()
    is_address = re.fullmatch(r"""https://[\w.-]+(:[0-9]+)?(/[^\s"\\]*)?""", text)
    if not is_address and not text.startswith(STAND_IN):
        raise ValueError("must be https://, a host name and a path, without quotation marks and backslashes")
    return value


def _address(value: object) -> PublicAddress:
    if not isinstance(value, str):
        raise ValueError("must be a host name")  # noqa: TRY004  # pydantic collects ValueError alone
    return PublicAddress.parse(value)


def is_loopback(endpoint: str) -> bool:
    """Whether an address leads to this machine and nowhere else."""
    host = urlsplit(endpoint).hostname or ""
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


Address = Annotated[PublicAddress, BeforeValidator(_address), Kind("a host name")]
Identifier = Annotated[
    str,
    _matching(_UUID, "is not one of Railway's ids: copy it from the dashboard's address"),
    Kind("an id"),
]
ProjectChoice = Annotated[
    str,
    _matching(f"{CREATE}|{_UUID}", f"must be {CREATE!r} or the id of a project"),
    Kind(f"`{CREATE}` or an id"),
]
EnvironmentChoice = Annotated[
    str,
    _matching(f"{CREATE}|{_UUID}", f"must be {CREATE!r} or the id of an environment"),
    Kind(f"`{CREATE}` or an id"),
]
Region = Annotated[
    str,
    _matching("[a-z][a-z0-9-]*", "is not the name of a region, such as europe-west4-drams3a"),
    Kind("a region"),
]
Replicas = Annotated[int, Field(ge=1, le=50)]
Repository = Annotated[
    str,
    _matching(
        r"[A-Za-z0-9][A-Za-z0-9-]*/[\w.-]+", "must be OWNER/NAME, the last two parts of its address on GitHub"
    ),
    Kind("OWNER/NAME"),
]
Image = Annotated[
    str,
    _matching(
        r"[a-z0-9][a-z0-9._/:-]*(:(?!latest$)\w[\w.-]*|@sha256:[0-9a-f]{64})",
        "is not pinned: give NAME:VERSION or NAME@sha256:DIGEST, and not latest",
    ),
    Kind("a pinned image"),
]
Migration = Annotated[
    str,
    _matching("[A-Za-z0-9_]+", "is not a migration's name: that of its folder in prisma/migrations"),
    Kind("a migration's name"),
]
SqlName = Annotated[
    str, _matching("[a-z_][a-z0-9_]{0,62}", "must be lower-case letters, digits and _"), Kind("a name")
]
Duration = Annotated[
    str, _matching("[1-9][0-9]*[smhd]", "must be a number and s, m, h or d, such as 8h"), Kind("a duration")
]
Schedule = Annotated[
    str,
    _matching(
        r"[0-9*/,-]+( [0-9*/,A-Za-z-]+){4}", "must be a cron schedule of five fields, such as 17 2 * * *"
    ),
    Kind("a cron schedule"),
]
BackupTime = Annotated[
    str,
    _matching(r"latest|[0-9]{8}T[0-9]{6}Z", "must be latest or a backup's time, such as 20261125T021700Z"),
    Kind("`latest` or a backup's time"),
]
HttpsAddress = Annotated[
    str,
    _matching(r"https://[\w.-]+(:[0-9]+)?", "must be https:// and a host name, without a path"),
    Kind("an https address"),
]
Gigabytes = Annotated[int, Field(ge=1, le=1000)]
StorageUser = Literal["etally-api", "etally-api-b"]
"""The names that the API's user in MinIO has in turn: one works while the other is made or removed."""
Bucket = Literal["party-logos", "observer-documents", "form-34a-photos"]
"""The application's buckets, whose names are fixed in its code."""
BucketPrefix = Annotated[
    str,
    _matching("([a-z0-9][a-z0-9-]{0,39})?", "must be at most 40 lower-case letters, digits and -"),
    Kind("the beginning of a bucket's name"),
]
Days = Annotated[int, Field(ge=1, le=36_500), Kind("a number of days")]
Schedules = tuple[Literal["daily", "weekly", "monthly"], ...]
Password = Annotated[SecretStr, _secret_of(16), Kind("a secret of 16 characters or more")]
UrlPassword = Annotated[
    SecretStr,
    _secret_of(16, in_url=True),
    Kind("a secret of 16 or more letters, digits and `-._~`"),
]
Key = Annotated[SecretStr, _secret_of(32), Kind("a secret of 32 characters or more")]
GrafanaPassword = Annotated[
    SecretStr,
    _secret_of(16),
    AfterValidator(_literal_for_grafana),
    Kind("a secret of 16 characters or more, without `${…}`, `$__…{…}` and `%(…)s`"),
]
"""One that Grafana takes as it stands."""
SecretAddress = Annotated[
    SecretStr,
    _secret_of(16),
    AfterValidator(_secret_address),
    Kind("an https address that its owner gives out"),
]
Given = Annotated[SecretStr, _secret_of(8), Kind("a secret that its owner gives out")]
"""A secret that somebody else gives out: nothing here can generate it."""
