"""The MLPs: gated, plain, or a mixture of experts with what is shared beside it."""

from __future__ import annotations

from dataclasses import dataclass, replace

from advisor.train.size.families.layers import sparse_layers
from advisor.train.size.matrices import Block, Matrix, ModelShape

SPLIT = ("gate_proj", "up_proj", "down_proj", "gate")
"""Names by which PEFT still finds experts that transformers has stacked."""


def gated(
    shape: ModelShape,
    width: int | None = None,
    layers: int | None = None,
    *,
    bias: bool = False,
    names: tuple[str, str, str] = ("gate_proj", "up_proj", "down_proj"),
) -> Block:
    """Return the three matrices of a gated MLP."""
    inner = shape.intermediate if width is None else width
    count = shape.layers if layers is None else layers
    return Block(
        (
            Matrix(names[0], shape.hidden, inner, "mlp", count, bias),
            Matrix(names[1], shape.hidden, inner, "mlp", count, bias),
            Matrix(names[2], inner, shape.hidden, "mlp", count, bias),
        )
    )


def gated_in_one(
    shape: ModelShape,
    width: int | None = None,
    layers: int | None = None,
    names: tuple[str, str] = ("gate_up_proj", "down_proj"),
) -> Block:
    """Return a gated MLP whose two halves are one product."""
    inner = shape.intermediate if width is None else width
    count = shape.layers if layers is None else layers
    return Block(
        (
            Matrix(names[0], shape.hidden, 2 * inner, "mlp", count),
            Matrix(names[1], inner, shape.hidden, "mlp", count),
        )
    )


def plain(
    shape: ModelShape,
    names: tuple[str, str] = ("up_proj", "down_proj"),
    *,
    bias: bool = False,
    width: int | None = None,
    layers: int | None = None,
) -> Block:
    """Return the two matrices of an MLP without a gate."""
    inner = shape.intermediate if width is None else width
    count = shape.layers if layers is None else layers
    return Block(
        (
            Matrix(names[0], shape.hidden, inner, "mlp", count, bias),
            Matrix(names[1], inner, shape.hidden, "mlp", count, bias),
        )
    )


@dataclass(frozen=True, slots=True)
class Mixture:
    """How a configuration describes its experts."""

    count: int
    width: int
    shared_width: int
    """Width of all shared experts together; 0 where there are none."""
    sparse: int
    """Layers with experts; the others have a dense MLP."""


def mixture_of(shape: ModelShape) -> Mixture:
    """Read the experts under whichever names the configuration gives them."""
    count = shape.number(
        "n_routed_experts", "num_experts", "num_local_experts", "moe_num_experts", "num_routed_experts"
    )
    width = shape.number("moe_intermediate_size", "expert_ffn_hidden_size", default=shape.intermediate)
    shared = shape.number("n_shared_experts", "num_shared_experts", "moe_num_shared_experts")
    whole = shape.number(
        "shared_expert_intermediate_size", "moe_shared_expert_intermediate_size", "shared_intermediate_size"
    )
    return Mixture(count, width, whole * max(shared, 1) if whole else shared * width, sparse_layers(shape))


def experts(
    shape: ModelShape,
    known: Mixture | None = None,
    *,
    names: tuple[str, ...] = (),
    bias: bool = False,
    gate: bool = True,
) -> Block:
    """Return the stacked experts and their router; ``names`` are the old names of gate, up, down and router."""
    found = known or mixture_of(shape)

    def stacked(name: str, inputs: int, outputs: int, known_as: tuple[str, ...]) -> Matrix:
        return Matrix(
            name, inputs, outputs, "mlp", found.sparse, bias, found.count, linear=False, known_as=known_as
        )

    first = "experts.gate_up_proj" if gate else "experts.up_proj"
    return Block(
        (
            stacked(first, shape.hidden, (1 + gate) * found.width, names[:2] if gate else names[1:2]),
            stacked("experts.down_proj", found.width, shape.hidden, names[2:3]),
            Matrix(
                "router",
                shape.hidden,
                found.count,
                "router",
                found.sparse,
                bias,
                linear=False,
                known_as=names[3:4],
            ),
        )
    )


def mixture(shape: ModelShape, *, names: tuple[str, ...] = (), shared_gate: bool = False) -> Block:
    """Return experts, the experts that every token passes, and the dense MLPs of the other layers."""
    found = mixture_of(shape)
    shared = gated(shape, found.shared_width, found.sparse if found.shared_width else 0)
    gate = Block(
        (Matrix("shared_expert_gate", shape.hidden, 1, "router", found.sparse),) if shared_gate else ()
    )
    width = shape.number("intermediate_size_mlp", "dense_intermediate_size", default=shape.intermediate)
    dense = gated(shape, width, shape.layers - found.sparse)
    beside = shared + dense
    return experts(shape, found, names=names) + (hidden_by_name(beside) if names else beside) + gate


def hidden_by_name(block: Block) -> Block:
    """Mark matrices whose names the stacked experts have taken."""
    return Block(tuple(replace(matrix, hidden_name=True) for matrix in block.matrices), block.small)
