"""From a Hugging Face ``config.json`` to the numbers that sizing needs."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from advisor.errors import AdvisorError
from advisor.train.size.matrices import LAYOUTS, LLAMA_LIKE, Matrix, Shape, attention_layers, matrices_of

TIED_BY_DEFAULT = frozenset(
    {
        "cohere",
        "cohere2",
        "falcon",
        "gemma",
        "gemma2",
        "gemma3",
        "gemma3_text",
        "gpt2",
        "lfm2",
        "opt",
        "smollm3",
    }
    | {"starcoder2"}
)
LAYER_NORM = frozenset(
    {"cohere", "cohere2", "falcon", "gpt2", "gpt_neox", "olmo", "opt", "phi", "stablelm", "stablelm_epoch"}
    | {"starcoder2"}
)
NORMS_PER_LAYER = {"cohere": 1, "cohere2": 1, "phi": 1, "gemma2": 4, "gemma3": 4, "gemma3_text": 4, "olmo": 0}
HEAD_NORMS = frozenset(
    {"gemma3", "gemma3_text", "hunyuan_v1_dense", "lfm2", "qwen3", "qwen3_5", "qwen3_5_text", "qwen3_moe"}
)
WIDE_NORMS = frozenset({"olmo2", "olmo3", "olmoe"})
MAX_CONFIG_BYTES = 4_000_000


@dataclass(frozen=True, slots=True)
class Architecture:
    """One model's numbers."""

    model_type: str
    hidden: int
    layers: int
    heads: int
    kv_heads: int
    head_dim: int
    intermediate: int
    vocabulary: int
    tied: bool
    matrices: tuple[Matrix, ...]
    small: int
    """Norms, sinks, convolutions, position tables: parameters that are in no matrix."""
    head_bias: bool
    gated: bool
    layer_norm: bool
    """The library's own LayerNorm, which keeps one input; otherwise an RMS norm written out in steps."""
    norms: int
    """Norms of hidden width in a layer."""
    query_key_norm: bool
    attention_layers: int
    window: int | None
    """Tokens that a sliding-window layer looks back."""
    windowed_layers: int
    experts_per_token: int
    logit_cap: bool
    """The logits go through a tanh, whose result is kept."""
    context: int
    assumptions: tuple[str, ...] = ()

    @property
    def embedding_parameters(self) -> int:
        """Token table and output matrix; one matrix if tied."""
        return self.vocabulary * self.hidden * (1 if self.tied else 2)

    @property
    def block_parameters(self) -> int:
        """What quantisation shrinks: the linear layers of the blocks."""
        return sum(matrix.parameters for matrix in self.matrices)

    @property
    def total_parameters(self) -> int:
        """Every weight of the language model."""
        bias = self.vocabulary if self.head_bias else 0
        return self.embedding_parameters + self.block_parameters + self.small + bias

    @property
    def q_width(self) -> int:
        """Width of all queries of a layer."""
        return self.heads * self.head_dim

    @property
    def kv_width(self) -> int:
        """Width of all keys of a layer."""
        return self.kv_heads * self.head_dim


def read_architecture(path: Path) -> Architecture:
    """Read ``config.json`` or the directory that holds one."""
    file = path / "config.json" if path.is_dir() else path
    if not file.is_file():
        raise AdvisorError(
            "there is no such model configuration", place=str(path), remedy="Name a config.json."
        )
    if file.stat().st_size > MAX_CONFIG_BYTES:
        raise AdvisorError(
            "the file is too large for a configuration", place=str(file), remedy="Name a config.json."
        )
    try:
        config = json.loads(file.read_text(encoding="utf-8"))
    except (ValueError, RecursionError) as error:
        raise AdvisorError(
            f"this is not JSON: {error}", place=str(file), remedy="Name the config.json of a model."
        ) from error
    return architecture_of(config, place=str(file))


