"""The control API under `/_local/`: what the local Railway shows and takes besides Railway's own API.

It is for people and tests on this machine. Changes must come as JSON, which a web page of another site can't
send without being asked first; secrets are shown only to who has this run's control token.
"""

import hmac
import json
from collections.abc import Awaitable, Callable
from typing import Any, get_args

from pydantic import ValidationError
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from . import inspection, masking
from .commits import settle
from .configuration import services
from .core import Railway
from .deployments import deploy
from .repositories import access_to, set_access
from .state import Plan, RepositoryAccess, State

CERTIFICATE_STATES = ("VALIDATING_OWNERSHIP", "ISSUING", "VALID", "ISSUE_FAILED")
Handler = Callable[[Request], Awaitable[Response]]


class ControlError(Exception):
    """A sentence for who called the control API wrongly."""


class Control:
    """The handlers of the control API."""

    def __init__(self, railway: Railway, control_token: str, version: str) -> None:
        self._railway = railway
        self._control_token = control_token
        self._version = version

    def routes(self) -> list[Route]:
        """Returns the routes to serve."""
        return [
            Route("/_local/health", _answering(self.health), methods=["GET"]),
            Route("/_local/state", _answering(self.state), methods=["GET"]),
            Route("/_local/requests", _answering(self.requests), methods=["GET"]),
            Route("/_local/reset", _answering(self.reset), methods=["POST"]),
            Route("/_local/faults", _answering(self.faults), methods=["POST"]),
            Route("/_local/push", _answering(self.push), methods=["POST"]),
            Route("/_local/certificates", _answering(self.certificates), methods=["POST"]),
            Route("/_local/plan", _answering(self.plan), methods=["POST"]),
            Route("/_local/members", _answering(self.members), methods=["POST"]),
            Route("/_local/repositories", _answering(self.repositories), methods=["POST"]),
        ]

    async def health(self, _request: Request) -> Any:
        """Says that the process serves, and which one it is."""
        return {"status": "ok", "version": self._version, "profile": self._railway.profile.name}

    async def state(self, request: Request) -> Any:
        """Shows everything there is."""
        settle(self._railway)
        everything = inspection.state(self._railway)
        return everything if self._reveals(request) else masking.masked(everything)

    async def requests(self, request: Request) -> Any:
        """Shows every GraphQL request since the start or the last reset."""
        shown = [inspection.request(record) for record in self._railway.recorder.requests]
        if not self._reveals(request):
            for entry in shown:
                entry["variables"] = masking.masked_request_variables(entry["document"], entry["variables"])
                entry["document"] = masking.masked_document(entry["document"])
        return shown

    def _reveals(self, request: Request) -> bool:
        """Raises `ControlError` where secrets are asked for without the token."""
        if request.query_params.get("reveal") not in ("1", "true"):
            return False
        expected = f"Bearer {self._control_token}"
        if not hmac.compare_digest(request.headers.get("authorization", "").encode(), expected.encode()):
            raise ControlError("reveal needs this run's control token: Authorization: Bearer <controlToken>")
        return True

    async def reset(self, request: Request) -> Any:
        """Forgets everything but the account's token."""
        await _body(request)
        self._railway.state = State()
        self._railway.faults.clear()
        self._railway.recorder.clear()
        self._railway.save()
        return {"status": "ok"}

    async def faults(self, request: Request) -> Any:
        """Takes a list of faults, or one. See `faults` for what they can say."""
        declared = await _body(request)
        declared = declared if isinstance(declared, list) else [declared]
        if not all(isinstance(fault, dict) for fault in declared):
            raise ControlError("faults are a list of objects")
        try:
            self._railway.faults.declare(declared)
        except ValidationError as error:
            raise ControlError(str(error)) from None
        return {"pending": self._railway.faults.pending()}

    async def push(self, request: Request) -> Any:
        """Acts out a git push: deploys every service that follows the repository's branch.

        Without its GitHub App, Railway never hears of one.
        """
        body = await _object(request, "repository", "branch")
        started = []
        heard = access_to(self._railway, body["repository"]) == "app"
        for environment in list(self._railway.state.environments.values()) if heard else []:
            for service_id, config in services(environment.config).items():
                source = config.get("source") or {}
                if (source.get("repo"), source.get("branch")) == (body["repository"], body["branch"]):
                    sha = body.get("commitSha") or self._railway.new_id().replace("-", "")
                    made = deploy(self._railway, environment, service_id, "push", sha)
                    started += [made] if made else []
        settle(self._railway)
        self._railway.save()
        return {
            "deployments": [{"id": d.id, "serviceName": d.service_name, "status": d.status} for d in started]
        }

    async def certificates(self, request: Request) -> Any:
        """Moves a custom domain's certificate to another state, as time and DNS do."""
        body = await _object(request, "domain", "status")
        if body["status"] not in CERTIFICATE_STATES:
            raise ControlError(f"status is one of {', '.join(CERTIFICATE_STATES)}")
        found = [
            d
            for d in self._railway.state.domains.values()
            if d.kind == "custom" and d.domain == body["domain"]
        ]
        if not found:
            raise ControlError(f"there is no custom domain {body['domain']}")
        found[0].certificate_status = body["status"]
        self._railway.save()
        return {"domain": found[0].domain, "status": found[0].certificate_status}

    async def plan(self, request: Request) -> Any:
        """Puts the workspace, and so all of its projects, on another plan."""
        body = await _object(request, "plan")
        if body["plan"] not in get_args(Plan):
            raise ControlError(f"plan is one of {', '.join(get_args(Plan))}")
        self._railway.state.plan = body["plan"]
        self._railway.save()
        return {"plan": self._railway.state.plan}

    async def members(self, request: Request) -> Any:
        """Adds somebody to the workspace."""
        body = await _object(request, "email")
        self._railway.state.members.append(body["email"])
        self._railway.save()
        return {"members": self._railway.state.members}

    async def repositories(self, request: Request) -> Any:
        """Says how Railway reaches a repository: by its GitHub App, as anybody does, or not at all."""
        body = await _object(request, "repository", "access")
        if body["access"] not in get_args(RepositoryAccess):
            raise ControlError(f"access is one of {', '.join(get_args(RepositoryAccess))}")
        set_access(self._railway, body["repository"], body["access"])
        self._railway.save()
        return {"repository": body["repository"], "access": body["access"]}


def _answering(handler: Callable[[Request], Awaitable[Any]]) -> Handler:
    async def answer(request: Request) -> Response:
        try:
            return JSONResponse(await handler(request), headers={"Cache-Control": "no-store"})
        except ControlError as error:
            return JSONResponse({"error": str(error)}, 400 if request.method == "POST" else 403)

    return answer


async def _body(request: Request) -> Any:
    """Returns a request's JSON. Raises `ControlError` for another content type: no form can post here."""
    if request.headers.get("content-type", "").split(";")[0].strip().lower() != "application/json":
        raise ControlError("Content-Type must be application/json")
    content = await request.body()
    try:
        return json.loads(content) if content.strip() else {}
    except ValueError:
        raise ControlError("the body must be JSON") from None


async def _object(request: Request, *required: str) -> dict[str, Any]:
    body = await _body(request)
    if not isinstance(body, dict) or any(not isinstance(body.get(key), str) for key in required):
        raise ControlError(f"the body must be an object with {' and '.join(required)}")
    return body
