"""Which requests the app answers at all: those that name it as it was told to be named, from no other site's page."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final
from urllib.parse import SplitResult, urlsplit

import streamlit as st
from starlette.datastructures import Headers
from starlette.responses import PlainTextResponse
from starlette.types import ASGIApp, Receive, Scope, Send

from advisor.wording import say

LOOPBACK: Final = ("127.0.0.1", "localhost", "::1")
_POLICY_VIOLATION: Final = 1008
_HEALTH: Final = "/_stcore/health"


class OwnNamesOnly:
    """Refuse every request, websockets included, that carries a foreign Host or another site's Origin.

    A page elsewhere can point its own name at this machine and let the browser ask; its Host header gives it away.
    The names are Streamlit's ``server.allowedHosts``; where that is empty, this machine's own.
    """

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass a request on, or refuse it."""
        if scope["type"] not in ("http", "websocket") or _may_pass(scope["path"], Headers(scope=scope)):
            await self._app(scope, receive, send)
        elif scope["type"] == "websocket":
            await send({"type": "websocket.close", "code": _POLICY_VIOLATION})
        else:
            await PlainTextResponse(f"{say('serving.refusal')}\n", status_code=403)(scope, receive, send)


def _may_pass(path: str, headers: Headers) -> bool:
    # Whoever runs containers asks by number whether the app is alive; the answer says nothing else.
    alive = path == _HEALTH and "origin" not in headers
    return alive or is_ours(headers, allowed_names())


def allowed_names() -> tuple[str, ...]:
    """Return the names that the app was told, this machine's own where it was told none."""
    told = st.get_option("server.allowedHosts") or LOOPBACK
    return tuple(str(name).strip().lower().rstrip(".") for name in told)


def is_ours(headers: Headers, names: Iterable[str]) -> bool:
    """Check that a request has exactly one Host, that it is one of ``names``, and that a page asks only its own app."""
    hosts, origins = headers.getlist("host"), headers.getlist("origin")
    if len(hosts) != 1 or len(origins) > 1:
        return False
    name = _name(hosts[0])
    if name is None or not any(_fits(name, pattern) for pattern in names):
        return False
    return not origins or _parts(origins[0]).netloc.lower() == hosts[0].lower()


def _name(host: str) -> str | None:
    parts = _parts(f"//{host}")
    if "@" in host or parts.netloc != host or parts.hostname is None:
        return None
    return parts.hostname.rstrip(".")


def _parts(url: str) -> SplitResult:
    try:
        parts = urlsplit(url)
        _ = parts.port  # a port that is not a number shows only when it is asked for
    except ValueError:
        return SplitResult("", "", "", "", "")
    return parts


def _fits(name: str, pattern: str) -> bool:
    return pattern in {"*", name} or (pattern.startswith("*.") and name.endswith(pattern[1:]))


def ask_nobody_outside() -> None:
    """Keep Streamlit from asking a server on the internet for this machine's address, whatever a request says.

    It would do so to compare a foreign Origin with it. Here only the names that were told count.
    """
    from streamlit import net_util

    net_util.get_external_ip = net_util.get_internal_ip = _no_address


def _no_address() -> None:
    return None
