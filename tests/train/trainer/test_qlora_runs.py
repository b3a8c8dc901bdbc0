"""QLoRA for real on a CPU: bitsandbytes holds the base in four bits, the adapter learns, is reloaded and merged."""

from __future__ import annotations

from pathlib import Path

import pytest

from advisor.train.trainer.progress import curve, read_progress
from advisor.train.trainer.settings import read_settings

pytest.importorskip("bitsandbytes")


@pytest.fixture(autouse=True)
def unpacked(monkeypatch: pytest.MonkeyPatch) -> None:
    """Keep the plain layout on processors with AVX512-BF16, whose own needs layers at least a block of 64 wide.

    The model of this test is narrower; no real model is.
    """
    monkeypatch.setattr("bitsandbytes.nn.modules.has_avx512bf16", lambda: False)


@pytest.fixture
def trained(run_folder) -> Path:
    from advisor.train.trainer.run import train

    run = run_folder(method="qlora", rank=16, alpha=32, learning_rate=2e-2, max_steps=30, eval_every_steps=10)
    train(run)
    return run


def test_four_bit_weights_are_trained_over_reloaded_and_merged(trained: Path, tiny_model: Path) -> None:
    import torch
    from peft import PeftModel
    from transformers import AutoModelForCausalLM, AutoTokenizer

    from advisor.train.trainer.adapters import load_model

    held_out = [loss for _, loss in curve(read_progress(trained), "eval_loss")]
    assert held_out[-1] < held_out[0] - 0.3

    four_bit = load_model(str(tiny_model), read_settings(trained))
    weight = four_bit.model.layers[0].self_attn.q_proj.weight
    assert weight.dtype == torch.uint8, "the base is held in four bits, two to a byte"
    tokens = AutoTokenizer.from_pretrained(tiny_model)("Where is my order?", return_tensors="pt")
    with torch.no_grad():
        before = four_bit(**tokens).logits
        tuned = PeftModel.from_pretrained(four_bit, trained / "adapter")(**tokens).logits
        merged = AutoModelForCausalLM.from_pretrained(trained / "merged")(**tokens).logits
        whole = AutoModelForCausalLM.from_pretrained(tiny_model)
        on_whole = PeftModel.from_pretrained(whole, trained / "adapter")(**tokens).logits
    assert (tuned - before).abs().max() > 0.1, "the reloaded adapter changes what the model says"
    # merged into the unquantised weights: equal to the adapter on those, near to it on the four-bit ones
    assert torch.allclose(merged, on_whole, atol=1e-4)
    assert (merged - tuned).abs().mean() < (tuned - before).abs().mean()
