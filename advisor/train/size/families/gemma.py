"""Gemma's own ways: embeddings for each layer, shared keys and values, wide heads in full-attention layers."""

from __future__ import annotations

from dataclasses import dataclass

from advisor.train.size.families.feedforward import Mixture, experts, gated
from advisor.train.size.families.layers import layer_kinds
from advisor.train.size.matrices import Block, Matrix, ModelShape


@dataclass(frozen=True, slots=True)
class _Heads:
    dim: int
    kv: int
    values: bool
    """Whether values have a product of their own; otherwise they are the keys."""


def gemma4(shape: ModelShape) -> Block:
    """Return Gemma 4's text model: two kinds of attention, and experts or per-layer embeddings where switched on."""
    shared = shape.number("num_kv_shared_layers")
    wide = shape.flag("use_double_wide_mlp")
    doubled = gated(shape, 2 * shape.intermediate, shared if wide else 0)
    dense = gated(shape, shape.intermediate, shape.layers - (shared if wide else 0))
    return _attention(shape, shared) + dense + doubled + _expert_part(shape) + _layer_embeddings(shape)


def _attention(shape: ModelShape, shared: int) -> Block:
    kinds = _kinds(shape)
    same, dim = shape.flag("attention_k_eq_v"), shape.number("global_head_dim", default=512)
    told = shape.number("num_global_key_value_heads", default=shape.kv_heads) if same else shape.kv_heads
    overrides = shape.config.get("per_layer_config") or {}
    parts = Block()
    for index, kind in enumerate(kinds):
        full = kind == "full_attention"
        heads = _Heads(dim if full else shape.head_dim, told if full else shape.kv_heads, not (full and same))
        own = overrides.get(str(index), overrides.get(f"{index:02}")) if overrides else None
        if own:
            heads = _Heads(
                int(own.get("head_dim", shape.head_dim)),
                int(own.get("num_key_value_heads", shape.kv_heads)),
                heads.values,
            )
        parts += _one_layer(shape, heads, makes_keys=index < shape.layers - shared)
    return _gathered(parts)


def _kinds(shape: ModelShape) -> list[str]:
    if shape.listed("layer_types"):
        kinds = layer_kinds(shape)
    else:
        kinds = [("sliding_attention", "full_attention")[(i + 1) % 6 == 0] for i in range(shape.layers)]
    return [*kinds[:-1], "full_attention"]


def _one_layer(shape: ModelShape, heads: _Heads, *, makes_keys: bool) -> Block:
    queries, keys, bias = shape.heads * heads.dim, heads.kv * heads.dim, shape.flag("attention_bias")
    own = [
        Matrix("k_proj", shape.hidden, keys, "attention", 1, bias),
        Matrix("v_proj", shape.hidden, keys, "attention", int(heads.values), bias),
    ]
    return Block(
        (
            Matrix("q_proj", shape.hidden, queries, "attention", 1, bias),
            *(own if makes_keys else ()),
            Matrix("o_proj", queries, shape.hidden, "attention", 1, bias),
        ),
        heads.dim * (2 if makes_keys else 1),
    )


def _gathered(parts: Block) -> Block:
    """Count equal matrices of several layers as one kind."""
    counts: dict[Matrix, int] = {}
    for matrix in parts.matrices:
        counts[matrix] = counts.get(matrix, 0) + 1
    kinds = tuple(
        Matrix(matrix.name, matrix.inputs, matrix.outputs, matrix.part, count, matrix.bias)
        for matrix, count in counts.items()
    )
    return Block(kinds, parts.small)


def _expert_part(shape: ModelShape) -> Block:
    if not shape.flag("enable_moe_block"):
        return Block()
    count, width = shape.number("num_experts"), shape.number("moe_intermediate_size")
    norms = 3 * shape.hidden + shape.hidden + count
    return experts(shape, Mixture(count, width, 0, shape.layers)) + Block(small=shape.layers * norms)


def _layer_embeddings(shape: ModelShape, default: int = 0) -> Block:
    """Return the second token table, one narrow row for each layer, and the products that feed it in."""
    width = shape.number("hidden_size_per_layer_input", default=default)
    rows, all_layers = shape.number("vocab_size_per_layer_input", default=262_144), width * shape.layers
    if not width:
        return Block()
    return Block(
        (
            Matrix("embed_tokens_per_layer", rows, all_layers, "embedding", 1, linear=False),
            Matrix("per_layer_model_projection", shape.hidden, all_layers, "attention", 1),
            Matrix("per_layer_input_gate", shape.hidden, width, "mlp", shape.layers),
            Matrix("per_layer_projection", width, shape.hidden, "mlp", shape.layers),
        ),
        shape.layers * shape.hidden + width,
    )


def gemma3n(shape: ModelShape) -> Block:
    """Return Gemma 3n's text model: parallel residual streams, a low-rank path beside attention, shared keys."""
    shared = shape.number("num_kv_shared_layers", default=15)
    heads = _Heads(shape.head_dim, shape.kv_heads, values=True)
    attention = Block()
    for index in range(shape.layers):
        attention += _one_layer(shape, heads, makes_keys=index < shape.layers - shared)
    return _gathered(attention) + gated(shape) + _streams(shape) + _layer_embeddings(shape, 256)


def _streams(shape: ModelShape) -> Block:
    streams, rank = shape.number("altup_num_inputs", default=4), shape.number("laurel_rank", default=64)
    # For each layer the scale of the correction, the router's norm and the norm after the low-rank path.
    small = shape.layers * 3 * shape.hidden
    return Block(
        (
            Matrix("modality_router", shape.hidden, streams, "router", shape.layers),
            Matrix("correction_coefs", streams, streams, "router", shape.layers),
            Matrix("prediction_coefs", streams, streams**2, "router", shape.layers),
            Matrix("linear_left", shape.hidden, rank, "attention", shape.layers),
            Matrix("linear_right", rank, shape.hidden, "attention", shape.layers),
            Matrix("altup_projections", shape.hidden, shape.hidden, "attention", streams - 1),
            Matrix("altup_unembed_projections", shape.hidden, shape.hidden, "attention", streams - 1),
        ),
        small,
    )
