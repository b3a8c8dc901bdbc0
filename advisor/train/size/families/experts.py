"""Mixtures of experts with softmax attention in every layer, grouped, latent or indexed."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from advisor.train.size.families.attention import (
    HeadNorms,
    fused,
    grouped,
    grouped_as_said,
    head_gate,
    indexed,
    latent,
    sinks,
)
from advisor.train.size.families.family import Family
from advisor.train.size.families.feedforward import (
    SPLIT,
    Mixture,
    experts,
    gated,
    gated_in_one,
    hidden_by_name,
    mixture,
    mixture_of,
)
from advisor.train.size.families.layers import windowed_layers
from advisor.train.size.matrices import Block, Matrix, ModelShape


def _with_experts(
    norms: HeadNorms = "none", *, names: tuple[str, ...] = SPLIT, out_too: bool = True
) -> Layout:
    return lambda shape: grouped_as_said(norms, out_too=out_too)(shape) + mixture(shape, names=names)


def _glm4_moe(shape: ModelShape) -> Block:
    norms: HeadNorms = "head" if shape.flag("use_qk_norm") else "none"
    return grouped_as_said(norms, out_too=False)(shape) + mixture(shape, names=SPLIT)


def _latent_experts(shape: ModelShape) -> Block:
    return latent(shape) + mixture(shape, names=SPLIT)


def _indexed_experts(shape: ModelShape) -> Block:
    return indexed(shape) + mixture(shape, names=SPLIT)


def _axk1(shape: ModelShape) -> Block:
    return latent(shape) + mixture(shape) + Block(small=mixture_of(shape).sparse * shape.hidden)


def _mixtral(shape: ModelShape) -> Block:
    return grouped(shape) + experts(shape, names=("w1", "w3", "w2", "gate"))


def _minimax_m2(shape: ModelShape) -> Block:
    return grouped(shape, norms="wide") + experts(shape, names=("w1", "w3", "w2", "gate"))


def _gpt_oss(shape: ModelShape) -> Block:
    bias = shape.flag("attention_bias", default=True)
    return grouped(shape, (bias, bias)) + experts(shape, bias=True) + sinks(shape)


def _qwen2_moe(shape: ModelShape) -> Block:
    attention = grouped(shape, (shape.flag("qkv_bias", default=True), False))
    return attention + mixture(shape, shared_gate=True)


def _phimoe(shape: ModelShape) -> Block:
    return grouped_as_said()(shape) + _linear_router(experts(shape))


def _linear_router(block: Block) -> Block:
    *others, router = block.matrices
    return Block((*others, replace(router, linear=True)), block.small)


def _llama4(shape: ModelShape) -> Block:
    found = mixture_of(shape)
    dense = shape.number("intermediate_size_mlp", default=shape.intermediate)
    shared = gated(shape, found.width, found.sparse)
    return (
        grouped_as_said()(shape)
        + _linear_router(experts(shape, found))
        + shared
        + gated(shape, dense, shape.layers - found.sparse)
    )


def granite_moe(shape: ModelShape) -> Block:
    """Return Granite's experts with what every token passes besides; some of its models have no experts."""
    width = shape.number("shared_intermediate_size")
    shared = gated_in_one(shape, width, shape.layers if width else 0, names=("input_linear", "output_linear"))
    found = mixture_of(shape)
    routed = experts(shape, found) if found.count else Block()
    return grouped_as_said()(shape) + routed + shared


def _granite_swa(shape: ModelShape) -> Block:
    return granite_moe(shape) + sinks(shape)


def _ernie_moe(shape: ModelShape) -> Block:
    bias = shape.flag("use_bias")
    found = mixture_of(shape)
    shared = gated(shape, found.shared_width, found.sparse if found.shared_width else 0, bias=bias)
    dense = gated(shape, layers=shape.layers - found.sparse, bias=bias)
    return (
        grouped(shape, (bias, bias))
        + experts(shape, found, names=SPLIT)
        + hidden_by_name(shared + dense)
        + Block(small=found.sparse * found.count + (shape.number("vocab_size") if bias else 0))
    )


def _hunyuan_moe(shape: ModelShape) -> Block:
    count = shape.number("num_experts", default=1)
    found = Mixture(count, shape.number("moe_intermediate_size", default=shape.intermediate), 0, shape.layers)
    return grouped_as_said("head")(shape) + experts(shape, found, names=SPLIT) + hidden_by_name(gated(shape))


def _exaone_moe(shape: ModelShape) -> Block:
    return grouped(shape, norms="head") + mixture(shape, names=SPLIT)


def _afmoe(shape: ModelShape) -> Block:
    found = mixture_of(shape)
    attention = grouped_as_said("head")(shape) + hidden_by_name(head_gate(shape, shape.q_width, "gate_proj"))
    return attention + mixture(shape, names=SPLIT) + Block(small=found.sparse * found.count)


def _laguna(shape: ModelShape) -> Block:
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


def _solar(shape: ModelShape) -> Block:
    bias = shape.flag("attention_bias")
    norms: HeadNorms = "head" if shape.flag("use_qk_norm") else "none"
    return grouped(shape, (bias, False), norms=norms) + mixture(shape, names=SPLIT)


