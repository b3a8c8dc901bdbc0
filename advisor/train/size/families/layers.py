"""Which of a model's layers do what: full, sliding, linear or no attention, experts or a dense MLP."""

from __future__ import annotations

from advisor.train.size.matrices import ModelShape

LINEAR = frozenset({"linear_attention", "mamba", "conv", "recurrent", "short_conv", "moe", "mlp"})
"""Names of layers that keep no keys and values."""
LETTERS = {"M": "linear_attention", "*": "full_attention", "-": "mlp", "E": "moe"}
"""Nemotron-H writes its layers as one word, a letter for each."""


SPELLINGS = (
    *(
        "full_attn_idxs",
        "attn_layer_indices",
        "attn_layer_period",
        "attn_layer_offset",
        "full_attention_interval",
    ),
    *("global_attn_every_n_layers", "sliding_window_pattern", "_sliding_window_pattern", "no_rope_layers"),
    *("no_rope_layer_interval", "attention_chunk_size", "hybrid_override_pattern"),
)
"""Other fields by which models say which of their layers have softmax attention, or which have a window."""


def layer_kinds(shape: ModelShape) -> list[str]:
    """List what each layer does with the past, as the configuration says or its family's rule gives it."""
    config = shape.config
    for name in SPELLINGS:
        config.get(name)  # whichever is not needed says the same again
    kinds = shape.listed("layer_types") or shape.listed("layers_block_type")
    if kinds:
        return [str(kind) for kind in kinds]
    if word := config.get("hybrid_override_pattern"):
        return [LETTERS.get(letter, letter) for letter in str(word)]
    if (chosen := _chosen_layers(shape)) is not None:
        return ["full_attention" if index in chosen else "linear_attention" for index in range(shape.layers)]
    if pattern := config.get("block_types"):
        return [str(pattern[index % len(pattern)]) for index in range(shape.layers)]
    return _by_interval(shape)


def _chosen_layers(shape: ModelShape) -> set[int] | None:
    """Find the layers with softmax attention where a list or a period names them."""
    config = shape.config
    for name in ("full_attn_idxs", "attn_layer_indices"):
        if config.get(name) is not None:
            return {int(index) for index in config[name]}
    linear = config.get("linear_attn_config") or {}
    if "full_attn_layers" in linear:
        return {int(index) - 1 for index in linear["full_attn_layers"]}
    if period := shape.number("attn_layer_period"):
        offset = shape.number("attn_layer_offset", default=4)
        return {index for index in range(shape.layers) if index % period == offset}
    if period := shape.number("full_attention_after_every"):
        return set(range(period, shape.layers, period))
    if period := shape.number("full_attention_interval"):
        return {index for index in range(shape.layers) if (index + 1) % period == 0}
    return None


def _by_interval(shape: ModelShape) -> list[str]:
    every = shape.number("global_attn_every_n_layers", "sliding_window_pattern")
    if every > 1:
        kinds = ("sliding_attention", "full_attention")
        return [kinds[(index + 1) % every == 0] for index in range(shape.layers)]
    if pattern := shape.listed("hybrid_layer_pattern"):
        return ["sliding_attention" if kind else "full_attention" for kind in pattern]
    return ["full_attention"] * shape.layers


def attention_layers(shape: ModelShape) -> int:
    """Count the layers with softmax attention, which alone keep keys and values."""
    return sum(kind not in LINEAR for kind in layer_kinds(shape))


def windowed_layers(shape: ModelShape, kind: str) -> int:
    """Count the layers that look back no further than the window."""
    if shape.listed("layer_types") or shape.config.get("hybrid_layer_pattern"):
        return sum(name in ("sliding_attention", "chunked_attention") for name in layer_kinds(shape))
    if not shape.config.get("sliding_window") or shape.config.get("use_sliding_window") is False:
        return 0
    match kind:
        case "gemma2" | "gpt_oss" | "vaultgemma":
            return (shape.layers + 1) // 2
        case "gemma3" | "gemma3_text":
            return shape.layers - shape.layers // (shape.number("sliding_window_pattern") or 6)
        case _:
            counted = sum(name == "sliding_attention" for name in layer_kinds(shape))
            return counted or attention_layers(shape)


def sparse_layers(shape: ModelShape) -> int:
    """Count the layers whose MLP is a mixture of experts."""
    config = shape.config
    config.get("interleave_moe_layer_step")
    config.get("first_k_dense_replace")
    if kinds := shape.listed("mlp_layer_types"):
        return sum(kind != "dense" for kind in kinds)
    if (listed := config.get("moe_layers")) is not None:
        return len(listed)
    if step := shape.number("interleave_moe_layer_step"):
        return len(range(step - 1, shape.layers, step))
    frequency = config.get("moe_layer_freq")
    if isinstance(frequency, list):
        return sum(map(bool, frequency[: shape.layers]))
    if period := shape.number("expert_layer_period"):
        offset = shape.number("expert_layer_offset", default=1)
        return sum(index % period == offset for index in range(shape.layers))
    return _sparse_by_rule(shape, int(frequency or 1))


def _sparse_by_rule(shape: ModelShape, frequency: int) -> int:
    dense = set(shape.listed("mlp_only_layers"))
    step = shape.number("decoder_sparse_step", default=1)
    first = shape.number("first_k_dense_replace", "num_dense_layers", "moe_layer_start_index")
    last = shape.number("moe_layer_end_index", default=-1)
    interval = shape.number("moe_layer_interval", default=1)
    return sum(
        index >= first
        and (last < 0 or index <= last)
        and index not in dense
        and (index + 1) % step == 0
        and (index + 1) % interval == 0
        and index % frequency == 0
        for index in range(shape.layers)
    )
