"""A small OpenAI-compatible endpoint on loopback that a test tells what to reply."""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any


@dataclass
class Reply:
    body: bytes = b""
    status: int = 200
    headers: dict[str, str] = field(default_factory=dict)
    wait: float = 0.0
    """Seconds before the first byte."""
    drip: float = 0.0
    """Seconds between single bytes of the body."""
    length: int | None = None
    """What Content-Length says, where it lies."""


def completion(content: Any, **message: Any) -> Reply:
    text = content if isinstance(content, str | None) else json.dumps(content)
    body = {"choices": [{"index": 0, "message": {"role": "assistant", "content": text, **message}}]}
    return Reply(json.dumps(body).encode())


def proposals(*items: Any) -> Reply:
    return completion({"proposals": list(items)})


def verdict(*reasons: Any, **probabilities: float) -> Reply:
    names = ("prompting", "few_shot", "rag", "fine_tuning", "hybrid")
    chances = dict.fromkeys(names, 0.0) | probabilities
    return completion({"probabilities": chances, "reasons": list(reasons)})


@dataclass
class Endpoint:
    url: str
    replies: list[Reply] = field(default_factory=list)
    """One for each request; the last one goes on."""
    requests: list[dict[str, Any]] = field(default_factory=list)

    def next(self) -> Reply:
        return self.replies.pop(0) if len(self.replies) > 1 else self.replies[0]


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    endpoint: Endpoint

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"]))
        self.endpoint.requests.append(
            {"path": self.path, "headers": dict(self.headers), "body": json.loads(body)}
        )
        self._send(self.endpoint.next())

    def do_GET(self) -> None:
        self.endpoint.requests.append({"path": self.path, "headers": dict(self.headers), "body": None})
        self._send(Reply(status=500))

    def _send(self, reply: Reply) -> None:
        time.sleep(reply.wait)
        try:
            self.send_response(reply.status)
            for name, value in reply.headers.items():
                self.send_header(name, value)
            self.send_header("Content-Length", str(reply.length or len(reply.body)))
            self.send_header("Connection", "close")
            self.end_headers()
            if not reply.drip:
                self.wfile.write(reply.body)
            for byte in reply.body if reply.drip else b"":
                self.wfile.write(bytes([byte]))
                time.sleep(reply.drip)
        except OSError:
            pass  # the client had enough
        self.close_connection = True

    def log_message(self, *_: Any) -> None:
        pass


@contextmanager
def serving() -> Iterator[Endpoint]:
    class Handler(_Handler):
        pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    Handler.endpoint = Endpoint(url=f"http://127.0.0.1:{server.server_address[1]}/v1")
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
    thread.start()
    try:
        yield Handler.endpoint
    finally:
        server.shutdown()
        server.server_close()
