"""How each family of models is put together, by the `model_type` of its configuration."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from advisor.train.size.attention import fused, grouped, grouped_as_said, latent, sinks
from advisor.train.size.feedforward import gated, gated_in_one, plain
from advisor.train.size.matrices import Block, Matrix, Shape


@dataclass(frozen=True, slots=True)
class Family:
    """What one type of model has beside the numbers of its configuration."""

    layout: Callable[[Shape], Block]
    norms: float | Callable[[Shape], float] = 2
    """Norms of hidden width in a layer."""
    norm_bias: bool = False
    layer_norm: bool = False
    """The library's own LayerNorm, which keeps one input; otherwise an RMS norm written out in steps."""
    final_norm: bool = True
    tied: bool = False
    """Whether token table and output matrix are one where the configuration does not say."""
    always_untied: bool = False
    """Whether they are two whatever the configuration says."""
    head_bias: bool = False
    query_key_norm: bool = False
    defaults: Mapping[str, Any] = field(default_factory=dict)
    """What an omitted field means."""
    ignored: frozenset[str] = frozenset()
    """Fields that say again what others say, or what changes no weight of this family."""

    def norms_of(self, shape: Shape) -> float:
        """Count the norms of one layer, on average."""
        return self.norms(shape) if callable(self.norms) else self.norms


def _llama(shape: Shape) -> Block:
    bias = shape.flag("attention_bias")
    return grouped(shape, bias=bias, out_bias=bias) + gated(shape, bias=shape.flag("mlp_bias"))


def _with_head_norms(shape: Shape) -> Block:
    return grouped_as_said("head")(shape) + gated(shape)


def _with_wide_norms(shape: Shape) -> Block:
    return grouped_as_said("wide")(shape) + gated(shape)


def _no_bias(shape: Shape) -> Block:
    return grouped(shape) + gated(shape)


def _qwen2(shape: Shape) -> Block:
    return grouped(shape, bias=True) + gated(shape)


def _input_bias(shape: Shape) -> Block:
    return grouped_as_said(out_too=False)(shape) + gated(shape)


def _cohere(shape: Shape) -> Block:
    bias = shape.flag("attention_bias")
    heads = (shape.heads + shape.kv_heads) * shape.head_dim if shape.flag("use_qk_norm") else 0
    return grouped(shape, bias=bias, out_bias=bias) + gated(shape) + Block(small=shape.layers * heads)


def _helium(shape: Shape) -> Block:
    heads = grouped(shape, bias=shape.flag("attention_bias")).matrices[:3]
    out = Matrix("o_proj", shape.hidden, shape.hidden, "attention", shape.layers)
    return Block((*heads, out)) + gated(shape, bias=shape.flag("mlp_bias"))


def _internlm3(shape: Shape) -> Block:
    bias = shape.flag("bias")
    return grouped(shape, bias=shape.flag("qkv_bias"), out_bias=bias) + gated(shape, bias=bias)


def _ernie(shape: Shape) -> Block:
    bias = shape.flag("use_bias")
    return grouped(shape, bias=bias, out_bias=bias) + gated(shape, bias=bias)


def _seed(shape: Shape) -> Block:
    attention = grouped(
        shape,
        bias=shape.flag("attention_bias", default=True),
        out_bias=shape.flag("attention_out_bias"),
    )
    return attention + gated(shape, bias=shape.flag("mlp_bias"))


def _glm(shape: Shape) -> Block:
    return grouped_as_said(out_too=False)(shape) + gated_in_one(shape)


def _stablelm(shape: Shape) -> Block:
    heads = (shape.heads + shape.kv_heads) * shape.head_dim if shape.flag("qk_layernorm") else 0
    norms = Block(small=shape.layers * heads)
    return grouped(shape, bias=shape.flag("use_qkv_bias")) + gated(shape) + norms


def _stablelm_norms(shape: Shape) -> float:
    return 1 if shape.flag("use_parallel_residual") else 2