def architecture_of(config: Any, *, place: str) -> Architecture:
    """Make the numbers from a configuration as Hugging Face writes it; vision parts are left out."""
    if not isinstance(config, Mapping):
        raise AdvisorError(
            "a configuration is a mapping", place=place, remedy="Name the config.json of a model."
        )
    try:
        return _architecture(_text_part(config), config, place)
    except (TypeError, ValueError, OverflowError) as error:
        raise AdvisorError(
            f"a value of the configuration has the wrong type: {error}",
            place=place,
            remedy="Name the config.json of a decoder language model.",
        ) from error


def _architecture(flat: dict[str, Any], config: Mapping[str, Any], place: str) -> Architecture:
    kind = str(flat.get("model_type") or "llama")
    shape = _shape(flat, place)
    vocabulary = _whole(flat, ("vocab_size", "padded_vocab_size"), place)
    tied = flat.get("tie_word_embeddings")
    matrices = matrices_of(kind, shape)
    norms = _norms(kind, flat)
    return Architecture(
        model_type=kind,
        hidden=shape.hidden,
        layers=shape.layers,
        heads=shape.heads,
        kv_heads=shape.kv_heads,
        head_dim=shape.head_dim,
        intermediate=shape.intermediate // 2 if kind == "qwen" else shape.intermediate,
        vocabulary=vocabulary,
        tied=(kind in TIED_BY_DEFAULT) if tied is None else bool(tied),
        matrices=matrices,
        small=_small_parameters(kind, shape, norms),
        head_bias=kind == "phi",
        gated=_is_gated(matrices),
        layer_norm=kind in LAYER_NORM,
        norms=max(norms, 1 if kind != "olmo" else 2),
        query_key_norm=kind in HEAD_NORMS | WIDE_NORMS,
        attention_layers=attention_layers(shape),
        window=flat.get("sliding_window") or None,
        windowed_layers=_windowed_layers(flat, shape),
        experts_per_token=int(flat.get("num_experts_per_tok") or flat.get("experts_per_token") or 1),
        logit_cap=bool(flat.get("final_logit_softcapping")),
        context=int(
            flat.get("max_position_embeddings") or flat.get("n_positions") or flat.get("seq_length") or 2048
        ),
        assumptions=_assumptions(kind, config),
    )


def _text_part(config: Mapping[str, Any]) -> dict[str, Any]:
    inner = next(
        (config[key] for key in ("text_config", "language_config", "llm_config") if key in config), None
    )
    if not isinstance(inner, Mapping):
        return dict(config)
    kept = {key: config[key] for key in ("tie_word_embeddings",) if key in config and key not in inner}
    return {"model_type": config.get("model_type"), **inner, **kept}


def _shape(flat: dict[str, Any], place: str) -> Shape:
    hidden = _whole(flat, ("hidden_size", "n_embd", "d_model"), place)
    layers = _whole(flat, ("num_hidden_layers", "n_layer", "n_layers"), place)
    heads = _whole(flat, ("num_attention_heads", "n_head", "n_heads"), place)
    kv_heads = _kv_heads(flat, heads)
    intermediate = (
        _optional(flat, ("intermediate_size", "ffn_dim", "n_inner", "ffn_hidden_size")) or 4 * hidden
    )
    if flat.get("model_type") == "lfm2" and flat.get("block_auto_adjust_ff_dim", True):
        intermediate = _adjusted_width(flat, intermediate)
    head_dim = _optional(flat, ("head_dim",)) or hidden // heads
    return Shape(hidden, layers, heads, kv_heads, head_dim, intermediate, flat)


