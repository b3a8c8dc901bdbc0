"""Bytes of logits and loss for one token: the term that large vocabularies make the largest."""

from __future__ import annotations

from advisor.train.size.architecture import Architecture
from advisor.train.size.run import Run

CHUNKS = 8


def loss_bytes(architecture: Architecture, run: Run) -> float:
    """Count the bytes that one token holds when logits and their gradient are at their largest."""
    before = run.compute_bytes * architecture.vocabulary if run.holds_last_step else 0
    return before + _this_step(architecture, run)


def _this_step(architecture: Architecture, run: Run) -> float:
    vocabulary, width = architecture.vocabulary, run.compute_bytes
    capped = 2 * width if architecture.logit_cap else 0
    match run.held_loss_kernel:
        case "plain":
            # The logits; then in fp32 the log-softmax, the gradient of the loss and the gradient of the logits.
            passing = 12 if width == 2 else 8.8
            return vocabulary * (width + passing + capped)
        case "native":
            # The logits, their copy shifted by one, the log-softmax and the gradient.
            return vocabulary * (4 * width + capped)
        case "upcast-chunked":
            passing = (width if run.block_kernel == "fused" else 12) / CHUNKS
            return vocabulary * (width + passing + capped)
        case "chunked":
            return vocabulary * (width + 12 + capped) / CHUNKS
        case "fused":
            # A chunk has as many rows as make its logits no larger than the hidden states themselves.
            return architecture.hidden * (12 + 2 * width)
