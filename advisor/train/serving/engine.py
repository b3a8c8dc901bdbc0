"""llama.cpp's own server inside this process, on a loopback port that only the gateway knows the key of."""

from __future__ import annotations

import os
import secrets
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from advisor.errors import missing_extra

ALIAS = "advisor-engine"
"""What the server calls itself in answers; left to itself it would give the path of its file."""


@dataclass(frozen=True, slots=True)
class Engine:
    """A running server."""

    address: str
    """Address of the server, `http://127.0.0.1:PORT`."""
    key: str
    """Bearer key, made at the start and never written down."""
    server: Any
    """Keeps the server alive; it stops when this is dropped."""


def start_engine(
    model: Path, adapters: list[Path], *, chat_template: str | None, context: int = 2048, slots: int = 2
) -> Engine:
    """Load `model` with all `adapters` switched off; a request switches one on by its place in the list.

    Args:
        model: The base or merged GGUF.
        adapters: LoRA files for this base.
        chat_template: The template that training used; the file's own if none.
        context: Tokens for each request, prompt and answer together.
        slots: Requests answered at the same time.
    """
    # spinning at barriers makes a busy machine fifty times slower; read when the library is loaded
    os.environ.setdefault("OMP_WAIT_POLICY", "passive")
    try:
        import xllamacpp
    except ImportError:
        raise missing_extra("xllamacpp", "serve", purpose="Serving a tuned model") from None
    key = secrets.token_urlsafe(24)
    params = xllamacpp.CommonParams()
    params.model.path = str(model)
    params.model_alias = {ALIAS}
    params.lora_adapters = [xllamacpp.CommonAdapterLoraInfo(str(path), 0.0) for path in adapters]
    params.n_parallel = slots
    params.n_ctx = context * slots
    params.cpuparams.n_threads = max(1, (os.cpu_count() or 2) // 2)
    params.cpuparams_batch.n_threads = os.cpu_count() or 2
    params.api_keys = [key]
    params.port = 0
    params.verbosity = 1
    params.use_jinja = True
    if chat_template is not None:
        params.chat_template = chat_template
    server = xllamacpp.Server(params)
    return Engine(server.listening_address, key, server)
