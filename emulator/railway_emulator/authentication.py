"""Who a request comes from, by its headers: an account's bearer token or a project token, never both."""

import hmac

from starlette.datastructures import Headers

from .access import Caller
from .core import Railway
from .errors import PROJECT_TOKEN_NOT_FOUND, NotAuthorized, Refusal
from .operations.tokens import digest


def caller(railway: Railway, headers: Headers, account_token: str) -> Caller | Refusal:
    """Returns the caller, or the refusal that every field of its request gets."""
    project_token = headers.get("project-access-token")
    if project_token is not None:
        wanted = digest(project_token)
        for token in railway.state.project_tokens.values():
            if hmac.compare_digest(token.digest, wanted):
                return Caller(project_token=token)
        return Refusal(PROJECT_TOKEN_NOT_FOUND)
    scheme, _, secret = headers.get("authorization", "").partition(" ")
    if scheme.lower() != "bearer" or not secret:
        return NotAuthorized()
    if hmac.compare_digest(secret.encode(), account_token.encode()):
        return Caller()
    wanted = digest(secret)
    for token in railway.state.api_tokens.values():
        if hmac.compare_digest(token.digest, wanted):
            return Caller(workspace_token=token if token.workspace_id is not None else None)
    return NotAuthorized()
