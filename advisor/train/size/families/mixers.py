"""Layers that look back without keys and values: gated delta rules, state spaces, short convolutions."""

from __future__ import annotations

from advisor.train.size.families.layers import LINEAR, layer_kinds
from advisor.train.size.matrices import Block, Matrix, ModelShape


def linear_layers(shape: ModelShape) -> int:
    """Count the layers without softmax attention."""
    return sum(kind in LINEAR for kind in layer_kinds(shape))


def _delta_widths(shape: ModelShape) -> tuple[int, int, int]:
    heads = shape.number("linear_num_value_heads", default=32)
    keys = shape.number("linear_num_key_heads", default=16) * shape.number("linear_key_head_dim", default=128)
    return heads, keys, heads * shape.number("linear_value_head_dim", default=128)


def gated_delta(shape: ModelShape, *, in_one: bool) -> Block:
    """Return Qwen's gated delta rule; ``in_one`` where queries, keys, values and gate are one product."""
    count = linear_layers(shape)
    heads, keys, values = _delta_widths(shape)
    width = 2 * keys + values
    small = width * shape.number("linear_conv_kernel_dim", default=4) + 2 * heads + values // heads
    joined = (("in_proj_qkvz", width + values), ("in_proj_ba", 2 * heads))
    split = (
        ("in_proj_qkv", width),
        ("in_proj_z", values),
        ("in_proj_b", heads),
        ("in_proj_a", heads),
    )
    into = tuple(
        Matrix(name, shape.hidden, outputs, "attention", count)
        for name, outputs in (joined if in_one else split)
    )
    return Block((*into, Matrix("out_proj", values, shape.hidden, "attention", count)), count * small)


def delta_by_head(shape: ModelShape) -> Block:
    """Return OLMo's gated delta rule, one product for each of its inputs."""
    count = linear_layers(shape)
    heads, keys, values = _delta_widths(shape)
    small = (2 * keys + values) * shape.number("linear_conv_kernel_dim", default=4) + 2 * heads
    widths = {
        "q_proj": keys,
        "k_proj": keys,
        "v_proj": values,
        "a_proj": heads,
        "b_proj": heads,
        "g_proj": values,
    }
    into = tuple(Matrix(name, shape.hidden, width, "attention", count) for name, width in widths.items())
    norm = shape.number("linear_value_head_dim", default=192)
    return Block((*into, Matrix("o_proj", values, shape.hidden, "attention", count)), count * (small + norm))


def delta_by_channel(shape: ModelShape) -> Block:
    """Return Kimi's delta attention, which forgets channel by channel."""
    count = linear_layers(shape)
    told = shape.config.get("linear_attn_config") or {}
    heads = int(told.get("num_heads") or shape.number("linear_num_heads", default=32))
    dim = int(told.get("head_dim") or shape.number("linear_head_dim", default=128))
    kernel = int(told.get("short_conv_kernel_size") or shape.number("linear_conv_kernel_dim", default=4))
    width = heads * dim
    into = tuple(
        Matrix(name, shape.hidden, width, "attention", count) for name in ("q_proj", "k_proj", "v_proj")
    )
    low_rank = tuple(
        matrix
        for name in ("f", "g")
        for matrix in (
            Matrix(f"{name}_a_proj", shape.hidden, dim, "attention", count),
            Matrix(f"{name}_b_proj", dim, width, "attention", count),
        )
    )
    rest = (
        Matrix("b_proj", shape.hidden, heads, "attention", count),
        Matrix("o_proj", width, shape.hidden, "attention", count),
    )
    return Block((*into, *low_rank, *rest), count * (3 * width * kernel + width + heads + dim))


def lightning(shape: ModelShape) -> Block:
    """Return MiniMax's linear attention with its output gate."""
    count, width = linear_layers(shape), shape.q_width
    return Block(
        (
            Matrix("qkv_proj", shape.hidden, 3 * width, "attention", count),
            Matrix("out_proj", width, shape.hidden, "attention", count),
            Matrix("output_gate", shape.hidden, width, "attention", count),
        ),
        count * width,
    )


