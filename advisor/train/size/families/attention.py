"""The projections of softmax attention: grouped heads, one fused product, or keys and values from a latent."""

from __future__ import annotations

from collections.abc import Callable
from typing import Literal

from advisor.train.size.families.layers import attention_layers
from advisor.train.size.matrices import Block, Matrix, ModelShape

HeadNorms = Literal["none", "head", "wide"]


def grouped(
    shape: ModelShape,
    biases: tuple[bool, bool] = (False, False),
    *,
    norms: HeadNorms = "none",
    out: str = "o_proj",
    layers: int | None = None,
) -> Block:
    """Return queries, keys, values and the way out; ``biases`` are those of the way in and of the way out."""
    count = attention_layers(shape) if layers is None else layers
    small = {"none": 0, "head": 2 * shape.head_dim, "wide": shape.q_width + shape.kv_width}[norms]
    return Block(
        (
            Matrix("q_proj", shape.hidden, shape.q_width, "attention", count, biases[0]),
            Matrix("k_proj", shape.hidden, shape.kv_width, "attention", count, biases[0]),
            Matrix("v_proj", shape.hidden, shape.kv_width, "attention", count, biases[0]),
            Matrix(out, shape.q_width, shape.hidden, "attention", count, biases[1]),
        ),
        count * small,
    )


def grouped_as_said(norms: HeadNorms = "none", *, out_too: bool = True) -> Callable[[ModelShape], Block]:
    """Return grouped attention whose biases the configuration switches by `attention_bias`."""

    def build(shape: ModelShape) -> Block:
        bias = shape.flag("attention_bias")
        return grouped(shape, (bias, bias and out_too), norms=norms)

    return build


def fused(
    shape: ModelShape, *, bias: bool = False, names: tuple[str, str] = ("query_key_value", "dense")
) -> Block:
    """Return one product for queries, keys and values, and the way out."""
    count, width = attention_layers(shape), shape.q_width + 2 * shape.kv_width
    return Block(
        (
            Matrix(names[0], shape.hidden, width, "attention", count, bias),
            Matrix(names[1], shape.q_width, shape.hidden, "attention", count, bias),
        )
    )


def latent(shape: ModelShape, *, layers: int | None = None) -> Block:
    """Return multi-head latent attention: keys and values, and often queries, come from a narrow latent."""
    count = attention_layers(shape) if layers is None else layers
    bias = shape.flag("attention_bias")
    kv_rank, rope = shape.number("kv_lora_rank"), shape.number("qk_rope_head_dim", default=64)
    nope, value = shape.number("qk_nope_head_dim", default=128), shape.number("v_head_dim", default=128)
    keys_values = Block(
        (
            Matrix("kv_a_proj_with_mqa", shape.hidden, kv_rank + rope, "attention", count, bias),
            Matrix("kv_b_proj", kv_rank, shape.heads * (nope + value), "attention", count),
            Matrix("o_proj", shape.heads * value, shape.hidden, "attention", count, bias),
        ),
        count * kv_rank,
    )
    return _latent_queries(shape, shape.heads * (nope + rope), count, bias=bias) + keys_values


def _latent_queries(shape: ModelShape, width: int, count: int, *, bias: bool) -> Block:
    rank = shape.number("q_lora_rank")
    if not rank:
        return Block((Matrix("q_proj", shape.hidden, width, "attention", count),))
    return Block(
        (
            Matrix("q_a_proj", shape.hidden, rank, "attention", count, bias),
            Matrix("q_b_proj", rank, width, "attention", count),
        ),
        count * rank,
    )


def indexed(shape: ModelShape) -> Block:
    """Return latent attention with the indexer that picks the positions to look at."""
    kinds = shape.listed("indexer_types")
    count = sum(kind == "full" for kind in kinds) if kinds else shape.layers
    heads, dim = shape.number("index_n_heads"), shape.number("index_head_dim")
    indexer = Block(
        (
            Matrix("wq_b", shape.number("q_lora_rank"), heads * dim, "attention", count),
            Matrix("wk", shape.hidden, dim, "attention", count),
            Matrix("weights_proj", shape.hidden, heads, "attention", count),
        ),
        count * 2 * dim,
    )
    return latent(shape) + indexer


def sinks(shape: ModelShape) -> Block:
    """Return one learnt number for each head that attention may fall back on."""
    return Block(small=attention_layers(shape) * shape.heads)


def head_gate(shape: ModelShape, width: int, name: str = "g_proj") -> Block:
    """Return the gate on what attention puts out."""
    return Block((Matrix(name, shape.hidden, width, "attention", attention_layers(shape)),))
