"""Adapters and merged models as GGUF: the same numbers, under llama.cpp's names and in its row order."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from advisor.errors import AdvisorError

gguf = pytest.importorskip("gguf")
np = pytest.importorskip("numpy")

from advisor.train.serving.gguf_files import (  # noqa: E402
    _permuted,
    adapter_pairs,
    write_adapter_gguf,
    write_merged_gguf,
)
from advisor.train.trainer.dequantise import packaged_gguf  # noqa: E402

pytestmark = [pytest.mark.slow, pytest.mark.timeout(900)]  # reading the vocabulary takes seconds


def tensors_of(path: Path) -> dict[str, object]:
    return {tensor.name: tensor for tensor in gguf.GGUFReader(path).tensors}


def test_an_adapter_keeps_every_number(make_adapter, tmp_path: Path) -> None:
    from safetensors.numpy import load_file

    adapter = make_adapter("style")
    out = write_adapter_gguf(adapter, packaged_gguf(), tmp_path / "style.gguf")
    written = tensors_of(out)
    assert len(written) == 2 * 2 * 30
    original = load_file(adapter / "adapter_model.safetensors")
    name = "base_model.model.model.layers.7.self_attn.q_proj.lora_{}.weight"
    assert np.array_equal(written["blk.7.attn_q.weight.lora_a"].data, original[name.format("A")])
    rows = written["blk.7.attn_q.weight.lora_b"].data
    assert np.array_equal(np.sort(rows, axis=0), np.sort(original[name.format("B")], axis=0))
    assert not np.array_equal(rows, original[name.format("B")])


def test_rows_are_reordered_as_llama_cpp_reorders_the_base(tmp_path: Path) -> None:
    """The two halves of a rotary pair are brought side by side within each head."""
    rows = np.arange(2 * 6, dtype=np.float32).reshape(12, 1)
    assert _permuted(rows, 2).ravel().tolist() == [0, 3, 1, 4, 2, 5, 6, 9, 7, 10, 8, 11]


def test_a_merged_model_is_base_plus_scaled_product(make_adapter, tmp_path: Path) -> None:
    adapter = make_adapter("style")
    merged = tensors_of(
        write_merged_gguf(adapter, packaged_gguf(), tmp_path / "merged.gguf", precision="f32")
    )
    base = gguf.GGUFReader(packaged_gguf())
    before = {tensor.name: gguf.dequantize(tensor.data, tensor.tensor_type) for tensor in base.tensors}
    pair = next(pair for pair in adapter_pairs(adapter, base) if pair.name == "blk.3.attn_k.weight")
    expected = before["blk.3.attn_k.weight"] + 2.0 * pair.b @ pair.a
    assert np.allclose(merged["blk.3.attn_k.weight"].data, expected, atol=1e-6)
    assert np.array_equal(merged["blk.3.ffn_up.weight"].data, before["blk.3.ffn_up.weight"])
    assert merged.keys() == before.keys()


def test_an_adapter_for_another_base_is_refused(make_adapter, tmp_path: Path) -> None:
    from safetensors.numpy import save_file

    adapter = make_adapter("style")
    stem = "base_model.model.model.layers.0.self_attn.q_proj"
    wrong = {
        f"{stem}.lora_A.weight": np.zeros((4, 64), "float32"),
        f"{stem}.lora_B.weight": np.zeros((64, 4), "float32"),
    }
    save_file(wrong, adapter / "adapter_model.safetensors")
    with pytest.raises(AdvisorError, match="no counterpart"):
        write_adapter_gguf(adapter, packaged_gguf(), tmp_path / "x.gguf")
    assert not (tmp_path / "x.gguf").exists()


def test_what_llama_cpp_cannot_apply_is_refused(make_adapter, tmp_path: Path) -> None:
    adapter = make_adapter("style")
    (adapter / "adapter_config.json").write_text(json.dumps({"r": 4, "lora_alpha": 8, "use_dora": True}))
    with pytest.raises(AdvisorError, match="no DoRA"):
        write_adapter_gguf(adapter, packaged_gguf(), tmp_path / "x.gguf")


def test_a_file_that_is_no_gguf_is_refused(make_adapter, tmp_path: Path) -> None:
    (tmp_path / "base.gguf").write_bytes(b"no model at all, really")
    with pytest.raises(AdvisorError, match="not a GGUF file"):
        write_adapter_gguf(make_adapter("style"), tmp_path / "base.gguf", tmp_path / "x.gguf")
