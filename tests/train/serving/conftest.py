"""Adapters made by hand for the packaged small model: no training, real serving."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest

MakeAdapter = Callable[..., Path]
LAYERS, HIDDEN, KEY_ROWS = 30, 576, 192


@pytest.fixture
def make_adapter(tmp_path: Path) -> MakeAdapter:
    """Write a LoRA adapter of random numbers for SmolLM2's query and key matrices."""
    numpy = pytest.importorskip("numpy")
    pytest.importorskip("gguf")
    from safetensors.numpy import save_file

    def make(name: str, *, seed: int = 0, strength: float = 0.3, system_prompt: str | None = None) -> Path:
        folder = tmp_path / name / "adapter"
        folder.mkdir(parents=True)
        random = numpy.random.default_rng(seed)
        tensors = {}
        for layer in range(LAYERS):
            for part, rows in (("q_proj", HIDDEN), ("k_proj", KEY_ROWS)):
                stem = f"base_model.model.model.layers.{layer}.self_attn.{part}"
                tensors[f"{stem}.lora_A.weight"] = random.normal(0, 0.05, (4, HIDDEN)).astype("float32")
                tensors[f"{stem}.lora_B.weight"] = random.normal(0, strength, (rows, 4)).astype("float32")
        save_file(tensors, folder / "adapter_model.safetensors")
        (folder / "adapter_config.json").write_text(json.dumps({"r": 4, "lora_alpha": 8}))
        facts = {"base_model": "smollm2-135m-instruct", "system_prompt": system_prompt, "chat_template": None}
        (folder / "serving.json").write_text(json.dumps(facts))
        return folder

    return make


@pytest.fixture(autouse=True)
def own_cache(tmp_path: Path, monkeypatch) -> None:
    monkeypatch.setenv("ADVISOR_CACHE", str(tmp_path / "cache"))