def _adjusted_width(flat: dict[str, Any], intermediate: int) -> int:
    width = int(2 * intermediate / 3 * float(flat.get("block_ffn_dim_multiplier", 1.0)))
    step = int(flat.get("block_multiple_of", 256))
    return step * ((width + step - 1) // step)


def _kv_heads(flat: dict[str, Any], heads: int) -> int:
    if flat.get("model_type") == "falcon":
        if flat.get("new_decoder_architecture"):
            return int(flat.get("num_kv_heads") or heads)
        return 1 if flat.get("multi_query", True) else heads
    return _optional(flat, ("num_key_value_heads", "num_kv_heads", "n_head_kv")) or heads


def _optional(flat: dict[str, Any], names: tuple[str, ...]) -> int | None:
    for name in names:
        value = flat.get(name)
        if isinstance(value, int) and not isinstance(value, bool) and value > 0:
            return value
    return None


def _whole(flat: dict[str, Any], names: tuple[str, ...], place: str) -> int:
    value = _optional(flat, names)
    if value is None:
        raise AdvisorError(
            f"the configuration has no positive whole number '{names[0]}'",
            place=place,
            remedy="Name the config.json of a decoder language model.",
        )
    return value


def _norms(kind: str, flat: dict[str, Any]) -> int:
    if kind == "falcon":
        return 2 if flat.get("new_decoder_architecture") or not flat.get("parallel_attn", True) else 1
    return NORMS_PER_LAYER.get(kind, 2)


def _small_parameters(kind: str, shape: Shape, norms: int) -> int:
    per_norm = shape.hidden * (2 if kind in LAYER_NORM - {"cohere", "cohere2"} else 1)
    count = shape.layers * norms * per_norm + (per_norm if kind != "olmo" else 0)
    attention = attention_layers(shape)
    if kind in HEAD_NORMS:
        count += attention * 2 * shape.head_dim
    if kind in WIDE_NORMS:
        count += attention * (shape.q_width + shape.kv_width)
    if kind == "gpt_oss":
        count += attention * shape.heads
    return count + _other_parameters(kind, shape, attention)


def _other_parameters(kind: str, shape: Shape, attention: int) -> int:
    if kind == "gpt2":
        return shape.number("n_positions", 1024) * shape.hidden
    if kind == "opt":
        return (shape.number("max_position_embeddings", 2048) + 2) * shape.hidden
    if kind == "lfm2":
        return (shape.layers - attention) * shape.hidden * shape.number("conv_L_cache", 3)
    if kind in ("qwen3_5", "qwen3_5_text"):
        heads = shape.number("linear_num_value_heads", 32)
        value_dim = shape.number("linear_value_head_dim", 128)
        keys = shape.number("linear_num_key_heads", 16) * shape.number("linear_key_head_dim", 128)
        width = 2 * keys + heads * value_dim
        return (shape.layers - attention) * (
            width * shape.number("linear_conv_kernel_dim", 4) + 2 * heads + value_dim
        )
    return 0


def _is_gated(matrices: tuple[Matrix, ...]) -> bool:
    names = {matrix.name for matrix in matrices}
    return bool(names & {"gate_proj", "gate_up_proj", "experts.gate_up_proj", "w1"})


def _windowed_layers(flat: dict[str, Any], shape: Shape) -> int:
    kinds = flat.get("layer_types")
    if kinds:
        return sum(1 for kind in kinds if kind == "sliding_attention")
    if not flat.get("sliding_window") or flat.get("use_sliding_window") is False:
        return 0
    match flat.get("model_type"):
        case "gemma2" | "gpt_oss":
            return (shape.layers + 1) // 2
        case "gemma3" | "gemma3_text":
            return shape.layers - shape.layers // int(flat.get("sliding_window_pattern") or 6)
        case _:
            return shape.layers


def _assumptions(kind: str, config: Mapping[str, Any]) -> tuple[str, ...]:
    said = []
    if kind not in LAYOUTS and kind not in LLAMA_LIKE:
        said.append(f"The type '{kind}' is not one we know; its layers are taken to look like Llama's.")
    if any(key in config for key in ("vision_config", "audio_config")):
        said.append("Only the language model is sized; the vision or audio part is left out.")
    return tuple(said)
