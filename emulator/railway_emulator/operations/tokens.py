"""Tokens: a secret is answered once, when it is made; afterwards there is only its digest."""

import hashlib
import secrets
from typing import Any

from railway_emulator import views
from railway_emulator.access import Access, required_name
from railway_emulator.core import WORKSPACE_ID, WORKSPACE_NAME, Railway
from railway_emulator.errors import PROJECT_TOKEN_NOT_FOUND, NotAuthorized, Refusal
from railway_emulator.pagination import connection
from railway_emulator.state import Document, Token

from .registry import mutation, query


def digest(secret: str) -> str:
    """Returns what is kept of a secret."""
    return hashlib.sha256(secret.encode()).hexdigest()


def _new_token(railway: Railway, name: str) -> tuple[Token, str]:
    secret, now = secrets.token_urlsafe(32), railway.now()
    token = Token(
        id=railway.new_id(),
        created_at=now,
        updated_at=now,
        name=required_name(name, "Token"),
        digest=digest(secret),
        display=f"****-{secret[-4:]}",
    )
    return token, secret


@query("apiToken")
def api_token(access: Access) -> Document:
    """Answers which workspaces the account's token reaches."""
    access.require_account()
    return {"workspaces": [{"id": WORKSPACE_ID, "name": WORKSPACE_NAME}]}


@query("apiTokens")
def api_tokens(access: Access, **page: Any) -> Document:
    """Answers the account's tokens, without their secrets."""
    access.require_account()
    return connection(
        access.railway.listed(access.railway.state.api_tokens.values()), views.api_token, **page
    )


@mutation("apiTokenCreate")
def api_token_create(access: Access, given: Document) -> str:
    """Makes a token; answers only its secret, once."""
    access.require_account()
    if given.get("workspaceId") not in (None, WORKSPACE_ID):
        raise NotAuthorized
    token, secret = _new_token(access.railway, given["name"])
    token.workspace_id = given.get("workspaceId")
    access.railway.state.api_tokens[token.id] = token
    return secret


@mutation("apiTokenDelete")
def api_token_delete(access: Access, identifier: str) -> bool:
    """Removes a token."""
    access.require_account()
    access.railway.found(access.railway.state.api_tokens, identifier, "Token")
    access.railway.forget(access.railway.state.api_tokens, identifier)
    return True


@query("projectToken")
def project_token(access: Access) -> Document:
    """Answers what the request's own project token is for."""
    if access.caller.project_token is None:
        raise Refusal(PROJECT_TOKEN_NOT_FOUND)
    return views.project_token(access, access.caller.project_token)


@query("projectTokens")
def project_tokens(access: Access, project_id: str, **page: Any) -> Document:
    """Answers a project's tokens, without their secrets."""
    access.require_account()
    record = access.project(project_id)
    found = [t for t in access.railway.state.project_tokens.values() if t.project_id == record.id]
    return connection(access.railway.listed(found), lambda t: views.project_token(access, t), **page)


@mutation("projectTokenCreate")
def project_token_create(access: Access, given: Document) -> str:
    """Makes a token for one environment; answers only its secret, once."""
    access.require_account()
    environment = access.environment(given["environmentId"], given["projectId"])
    token, secret = _new_token(access.railway, given["name"])
    token.project_id, token.environment_id = environment.project_id, environment.id
    access.railway.state.project_tokens[token.id] = token
    return secret


@mutation("projectTokenDelete")
def project_token_delete(access: Access, identifier: str) -> bool:
    """Removes a project's token."""
    access.require_account()
    token = access.railway.found(access.railway.state.project_tokens, identifier, "ProjectToken")
    access.project(token.project_id or "")
    access.railway.forget(access.railway.state.project_tokens, identifier)
    return True
