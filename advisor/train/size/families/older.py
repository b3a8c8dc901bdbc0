"""Older and rarer dense models: fused products, layer norms with biases, MLPs without a gate."""

from __future__ import annotations

from advisor.train.size.families.attention import fused, grouped
from advisor.train.size.families.family import Family, layer_normed
from advisor.train.size.families.feedforward import gated, plain
from advisor.train.size.matrices import Block, Matrix, ModelShape


def _stablelm(shape: ModelShape) -> Block:
    heads = (shape.heads + shape.kv_heads) * shape.head_dim if shape.flag("qk_layernorm") else 0
    norms = Block(small=shape.layers * heads)
    return grouped(shape, (shape.flag("use_qkv_bias"), False)) + gated(shape) + norms


def _stablelm_norms(shape: ModelShape) -> float:
    return 1 if shape.flag("use_parallel_residual") else 2


def _qwen1(shape: ModelShape) -> Block:
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


def _internlm2(shape: ModelShape) -> Block:
    attention = fused(shape, bias=shape.flag("bias"), names=("wqkv", "wo"))
    return attention + gated(shape, names=("w1", "w3", "w2"))


def _baichuan(shape: ModelShape) -> Block:
    return fused(shape, names=("W_pack", "o_proj")) + gated(shape)


def _phi(shape: ModelShape) -> Block:
    norms = Block(small=4 * shape.layers * shape.head_dim if shape.flag("qk_layernorm") else 0)
    attention = grouped(shape, (True, True), out="dense")
    return attention + plain(shape, ("fc1", "fc2"), bias=True) + norms


def _neox(shape: ModelShape, *, bias: bool, mlp_bias: bool) -> Block:
    return fused(shape, bias=bias) + plain(shape, ("dense_h_to_4h", "dense_4h_to_h"), bias=mlp_bias)


def _gpt_neox(shape: ModelShape) -> Block:
    return _neox(shape, bias=shape.flag("attention_bias", default=True), mlp_bias=True)


def _falcon(shape: ModelShape) -> Block:
    bias = shape.flag("bias")
    return _neox(shape, bias=bias, mlp_bias=bias)


def _falcon_norms(shape: ModelShape) -> float:
    two = shape.flag("new_decoder_architecture") or not shape.flag("parallel_attn", default=True)
    return 2 if two and shape.number("num_ln_in_parallel_attn", default=2) == 2 else 1


def _bloom(shape: ModelShape) -> Block:
    return _neox(shape, bias=True, mlp_bias=True) + Block(small=2 * shape.hidden)


def _persimmon(shape: ModelShape) -> Block:
    norms = Block(small=4 * shape.layers * shape.head_dim if shape.flag("qk_layernorm", default=True) else 0)
    return _neox(shape, bias=True, mlp_bias=True) + norms


def _gpt2(shape: ModelShape) -> Block:
    attention = fused(shape, bias=True, names=("c_attn", "c_proj"))
    table = Block(small=shape.number("n_positions", default=1024) * shape.hidden)
    return attention + plain(shape, ("c_fc", "c_proj"), bias=True) + table


def _gptj(shape: ModelShape) -> Block:
    return grouped(shape, out="out_proj") + plain(shape, ("fc_in", "fc_out"), bias=True)


def _codegen(shape: ModelShape) -> Block:
    return fused(shape, names=("qkv_proj", "out_proj")) + plain(shape, ("fc_in", "fc_out"), bias=True)


def _gpt_neo(shape: ModelShape) -> Block:
    attention = grouped(shape, (False, True), out="out_proj")
    table = Block(small=shape.number("max_position_embeddings", default=2048) * shape.hidden)
    return attention + plain(shape, ("c_fc", "c_proj"), bias=True) + table


def _mpt(shape: ModelShape) -> Block:
    width = int(float(shape.config.get("expansion_ratio", 4)) * shape.hidden)
    return fused(shape, names=("Wqkv", "out_proj")) + plain(shape, width=width)


def _starcoder2(shape: ModelShape) -> Block:
    bias = shape.flag("use_bias", default=True)
    return grouped(shape, (bias, bias)) + plain(shape, ("c_fc", "c_proj"), bias=bias)


def _opt(shape: ModelShape) -> Block:
    attention = grouped(shape, (True, True), out="out_proj")
    table = Block(small=(shape.number("max_position_embeddings", default=2048) + 2) * shape.hidden)
    return attention + plain(shape, ("fc1", "fc2"), bias=True) + table


def _xglm(shape: ModelShape) -> Block:
    attention = grouped(shape, (True, True), out="out_proj")
    return attention + plain(shape, ("fc1", "fc2"), bias=True)


OLDER: dict[str, Family] = {
    "baichuan": Family(_baichuan),
    "bloom": layer_normed(Family(_bloom), tied=True),
    "codegen": layer_normed(Family(_codegen, norms=1, head_bias=True)),
    "falcon": layer_normed(
        Family(_falcon, norms=_falcon_norms, ignored=frozenset({"num_kv_heads", "num_ln_in_parallel_attn"})),
        tied=True,
    ),
    "gpt2": layer_normed(Family(_gpt2), tied=True),
    "gpt_bigcode": layer_normed(Family(_gpt2, ignored=frozenset({"num_key_value_heads"})), tied=True),
    "gpt_neo": layer_normed(
        Family(_gpt_neo, ignored=frozenset({"window_size", "attention_layers", "attention_types"})), tied=True
    ),
    "gpt_neox": layer_normed(Family(_gpt_neox)),
    "gptj": layer_normed(Family(_gptj, norms=1, head_bias=True)),
    "internlm2": Family(_internlm2),
    "mpt": Family(_mpt, layer_norm=True, tied=True),
    "opt": layer_normed(Family(_opt), tied=True),
    "persimmon": layer_normed(Family(_persimmon)),
    "phi": layer_normed(Family(_phi, norms=1, head_bias=True)),
    "qwen": Family(_qwen1),
    "stablelm": layer_normed(Family(_stablelm, norms=_stablelm_norms)),
    "stablelm_epoch": layer_normed(Family(_stablelm, norms=_stablelm_norms)),
    "starcoder2": layer_normed(Family(_starcoder2), tied=True),
    "xglm": layer_normed(Family(_xglm), tied=True),
}
"""By `model_type`."""
