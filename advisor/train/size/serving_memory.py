"""Memory of serving the result: merged, as an adapter, or many adapters on one base, with the key-value cache."""

from __future__ import annotations

from dataclasses import dataclass

from advisor.train.records import Span
from advisor.train.size.adapters import make_adapter
from advisor.train.size.architecture import Architecture
from advisor.train.size.memory import GIB
from advisor.train.size.run import Run
from advisor.train.size.weights import QUANTISED_BYTES


@dataclass(frozen=True, slots=True)
class Serving:
    """How the result is served."""

    concurrency: int = 8
    """Concurrent requests."""
    context_tokens: int = 4096
    """Tokens of one request, prompt and answer."""
    adapters: int = 0
    """Adapters held on one base; 0 for a merged model."""
    weight_bits: float = 16
    """Bits of a weight as served: 16, 8, or 4 with its constants."""
    cache_bytes: int = 2
    """Bytes of one value of the cache; 1 for an 8-bit cache."""


def cache_bytes_per_token(architecture: Architecture, cache_bytes: int = 2) -> float:
    """Count keys and values of one token over all layers that keep them, as if no window applied."""
    return float(architecture.cache_width * cache_bytes * architecture.attention_layers)


def cache_bytes_per_request(architecture: Architecture, serving: Serving) -> float:
    """Count the cache of one request; layers with a window keep no more than the window."""
    per_layer = float(architecture.cache_width * serving.cache_bytes)
    windowed = min(architecture.windowed_layers, architecture.attention_layers)
    window = min(architecture.window or serving.context_tokens, serving.context_tokens)
    full = architecture.attention_layers - windowed
    return per_layer * (full * serving.context_tokens + windowed * window)


def serving_memory(
    architecture: Architecture, run: Run, serving: Serving, overhead: tuple[float, float, float]
) -> tuple[Span, dict[str, float]]:
    """Return the range in GiB and its parts in GiB."""
    weights = _weight_bytes(architecture, serving) / GIB
    adapter = make_adapter(architecture, run.targets, run.rank, dora=run.method == "dora")
    adapters = serving.adapters * adapter.parameters * 2 / GIB if run.method != "full" else 0.0
    cache = serving.concurrency * cache_bytes_per_request(architecture, serving) / GIB
    parts = {"weights": weights, "adapters": adapters, "cache": cache, "overhead": overhead[1] * weights}
    held = weights + adapters + cache
    span = Span(
        low=held + overhead[0] * weights,
        expected=held + overhead[1] * weights,
        high=held + overhead[2] * weights,
        unit="gib",
    )
    return span, parts


def _weight_bytes(architecture: Architecture, serving: Serving) -> float:
    if serving.weight_bits >= 16:
        return architecture.total_parameters * serving.weight_bits / 8
    blocks = architecture.block_parameters
    rest = architecture.total_parameters - blocks
    constants = QUANTISED_BYTES["nf4"][1] * blocks if serving.weight_bits < 8 else 0
    return blocks * serving.weight_bits / 8 + constants + rest * 2
