"""Layers of several kinds: linear attention, state spaces, convolutions, shared blocks, embeddings for each layer."""

from __future__ import annotations

from dataclasses import replace

from advisor.train.size.families.attention import grouped, grouped_as_said, head_gate, latent
from advisor.train.size.families.experts import FIRST_DENSE, granite_moe
from advisor.train.size.families.family import Family
from advisor.train.size.families.feedforward import SPLIT, Mixture, experts, gated, mixture, mixture_of, plain
from advisor.train.size.families.gemma import gemma3n, gemma4
from advisor.train.size.families.layers import layer_kinds
from advisor.train.size.families.mixers import (
    convolution,
    delta_by_channel,
    delta_by_head,
    gated_delta,
    lightning,
    linear_layers,
    mamba,
    mamba2,
    mamba_norms,
    recurrent,
)
from advisor.train.size.matrices import Block, Matrix, ModelShape


def _minimax(shape: ModelShape) -> Block:
    return grouped(shape) + lightning(shape) + experts(shape, names=("w1", "w3", "w2", "gate"))


def _qwen3_next(shape: ModelShape) -> Block:
    return (
        _gated_attention(shape)
        + gated_delta(shape, in_one=True)
        + mixture(shape, names=SPLIT, shared_gate=True)
    )


def _qwen3_5_moe(shape: ModelShape) -> Block:
    return _gated_attention(shape) + gated_delta(shape, in_one=False) + mixture(shape, shared_gate=True)


def _qwen3_5(shape: ModelShape) -> Block:
    return _gated_attention(shape) + gated_delta(shape, in_one=False) + gated(shape)


def _gated_attention(shape: ModelShape) -> Block:
    # The full-attention layers carry an output gate of the queries' width, in one product with them.
    bias = shape.flag("attention_bias")
    queries, *others = (whole := grouped(shape, (bias, bias), norms="head")).matrices
    return Block((replace(queries, outputs=2 * queries.outputs), *others), whole.small)


def _olmo_hybrid(shape: ModelShape) -> Block:
    return grouped_as_said("wide")(shape) + delta_by_head(shape) + gated(shape)


def _kimi_linear(shape: ModelShape) -> Block:
    return latent(shape) + delta_by_channel(shape) + mixture(shape)


def _granite_hybrid(shape: ModelShape) -> Block:
    return granite_moe(shape) + mamba2(shape)


def _lfm2(shape: ModelShape) -> Block:
    return _liquid_attention(shape) + convolution(shape) + gated(shape, names=("w1", "w3", "w2"))


def _lfm2_moe(shape: ModelShape) -> Block:
    found = mixture_of(shape)
    dense = gated(shape, layers=shape.layers - found.sparse, names=("w1", "w3", "w2"))
    bias = Block(small=0)
    return _liquid_attention(shape) + convolution(shape) + experts(shape, found) + dense + bias


def _liquid_attention(shape: ModelShape) -> Block:
    return grouped(shape, out="out_proj", norms="head")


def _lfm3_norms(shape: ModelShape) -> float:
    return 4 if shape.flag("use_sandwich_norm", default=True) else 2


def _lfm3(shape: ModelShape) -> Block:
    if not shape.listed("layer_types"):
        raise TypeError("'layer_types' does not say which layers have attention")
    attention = grouped_as_said("head")(shape)
    gate = head_gate(shape, shape.heads) if shape.flag("use_attention_gate", default=True) else Block()
    return attention + gate + convolution(shape, default=7) + gated(shape, names=("w1", "w3", "w2"))


def _jamba(shape: ModelShape) -> Block:
    count = linear_layers(shape)
    return grouped(shape) + mamba(shape, count) + mamba_norms(shape, count) + mixture(shape)


def _bamba(shape: ModelShape) -> Block:
    return grouped_as_said()(shape) + mamba2(shape) + gated(shape, bias=shape.flag("mlp_bias"))


def _falcon_h1(shape: ModelShape) -> Block:
    # Every layer has attention and a state space side by side.
    bias = shape.flag("attention_bias")
    attention = grouped(shape, (bias, bias), layers=shape.layers)
    space = mamba2(shape, shape.layers, norm=shape.flag("mamba_rms_norm"))
    return attention + space + gated(shape, bias=shape.flag("mlp_bias"))


def _zamba2(shape: ModelShape) -> Block:
    kinds = layer_kinds(shape)
    if "hybrid" not in kinds or shape.flag("use_shared_attention_adapter"):
        raise TypeError(
            "'layers_block_type' does not say which layers share a block, or attention has adapters"
        )
    joined = kinds.count("hybrid")
    blocks, rank = shape.number("num_mem_blocks", default=1), shape.number("adapter_rank", default=128)
    twice, bias = 2 * shape.hidden, shape.flag("add_bias_linear")
    shared = Block(
        (
            *(Matrix(name, twice, twice, "attention", blocks) for name in ("q_proj", "k_proj", "v_proj")),
            Matrix("o_proj", twice, shape.hidden, "attention", blocks),
            Matrix("gate_up_proj", shape.hidden, 2 * shape.intermediate, "mlp", blocks, bias),
            Matrix("down_proj", shape.intermediate, shape.hidden, "mlp", blocks, bias),
            Matrix("linear", shape.hidden, shape.hidden, "attention", joined),
            Matrix("adapter_down", shape.hidden, rank, "mlp", joined),
            Matrix("adapter_up", rank, 2 * shape.intermediate, "mlp", joined),
        ),
        blocks * (twice + shape.hidden) + len(kinds) * shape.hidden,
    )
    return mamba2(shape, len(kinds)) + shared


