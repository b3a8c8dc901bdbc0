"""A service in a thread, and short trainings for it."""

from __future__ import annotations

import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

HYPERPARAMETERS = {
    "n_epochs": 2,
    "batch_size": 4,
    "lora_r": 4,
    "context_length": 128,
    "max_steps": 6,
    "eval_every_steps": 2,
}


@contextmanager
def running(app: Any) -> Iterator[str]:
    """Serve an application from a thread and give its address."""
    import uvicorn

    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        server = uvicorn.Server(uvicorn.Config(app, log_level="error", timeout_keep_alive=120))
        thread = threading.Thread(target=server.run, kwargs={"sockets": [listener]})
        thread.start()
        try:
            yield f"http://127.0.0.1:{listener.getsockname()[1]}"
        finally:
            server.should_exit = True
            thread.join()
