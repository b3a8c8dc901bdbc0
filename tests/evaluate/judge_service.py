"""A judge on loopback whose words are a script, and who counts what it is asked."""

from __future__ import annotations

import json
import re
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any


class Service(ThreadingHTTPServer):
    """An endpoint of OpenAI's shape whose judge is a function of texts.

    For pairs these are request, first and second answer; for grades request, wanted answer and answer, and whether the
    wanted one comes first.
    """

    judge: Callable[..., Any]
    busy = 0
    asked = 0


class Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server: Service

    def do_POST(self) -> None:
        body = json.loads(self.rfile.read(int(self.headers["content-length"])))
        if self.server.busy:
            self.server.busy -= 1
            self._send(429, {"error": "later"})
            return
        self.server.asked += 1
        spoken = body["messages"][-1]["content"]
        content = json.dumps(_said(self.server.judge, spoken))
        self._send(200, {"choices": [{"message": {"content": content}}]})

    def _send(self, status: int, body: object) -> None:
        content = json.dumps(body).encode()
        self.send_response(status)
        self.send_header("retry-after", "0.01")
        self.send_header("content-length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)

    def log_message(self, *_arguments: object) -> None:
        pass


@contextmanager
def serving(judge: Callable[..., Any], busy: int = 0) -> Iterator[tuple[str, Service]]:
    server = Service(("127.0.0.1", 0), Handler)
    server.judge, server.busy = judge, busy  # type: ignore[method-assign]
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield f"http://127.0.0.1:{server.server_port}/v1", server
    finally:
        server.shutdown()
        server.server_close()


def _said(judge: Callable[..., Any], spoken: str) -> dict[str, Any]:
    grading = "<answer>" in spoken
    tags = ("request", "wanted", "answer") if grading else ("request", "first", "second")
    found = [re.search(rf"<{tag}>\n(.*?)\n</{tag}>", spoken, re.DOTALL) for tag in tags]
    texts = [part[1] if part else "" for part in found]
    if not grading:
        return {"better": judge(*texts)}
    return {"reason": "as told", "grade": judge(*texts, spoken.find("<wanted>") < spoken.find("<answer>"))}