def _longcat(shape: ModelShape) -> Block:
    # Each layer holds attention and a dense MLP twice, and experts of which some do nothing: those have a place
    # in the first of the two stacked tensors and in the router only.
    twice = 2 * shape.layers
    count, width = shape.number("n_routed_experts"), shape.number("expert_ffn_hidden_size", default=2048)
    every = count + shape.number("zero_expert_num")
    first, second, router = experts(shape, Mixture(count, width, 0, shape.layers), names=SPLIT).matrices
    routed = Block((replace(first, copies=every), second, replace(router, outputs=every)))
    return latent(shape, layers=twice) + hidden_by_name(gated(shape, layers=twice)) + routed


def _mimo_v2(shape: ModelShape) -> Block:
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


def _aria(shape: ModelShape) -> Block:
    found = mixture_of(shape)
    bias = shape.flag("mlp_bias")
    return grouped_as_said()(shape) + experts(shape, found) + gated(shape, found.shared_width, bias=bias)


def _cohere2_moe(shape: ModelShape) -> Block:
    return grouped_as_said()(shape) + mixture(shape, names=SPLIT)


def _jetmoe(shape: ModelShape) -> Block:
    # The experts are those of the MLP and of the attention's queries alike.
    count, layers = shape.number("num_local_experts", default=8), shape.layers
    width = shape.kv_heads * shape.number("kv_channels", default=128)
    stacked = (
        Matrix("input_linear", shape.hidden, 2 * shape.intermediate, "mlp", layers),
        Matrix("output_linear", shape.intermediate, shape.hidden, "mlp", layers),
        Matrix("attention_input", shape.hidden, width, "attention", layers),
        Matrix("attention_output", width, shape.hidden, "attention", layers),
    )
    return Block(
        (
            *(replace(matrix, copies=count, linear=False) for matrix in stacked),
            Matrix("layer", shape.hidden, count, "router", 2 * layers),
            Matrix("kv_proj", shape.hidden, 2 * width, "attention", layers),
        ),
        2 * layers * shape.hidden,
    )


def _bailing(shape: ModelShape) -> Block:
    bias = shape.flag("use_qkv_bias")
    norms = Block(small=2 * shape.layers * shape.head_dim if shape.flag("use_qk_norm") else 0)
    return fused(shape, bias=bias) + norms + mixture(shape)


Layout = Callable[[ModelShape], Block]
_DEEPSEEK = Family(_latent_experts)
_GRANITE = Family(granite_moe)
_QWEN3_MOE = Family(_with_experts("head"), query_key_norm=True)
FIRST_DENSE = {"first_k_dense_replace": 1}
EXPERTS: dict[str, Family] = {
    "afmoe": Family(_afmoe, norms=4, query_key_norm=True, defaults={"num_dense_layers": 1, "head_dim": 128}),
    "aria_text": Family(_aria),
    "axk1": Family(_axk1, defaults=FIRST_DENSE),
    "bailing_moe": Family(_bailing),
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
    "flex_olmo": Family(_with_experts("wide"), query_key_norm=True),
    "glm4_moe": Family(_glm4_moe, defaults=FIRST_DENSE),
    "glm4_moe_lite": Family(_latent_experts, defaults=FIRST_DENSE),
    "glm4v_moe_text": Family(_glm4_moe, defaults=FIRST_DENSE),
    "glm_moe_dsa": Family(_indexed_experts, defaults={"first_k_dense_replace": 3}),
    "gpt_oss": Family(_gpt_oss, defaults={"num_local_experts": 32, "head_dim": 64}),
    "granitemoe": _GRANITE,
    "granitemoe_swa": Family(_granite_swa),
    "granitemoeshared": _GRANITE,
    "hunyuan_v1_moe": Family(_hunyuan_moe, query_key_norm=True),
    "hy_v3": Family(_with_experts("head", names=()), query_key_norm=True, defaults=FIRST_DENSE),
    "jetmoe": Family(_jetmoe, tied=True),
    "kimi_k2": _DEEPSEEK,
    "laguna": Family(_laguna, query_key_norm=True, defaults=FIRST_DENSE),
    "llama4_text": Family(_llama4),
    "longcat_flash": Family(_longcat, norms=4),
    "mellum": Family(_with_experts("head"), query_key_norm=True),
    "mimo_v2_flash": Family(_mimo_v2, defaults=FIRST_DENSE),
    "minimax_m2": Family(_minimax_m2, query_key_norm=True),
    "mixtral": Family(_mixtral),
    "olmoe": Family(_with_experts("wide"), query_key_norm=True),
    "phimoe": Family(_phimoe, norm_bias=True, layer_norm=True),
    "qwen2_moe": Family(_qwen2_moe),
    "qwen3_moe": _QWEN3_MOE,
    "qwen3_vl_moe": _QWEN3_MOE,
    "qwen3_vl_moe_text": _QWEN3_MOE,
    "solar_open": Family(_solar),
}
"""By `model_type`."""
