"""Kinds of values that settings hold, each with its own sentence on what is wrong with one."""

import re
from ipaddress import ip_address
from typing import Annotated
from urllib.parse import urlsplit

from pydantic import AfterValidator, BeforeValidator, Field, SecretStr

from components.addresses import PublicAddress

CREATE = "create"
"""The value of `railway.project` with which the program owns the project."""

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


Address = Annotated[PublicAddress, BeforeValidator(_address)]
Identifier = Annotated[
    str, _matching(_UUID, "is not one of Railway's ids: copy it from the dashboard's address")
]
ProjectChoice = Annotated[str, _matching(f"{CREATE}|{_UUID}", f"must be {CREATE!r} or the id of a project")]
Repository = Annotated[
    str,
    _matching(
        r"[A-Za-z0-9][A-Za-z0-9-]*/[\w.-]+", "must be OWNER/NAME, the last two parts of its address on GitHub"
    ),
]
Image = Annotated[
    str,
    _matching(
        r"[a-z0-9][a-z0-9._/:-]*(:(?!latest$)\w[\w.-]*|@sha256:[0-9a-f]{64})",
        "is not pinned: give NAME:VERSION or NAME@sha256:DIGEST, and not latest",
    ),
]
SqlName = Annotated[str, _matching("[a-z_][a-z0-9_]{0,62}", "must be lower-case letters, digits and _")]
Duration = Annotated[str, _matching("[1-9][0-9]*[smhd]", "must be a number and s, m, h or d, such as 8h")]
Gigabytes = Annotated[int, Field(ge=1, le=1000)]
Password = Annotated[SecretStr, _secret_of(16)]
UrlPassword = Annotated[SecretStr, _secret_of(16, in_url=True)]
Key = Annotated[SecretStr, _secret_of(32)]
