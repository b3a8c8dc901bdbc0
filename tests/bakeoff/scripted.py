"""A streamed chat service on loopback with a script: what it answers follows from the question, and it counts every call."""

from __future__ import annotations

import json
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

Say = Callable[[dict[str, Any], int], "Reply"]
"""The request's body and how often it came so far, in."""


@dataclass
class Reply:
    text: str = ""
    status: int = 200
    headers: dict[str, str] = field(default_factory=dict)
    wait: float = 0.0
    cached: int = 0


def about_the_question(body: dict[str, Any], _times: int) -> Reply:
    """Answer with the facts that the prompt holds: right where the passage is there, else made up."""
    asked = body["messages"][-1]["content"]
    word = asked.rpartition("number ")[2].strip("?")
    known = f"The code of number {word} is K{word}." in json.dumps(body["messages"])
    return Reply(f"K{word}" if known else f"guess {len(asked)}")


@dataclass
class Service:
    url: str
    say: Say
    requests: list[dict[str, Any]] = field(default_factory=list)
    answered: Counter[str] = field(default_factory=Counter)

    def times(self) -> Counter[str]:
        """How often each request came."""
        return Counter(json.dumps(one, sort_keys=True) for one in self.requests)


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    service: Service

    def do_POST(self) -> None:
        content = self.rfile.read(int(self.headers["Content-Length"]))
        if len(content) < int(self.headers["Content-Length"]):
            return  # the caller was killed while it asked
        body = json.loads(content)
        key = json.dumps(body, sort_keys=True)
        self.service.requests.append(body)
        reply = self.service.say(body, self.service.times()[key])
        time.sleep(reply.wait)
        try:
            self._send(body, reply)
            self.service.answered[key] += reply.status == 200
        except OSError:
            pass  # the caller was killed

    def _send(self, body: dict[str, Any], reply: Reply) -> None:
        if reply.status != 200:
            content = json.dumps({"error": {"message": reply.text}}).encode()
            kind = "application/json"
        else:
            content = b"".join(_events(body, reply))
            kind = "text/event-stream"
        self.send_response(reply.status)
        for name, value in reply.headers.items():
            self.send_header(name, value)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)

    def log_message(self, *_arguments: object) -> None:
        pass


def _events(body: dict[str, Any], reply: Reply) -> Iterator[bytes]:
    base = {"id": "c", "object": "chat.completion.chunk", "created": 0, "model": body["model"]}
    for part in (reply.text[:3], reply.text[3:]):
        choice = {"index": 0, "delta": {"role": "assistant", "content": part}, "finish_reason": None}
        yield _event({**base, "choices": [choice]})
    words = len(json.dumps(body["messages"]).split())
    usage = {"prompt_tokens": words, "completion_tokens": 2, "total_tokens": words + 2}
    usage["prompt_tokens_details"] = {"cached_tokens": reply.cached}  # type: ignore[assignment]
    yield _event({**base, "choices": [], "usage": usage})
    yield b"data: [DONE]\n\n"


def _event(value: dict[str, Any]) -> bytes:
    return b"data: " + json.dumps(value).encode() + b"\n\n"


class _Server(ThreadingHTTPServer):
    daemon_threads = True

    def handle_error(self, *_arguments: object) -> None:
        """Say nothing: a caller that was killed leaves its connection."""


@contextmanager
def scripted(say: Say = about_the_question) -> Iterator[Service]:
    """Serve a script until the block ends."""
    service = Service("", say)
    handler = type("Handler", (_Handler,), {"service": service})
    server = _Server(("127.0.0.1", 0), handler)
    service.url = f"http://127.0.0.1:{server.server_address[1]}/v1"
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True)
    thread.start()
    try:
        yield service
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
