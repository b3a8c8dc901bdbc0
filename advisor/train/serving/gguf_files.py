"""Write a LoRA adapter, or base and adapter folded together, in llama.cpp's file format; needs no torch."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from advisor.catalog.strict_json import read_json_object
from advisor.errors import AdvisorError
from advisor.files import replacing

Array = npt.NDArray[np.float32]
_PART = re.compile(r"^base_model\.model\.(?P<module>.+)\.lora_(?P<side>[AB])\.weight$")


@dataclass(frozen=True, slots=True)
class AdapterPair:
    """The two halves of one adapted matrix, in the row order of the base file."""

    name: str
    """The matrix in the base file, such as `blk.3.attn_q.weight`."""
    a: Array
    """rank x inputs."""
    b: Array
    """outputs x rank."""


def write_adapter_gguf(adapter: Path, base_gguf: Path, out: Path) -> Path:
    """Write the PEFT adapter in `adapter` for llama.cpp to put on `base_gguf`."""
    import gguf

    base = _reader(base_gguf)
    with replacing(out, binary=True) as stream:
        writer = gguf.GGUFWriter(stream.name, _architecture(base))
        writer.add_type(gguf.GGUFType.ADAPTER)
        writer.add_string(gguf.Keys.Adapter.TYPE, "lora")
        writer.add_float32(gguf.Keys.Adapter.LORA_ALPHA, float(_config(adapter)["lora_alpha"]))
        for pair in adapter_pairs(adapter, base):
            writer.add_tensor(f"{pair.name}.lora_a", pair.a)
            writer.add_tensor(f"{pair.name}.lora_b", pair.b)
        _finish(writer)
    return out


def write_merged_gguf(adapter: Path, base_gguf: Path, out: Path, *, precision: str = "f16") -> Path:
    """Fold the adapter into the base's matrices and write a model that stands alone.

    Args:
        adapter: A PEFT adapter folder.
        base_gguf: The file it was trained on.
        out: The file to write.
        precision: `f16`, or `f32` for bit-for-bit comparisons.
    """
    import gguf

    base = _reader(base_gguf)
    config = _config(adapter)
    scale = float(config["lora_alpha"]) / int(config["r"])
    changes = {pair.name: scale * (pair.b @ pair.a) for pair in adapter_pairs(adapter, base)}
    kind = np.float16 if precision == "f16" else np.float32
    with replacing(out, binary=True) as stream:
        writer = gguf.GGUFWriter(stream.name, _architecture(base))
        _copy_fields(
            base, writer, gguf.LlamaFileType.MOSTLY_F16 if precision == "f16" else gguf.LlamaFileType.ALL_F32
        )
        for tensor in base.tensors:
            values = gguf.dequantize(tensor.data, tensor.tensor_type).astype(np.float32)
            values = values + changes[tensor.name] if tensor.name in changes else values
            # vectors stay in full precision, as llama.cpp expects of norms
            writer.add_tensor(tensor.name, values.astype(kind if values.ndim > 1 else np.float32))
        _finish(writer)
    return out


def adapter_pairs(adapter: Path, base: Any) -> Iterator[AdapterPair]:
    """Return each adapted matrix under the base file's name, and check that the two belong together."""
    import gguf

    shapes = {tensor.name: tuple(int(size) for size in tensor.shape) for tensor in base.tensors}
    architecture = _architecture(base)
    names = gguf.get_tensor_name_map(_model_arch(architecture), _field(base, f"{architecture}.block_count"))
    heads = _heads(base, architecture)
    for module, (a, b) in sorted(_halves(adapter).items()):
        stem = names.get_name(module)
        name = f"{stem}.weight"
        if shapes.get(name) != (a.shape[1], b.shape[0]):
            raise AdvisorError(
                f"the adapter's '{module}' ({b.shape[0]} x {a.shape[1]}) has no counterpart in the base model's file",
                place=str(adapter),
                remedy="Serve it on the GGUF of the base model that it was trained on.",
            )
        rotary = architecture == "llama" and stem.endswith(("attn_q", "attn_k"))
        yield AdapterPair(name, a, _permuted(b, heads[stem[-1]]) if rotary else b)


def _permuted(rows: Array, n_heads: int) -> Array:
    # llama.cpp keeps the two halves of a rotary pair side by side; Hugging Face keeps all first halves first
    halves = rows.reshape(n_heads, 2, rows.shape[0] // n_heads // 2, rows.shape[1])
    return np.ascontiguousarray(halves.swapaxes(1, 2).reshape(rows.shape))


def _heads(base: Any, architecture: str) -> dict[str, int]:
    q = _field(base, f"{architecture}.attention.head_count")
    return {"q": q, "k": _field(base, f"{architecture}.attention.head_count_kv") or q}


def _halves(adapter: Path) -> dict[str, tuple[Array, Array]]:
    from safetensors.numpy import load_file

    from advisor.train.trainer.artefacts import check_adapter

    check_adapter(adapter)
    if _config(adapter).get("use_dora"):
        raise AdvisorError(
            "llama.cpp has no DoRA adapters", place=str(adapter), remedy="Serve the merged model instead."
        )
    found: dict[str, dict[str, Array]] = {}
    for key, values in load_file(adapter / "adapter_model.safetensors").items():
        part = _PART.match(key)
        if part is None:
            raise AdvisorError(
                f"the adapter also changes '{key}', which is not a LoRA matrix",
                place=str(adapter),
                remedy="Serve the merged model instead.",
            )
        found.setdefault(part["module"], {})[part["side"]] = values.astype(np.float32)
    return {module: (sides["A"], sides["B"]) for module, sides in found.items()}


def _config(adapter: Path) -> dict[str, Any]:
    path = adapter / "adapter_config.json"
    config = read_json_object(path)
    for name, kinds in (("r", int), ("lora_alpha", int | float)):
        value = config.get(name)
        if isinstance(value, bool) or not isinstance(value, kinds) or not value > 0:
            raise AdvisorError(
                f"'{name}' is not a number above 0",
                place=str(path),
                remedy="Give an adapter that PEFT wrote.",
            )
    return config


def _reader(path: Path) -> Any:
    return _parsed(path, path.stat().st_mtime_ns)


@lru_cache(maxsize=2)  # reading the vocabulary takes seconds, and several adapters share one base
def _parsed(path: Path, _changed: int) -> Any:
    import gguf

    try:
        return gguf.GGUFReader(path)
    except (ValueError, OSError):
        raise AdvisorError(
            "this is not a GGUF file", place=str(path), remedy="Give the base model as GGUF."
        ) from None


def _field(base: Any, key: str) -> Any:
    field = base.get_field(key)
    return None if field is None else field.contents()


def _architecture(base: Any) -> str:
    return str(_field(base, "general.architecture"))


def _model_arch(name: str) -> Any:
    import gguf

    return next(arch for arch, known in gguf.MODEL_ARCH_NAMES.items() if known == name)


def _copy_fields(base: Any, writer: Any, file_type: Any) -> None:
    import gguf

    written_by_the_writer = {"general.architecture", "general.file_type", "general.quantization_version"}
    for field in base.fields.values():
        if field.name.startswith("GGUF.") or field.name in written_by_the_writer:
            continue
        inner = field.types[-1] if field.types[0] == gguf.GGUFValueType.ARRAY else None
        writer.add_key_value(field.name, field.contents(), field.types[0], sub_type=inner)
    writer.add_file_type(file_type)


def _finish(writer: Any) -> None:
    writer.write_header_to_file()
    writer.write_kv_data_to_file()
    writer.write_tensors_to_file()
    writer.close()
