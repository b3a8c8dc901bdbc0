"""Keep a server on this machine to this machine: only loopback names are answered, and no other site's page may ask."""

from __future__ import annotations

import socket
from collections.abc import Callable
from urllib.parse import urlsplit

from starlette.datastructures import Headers
from starlette.responses import JSONResponse
from starlette.types import ASGIApp, Receive, Scope, Send

from advisor.errors import AdvisorError
from advisor.net import is_loopback

KEEP_ALIVE_SECONDS = (
    120  # clients keep connections over long answers; closing one under a request looks like a fault
)


def check_loopback(host: str) -> None:
    """Refuse to listen anywhere but on this machine."""
    if not is_loopback(host):
        raise AdvisorError(
            f"'{host}' is not this machine",
            place="--host",
            remedy="Use 127.0.0.1; put a proxy with authentication in front to serve others.",
        )


class LoopbackOnly:
    """Answer only requests addressed to a loopback name, and none that a foreign web page sends."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass a request on, or refuse it."""
        if scope["type"] == "http" and not _from_here(Headers(scope=scope)):
            error = {
                "message": "Only this machine may ask.",
                "type": "forbidden",
                "param": None,
                "code": "forbidden",
            }
            await JSONResponse({"error": error}, status_code=403)(scope, receive, send)
            return
        await self._app(scope, receive, send)


def _from_here(headers: Headers) -> bool:
    # a page elsewhere can point its own name at 127.0.0.1 and let the browser ask; its Host header gives it away
    origin = headers.get("origin")
    return is_loopback(_host(f"//{headers.get('host', '')}")) and (
        origin is None or is_loopback(_host(origin))
    )


def _host(url: str) -> str:
    try:
        return urlsplit(url).hostname or ""
    except ValueError:  # an address of version 6 that does not end
        return ""


def run_app(app: ASGIApp, host: str, port: int, *, on_ready: Callable[[str], None]) -> None:
    """Serve `app` until interrupted; `on_ready` is called with the address once requests are answered."""
    import uvicorn

    with socket.socket() as listener:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            listener.bind((host, port))
        except OSError as error:
            raise AdvisorError(
                f"port {port} cannot be used ({error.strerror})",
                place="--port",
                remedy="Choose another, or 0.",
            ) from None
        listener.listen(128)  # from here on a request waits instead of being refused
        on_ready(f"http://{host}:{listener.getsockname()[1]}")
        uvicorn.Server(uvicorn.Config(app, log_level="warning", timeout_keep_alive=KEEP_ALIVE_SECONDS)).run(
            sockets=[listener]
        )
