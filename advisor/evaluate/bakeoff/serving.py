"""Serve the packaged small model, bare or with an adapter folded in, on a loopback port for as long as an arm asks."""

from __future__ import annotations

import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from advisor.errors import missing_extra

SLOTS = 2
CONTEXT = 4096
NAME = "tuned"


@contextmanager
def served_here(run: Path | None) -> Iterator[tuple[str, str]]:
    """Serve the base (None) or what a training run made, and yield address and model name."""
    try:
        import uvicorn

        from advisor.train.serving.server import ServeOptions, build_server
    except ImportError as error:
        raise missing_extra("xllamacpp", "serve", purpose="Serving the packaged model") from error
    from advisor.train.jobs import JobStore

    targets = [] if run is None else [f"{NAME}={run}"]
    options = ServeOptions(merged=run is not None, slots=SLOTS, context=CONTEXT, allow_other_prompts=True)
    app, names = build_server(targets, options, JobStore())
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        listener.listen(128)
        server = uvicorn.Server(uvicorn.Config(app, log_level="error", timeout_keep_alive=600))
        thread = threading.Thread(target=server.run, kwargs={"sockets": [listener]}, daemon=True)
        thread.start()
        try:
            yield f"http://127.0.0.1:{listener.getsockname()[1]}/v1", names[-1].name
        finally:
            server.should_exit = True
            thread.join()