def mamba(shape: ModelShape, layers: int | None = None) -> Block:
    """Return the first state space model: its step sizes go through a narrow product of their own."""
    count = shape.layers if layers is None else layers
    times = shape.number("mamba_expand", "expand", default=2)
    inner = times * shape.hidden if shape.heads else shape.intermediate
    state = shape.number("mamba_d_state", "state_size", default=16)
    rank = _step_rank(shape)
    bias = shape.flag("use_bias") or shape.flag("mamba_proj_bias")
    convolution = shape.number("mamba_d_conv", "conv_kernel", default=4) + (
        shape.flag("use_conv_bias", default=True) and shape.flag("mamba_conv_bias", default=True)
    )
    return Block(
        (
            Matrix("in_proj", shape.hidden, 2 * inner, "attention", count, bias),
            Matrix("x_proj", inner, rank + 2 * state, "attention", count),
            Matrix("dt_proj", rank, inner, "attention", count, bias=True),
            Matrix("out_proj", inner, shape.hidden, "attention", count, bias),
        ),
        count * inner * (state + 1 + convolution),
    )


def _step_rank(shape: ModelShape) -> int:
    named = [
        name for name in ("mamba_dt_rank", "time_step_rank") if shape.config.get(name) not in (None, "auto")
    ]
    return shape.number(named[0]) if named else -(-shape.hidden // 16)


def mamba_norms(shape: ModelShape, layers: int) -> Block:
    """Return the norms that Jamba puts on step sizes and states."""
    return Block(small=layers * (_step_rank(shape) + 2 * shape.number("mamba_d_state", default=16)))


def mamba2(shape: ModelShape, layers: int | None = None, *, norm: bool = True) -> Block:
    """Return the second state space model: heads, groups, one product for everything that goes in."""
    count = linear_layers(shape) if layers is None else layers
    heads = shape.number("mamba_n_heads", "mamba_num_heads", "n_mamba_heads", "num_heads", default=128)
    state = shape.number("mamba_d_state", "ssm_state_size", "state_size", default=128)
    groups = shape.number("mamba_n_groups", "n_groups", "mamba_ngroups", default=1)
    inner = _inner_width(shape, heads)
    mixed = inner + 2 * groups * state
    bias = shape.flag("use_bias") or shape.flag("mamba_proj_bias") or shape.flag("add_bias_linear")
    kernel = shape.number("mamba_d_conv", "conv_kernel", default=4)
    convolution = kernel + (
        shape.flag("use_conv_bias", default=True) and shape.flag("mamba_conv_bias", default=True)
    )
    return Block(
        (
            Matrix("in_proj", shape.hidden, inner + mixed + heads, "attention", count, bias),
            Matrix("out_proj", inner, shape.hidden, "attention", count, bias),
        ),
        count * (mixed * convolution + 3 * heads + (inner if norm else 0)),
    )


def _inner_width(shape: ModelShape, heads: int) -> int:
    shape.config.get("expand")
    if told := shape.number("mamba_d_ssm"):
        return told
    if dim := shape.number("mamba_head_dim"):
        return heads * dim
    return int(float(shape.config.get("mamba_expand", shape.config.get("expand", 2))) * shape.hidden)


def convolution(shape: ModelShape, *, default: int = 3) -> Block:
    """Return Liquid's gated short convolution."""
    count, bias = linear_layers(shape), shape.flag("conv_bias")
    kernel = shape.number("conv_L_cache", default=default)
    return Block(
        (
            Matrix("in_proj", shape.hidden, 3 * shape.hidden, "attention", count, bias),
            Matrix("out_proj", shape.hidden, shape.hidden, "attention", count, bias),
        ),
        count * shape.hidden * (kernel + bias),
    )


def recurrent(shape: ModelShape) -> Block:
    """Return the gated linear recurrence of RecurrentGemma."""
    count, heads = linear_layers(shape), shape.heads
    width = shape.number("lru_width", default=shape.hidden)
    gates = 2 * width * (width // heads + 1)
    kernel = shape.number("conv1d_width", default=4)
    return Block(
        (
            Matrix("linear_y", shape.hidden, width, "attention", count, bias=True),
            Matrix("linear_x", shape.hidden, width, "attention", count, bias=True),
            Matrix("linear_out", width, shape.hidden, "attention", count, bias=True),
        ),
        count * (width * (kernel + 1) + width + gates),
    )
