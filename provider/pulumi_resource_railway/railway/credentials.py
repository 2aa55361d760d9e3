"""Which token goes where.

A token that stands in the stack's configuration was given for this stack and goes to its endpoint, whichever
that is. A token from the environment belongs to the person or machine: it goes to Railway's own hosts and
nowhere else, so that a stack file from a stranger can't send it away.
"""

from __future__ import annotations

import ipaddress
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final
from urllib.parse import urlsplit

from pulumi_resource_railway.errors import UserError

if TYPE_CHECKING:
    from collections.abc import Mapping

    from pulumi_resource_railway.configuration import ProviderInputs

RAILWAY_ENDPOINT: Final = "https://backboard.railway.com/graphql/v2"
_RAILWAY_DOMAINS: Final = ("railway.com", "railway.app")


@dataclass(frozen=True)
class Credentials:
    """A token, the header that carries it, and the one address that it may go to.

    Attributes:
        endpoint: The address of the GraphQL API.
        header: `Authorization` or `Project-Access-Token`; never both.
        value: The header's value.
        source: Where the token came from, for messages.
        is_project_token: Whether it is bound to one environment of one project.
    """

    endpoint: str
    header: str
    value: str = field(repr=False)
    source: str
    is_project_token: bool

    @property
    def token(self) -> str:
        """The bare token, for masking."""
        return self.value.removeprefix("Bearer ")

    @property
    def dashboard(self) -> str:
        """The address that people open in a browser."""
        parts = urlsplit(self.endpoint)
        return "https://railway.com" if is_railways_own(self.endpoint) else f"{parts.scheme}://{parts.netloc}"

    @property
    def is_local(self) -> bool:
        """Whether the endpoint is on this machine."""
        return is_loopback(self.endpoint)


def resolve(configuration: ProviderInputs, environment: Mapping[str, str]) -> Credentials:
    """Decide which token is sent where.

    From the environment, `RAILWAY_TOKEN` is a project token and `RAILWAY_API_TOKEN` an account's or
    workspace's, and the former wins: the meaning that Railway's own command line gives them.
    `RAILWAY_ENDPOINT` stands in for an absent `railway:endpoint`.

    Raises:
        UserError: When there is no token, when two are configured, or when the endpoint is unusable.
    """
    endpoint = configuration.endpoint or environment.get("RAILWAY_ENDPOINT") or RAILWAY_ENDPOINT
    _check_endpoint(endpoint)
    if configuration.token and configuration.project_token:
        raise UserError("Both railway:token and railway:projectToken are set; remove one of them.")
    if configuration.token:
        return _bearer(endpoint, configuration.token, "railway:token")
    if configuration.project_token:
        return _project(endpoint, configuration.project_token, "railway:projectToken")
    account, project = environment.get("RAILWAY_API_TOKEN"), environment.get("RAILWAY_TOKEN")
    if not is_railways_own(endpoint):
        unused = (
            " A token from the environment is only ever sent to Railway itself." if account or project else ""
        )
        raise UserError(
            f"The endpoint {endpoint} isn't Railway's own, so it needs a token of its own:{unused} "
            "Set one with `pulumi config set --secret railway:token`."
        )
    if project:
        return _project(endpoint, project, "RAILWAY_TOKEN")
    if account:
        return _bearer(endpoint, account, "RAILWAY_API_TOKEN")
    raise UserError(
        "No token for Railway. Make one at https://railway.com/account/tokens and set it with "
        "`pulumi config set --secret railway:token`, or export RAILWAY_API_TOKEN (a project token: "
        "RAILWAY_TOKEN)."
    )


def is_railways_own(endpoint: str) -> bool:
    """Whether the address is one of Railway's, over TLS."""
    parts = urlsplit(endpoint)
    host = (parts.hostname or "").rstrip(".")
    return parts.scheme == "https" and any(
        host == domain or host.endswith(f".{domain}") for domain in _RAILWAY_DOMAINS
    )


def is_loopback(endpoint: str) -> bool:
    """Whether the address is on this machine."""
    host = urlsplit(endpoint).hostname or ""
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def _check_endpoint(endpoint: str) -> None:
    parts = urlsplit(endpoint)
    if parts.scheme not in {"http", "https"} or not parts.hostname:
        raise UserError(f"railway:endpoint must be an http or https address such as {RAILWAY_ENDPOINT}.")
    if parts.username or parts.password:
        raise UserError(
            "railway:endpoint must not hold a user or password; the token has a setting of its own."
        )
    if parts.scheme == "http" and not is_loopback(endpoint):
        raise UserError(
            f"railway:endpoint {endpoint} would send the token unencrypted; only an address on this machine "
            "may be http."
        )


def _bearer(endpoint: str, token: str, source: str) -> Credentials:
    return Credentials(
        endpoint, "Authorization", f"Bearer {_clean(token, source)}", source, is_project_token=False
    )


def _project(endpoint: str, token: str, source: str) -> Credentials:
    return Credentials(endpoint, "Project-Access-Token", _clean(token, source), source, is_project_token=True)


def _clean(token: str, source: str) -> str:
    stripped = token.strip()
    if not stripped:
        raise UserError(f"{source} holds nothing but spaces; set the token, or remove the setting.")
    if not stripped.isascii() or not stripped.isprintable() or " " in stripped:
        raise UserError(f"{source} holds characters that no token has; copy it again.")
    return stripped
