"""The local Railway as an ASGI application, for a server or for a test in the same process."""

import secrets
from pathlib import Path

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import HTMLResponse, Response
from starlette.routing import Route

from .clock import Clock, SystemClock
from .commits import settle
from .control import Control
from .core import Railway
from .endpoint import GraphQLEndpoint
from .page import render
from .profiles import PROFILES, Profile
from .schema import load_schema
from .store import Store
from .version import VERSION

_PAGE_HEADERS = {
    "Content-Security-Policy": "default-src 'none'; style-src 'unsafe-inline'",
    "X-Content-Type-Options": "nosniff",
    "Cache-Control": "no-store",
}


class Emulator:
    """A simulated Railway with its account. `app` is the ASGI application.

    `state` is the file that keeps everything; without one, all is in memory. Raises `ValueError` for an
    unknown profile, or for a state file that isn't one.
    """

    def __init__(
        self,
        state: Path | None = None,
        profile: str | Profile = "calm",
        account_token: str | None = None,
        control_token: str | None = None,
        clock: Clock | None = None,
    ) -> None:
        if isinstance(profile, str) and profile not in PROFILES:
            raise ValueError(f"unknown profile {profile!r}: choose {' or '.join(PROFILES)}")
        chosen = PROFILES[profile] if isinstance(profile, str) else profile
        self.account_token = account_token or secrets.token_urlsafe(32)
        self.control_token = control_token or secrets.token_urlsafe(32)
        self.railway = Railway(Store(state), chosen, clock or SystemClock())
        self.app = self._application()

    def _application(self) -> Starlette:
        endpoint = GraphQLEndpoint(self.railway, load_schema(), self.account_token)
        control = Control(self.railway, self.control_token, VERSION)

        async def page(_request: Request) -> Response:
            settle(self.railway)
            return HTMLResponse(render(self.railway), headers=_PAGE_HEADERS)

        async def graphql(request: Request) -> Response:
            return await endpoint(request)

        return Starlette(
            routes=[
                Route("/graphql/v2", graphql, methods=["POST"]),
                Route("/", page, methods=["GET"]),
                *control.routes(),
            ]
        )


def create_app(
    state: Path | None = None, profile: str = "calm", account_token: str | None = None
) -> Starlette:
    """Returns only the ASGI application, for a server of the caller's own."""
    return Emulator(state, profile, account_token).app
