"""Today's dense models: softmax attention and one MLP in every layer, most of them much like Llama's."""

from __future__ import annotations

from advisor.train.size.families.attention import fused, grouped, grouped_as_said, latent, sinks
from advisor.train.size.families.family import Family, layer_normed
from advisor.train.size.families.feedforward import gated, gated_in_one, plain
from advisor.train.size.matrices import Block, Matrix, ModelShape


def _llama(shape: ModelShape) -> Block:
    bias = shape.flag("attention_bias")
    return grouped(shape, (bias, bias)) + gated(shape, bias=shape.flag("mlp_bias"))


def _with_head_norms(shape: ModelShape) -> Block:
    return grouped_as_said("head")(shape) + gated(shape)


def _qwen2(shape: ModelShape) -> Block:
    return grouped(shape, (True, False)) + gated(shape)


def _with_wide_norms(shape: ModelShape) -> Block:
    return grouped_as_said("wide")(shape) + gated(shape)


def _no_bias(shape: ModelShape) -> Block:
    return grouped(shape) + gated(shape)


def _input_bias(shape: ModelShape) -> Block:
    return grouped_as_said(out_too=False)(shape) + gated(shape)


def _cohere(shape: ModelShape) -> Block:
    bias = shape.flag("attention_bias")
    heads = (shape.heads + shape.kv_heads) * shape.head_dim if shape.flag("use_qk_norm") else 0
    return grouped(shape, (bias, bias)) + gated(shape) + Block(small=shape.layers * heads)


def _helium(shape: ModelShape) -> Block:
    heads = grouped(shape, (shape.flag("attention_bias"), False)).matrices[:3]
    out = Matrix("o_proj", shape.hidden, shape.hidden, "attention", shape.layers)
    return Block((*heads, out)) + gated(shape, bias=shape.flag("mlp_bias"))


def _internlm3(shape: ModelShape) -> Block:
    bias = shape.flag("bias")
    return grouped(shape, (shape.flag("qkv_bias"), bias)) + gated(shape, bias=bias)


def _ernie(shape: ModelShape) -> Block:
    bias = shape.flag("use_bias")
    return grouped(shape, (bias, bias)) + gated(shape, bias=bias)


def _seed(shape: ModelShape) -> Block:
    attention = grouped(shape, (shape.flag("attention_bias", default=True), shape.flag("attention_out_bias")))
    return attention + gated(shape, bias=shape.flag("mlp_bias"))


def _glm(shape: ModelShape) -> Block:
    return grouped_as_said(out_too=False)(shape) + gated_in_one(shape)


def _phi3(shape: ModelShape) -> Block:
    return fused(shape, names=("qkv_proj", "o_proj")) + gated_in_one(shape)


def _no_gate(shape: ModelShape) -> Block:
    bias = shape.flag("attention_bias")
    return grouped(shape, (bias, bias)) + plain(shape, bias=shape.flag("mlp_bias"))


def _apertus(shape: ModelShape) -> Block:
    bias = shape.flag("attention_bias")
    attention = grouped(shape, (bias, bias), norms="head")
    return attention + plain(shape) + Block(small=2 * shape.layers)


def _bitnet(shape: ModelShape) -> Block:
    return (
        grouped_as_said()(shape)
        + gated(shape)
        + Block(small=shape.layers * (shape.hidden + shape.intermediate))
    )


def _diffllama(shape: ModelShape) -> Block:
    return _llama(shape) + Block(small=4 * shape.layers * shape.head_dim)


def _with_sinks(shape: ModelShape) -> Block:
    return _llama(shape) + sinks(shape)


def _mllama(shape: ModelShape) -> Block:
    crossed = len(shape.config.get("cross_attention_layers") or ())
    # Layers that look at pictures norm their heads and have two gates; eight more rows in the token table.
    return _no_bias(shape) + Block(small=crossed * (2 * shape.head_dim + 2) + 8 * shape.hidden)


