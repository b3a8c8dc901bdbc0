"""A model on loopback whose answers depend on what it is asked and how: an endpoint of OpenAI's shape."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from tests.diagnose.story import TOOLS, TRAINED, stiff, warm

Answer = Callable[[str, dict[str, Any]], str | None]
"""Route and body in; the answer, or None where there is no such route."""


class Service(ThreadingHTTPServer):
    answer: Answer
    bodies: list[dict[str, Any]]


class Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server: Service

    def do_GET(self) -> None:
        self._send(
            200,
            {"object": "list", "data": [{"id": "tuned", "object": "model", "created": 0, "owned_by": "us"}]},
        )

    def do_POST(self) -> None:
        body = json.loads(self.rfile.read(int(self.headers["content-length"])))
        self.server.bodies.append({"route": self.path, **body})
        text = self.server.answer(self.path, body)
        if text is None:
            self._send(404, {"error": {"message": "no such route"}})
            return
        choice = {
            "index": 0,
            "text": text,
            "message": {"role": "assistant", "content": text},
            "finish_reason": "stop",
        }
        self._send(
            200,
            {
                "id": "1",
                "object": "chat.completion",
                "created": 0,
                "model": body["model"],
                "choices": [choice],
            },
        )

    def _send(self, status: int, body: object) -> None:
        content = json.dumps(body).encode()
        self.send_response(status)
        self.send_header("content-type", "application/json")
        self.send_header("content-length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)

    def log_message(self, *_arguments: object) -> None:
        pass


@contextmanager
def serving(answer: Answer) -> Iterator[tuple[str, Service]]:
    server = Service(("127.0.0.1", 0), Handler)
    server.answer, server.bodies = answer, []  # type: ignore[method-assign]
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield f"http://127.0.0.1:{server.server_port}/v1", server
    finally:
        server.shutdown()
        server.server_close()


def by_system_prompt(route: str, body: dict[str, Any]) -> str | None:
    """Answer warmly under the training prompt alone; the model named base is always stiff."""
    if route.endswith("/chat/completions"):
        told = [one["content"] for one in body["messages"]]
        tool = next(tool for tool in TOOLS if tool in told[-1])
        return warm(tool) if TRAINED in told and body["model"] != "base" else stiff(tool)
    return None


def by_template(route: str, body: dict[str, Any]) -> str | None:
    """Answer warmly where the text before the model is in the training's template."""
    words = body["prompt"] if "prompt" in body else body["messages"][-1]["content"]
    tool = next(tool for tool in TOOLS if tool in words)
    return warm(tool) if "<|im_start|>assistant" in words else stiff(tool)
