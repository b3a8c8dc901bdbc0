"""The address that clients talk to: picks the adapter by the request's `model` and holds the training system prompt."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any

import httpx2
from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import JSONResponse, Response, StreamingResponse
from starlette.routing import Route

from advisor.catalog.strict_json import parse_json
from advisor.catalog.strict_yaml import decode_text
from advisor.errors import AdvisorError, did_you_mean
from advisor.train.loopback import LoopbackOnly
from advisor.train.serving.engine import ALIAS, Engine
from advisor.train.serving.served import Served

MESSAGES_LIMIT_BYTES = 4_000_000


@dataclass(frozen=True, slots=True)
class Gateway:
    """What a request may ask for, and who answers."""

    engine: Engine
    served: tuple[Served, ...]
    """In the order of the engine's adapters; the base model itself has none and comes last."""
    allow_other_prompts: bool = False
    """Let a request bring a system prompt that training did not use."""

    def lora(self, item: Served) -> list[dict[str, float | int]]:
        """Describe which adapter is on; every other is switched off by name, as the engine keeps no state for us."""
        adapters = [other for other in self.served if other.adapter is not None]
        return [{"id": place, "scale": float(other is item)} for place, other in enumerate(adapters)]


def gateway_app(gateway: Gateway) -> Starlette:
    """Make the web application with OpenAI's `models` and `chat/completions` routes."""

    @asynccontextmanager
    async def lifespan(app: Starlette) -> AsyncIterator[None]:
        async with httpx2.AsyncClient(base_url=gateway.engine.address, timeout=600) as client:
            app.state.client = client
            yield

    async def models(_: Request) -> Response:
        listing = [
            {"id": item.name, "object": "model", "created": 0, "owned_by": "advisor"}
            for item in gateway.served
        ]
        return JSONResponse({"object": "list", "data": listing})

    async def chat(request: Request) -> Response:
        body = await _body(request)
        prepared = prepare(gateway, body)
        if isinstance(prepared, Problem):
            return prepared.response()
        return await _forward(request.app.state.client, gateway.engine.key, prepared)

    async def health(_: Request) -> Response:
        return JSONResponse({"status": "ok"})

    routes = [
        Route("/v1/models", models),
        Route("/v1/chat/completions", chat, methods=["POST"]),
        Route("/health", health),
    ]
    return Starlette(routes=routes, lifespan=lifespan, middleware=[Middleware(LoopbackOnly)])


async def _body(request: Request) -> Any:
    """Read the body while it is within its limit; give what it says, or the problem with it."""
    content = b""
    async for part in request.stream():
        content += part
        if len(content) > MESSAGES_LIMIT_BYTES:
            limit = MESSAGES_LIMIT_BYTES // 1_000_000
            return Problem(413, f"The body is larger than {limit} MB.", "body_too_large", "messages")
    try:
        return parse_json(decode_text(content, place="body"), place="body").value
    except AdvisorError as error:
        field = error.place.partition(": ")[2] or None
        return Problem(400, f"{error.problem}. {error.remedy}", "invalid_body", field)


@dataclass(frozen=True, slots=True)
class Problem:
    """Why a request is refused, in OpenAI's shape."""

    status: int
    message: str
    code: str
    param: str | None = None

    def response(self) -> JSONResponse:
        """Return it as a response."""
        error = {
            "message": self.message,
            "type": "invalid_request_error",
            "param": self.param,
            "code": self.code,
        }
        return JSONResponse({"error": error}, status_code=self.status)


def prepare(gateway: Gateway, body: Any) -> dict[str, Any] | Problem:
    """Check a chat request and give what the engine is asked: one adapter on, the training prompt in front."""
    if isinstance(body, Problem):
        return body
    if not isinstance(body, dict) or not isinstance(body.get("messages"), list) or not body["messages"]:
        return Problem(400, "The body must be JSON with a list 'messages'.", "invalid_body", "messages")
    model = body.get("model", "")
    if not isinstance(model, str):
        return Problem(400, "The model must be a name.", "invalid_body", "model")
    named = {item.name: item for item in gateway.served}
    item = named.get(model)
    if item is None:
        hint = did_you_mean(model, named)
        return Problem(404, f"There is no model '{model[:80]}'. {hint}", "model_not_found", "model")
    messages = with_training_prompt(
        body["messages"], item.system_prompt, allow_other=gateway.allow_other_prompts
    )
    if isinstance(messages, Problem):
        return messages
    # another adapter's cache must not be reused, so the prompt cache is on only where nothing can be switched
    return body | {"messages": messages, "lora": gateway.lora(item), "cache_prompt": len(gateway.served) == 1}


def with_training_prompt(
    messages: list[Any], prompt: str | None, *, allow_other: bool
) -> list[Any] | Problem:
    """Put the training system prompt in front; refuse another one unless that is allowed."""
    if not all(_is_message(message) for message in messages):
        return Problem(400, "Each message must be an object with a role.", "invalid_body", "messages")
    own = [message for message in messages if message["role"] in {"system", "developer"}]
    # Wherever it stands: a later one overrides the first.
    if prompt is not None and not allow_other and any(message.get("content") != prompt for message in own):
        return _differs()
    if prompt is None or messages[0] in own:
        return messages
    return [{"role": "system", "content": prompt}, *messages]


def _is_message(message: Any) -> bool:
    return isinstance(message, dict) and isinstance(message.get("role"), str)


def _differs() -> Problem:
    return Problem(
        400,
        "The system prompt differs from the one the model was trained with. Leave it out to have the training prompt "
        "put in, or start the server with --allow-other-prompts.",
        "system_prompt_differs",
        "messages",
    )


async def _forward(client: httpx2.AsyncClient, key: str, body: dict[str, Any]) -> Response:
    headers = {"Authorization": f"Bearer {key}"}
    request = client.build_request("POST", "/v1/chat/completions", json=body, headers=headers)
    try:
        answer = await client.send(request, stream=True)
    except httpx2.HTTPError as error:
        return Problem(502, f"The engine does not answer ({type(error).__name__}).", "engine_down").response()
    if body.get("stream"):
        closing: Callable[[], Any] = answer.aclose
        return StreamingResponse(
            _closing(answer, closing, body["model"]),
            status_code=answer.status_code,
            media_type=answer.headers.get("content-type"),
        )
    content = await answer.aread()
    return Response(
        _under_its_name(content, body["model"]), status_code=answer.status_code, media_type="application/json"
    )


async def _closing(answer: httpx2.Response, close: Callable[[], Any], name: str) -> AsyncIterator[bytes]:
    try:
        # Line feeds alone end a line of a stream; what else ends one (U+2028) may stand in a text.
        kept = b""
        async for part in answer.aiter_bytes():
            *lines, kept = (kept + part).split(b"\n")
            for line in lines:
                yield _under_its_name(line + b"\n", name)
        yield _under_its_name(kept, name)
    finally:
        await close()


def _under_its_name(content: bytes, name: str) -> bytes:
    # quotes within a text are escaped, so these bytes stand for the field alone
    return content.replace(f'"model":"{ALIAS}"'.encode(), f'"model":{json.dumps(name)}'.encode())
