"""Families whose layers are not all alike: experts, linear attention, state spaces, shared blocks."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from advisor.train.size.attention import (
    HeadNorms,
    fused,
    grouped,
    grouped_as_said,
    head_gate,
    indexed,
    latent,
    sinks,
)
from advisor.train.size.families import DENSE, Family
from advisor.train.size.feedforward import (
    SPLIT,
    Mixture,
    experts,
    gated,
    gated_in_one,
    hidden_by_name,
    mixture,
    mixture_of,
    plain,
)
from advisor.train.size.gemma import gemma3n, gemma4
from advisor.train.size.layers import layer_kinds, windowed_layers
from advisor.train.size.matrices import Block, Matrix, Shape
from advisor.train.size.mixers import (
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

Layout = Callable[[Shape], Block]


def _with_experts(
    norms: HeadNorms = "none", *, names: tuple[str, ...] = SPLIT, out_too: bool = True
) -> Layout:
    return lambda shape: grouped_as_said(norms, out_too=out_too)(shape) + mixture(shape, names=names)


def _glm4_moe(shape: Shape) -> Block:
    norms: HeadNorms = "head" if shape.flag("use_qk_norm") else "none"
    return grouped_as_said(norms, out_too=False)(shape) + mixture(shape, names=SPLIT)


def _latent_experts(shape: Shape) -> Block:
    return latent(shape) + mixture(shape, names=SPLIT)


def _indexed_experts(shape: Shape) -> Block:
    return indexed(shape) + mixture(shape, names=SPLIT)


def _axk1(shape: Shape) -> Block:
    return latent(shape) + mixture(shape) + Block(small=mixture_of(shape).sparse * shape.hidden)


def _mixtral(shape: Shape) -> Block:
    return grouped(shape) + experts(shape, names=("w1", "w3", "w2", "gate"))


def _minimax_m2(shape: Shape) -> Block:
    return grouped(shape, norms="wide") + experts(shape, names=("w1", "w3", "w2", "gate"))


def _minimax(shape: Shape) -> Block:
    return grouped(shape) + lightning(shape) + experts(shape, names=("w1", "w3", "w2", "gate"))


def _gpt_oss(shape: Shape) -> Block:
    bias = shape.flag("attention_bias", default=True)
    return grouped(shape, bias=bias, out_bias=bias) + experts(shape, bias=True) + sinks(shape)


def _qwen2_moe(shape: Shape) -> Block:
    attention = grouped(shape, bias=shape.flag("qkv_bias", default=True))
    return attention + mixture(shape, shared_gate=True)


def _qwen3_next(shape: Shape) -> Block:
    return (
        _gated_attention(shape)
        + gated_delta(shape, in_one=True)
        + mixture(shape, names=SPLIT, shared_gate=True)
    )


def _qwen3_5_moe(shape: Shape) -> Block:
    return _gated_attention(shape) + gated_delta(shape, in_one=False) + mixture(shape, shared_gate=True)


def _qwen3_5(shape: Shape) -> Block:
    return _gated_attention(shape) + gated_delta(shape, in_one=False) + gated(shape)


def _gated_attention(shape: Shape) -> Block:
    # The full-attention layers carry an output gate of the queries' width.
    bias = shape.flag("attention_bias")
    return grouped(shape, bias=bias, out_bias=bias, norms="head", query_times=2)


def _olmo_hybrid(shape: Shape) -> Block:
    return grouped_as_said("wide")(shape) + delta_by_head(shape) + gated(shape)


def _kimi_linear(shape: Shape) -> Block:
    return latent(shape) + delta_by_channel(shape) + mixture(shape)


def _phimoe(shape: Shape) -> Block:
    return grouped_as_said()(shape) + _linear_router(experts(shape))


def _linear_router(block: Block) -> Block:
    *others, router = block.matrices
    return Block((*others, replace(router, linear=True)), block.small)


def _llama4(shape: Shape) -> Block:
    found = mixture_of(shape)
    dense = shape.number("intermediate_size_mlp", default=shape.intermediate)
    shared = gated(shape, found.width, found.sparse)
    return (
        grouped_as_said()(shape)
        + _linear_router(experts(shape, found))
        + shared
        + gated(shape, dense, shape.layers - found.sparse)
    )


def _granite_moe(shape: Shape) -> Block:
    width = shape.number("shared_intermediate_size")
    shared = gated_in_one(shape, width, shape.layers if width else 0, names=("input_linear", "output_linear"))
    found = mixture_of(shape)
    routed = experts(shape, found) if found.count else Block()
    return grouped_as_said()(shape) + routed + shared


def _granite_swa(shape: Shape) -> Block:
    return _granite_moe(shape) + sinks(shape)


def _granite_hybrid(shape: Shape) -> Block:
    return _granite_moe(shape) + mamba2(shape)


def _ernie_moe(shape: Shape) -> Block:
    bias = shape.flag("use_bias")
    found = mixture_of(shape)
    shared = gated(shape, found.shared_width, found.sparse if found.shared_width else 0, bias=bias)
    dense = gated(shape, layers=shape.layers - found.sparse, bias=bias)
    return (
        grouped(shape, bias=bias, out_bias=bias)
        + experts(shape, found, names=SPLIT)
        + hidden_by_name(shared + dense)
        + Block(small=found.sparse * found.count + (shape.number("vocab_size") if bias else 0))
    )


def _hunyuan_moe(shape: Shape) -> Block:
    count = shape.number("num_experts", default=1)
    found = Mixture(count, shape.number("moe_intermediate_size", default=shape.intermediate), 0, shape.layers)
    return grouped_as_said("head")(shape) + experts(shape, found, names=SPLIT) + hidden_by_name(gated(shape))


def _exaone_moe(shape: Shape) -> Block:
    return grouped(shape, norms="head") + mixture(shape, names=SPLIT)


def _afmoe(shape: Shape) -> Block:
    found = mixture_of(shape)
    attention = grouped_as_said("head")(shape) + hidden_by_name(head_gate(shape, shape.q_width, "gate_proj"))
    return attention + mixture(shape, names=SPLIT) + Block(small=found.sparse * found.count)


def _laguna(shape: Shape) -> Block:
    told = shape.listed("num_attention_heads_per_layer") or [shape.heads] * shape.layers
    parts, heads = Block(), shape.head_dim
    for count in sorted(set(told)):
        layers, width = told.count(count), count * heads
        bias = shape.flag("attention_bias")
        parts += Block(
            (
                Matrix("q_proj", shape.hidden, width, "attention", layers, bias),
                Matrix("o_proj", width, shape.hidden, "attention", layers, bias),
                Matrix(
                    "g_proj",
                    shape.hidden,
                    count,
                    "attention",
                    layers if shape.flag("gating", default=True) else 0,
                ),
                Matrix("k_proj", shape.hidden, shape.kv_width, "attention", layers, bias),
                Matrix("v_proj", shape.hidden, shape.kv_width, "attention", layers, bias),
            ),
            layers * 2 * heads,
        )
    found = mixture_of(shape)
    return parts + mixture(shape) + Block(small=found.sparse * found.count)


def _solar(shape: Shape) -> Block:
    bias = shape.flag("attention_bias")
    norms: HeadNorms = "head" if shape.flag("use_qk_norm") else "none"
    return grouped(shape, bias=bias, norms=norms) + mixture(shape, names=SPLIT)


def _longcat(shape: Shape) -> Block:
    # Each layer holds attention and a dense MLP twice, and experts of which some do nothing: those have a place
    # in the first of the two stacked tensors only.
    twice = 2 * shape.layers
    count, width = shape.number("n_routed_experts"), shape.number("expert_ffn_hidden_size", default=2048)
    idle = shape.number("zero_expert_num")
    routed = experts(shape, Mixture(count, width, 0, shape.layers), names=SPLIT, router=count + idle)
    first, *others = routed.matrices
    stacked = Block((replace(first, copies=count + idle), *others))
    return latent(shape, layers=twice) + hidden_by_name(gated(shape, layers=twice)) + stacked


def _mimo_v2(shape: Shape) -> Block:
    said = shape.listed("layer_types") or shape.config.get("hybrid_layer_pattern")
    first = [index for index in range(shape.layers) if index == 0 or (index + 1) % 6 == 0]
    near = windowed_layers(shape, "mimo_v2_flash") if said else shape.layers - len(first)
    value = shape.number("v_head_dim", default=128)
    near_heads = shape.number("swa_num_key_value_heads", default=2 * shape.kv_heads)
    bias = shape.flag("attention_bias")
    parts = Block()
    for count, heads in ((shape.layers - near, shape.kv_heads), (near, near_heads)):
        parts += Block(
            (
                Matrix("q_proj", shape.hidden, shape.q_width, "attention", count, bias),
                Matrix("k_proj", shape.hidden, heads * shape.head_dim, "attention", count, bias),
                Matrix("v_proj", shape.hidden, heads * value, "attention", count, bias),
                Matrix("o_proj", shape.heads * value, shape.hidden, "attention", count),
            )
        )
    return parts + mixture(shape) + Block(small=near * shape.heads)


def _aria(shape: Shape) -> Block:
    found = mixture_of(shape)
    bias = shape.flag("mlp_bias")
    return grouped_as_said()(shape) + experts(shape, found) + gated(shape, found.shared_width, bias=bias)


def _cohere2_moe(shape: Shape) -> Block:
    return grouped_as_said()(shape) + mixture(shape, names=SPLIT)


def _jetmoe(shape: Shape) -> Block:
    count, heads = shape.number("num_local_experts", default=8), shape.kv_heads
    width = heads * shape.number("kv_channels", default=128)

    def stacked(name: str, inputs: int, outputs: int, part: str) -> Matrix:
        kind = "attention" if part == "attention" else "mlp"
        return Matrix(name, inputs, outputs, kind, shape.layers, copies=count, linear=False)

    return Block(
        (
            stacked("input_linear", shape.hidden, 2 * shape.intermediate, "mlp"),
            stacked("output_linear", shape.intermediate, shape.hidden, "mlp"),
            stacked("attention_input", shape.hidden, width, "attention"),
            stacked("attention_output", width, shape.hidden, "attention"),
            Matrix("layer", shape.hidden, count, "router", 2 * shape.layers),
            Matrix("kv_proj", shape.hidden, 2 * width, "attention", shape.layers),
        ),
        2 * shape.layers * shape.hidden,
    )


def _lfm2(shape: Shape) -> Block:
    return _liquid_attention(shape) + convolution(shape) + gated(shape, names=("w1", "w3", "w2"))


def _lfm2_moe(shape: Shape) -> Block:
    found = mixture_of(shape)
    dense = gated(shape, layers=shape.layers - found.sparse, names=("w1", "w3", "w2"))
    bias = Block(small=0)
    return _liquid_attention(shape) + convolution(shape) + experts(shape, found) + dense + bias


def _liquid_attention(shape: Shape) -> Block:
    return grouped(shape, out="out_proj", norms="head")


def _lfm3_norms(shape: Shape) -> float:
    return 4 if shape.flag("use_sandwich_norm", default=True) else 2


def _lfm3(shape: Shape) -> Block:
    if not shape.listed("layer_types"):
        raise TypeError("'layer_types' does not say which layers have attention")
    attention = grouped_as_said("head")(shape)
    gate = head_gate(shape, shape.heads) if shape.flag("use_attention_gate", default=True) else Block()
    return attention + gate + convolution(shape, default=7) + gated(shape, names=("w1", "w3", "w2"))


def _jamba(shape: Shape) -> Block:
    count = linear_layers(shape)
    return grouped(shape) + mamba(shape, count) + mamba_norms(shape, count) + mixture(shape)


def _bamba(shape: Shape) -> Block:
    return grouped_as_said()(shape) + mamba2(shape) + gated(shape, bias=shape.flag("mlp_bias"))


def _falcon_h1(shape: Shape) -> Block:
    # Every layer has attention and a state space side by side.
    bias = shape.flag("attention_bias")
    attention = grouped(shape, bias=bias, out_bias=bias, layers=shape.layers)
    space = mamba2(shape, shape.layers, norm=shape.flag("mamba_rms_norm"))
    return attention + space + gated(shape, bias=shape.flag("mlp_bias"))


def _zamba2(shape: Shape) -> Block:
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


def _nemotron_h(shape: Shape) -> Block:
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


def _recurrent_gemma(shape: Shape) -> Block:
    half = shape.intermediate // 2
    return (
        grouped(shape, bias=shape.flag("attention_bias"), out_bias=True)
        + recurrent(shape)
        + gated(shape, half, bias=True)
    )


def _bailing(shape: Shape) -> Block:
    bias = shape.flag("use_qkv_bias")
    norms = Block(small=2 * shape.layers * shape.head_dim if shape.flag("use_qk_norm") else 0)
    return fused(shape, bias=bias) + norms + mixture(shape)


_DEEPSEEK = Family(_latent_experts)
_GRANITE = Family(_granite_moe)
_QWEN3_MOE = Family(_with_experts("head"), query_key_norm=True)
_NEXT = {"query_key_norm": True, "defaults": {"head_dim": 256, "full_attention_interval": 4}}
_FIRST_DENSE = {"first_k_dense_replace": 1}
MIXED: dict[str, Family] = {
    "afmoe": Family(_afmoe, norms=4, query_key_norm=True, defaults={"num_dense_layers": 1, "head_dim": 128}),
    "aria_text": Family(_aria),
    "axk1": Family(_axk1, defaults=_FIRST_DENSE),
    "bailing_moe": Family(_bailing),
    "bamba": Family(_bamba, defaults={"attn_layer_indices": ()}, ignored=frozenset({"mamba_d_head"})),
    "cohere2_moe": Family(
        _cohere2_moe,
        norms=1,
        layer_norm=True,
        tied=True,
        ignored=frozenset({"prefix_dense_sliding_window_pattern"}),
    ),
    "deepseek": Family(_with_experts()),
    "deepseek_v2": _DEEPSEEK,
    "deepseek_v3": Family(_latent_experts, defaults={"first_k_dense_replace": 3, "n_shared_experts": 1}),
    "deepseek_v32": Family(_indexed_experts, defaults={"first_k_dense_replace": 3}),
    "dots1": Family(_with_experts("head"), query_key_norm=True),
    "ernie4_5_moe": Family(_ernie_moe, tied=True, defaults={"moe_layer_start_index": 1}),
    "exaone_moe": Family(_exaone_moe, query_key_norm=True),
    "falcon_h1": Family(_falcon_h1, ignored=frozenset({"mamba_d_head", "mamba_expand"})),
    "falcon_mamba": Family(mamba, norms=1, tied=True),
    "flex_olmo": Family(_with_experts("wide"), query_key_norm=True),
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
    "glm4_moe": Family(_glm4_moe, defaults=_FIRST_DENSE),
    "glm4_moe_lite": Family(_latent_experts, defaults=_FIRST_DENSE),
    "glm4v_moe_text": Family(_glm4_moe, defaults=_FIRST_DENSE),
    "glm_moe_dsa": Family(_indexed_experts, defaults={"first_k_dense_replace": 3}),
    "gpt_oss": Family(_gpt_oss, defaults={"num_local_experts": 32, "head_dim": 64}),
    "granitemoe": _GRANITE,
    "granitemoe_swa": Family(_granite_swa),
    "granitemoehybrid": Family(
        _granite_hybrid,
        defaults={"mamba_d_state": 256, "attn_layer_indices": ()},
        ignored=frozenset({"mamba_d_head"}),
    ),
    "granitemoeshared": _GRANITE,
    "hunyuan_v1_moe": Family(_hunyuan_moe, query_key_norm=True),
    "hy_v3": Family(_with_experts("head", names=()), query_key_norm=True, defaults=_FIRST_DENSE),
    "jamba": Family(_jamba),
    "jetmoe": Family(_jetmoe, tied=True),
    "kimi_k2": _DEEPSEEK,
    "kimi_linear": Family(
        _kimi_linear, always_untied=True, defaults={**_FIRST_DENSE, "full_attention_after_every": 4}
    ),
    "laguna": Family(_laguna, query_key_norm=True, defaults=_FIRST_DENSE),
    "lfm2": Family(_lfm2, tied=True, query_key_norm=True),
    "lfm2_moe": Family(_lfm2_moe, tied=True, query_key_norm=True, defaults={"num_dense_layers": 2}),
    "lfm3": Family(_lfm3, norms=_lfm3_norms, tied=True, query_key_norm=True),
    "llama4_text": Family(_llama4),
    "longcat_flash": Family(_longcat, norms=4),
    "mamba": Family(mamba, norms=1, tied=True),
    "mamba2": Family(lambda shape: mamba2(shape, shape.layers), norms=1),
    "mellum": Family(_with_experts("head"), query_key_norm=True),
    "mimo_v2_flash": Family(_mimo_v2, defaults=_FIRST_DENSE),
    "minimax": Family(_minimax, defaults={"attn_layer_period": 2, "attn_layer_offset": 0}),
    "minimax_m2": Family(_minimax_m2, query_key_norm=True),
    "mixtral": Family(_mixtral),
    "nemotron_h": Family(
        _nemotron_h, norms=0, ignored=frozenset({"num_hidden_layers", "expand", "mamba_expand"})
    ),
    "olmo_hybrid": Family(_olmo_hybrid, query_key_norm=True, defaults={"full_attention_interval": 4}),
    "olmoe": Family(_with_experts("wide"), query_key_norm=True),
    "phimoe": Family(_phimoe, norm_bias=True, layer_norm=True),
    "qwen2_moe": Family(_qwen2_moe),
    "qwen3_5": Family(_qwen3_5, **_NEXT),
    "qwen3_5_moe": Family(_qwen3_5_moe, **_NEXT),
    "qwen3_5_moe_text": Family(_qwen3_5_moe, **_NEXT),
    "qwen3_5_text": Family(_qwen3_5, **_NEXT),
    "qwen3_moe": _QWEN3_MOE,
    "qwen3_next": Family(_qwen3_next, **_NEXT),
    "qwen3_vl_moe": _QWEN3_MOE,
    "qwen3_vl_moe_text": _QWEN3_MOE,
    "recurrent_gemma": Family(_recurrent_gemma, tied=True, ignored=frozenset({"attention_window_size"})),
    "solar_open": Family(_solar),
    "zamba2": Family(
        _zamba2,
        norms=0,
        tied=True,
        ignored=frozenset({"mamba_headdim", "num_hidden_layers", "hybrid_layer_ids", "kv_channels"}),
    ),
}
"""Models with experts, with layers of several kinds, or with blocks that several layers share."""

FAMILIES: dict[str, Family] = {**DENSE, **MIXED}
"""Every type that is known, by `model_type`."""
