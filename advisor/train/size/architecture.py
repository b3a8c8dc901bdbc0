"""From a Hugging Face ``config.json`` to the numbers that sizing needs."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from advisor.errors import AdvisorError
from advisor.train.size.layers import attention_layers, windowed_layers
from advisor.train.size.matrices import Fields, Matrix, Shape
from advisor.train.size.families import Family
from advisor.train.size.mixed_families import FAMILIES
from advisor.train.size.unknown import GUESS, CountRange, count_range, refuse_strange_layers, refuse_unread

INSIDE = {
    "gemma3n": "gemma3n_text",
    "gemma4": "gemma4_text",
    "gemma4_unified": "gemma4_unified_text",
    "glm4v": "glm4v_text",
    "glm4v_moe": "glm4v_moe_text",
    "llama4": "llama4_text",
    "llava": "llama",
    "mllama": "mllama_text_model",
}
"""The language model inside a model that also sees, where its own part does not name it."""
BESIDE = ("vision_config", "audio_config", "vision_tower_config", "speech_config", "qformer_config")
MAX_CONFIG_BYTES = 4_000_000
MOST_LAYERS = 4096
TIES = ("tie_word_embeddings", "tie_embedding")
ATTENTION_FREE = frozenset({"mamba", "falcon_mamba", "mamba2"})
DEFAULT_WIDTH = {"gemma3n_text": 16_384}


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
    beside: int = 0
    """Parameters of a part that sees or hears, roughly; not in any other number."""
    doubtful: CountRange | None = None
    """Where the type is not known: how many parameters it may have."""
    assumptions: tuple[str, ...] = ()

    @property
    def doubts(self) -> tuple[str, ...]:
        """What makes every figure of this model a rough one."""
        if self.doubtful is None:
            return ()
        low, high = self.lowest_parameters / 1e9, self.highest_parameters / 1e9
        return (
            f"The type '{self.model_type}' is not one we know. It is taken to look like Llama, so it has "
            f"{low:.3g} to {high:.3g} B parameters, and memory is as uncertain.",
        )

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
    def lowest_parameters(self) -> int:
        """The fewest weights that it may have; the count itself where the type is known."""
        return self.doubtful.low if self.doubtful else self.total_parameters

    @property
    def highest_parameters(self) -> int:
        """The most weights that it may have; the count itself where the type is known."""
        return self.doubtful.high if self.doubtful else self.total_parameters

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
    known = FAMILIES.get(kind)
    family = known or GUESS
    fields = Fields(flat, family.defaults)
    shape = _shape(fields, kind, place)
    if known is None:
        refuse_strange_layers(shape, kind, place)
    block = family.layout(shape)
    norms = family.norms_of(shape)
    found = Architecture(
        model_type=kind,
        hidden=shape.hidden,
        layers=shape.layers,
        heads=shape.heads,
        kv_heads=shape.kv_heads,
        head_dim=shape.head_dim,
        intermediate=shape.intermediate // 2 if kind in ("qwen", "recurrent_gemma") else shape.intermediate,
        vocabulary=_whole(fields, ("vocab_size", "padded_vocab_size"), place),
        tied=_is_tied(fields, family),
        matrices=block.matrices,
        small=block.small + _norm_parameters(family, shape, norms),
        head_bias=family.head_bias or shape.flag("lm_head_bias"),
        gated=_is_gated(block.matrices),
        layer_norm=family.layer_norm,
        norms=max(round(norms), 2 if not norms else 1),
        query_key_norm=family.query_key_norm or shape.flag("use_qk_norm"),
        attention_layers=attention_layers(shape),
        window=shape.number("sliding_window", "attention_chunk_size") or None,
        windowed_layers=windowed_layers(shape, kind),
        experts_per_token=_experts_per_token(shape),
        logit_cap=bool(fields.get("final_logit_softcapping")),
        context=shape.number("max_position_embeddings", "n_positions", "seq_length", default=2048),
        beside=_beside(config),
        assumptions=_assumptions(config),
    )
    for name in BESIDE:
        fields.get(name)  # counted apart
    refuse_unread(fields, kind, place, None if known is None else known.ignored)
    if known is not None:
        return found
    rest = found.total_parameters - found.block_parameters
    said = any(fields.get(name) is not None for name in TIES)
    spare = 0 if said or found.tied else found.vocabulary * found.hidden
    return replace(found, doubtful=count_range(block, (rest - spare, rest + int(1.5 * found.beside))))


def _experts_per_token(shape: Shape) -> int:
    names = (
        "num_experts_per_tok",
        "num_experts_per_token",
        "experts_per_token",
        "moe_topk",
        "moe_k",
        "top_k_experts",
    )
    told = next((value for name in names if (value := shape.config.get(name)) is not None), 1)
    return int(told[0] if isinstance(told, list) else told) or 1


def _is_tied(fields: Fields, family: Family) -> bool:
    told = next((fields[name] for name in TIES if fields.get(name) is not None), None)
    return (family.tied if told is None else bool(told)) and not family.always_untied


def _norm_parameters(family: Family, shape: Shape, norms: float) -> int:
    each = shape.hidden * (2 if family.norm_bias else 1)
    return round(shape.layers * norms) * each + (each if family.final_norm else 0)


def _text_part(config: Mapping[str, Any]) -> dict[str, Any]:
    inner = next(
        (
            config[key]
            for key in ("text_config", "language_config", "llm_config", "thinker_config")
            if key in config
        ),
        None,
    )
    if not isinstance(inner, Mapping):
        return {**config, "model_type": INSIDE.get(str(config.get("model_type")), config.get("model_type"))}
    if isinstance(inner.get("text_config"), Mapping):
        return _text_part(inner)
    # The output matrix belongs to the whole model, so what the outer configuration says of it counts.
    kept = {key: config[key] for key in TIES if config.get(key) is not None}
    outer = str(config.get("model_type"))
    return {"model_type": INSIDE.get(outer, outer), **inner, **kept}


def _shape(fields: Fields, kind: str, place: str) -> Shape:
    hidden = _whole(fields, ("hidden_size", "n_embd", "d_model"), place)
    layers = _layer_count(fields, place)
    heads = (
        _optional(fields, ("num_attention_heads", "n_head", "n_heads", "num_heads", "attention_heads")) or 0
    )
    if not heads and kind not in ATTENTION_FREE:
        heads = _whole(fields, ("num_attention_heads",), place)
    kv_heads = _kv_heads(fields, kind, heads)
    intermediate = _intermediate(fields, kind, hidden)
    head_dim = _optional(fields, ("head_dim", "attention_head_dim")) or (hidden // heads if heads else 0)
    return Shape(hidden, layers, heads, kv_heads, head_dim, intermediate, fields)


def _layer_count(fields: Fields, place: str) -> int:
    word = fields.get("hybrid_override_pattern") or fields.get("layers_block_type")
    if isinstance(word, (str, list)) and word:
        return len(word)
    names = ("num_hidden_layers", "n_layer", "n_layers", "num_layers")
    layers = _whole(fields, names, place)
    if layers > MOST_LAYERS:
        raise ValueError(f"{layers} layers are more than any model has")
    return layers


def _intermediate(fields: Fields, kind: str, hidden: int) -> int:
    names = ("intermediate_size", "ffn_dim", "n_inner", "ffn_hidden_size", "moe_intermediate_size")
    told = fields.get("intermediate_size")
    if isinstance(told, list):
        if len(set(told)) != 1:
            raise TypeError("'intermediate_size' differs from layer to layer")
        return int(told[0])
    width = _optional(fields, names) or DEFAULT_WIDTH.get(kind, 4 * hidden)
    return (
        _adjusted_width(fields, width)
        if kind == "lfm2" and fields.get("block_auto_adjust_ff_dim", True)
        else width
    )


def _adjusted_width(fields: Fields, intermediate: int) -> int:
    width = int(2 * intermediate / 3 * float(fields.get("block_ffn_dim_multiplier", 1.0)))
    step = int(fields.get("block_multiple_of", 256))
    return step * ((width + step - 1) // step)


def _kv_heads(fields: Fields, kind: str, heads: int) -> int:
    if kind == "falcon":
        if fields.get("new_decoder_architecture"):
            return int(fields.get("num_kv_heads") or heads)
        return 1 if fields.get("multi_query", True) else heads
    if kind == "gpt_bigcode":
        return 1 if fields.get("multi_query", True) else heads
    return _optional(fields, ("num_key_value_heads", "num_kv_heads", "n_head_kv")) or heads


def _optional(fields: Fields, names: tuple[str, ...]) -> int | None:
    for name in names:
        value = fields.get(name)
        if isinstance(value, int) and not isinstance(value, bool) and value > 0:
            return value
    return None


def _whole(fields: Fields, names: tuple[str, ...], place: str) -> int:
    value = _optional(fields, names)
    if value is None:
        raise AdvisorError(
            f"the configuration has no positive whole number '{names[0]}'",
            place=place,
            remedy="Name the config.json of a decoder language model.",
        )
    return value


def _is_gated(matrices: tuple[Matrix, ...]) -> bool:
    names = {matrix.name for matrix in matrices}
    return bool(names & {"gate_proj", "gate_up_proj", "experts.gate_up_proj", "w1", "input_linear"})


def _beside(config: Mapping[str, Any]) -> int:
    """Count roughly what a part that sees or hears has: four square matrices and an MLP in each layer."""
    total = 0
    for part in (config.get(name) for name in BESIDE):
        if not isinstance(part, Mapping):
            continue
        fields = Fields(part)
        hidden = _optional(fields, ("hidden_size", "embed_dim", "d_model", "width")) or 0
        layers = _optional(fields, ("num_hidden_layers", "depth", "encoder_layers", "layers")) or 0
        width = _optional(fields, ("intermediate_size", "encoder_ffn_dim")) or 4 * hidden
        total += layers * (4 * hidden * hidden + 2 * hidden * width)
    return total


def _assumptions(config: Mapping[str, Any]) -> tuple[str, ...]:
    if beside := _beside(config):
        return (
            f"Parameters are those of the language model; the vision or audio part of about {beside / 1e9:.1f} B "
            "is in memory besides, frozen.",
        )
    if any(key in config for key in BESIDE):
        return ("Only the language model is sized; the vision or audio part is left out.",)
    return ()