def _qwen1(shape: Shape) -> Block:
    # Its configuration gives twice the width of each of the two halves of the gated MLP.
    names = ("w1", "w2", "c_proj")
    count, width = shape.layers, shape.q_width
    attention = Block(
        (
            Matrix("c_attn", shape.hidden, 3 * width, "attention", count, bias=True),
            Matrix("c_proj", width, shape.hidden, "attention", count),
        )
    )
    return attention + gated(shape, shape.intermediate // 2, names=names)


def _internlm2(shape: Shape) -> Block:
    attention = fused(shape, bias=shape.flag("bias"), names=("wqkv", "wo"))
    return attention + gated(shape, names=("w1", "w3", "w2"))


def _baichuan(shape: Shape) -> Block:
    return fused(shape, names=("W_pack", "o_proj")) + gated(shape)


def _phi(shape: Shape) -> Block:
    norms = Block(small=4 * shape.layers * shape.head_dim if shape.flag("qk_layernorm") else 0)
    attention = grouped(shape, bias=True, out_bias=True, out="dense")
    return attention + plain(shape, ("fc1", "fc2"), bias=True) + norms


def _phi3(shape: Shape) -> Block:
    return fused(shape, names=("qkv_proj", "o_proj")) + gated_in_one(shape)


def _neox(shape: Shape, *, bias: bool, mlp_bias: bool) -> Block:
    return fused(shape, bias=bias) + plain(shape, ("dense_h_to_4h", "dense_4h_to_h"), bias=mlp_bias)


def _gpt_neox(shape: Shape) -> Block:
    return _neox(shape, bias=shape.flag("attention_bias", default=True), mlp_bias=True)


def _falcon(shape: Shape) -> Block:
    bias = shape.flag("bias")
    return _neox(shape, bias=bias, mlp_bias=bias)


def _falcon_norms(shape: Shape) -> float:
    two = shape.flag("new_decoder_architecture") or not shape.flag("parallel_attn", default=True)
    return 2 if two and shape.number("num_ln_in_parallel_attn", default=2) == 2 else 1


def _bloom(shape: Shape) -> Block:
    return _neox(shape, bias=True, mlp_bias=True) + Block(small=2 * shape.hidden)


def _persimmon(shape: Shape) -> Block:
    norms = Block(small=4 * shape.layers * shape.head_dim if shape.flag("qk_layernorm", default=True) else 0)
    return _neox(shape, bias=True, mlp_bias=True) + norms


def _gpt2(shape: Shape) -> Block:
    attention = fused(shape, bias=True, names=("c_attn", "c_proj"))
    table = Block(small=shape.number("n_positions", default=1024) * shape.hidden)
    return attention + plain(shape, ("c_fc", "c_proj"), bias=True) + table


def _gptj(shape: Shape) -> Block:
    return grouped(shape, out="out_proj") + plain(shape, ("fc_in", "fc_out"), bias=True)


def _codegen(shape: Shape) -> Block:
    return fused(shape, names=("qkv_proj", "out_proj")) + plain(shape, ("fc_in", "fc_out"), bias=True)


def _gpt_neo(shape: Shape) -> Block:
    attention = grouped(shape, out="out_proj", out_bias=True)
    table = Block(small=shape.number("max_position_embeddings", default=2048) * shape.hidden)
    return attention + plain(shape, ("c_fc", "c_proj"), bias=True) + table


def _mpt(shape: Shape) -> Block:
    width = int(float(shape.config.get("expansion_ratio", 4)) * shape.hidden)
    return fused(shape, names=("Wqkv", "out_proj")) + plain(shape, width=width)


def _starcoder2(shape: Shape) -> Block:
    bias = shape.flag("use_bias", default=True)
    return grouped(shape, bias=bias, out_bias=bias) + plain(shape, ("c_fc", "c_proj"), bias=bias)


def _opt(shape: Shape) -> Block:
    attention = grouped(shape, bias=True, out_bias=True, out="out_proj")
    table = Block(small=(shape.number("max_position_embeddings", default=2048) + 2) * shape.hidden)
    return attention + plain(shape, ("fc1", "fc2"), bias=True) + table


def _xglm(shape: Shape) -> Block:
    attention = grouped(shape, bias=True, out_bias=True, out="out_proj")
    return attention + plain(shape, ("fc1", "fc2"), bias=True)


def _no_gate(shape: Shape) -> Block:
    bias = shape.flag("attention_bias")
    return grouped(shape, bias=bias, out_bias=bias) + plain(shape, bias=shape.flag("mlp_bias"))


def _apertus(shape: Shape) -> Block:
    bias = shape.flag("attention_bias")
    attention = grouped(shape, bias=bias, out_bias=bias, norms="head")
    return attention + plain(shape) + Block(small=2 * shape.layers)


def _bitnet(shape: Shape) -> Block:
    return (
        grouped_as_said()(shape)
        + gated(shape)
        + Block(small=shape.layers * (shape.hidden + shape.intermediate))
    )


def _diffllama(shape: Shape) -> Block:
    return _llama(shape) + Block(small=4 * shape.layers * shape.head_dim)


def _with_sinks(shape: Shape) -> Block:
    return _llama(shape) + sinks(shape)


def _mllama(shape: Shape) -> Block:
    crossed = len(shape.config.get("cross_attention_layers") or ())
    # Layers that look at pictures norm their heads and have two gates; eight more rows in the token table.
    return _no_bias(shape) + Block(small=crossed * (2 * shape.head_dim + 2) + 8 * shape.hidden)


def _latent_dense(shape: Shape) -> Block:
    return latent(shape) + gated(shape, bias=shape.flag("mlp_bias"))


def _more_norms_if_said(shape: Shape) -> float:
    return 4 if shape.flag("use_post_norm") else 2


def _nanochat(shape: Shape) -> Block:
    bias = shape.flag("attention_bias")
    return grouped(shape, bias=bias, out_bias=bias) + plain(shape, ("fc1", "fc2"))


_LN = {"norm_bias": True, "layer_norm": True}
LLAMA = Family(_llama)
_MISTRAL = Family(_no_bias)
_QWEN2, _QWEN3 = Family(_qwen2), Family(_with_head_norms, query_key_norm=True, defaults={"head_dim": 128})
_GEMMA3 = Family(_with_head_norms, norms=4, tied=True, query_key_norm=True, defaults={"head_dim": 256})
_OLMO2 = Family(_with_wide_norms, query_key_norm=True)
_COHERE = Family(_cohere, norms=1, layer_norm=True, tied=True)
_GPT = {"tied": True, "norm_bias": True, "layer_norm": True}
DENSE: dict[str, Family] = {
    "apertus": Family(_apertus, query_key_norm=True),
    "arcee": Family(_no_gate),
    "baichuan": Family(_baichuan),
    "bitnet": Family(_bitnet),
    "bloom": Family(_bloom, **_GPT),
    "codegen": Family(_codegen, norms=1, head_bias=True, **_LN),
    "cohere": _COHERE,
    "cohere2": _COHERE,
    "cwm": Family(lambda shape: grouped(shape) + gated(shape, bias=shape.flag("mlp_bias"))),
    "diffllama": Family(_diffllama),
    "emu3_text_model": LLAMA,
    "ernie4_5": Family(_ernie, tied=True, defaults={"head_dim": 128}),
    "exaone4": Family(lambda shape: grouped(shape, norms="head") + gated(shape), query_key_norm=True),
    "falcon": Family(
        _falcon, norms=_falcon_norms, **_GPT, ignored=frozenset({"num_kv_heads", "num_ln_in_parallel_attn"})
    ),
    "gemma": Family(_llama, tied=True, defaults={"head_dim": 256}),
    "gemma2": Family(_llama, norms=4, tied=True, defaults={"head_dim": 256}),
    "gemma3": _GEMMA3,
    "gemma3_text": _GEMMA3,
    "glm": Family(_glm, defaults={"head_dim": 128}),
    "glm4": Family(_glm, norms=4, defaults={"head_dim": 128}),
    "glm4v_text": Family(_glm, norms=4),
    "gpt2": Family(_gpt2, **_GPT),
    "gpt_bigcode": Family(_gpt2, **_GPT, ignored=frozenset({"num_key_value_heads"})),
    "gpt_neo": Family(
        _gpt_neo, **_GPT, ignored=frozenset({"window_size", "attention_layers", "attention_types"})
    ),
    "gpt_neox": Family(_gpt_neox, **_LN),
    "gptj": Family(_gptj, norms=1, head_bias=True, **_LN),
    "granite": LLAMA,
    "granite_swa": Family(_with_sinks),
    "helium": Family(_helium),
    "hunyuan_v1_dense": Family(_with_head_norms, query_key_norm=True),
    "hyperclovax": Family(_llama, norms=_more_norms_if_said),
    "internlm2": Family(_internlm2),
    "internlm3": Family(_internlm3),
    "iquestcoder": LLAMA,
    "jais2": Family(_no_gate, **_LN, defaults={"attention_bias": True, "mlp_bias": True}),
    "llama": LLAMA,
    "mimo": Family(_input_bias),
    "minicpm": LLAMA,
    "minicpm3": Family(_latent_dense, tied=True),
    "ministral": _MISTRAL,
    "ministral3": _MISTRAL,
    "mistral": _MISTRAL,
    "mistral3": _MISTRAL,
    "mllama_text_model": Family(_mllama),
    "mpt": Family(_mpt, layer_norm=True, tied=True),
    "nanochat": Family(_nanochat, norms=0, final_norm=False),
    "nemotron": Family(_no_gate, **_LN),
    "olmo": Family(_llama, norms=0, final_norm=False, layer_norm=True),
    "olmo2": _OLMO2,
    "olmo3": _OLMO2,
    "opt": Family(_opt, **_GPT),
    "persimmon": Family(_persimmon, **_LN),
    "phi": Family(_phi, norms=1, head_bias=True, **_LN),
    "phi3": Family(_phi3),
    "phi4_multimodal": Family(_phi3),
    "qwen": Family(_qwen1),
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
    "stablelm": Family(_stablelm, norms=_stablelm_norms, **_LN),
    "stablelm_epoch": Family(_stablelm, norms=_stablelm_norms, **_LN),
    "starcoder2": Family(_starcoder2, **_GPT),
    "vaultgemma": Family(_llama, tied=True, defaults={"head_dim": 256}),
    "xglm": Family(_xglm, **_GPT),
    "youtu": Family(_latent_dense, tied=True),
}
"""Models whose layers are all alike: softmax attention and one MLP."""
