"""What a configuration file calls the few numbers that every architecture has."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from advisor.errors import AdvisorError
from advisor.train.size.matrices import LARGEST, Fields, ModelShape

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
MOST_LAYERS = 1024
TIES = ("tie_word_embeddings", "tie_embedding")
ATTENTION_FREE = frozenset({"mamba", "falcon_mamba", "mamba2"})
DEFAULT_WIDTH = {"gemma3n_text": 16_384}


def text_part(config: Mapping[str, Any]) -> dict[str, Any]:
    """Return the fields of the language model inside, under the type that it has there."""
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
        return text_part(inner)
    # The output matrix belongs to the whole model, so what the outer configuration says of it counts.
    kept = {key: config[key] for key in TIES if config.get(key) is not None}
    outer = str(config.get("model_type"))
    return {"model_type": INSIDE.get(outer, outer), **inner, **kept}


def shape_of(fields: Fields, kind: str, place: str) -> ModelShape:
    """Read the numbers that every architecture has."""
    hidden = whole(fields, ("hidden_size", "n_embd", "d_model"), place)
    layers = _layer_count(fields, place)
    heads = (
        _optional(fields, ("num_attention_heads", "n_head", "n_heads", "num_heads", "attention_heads")) or 0
    )
    if not heads and kind not in ATTENTION_FREE:
        heads = whole(fields, ("num_attention_heads",), place)
    kv_heads = _kv_heads(fields, kind, heads)
    intermediate = _intermediate(fields, kind, hidden)
    head_dim = _optional(fields, ("head_dim", "attention_head_dim")) or (hidden // heads if heads else 0)
    return ModelShape(hidden, layers, heads, kv_heads, head_dim, intermediate, fields)


def _layer_count(fields: Fields, place: str) -> int:
    word = fields.get("hybrid_override_pattern") or fields.get("layers_block_type")
    names = ("num_hidden_layers", "n_layer", "n_layers", "num_layers")
    layers = len(word) if isinstance(word, (str, list)) and word else whole(fields, names, place)
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
            if value > LARGEST:
                raise ValueError(f"'{name}' is not a size")
            return value
    return None


def whole(fields: Fields, names: tuple[str, ...], place: str) -> int:
    """Read a positive whole number under the first name that the configuration has, or refuse."""
    value = _optional(fields, names)
    if value is None:
        raise AdvisorError(
            f"the configuration has no positive whole number '{names[0]}'",
            place=place,
            remedy="Name the config.json of a decoder language model.",
        )
    return value


def count_beside(config: Mapping[str, Any]) -> int:
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
