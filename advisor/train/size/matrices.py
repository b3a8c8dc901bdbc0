"""The weight matrices of one model, as each architecture names them: what adapters attach to and what is counted."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, Literal

Part = Literal["attention", "mlp", "router", "head"]


@dataclass(frozen=True, slots=True)
class Matrix:
    """One kind of weight matrix and how often it occurs."""

    name: str
    """As `target_modules` spells it."""
    inputs: int
    outputs: int
    part: Part
    layers: int
    """How many layers hold it."""
    bias: bool = False
    copies: int = 1
    """Experts that lie side by side in one tensor of a layer."""
    linear: bool = True
    """Whether the module is a linear layer; stacked experts are plain tensors."""
    known_as: tuple[str, ...] = ()
    """Names of the layers that a plain tensor was before it was stacked, by which PEFT still finds it."""

    @property
    def reached(self) -> bool:
        """Whether `all-linear` puts an adapter here."""
        return self.linear or bool(self.known_as)

    @property
    def side_by_side(self) -> int:
        """Adapters that PEFT lays into one: one for each expert and each layer that was fused."""
        return self.copies * len(self.known_as) if self.copies > 1 and self.known_as else 1

    @property
    def parameters(self) -> int:
        """All weights of this kind, biases included."""
        return self.layers * self.copies * self.outputs * (self.inputs + self.bias)


@dataclass(frozen=True, slots=True)
class Shape:
    """The few numbers that every architecture has, whatever its configuration file calls them."""

    hidden: int
    layers: int
    heads: int
    kv_heads: int
    head_dim: int
    intermediate: int
    config: dict[str, Any] = field(default_factory=dict)

    def flag(self, name: str, *, default: bool = False) -> bool:
        """Read a switch of the configuration file."""
        value = self.config.get(name)
        return default if value is None else bool(value)

    def number(self, name: str, default: int) -> int:
        """Read a whole number of the configuration file."""
        value = self.config.get(name)
        return default if value is None else int(value)

    @property
    def q_width(self) -> int:
        """Width of all queries."""
        return self.heads * self.head_dim

    @property
    def kv_width(self) -> int:
        """Width of all keys, and of all values."""
        return self.kv_heads * self.head_dim


def _attention(
    shape: Shape, *, bias: bool = False, out_bias: bool = False, layers: int | None = None
) -> list[Matrix]:
    count = shape.layers if layers is None else layers
    out = str(shape.config.get("_attention_out", "o_proj"))
    return [
        Matrix("q_proj", shape.hidden, shape.q_width, "attention", count, bias),
        Matrix("k_proj", shape.hidden, shape.kv_width, "attention", count, bias),
        Matrix("v_proj", shape.hidden, shape.kv_width, "attention", count, bias),
        Matrix(out, shape.q_width, shape.hidden, "attention", count, out_bias),
    ]


def _gated_mlp(shape: Shape, width: int, layers: int, *, bias: bool = False) -> list[Matrix]:
    return [
        Matrix("gate_proj", shape.hidden, width, "mlp", layers, bias),
        Matrix("up_proj", shape.hidden, width, "mlp", layers, bias),
        Matrix("down_proj", width, shape.hidden, "mlp", layers, bias),
    ]


def _pair(shape: Shape, names: tuple[str, str], *, bias: bool) -> list[Matrix]:
    return [
        Matrix(names[0], shape.hidden, shape.intermediate, "mlp", shape.layers, bias),
        Matrix(names[1], shape.intermediate, shape.hidden, "mlp", shape.layers, bias),
    ]


def _stacked_experts(
    shape: Shape, *, count: int, width: int, bias: bool = False, names: tuple[str, ...] = ()
) -> list[Matrix]:
    """List the experts of a layer; ``names`` are the old names of gate, up, down and router."""
    layers = shape.layers

    def stacked(name: str, inputs: int, outputs: int, known_as: tuple[str, ...]) -> Matrix:
        return Matrix(name, inputs, outputs, "mlp", layers, bias, count, linear=False, known_as=known_as)

    return [
        stacked("experts.gate_up_proj", shape.hidden, 2 * width, names[:2]),
        stacked("experts.down_proj", width, shape.hidden, names[2:3]),
        Matrix("router", shape.hidden, count, "router", layers, bias, linear=False, known_as=names[3:4]),
    ]


def _llama(shape: Shape) -> list[Matrix]:
    bias = shape.flag("attention_bias")
    mlp_bias = shape.flag("mlp_bias")
    return [
        *_attention(shape, bias=bias, out_bias=bias),
        *_gated_mlp(shape, shape.intermediate, shape.layers, bias=mlp_bias),
    ]


def _qwen2(shape: Shape) -> list[Matrix]:
    return [*_attention(shape, bias=True), *_gated_mlp(shape, shape.intermediate, shape.layers)]


def _stablelm(shape: Shape) -> list[Matrix]:
    return [
        *_attention(shape, bias=shape.flag("use_qkv_bias")),
        *_gated_mlp(shape, shape.intermediate, shape.layers),
    ]


def _qwen1(shape: Shape) -> list[Matrix]:
    # Its configuration gives twice the width of each of the two halves of the gated MLP.
    half = shape.intermediate // 2
    return [
        Matrix("c_attn", shape.hidden, 3 * shape.q_width, "attention", shape.layers, bias=True),
        Matrix("c_proj", shape.q_width, shape.hidden, "attention", shape.layers),
        Matrix("w1", shape.hidden, half, "mlp", shape.layers),
        Matrix("w2", shape.hidden, half, "mlp", shape.layers),
        Matrix("c_proj", half, shape.hidden, "mlp", shape.layers),
    ]


def _phi(shape: Shape) -> list[Matrix]:
    named = Shape(**{**_as_dict(shape), "config": {**shape.config, "_attention_out": "dense"}})
    return [*_attention(named, bias=True, out_bias=True), *_pair(shape, ("fc1", "fc2"), bias=True)]


def _phi3(shape: Shape) -> list[Matrix]:
    fused = shape.q_width + 2 * shape.kv_width
    return [
        Matrix("qkv_proj", shape.hidden, fused, "attention", shape.layers),
        Matrix("o_proj", shape.q_width, shape.hidden, "attention", shape.layers),
        Matrix("gate_up_proj", shape.hidden, 2 * shape.intermediate, "mlp", shape.layers),
        Matrix("down_proj", shape.intermediate, shape.hidden, "mlp", shape.layers),
    ]


def _neox_style(shape: Shape, *, bias: bool) -> list[Matrix]:
    fused = shape.q_width + 2 * shape.kv_width
    return [
        Matrix("query_key_value", shape.hidden, fused, "attention", shape.layers, bias),
        Matrix("dense", shape.q_width, shape.hidden, "attention", shape.layers, bias),
        *_pair(shape, ("dense_h_to_4h", "dense_4h_to_h"), bias=bias),
    ]


def _gpt2(shape: Shape) -> list[Matrix]:
    return [
        Matrix("c_attn", shape.hidden, 3 * shape.hidden, "attention", shape.layers, bias=True),
        Matrix("c_proj", shape.hidden, shape.hidden, "attention", shape.layers, bias=True),
        *_pair(shape, ("c_fc", "c_proj"), bias=True),
    ]


def _starcoder2(shape: Shape) -> list[Matrix]:
    bias = shape.flag("use_bias", default=True)
    return [*_attention(shape, bias=bias, out_bias=bias), *_pair(shape, ("c_fc", "c_proj"), bias=bias)]


def _opt(shape: Shape) -> list[Matrix]:
    named = Shape(**{**_as_dict(shape), "config": {**shape.config, "_attention_out": "out_proj"}})
    return [*_attention(named, bias=True, out_bias=True), *_pair(shape, ("fc1", "fc2"), bias=True)]


def _mixtral(shape: Shape) -> list[Matrix]:
    return _experts_only(shape, ("w1", "w3", "w2", "gate"))


def _qwen3_moe(shape: Shape) -> list[Matrix]:
    return _experts_only(shape, ("gate_proj", "up_proj", "down_proj", "gate"))


def _experts_only(shape: Shape, names: tuple[str, ...]) -> list[Matrix]:
    experts = shape.number("num_local_experts", shape.number("num_experts", 8))
    width = shape.number("moe_intermediate_size", shape.intermediate)
    bias = shape.flag("attention_bias")
    return [
        *_attention(shape, bias=bias, out_bias=bias),
        *_stacked_experts(shape, count=experts, width=width, names=names),
    ]


def _gpt_oss(shape: Shape) -> list[Matrix]:
    experts = shape.number("num_local_experts", 32)
    return [
        *_attention(shape, bias=True, out_bias=True),
        *_stacked_experts(shape, count=experts, width=shape.intermediate, bias=True),
    ]


def _lfm2(shape: Shape) -> list[Matrix]:
    attention = attention_layers(shape)
    convolution = shape.layers - attention
    named = Shape(**{**_as_dict(shape), "config": {**shape.config, "_attention_out": "out_proj"}})
    return [
        *_attention(named, layers=attention),
        Matrix("in_proj", shape.hidden, 3 * shape.hidden, "attention", convolution),
        Matrix("out_proj", shape.hidden, shape.hidden, "attention", convolution),
        Matrix("w1", shape.hidden, shape.intermediate, "mlp", shape.layers),
        Matrix("w3", shape.hidden, shape.intermediate, "mlp", shape.layers),
        Matrix("w2", shape.intermediate, shape.hidden, "mlp", shape.layers),
    ]


def _qwen3_5(shape: Shape) -> list[Matrix]:
    attention = attention_layers(shape)
    linear = shape.layers - attention
    keys = shape.number("linear_num_key_heads", 16) * shape.number("linear_key_head_dim", 128)
    value_heads = shape.number("linear_num_value_heads", 32)
    values = value_heads * shape.number("linear_value_head_dim", 128)
    return [
        # The full-attention layers carry an output gate of the queries' width.
        Matrix("q_proj", shape.hidden, 2 * shape.q_width, "attention", attention),
        Matrix("k_proj", shape.hidden, shape.kv_width, "attention", attention),
        Matrix("v_proj", shape.hidden, shape.kv_width, "attention", attention),
        Matrix("o_proj", shape.q_width, shape.hidden, "attention", attention),
        Matrix("in_proj_qkv", shape.hidden, 2 * keys + values, "attention", linear),
        Matrix("in_proj_z", shape.hidden, values, "attention", linear),
        Matrix("in_proj_b", shape.hidden, value_heads, "attention", linear),
        Matrix("in_proj_a", shape.hidden, value_heads, "attention", linear),
        Matrix("out_proj", values, shape.hidden, "attention", linear),
        *_gated_mlp(shape, shape.intermediate, shape.layers),
    ]


def attention_layers(shape: Shape) -> int:
    """Count the layers with softmax attention, which alone keep keys and values."""
    kinds = shape.config.get("layer_types")
    if kinds:
        return sum(1 for kind in kinds if str(kind).endswith("attention") and kind != "linear_attention")
    if shape.config.get("full_attn_idxs"):
        return len(shape.config["full_attn_idxs"])
    if shape.config.get("model_type") in ("qwen3_5", "qwen3_5_text", "qwen3_next"):
        return shape.layers // shape.number("full_attention_interval", 4)
    return shape.layers


def _as_dict(shape: Shape) -> dict[str, Any]:
    return {name: getattr(shape, name) for name in Shape.__slots__}


LAYOUTS: dict[str, Callable[[Shape], list[Matrix]]] = {
    "falcon": lambda shape: _neox_style(shape, bias=shape.flag("bias")),
    "gpt2": _gpt2,
    "gpt_neox": lambda shape: _neox_style(shape, bias=shape.flag("attention_bias", default=True)),
    "gpt_oss": _gpt_oss,
    "lfm2": _lfm2,
    "mixtral": _mixtral,
    "olmoe": _qwen3_moe,
    "opt": _opt,
    "phi": _phi,
    "phi3": _phi3,
    "qwen": _qwen1,
    "qwen2": _qwen2,
    "qwen3_5": _qwen3_5,
    "qwen3_5_text": _qwen3_5,
    "qwen3_moe": _qwen3_moe,
    "stablelm": _stablelm,
    "stablelm_epoch": _stablelm,
    "starcoder2": _starcoder2,
}
"""Layouts that differ from Llama's, by `model_type`."""

LLAMA_LIKE = frozenset(
    {
        "cohere",
        "cohere2",
        "gemma",
        "gemma2",
        "gemma3",
        "gemma3_text",
        "granite",
        "hunyuan_v1_dense",
        "llama",
        "ministral",
        "ministral3",
        "mistral",
        "mistral3",
        "olmo",
        "olmo2",
        "olmo3",
        "qwen3",
        "seed_oss",
        "smollm3",
    }
)
"""Types whose layers have Llama's seven matrices."""


def matrices_of(model_type: str, shape: Shape) -> tuple[Matrix, ...]:
    """List the matrices of every layer; an unknown type is taken for a Llama."""
    return tuple(LAYOUTS.get(model_type, _llama)(shape))
