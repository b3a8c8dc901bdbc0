"""What the training programs do that decides memory and that nobody types: how the loss is held, what adapters keep."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from advisor.errors import AdvisorError, did_you_mean

_BARE: dict[str, Any] = {}
PROGRAMS: Mapping[str, Mapping[str, Any]] = {
    # Its recipes for mixtures of experts quantise the stacked experts as well.
    "axolotl": {"quantised_experts": True},
    "llamafactory": _BARE,
    # Loss in the model's own type, one product for queries, keys and values, dropout in its recipes. It required
    # bitsandbytes 0.42 until 2025, its loop keeps the last loss, and in 4-bit runs it swaps the token table for
    # one that gets a gradient.
    "litgpt": {
        "loss_kernel": "native",
        "dropout": True,
        "fused_qkv": True,
        "adapter_precision": "bf16",
        "old_bitsandbytes": True,
        "holds_last_step": True,
        "embedding_gradient": True,
        "quantised_head": True,
    },
    "ms-swift": {"dropout": True},
    "peft": _BARE,
    "torchtune": {"adapter_precision": "bf16"},
    "transformers": _BARE,
    "trl": {"loss_kernel": "chunked"},
    "unsloth": {
        "quantised_experts": True,
        "loss_kernel": "fused",
        "patched_loss": False,
        "block_kernel": "fused",
    },
}
"""Settings of a run by program; what is not listed is as a bare transformers Trainer with PEFT does it."""


def settings_of(program: str | None) -> dict[str, Any]:
    """Return the settings that a program decides; none where no program is named."""
    if program is None:
        return {}
    if program not in PROGRAMS:
        raise AdvisorError(
            f"there is no program '{program}' that we know",
            place="--program",
            remedy=did_you_mean(program, PROGRAMS),
        )
    return {**PROGRAMS[program], "named_program": True}
