"""The same server over streamable HTTP: on this machine only, by a token, and under its own name."""

from __future__ import annotations

import hmac
import os
from typing import Final

from mcp.server import MCPServer
from mcp.server.transport_security import TransportSecuritySettings
from starlette.datastructures import Headers
from starlette.responses import PlainTextResponse
from starlette.types import ASGIApp, Receive, Scope, Send

from advisor.errors import AdvisorError
from advisor.net import is_loopback

TOKEN_VARIABLE: Final = "ADVISOR_MCP_TOKEN"  # noqa: S105 - the name of a variable
SHORTEST_TOKEN: Final = 16
LARGEST_BODY: Final = 1 << 20
"""Bytes of one request."""


class TokenOnly:
    """Refuse every request that does not carry the token as ``Authorization: Bearer …``."""

    def __init__(self, app: ASGIApp, token: str) -> None:
        self._app = app
        self._wanted = f"bearer {token}".encode()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass a request on, or refuse it."""
        if scope["type"] == "http" and not self._knows(Headers(scope=scope).getlist("authorization")):
            refusal = f"The token is missing or wrong. Send the value of {TOKEN_VARIABLE} as Authorization: Bearer.\n"
            headers = {"WWW-Authenticate": "Bearer"}
            await PlainTextResponse(refusal, status_code=401, headers=headers)(scope, receive, send)
            return
        await self._app(scope, receive, send)

    def _knows(self, given: list[str]) -> bool:
        kind, _, token = given[0].partition(" ") if len(given) == 1 else ("", "", "")
        said = f"{kind.lower()} {token.strip()}".encode(errors="replace")
        return hmac.compare_digest(said, self._wanted)


def http_app(server: MCPServer, token: str, *, host: str, port: int) -> ASGIApp:
    """Make the application: Host and Origin must be this server's own, and the token must be right."""
    names = {host, "127.0.0.1", "localhost", "::1"}
    own = sorted(f"[{name}]:{port}" if ":" in name else f"{name}:{port}" for name in names)
    security = TransportSecuritySettings(
        allowed_hosts=own, allowed_origins=[f"http://{name}" for name in own]
    )
    app = server.streamable_http_app(
        host=host, transport_security=security, max_request_body_size=LARGEST_BODY
    )
    return TokenOnly(app, token)


def token_from_environment() -> str:
    """Return the token.

    Raises:
        AdvisorError: It is not set, or so short that it could be guessed.
    """
    token = os.environ.get(TOKEN_VARIABLE, "").strip()
    if len(token) < SHORTEST_TOKEN or not token.isascii():
        raise AdvisorError(
            f"there is no token of {SHORTEST_TOKEN} or more plain characters",
            place=TOKEN_VARIABLE,
            remedy='Set it, for example to: python -c "import secrets; print(secrets.token_urlsafe())".',
        )
    return token


def serve_http(server: MCPServer, *, host: str, port: int) -> None:
    """Serve until interrupted.

    Raises:
        AdvisorError: The address is another machine's or everybody's, or there is no token.
    """
    if not is_loopback(host):
        raise AdvisorError(
            f"'{host}' would let other machines in", place="--address", remedy="Use 127.0.0.1."
        )
    import uvicorn

    app = http_app(server, token_from_environment(), host=host, port=port)
    uvicorn.run(app, host=host, port=port, log_level="warning", server_header=False)
