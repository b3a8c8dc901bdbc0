"""The shapes that OpenAI's API answers in: lists with cursors, and errors."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from starlette.requests import Request
from starlette.responses import JSONResponse, Response

Object = dict[str, Any]
LARGEST_PAGE = 100


class Refused(Exception):  # noqa: N818  # an answer to the client, not a failure of ours
    """A request that is answered with an error in OpenAI's shape."""

    def __init__(
        self, message: str, *, status: int = 400, code: str | None = None, param: str | None = None
    ) -> None:
        super().__init__(message)
        self.status = status
        self.body = {
            "error": {"message": message, "type": "invalid_request_error", "param": param, "code": code},
        }


async def refused(_: Request, error: Exception) -> Response:
    """Turn `Refused` into its response."""
    assert isinstance(error, Refused)
    return JSONResponse(error.body, status_code=error.status)


def not_found(kind: str, name: str) -> Refused:
    """Say that there is no such thing."""
    return Refused(f"No such {kind}: {name}", status=404, code="not_found", param="id")


def page(request: Request, items: Sequence[Object], *, default: int = 20) -> Response:
    """Answer with the part of `items` that `after` and `limit` ask for."""
    limit = _limit(request.query_params.get("limit"), default)
    after = request.query_params.get("after")
    start = 0
    if after is not None:
        places = [place for place, item in enumerate(items) if item["id"] == after]
        if not places:
            raise Refused(f"There is no item '{after}' to go on after", param="after", code="invalid_cursor")
        start = places[0] + 1
    shown = list(items[start : start + limit])
    return JSONResponse(
        {
            "object": "list",
            "data": shown,
            "first_id": shown[0]["id"] if shown else None,
            "last_id": shown[-1]["id"] if shown else None,
            "has_more": start + limit < len(items),
        }
    )


def _limit(text: str | None, default: int) -> int:
    if text is None:
        return default
    if not text.isdecimal() or not 1 <= int(text) <= LARGEST_PAGE:
        raise Refused(f"limit must be a number from 1 to {LARGEST_PAGE}", param="limit", code="invalid_value")
    return int(text)