def _latent_dense(shape: ModelShape) -> Block:
    return latent(shape) + gated(shape, bias=shape.flag("mlp_bias"))


def _more_norms_if_said(shape: ModelShape) -> float:
    return 4 if shape.flag("use_post_norm") else 2


def _nanochat(shape: ModelShape) -> Block:
    bias = shape.flag("attention_bias")
    return grouped(shape, (bias, bias)) + plain(shape, ("fc1", "fc2"))


LLAMA = Family(_llama)
_QWEN2 = Family(_qwen2)
_QWEN3 = Family(_with_head_norms, query_key_norm=True, defaults={"head_dim": 128})
_MISTRAL = Family(_no_bias)
_GEMMA3 = Family(_with_head_norms, norms=4, tied=True, query_key_norm=True, defaults={"head_dim": 256})
_OLMO2 = Family(_with_wide_norms, query_key_norm=True)
_COHERE = Family(_cohere, norms=1, layer_norm=True, tied=True)
DENSE: dict[str, Family] = {
    "apertus": Family(_apertus, query_key_norm=True),
    "arcee": Family(_no_gate),
    "bitnet": Family(_bitnet),
    "cohere": _COHERE,
    "cohere2": _COHERE,
    "cwm": Family(lambda shape: grouped(shape) + gated(shape, bias=shape.flag("mlp_bias"))),
    "diffllama": Family(_diffllama),
    "emu3_text_model": LLAMA,
    "ernie4_5": Family(_ernie, tied=True, defaults={"head_dim": 128}),
    "exaone4": Family(lambda shape: grouped(shape, norms="head") + gated(shape), query_key_norm=True),
    "gemma": Family(_llama, tied=True, defaults={"head_dim": 256}),
    "gemma2": Family(_llama, norms=4, tied=True, defaults={"head_dim": 256}),
    "gemma3": _GEMMA3,
    "gemma3_text": _GEMMA3,
    "glm": Family(_glm, defaults={"head_dim": 128}),
    "glm4": Family(_glm, norms=4, defaults={"head_dim": 128}),
    "glm4v_text": Family(_glm, norms=4),
    "granite": LLAMA,
    "granite_swa": Family(_with_sinks),
    "helium": Family(_helium),
    "hunyuan_v1_dense": Family(_with_head_norms, query_key_norm=True),
    "hyperclovax": Family(_llama, norms=_more_norms_if_said),
    "internlm3": Family(_internlm3),
    "iquestcoder": LLAMA,
    "jais2": layer_normed(Family(_no_gate, defaults={"attention_bias": True, "mlp_bias": True})),
    "llama": LLAMA,
    "mimo": Family(_input_bias),
    "minicpm": LLAMA,
    "minicpm3": Family(_latent_dense, tied=True),
    "ministral": _MISTRAL,
    "ministral3": _MISTRAL,
    "mistral": _MISTRAL,
    "mistral3": _MISTRAL,
    "mllama_text_model": Family(_mllama),
    "nanochat": Family(_nanochat, norms=0, final_norm=False),
    "nemotron": layer_normed(Family(_no_gate)),
    "olmo": Family(_llama, norms=0, final_norm=False, layer_norm=True),
    "olmo2": _OLMO2,
    "olmo3": _OLMO2,
    "phi3": Family(_phi3),
    "phi4_multimodal": Family(_phi3),
    "qwen2": _QWEN2,
    "qwen2_5_vl": _QWEN2,
    "qwen2_5_vl_text": _QWEN2,
    "qwen2_vl": _QWEN2,
    "qwen2_vl_text": _QWEN2,
    "qwen3": _QWEN3,
    "qwen3_vl": _QWEN3,
    "qwen3_vl_text": _QWEN3,
    "seed_oss": Family(_seed, defaults={"head_dim": 128}),
    "smollm3": Family(_llama, tied=True),
    "vaultgemma": Family(_llama, tied=True, defaults={"head_dim": 256}),
    "youtu": Family(_latent_dense, tied=True),
}
"""By `model_type`."""