def _nemotron_h(shape: ModelShape) -> Block:
    kinds = layer_kinds(shape)
    sparse, dense = kinds.count("moe"), kinds.count("mlp")
    spaces = sum(kind in ("linear_attention", "mamba") for kind in kinds)
    inner, bias = mixture_of(shape), shape.flag("mlp_bias")
    width = shape.number("moe_latent_size") or shape.hidden
    if width != shape.hidden:
        raise TypeError("'moe_latent_size' is not understood")
    found = Mixture(inner.count, inner.width, inner.shared_width, sparse)
    return (
        grouped_as_said()(shape)
        + mamba2(shape, spaces)
        + (experts(shape, found, gate=False) if sparse else Block())
        + plain(shape, width=found.shared_width, layers=sparse if found.shared_width else 0, bias=bias)
        + plain(shape, layers=dense, bias=bias)
        + Block(small=len(kinds) * shape.hidden)
    )


def _recurrent_gemma(shape: ModelShape) -> Block:
    half = shape.intermediate // 2
    return (
        grouped(shape, (shape.flag("attention_bias"), True))
        + recurrent(shape)
        + gated(shape, half, bias=True)
    )


_INTERVAL = {"head_dim": 256, "full_attention_interval": 4}
HYBRID: dict[str, Family] = {
    "bamba": Family(_bamba, defaults={"attn_layer_indices": ()}, ignored=frozenset({"mamba_d_head"})),
    "falcon_h1": Family(_falcon_h1, ignored=frozenset({"mamba_d_head", "mamba_expand"})),
    "falcon_mamba": Family(mamba, norms=1, tied=True),
    "gemma3n_text": Family(gemma3n, norms=4, tied=True, query_key_norm=True, defaults={"head_dim": 256}),
    "gemma4_text": Family(
        gemma4,
        norms=4,
        tied=True,
        query_key_norm=True,
        defaults={"head_dim": 256, "hidden_size_per_layer_input": 256},
    ),
    "gemma4_unified_text": Family(
        gemma4, norms=4, tied=True, query_key_norm=True, defaults={"head_dim": 256}
    ),
    "granitemoehybrid": Family(
        _granite_hybrid,
        defaults={"mamba_d_state": 256, "attn_layer_indices": ()},
        ignored=frozenset({"mamba_d_head"}),
    ),
    "jamba": Family(_jamba),
    "kimi_linear": Family(
        _kimi_linear, always_untied=True, defaults={**FIRST_DENSE, "full_attention_after_every": 4}
    ),
    "lfm2": Family(_lfm2, tied=True, query_key_norm=True),
    "lfm2_moe": Family(_lfm2_moe, tied=True, query_key_norm=True, defaults={"num_dense_layers": 2}),
    "lfm3": Family(_lfm3, norms=_lfm3_norms, tied=True, query_key_norm=True),
    "mamba": Family(mamba, norms=1, tied=True),
    "mamba2": Family(lambda shape: mamba2(shape, shape.layers), norms=1),
    "minimax": Family(_minimax, defaults={"attn_layer_period": 2, "attn_layer_offset": 0}),
    "nemotron_h": Family(
        _nemotron_h, norms=0, ignored=frozenset({"num_hidden_layers", "expand", "mamba_expand"})
    ),
    "olmo_hybrid": Family(_olmo_hybrid, query_key_norm=True, defaults={"full_attention_interval": 4}),
    "qwen3_5": Family(_qwen3_5, query_key_norm=True, defaults=_INTERVAL),
    "qwen3_5_moe": Family(_qwen3_5_moe, query_key_norm=True, defaults=_INTERVAL),
    "qwen3_5_moe_text": Family(_qwen3_5_moe, query_key_norm=True, defaults=_INTERVAL),
    "qwen3_5_text": Family(_qwen3_5, query_key_norm=True, defaults=_INTERVAL),
    "qwen3_next": Family(_qwen3_next, query_key_norm=True, defaults=_INTERVAL),
    "recurrent_gemma": Family(_recurrent_gemma, tied=True, ignored=frozenset({"attention_window_size"})),
    "zamba2": Family(
        _zamba2,
        norms=0,
        tied=True,
        ignored=frozenset({"mamba_headdim", "num_hidden_layers", "hybrid_layer_ids", "kv_channels"}),
    ),
}
"""By `model_type`."""
