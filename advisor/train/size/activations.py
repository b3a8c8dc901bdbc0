"""Bytes that autograd keeps for the backward pass, counted tensor by tensor for one layer."""

from __future__ import annotations

from dataclasses import dataclass

from advisor.train.size.adapters import Adapter
from advisor.train.size.architecture import Architecture
from advisor.train.size.matrices import Matrix
from advisor.train.size.run import Run

_FUSED = frozenset({"c_attn", "query_key_value", "qkv_proj"})


@dataclass(frozen=True, slots=True)
class LayerBytes:
    """Bytes for each token of one layer of average make."""

    kept: float
    """Saved in the forward pass until the layer's own backward."""
    passing: float
    """Held besides, for a moment, while the layer's gradient is computed."""
    boundary: float
    """The layer's input, all that checkpointing keeps."""
    before: float = 0.0
    """Inputs of quantised products of the step before, where program and library hold them until the next loss."""


def layer_bytes(architecture: Architecture, run: Run, adapter: Adapter | None) -> LayerBytes:
    """Count what one token leaves behind in one layer.

    A linear layer keeps its input only if its weight trains or an adapter reads the same input; an adapter that
    drops inputs keeps its own copy instead; a product of two tensors keeps both; a norm written out in steps
    keeps an fp32 copy of its input.
    """
    width = run.compute_bytes
    full = run.method == "full"
    touched = {matrix.name for matrix in adapter.matrices} if adapter and not run.dropout else set()
    reads = _Reads(full or run.inputs_held > 0, touched)
    kept = (
        _norms(architecture, run, reads, width, full=full)
        + _attention(architecture, run, width)
        + _mlp(architecture, run, reads, width)
        + (_adapter(adapter, architecture, run) if adapter else 0)
    )
    passing = 2 * width * _widest(architecture) + width * architecture.hidden
    before = max(run.inputs_held - 1, 0) * width * _inputs(architecture)
    return LayerBytes(kept=kept, passing=passing, boundary=width * architecture.hidden, before=before)


def _inputs(architecture: Architecture) -> float:
    """Count the values that go into the linear layers of one layer, shared inputs once."""
    hidden = min(architecture.norms, 2) * architecture.hidden
    return hidden + architecture.q_width + _mlp_width(architecture)


@dataclass(frozen=True, slots=True)
class _Reads:
    every: bool
    touched: set[str]

    def any(self, *names: str) -> bool:
        return self.every or bool(self.touched.intersection(names))


ATTENTION_IN = (
    *(
        "q_proj",
        "k_proj",
        "c_attn",
        "v_proj",
        "qkv_proj",
        "query_key_value",
        "in_proj",
        "Wqkv",
        "wqkv",
        "W_pack",
    ),
    *("q_a_proj", "kv_a_proj_with_mqa", "in_proj_qkv", "in_proj_qkvz", "linear_x", "linear_y"),
)
MLP_IN = (
    *("gate_proj", "up_proj", "gate_up_proj", "w1", "w2", "w3", "fc1", "c_fc", "fc_in", "dense_h_to_4h"),
    "input_linear",
)
PRODUCT_IN = ("down_proj", "fc2", "fc_out", "dense_4h_to_h", "c_proj", "w2", "output_linear")


def _norms(architecture: Architecture, run: Run, reads: _Reads, width: int, *, full: bool) -> float:
    hidden = architecture.hidden
    fused = architecture.layer_norm or run.block_kernel == "fused"
    upcast = 0 if fused or width == 4 else 4  # bytes of the fp32 copy
    scaled = width if full and not fused else 0
    source = width if fused or width == 4 else 0
    each = hidden * (upcast + scaled + source)
    # Where attention and MLP share one norm they share its output.
    outputs = min(reads.any(*ATTENTION_IN) + reads.any(*MLP_IN), architecture.norms) * hidden * width
    heads = (architecture.q_width + architecture.kv_width) * (upcast + scaled + source)
    return architecture.norms * each + outputs + (heads if architecture.query_key_norm else 0)


def _attention(architecture: Architecture, run: Run, width: int) -> float:
    queries, keys = architecture.q_width, architecture.kv_width
    kept = width * (2 * queries + 2 * keys) + 4 * architecture.heads
    if run.fused_qkv or _FUSED.intersection(matrix.name for matrix in architecture.matrices):
        # The values are a view of the whole product, which therefore stays beside the rotated queries and keys.
        kept += width * (queries + keys)
    if run.attention == "eager":
        # Scores after softmax in fp32 and again in the compute type, and keys and values copied to every head.
        kept += architecture.heads * run.seq_len * (4 + width) + 2 * width * (queries - keys)
    return kept


def _mlp(architecture: Architecture, run: Run, reads: _Reads, width: int) -> float:
    needs_product = reads.any(*PRODUCT_IN)
    if architecture.gated:
        held = 2 if run.block_kernel == "fused" else 3
        inner = held + needs_product
    else:
        inner = 1 + needs_product
    # Each token is copied to every expert that it goes to.
    experts = architecture.experts_per_token if architecture.experts_per_token > 1 else 0
    return inner * _mlp_width(architecture) * width + experts * architecture.hidden * width


def _mlp_width(architecture: Architecture) -> float:
    """Return the width inside the MLPs that one token passes, on average over the layers."""
    down = [m for m in architecture.matrices if m.part == "mlp" and m.outputs == architecture.hidden]
    passed = sum(
        matrix.inputs * matrix.layers * min(architecture.experts_per_token, matrix.copies)
        for matrix in down
        if matrix.name != "per_layer_projection"
    )
    return passed / architecture.layers if passed else architecture.intermediate


def _adapter(adapter: Adapter, architecture: Architecture, run: Run) -> float:
    width = run.compute_bytes
    inner = sum(adapter.rank * matrix.layers for matrix in adapter.matrices) * width
    dropped = sum((width + 1) * matrix.inputs * matrix.layers for matrix in adapter.matrices if run.dropout)
    return (inner + dropped + _scaled_products(adapter, run)) / architecture.layers


def _scaled_products(adapter: Adapter, run: Run) -> float:
    """Count the two results that DoRA scales by its magnitudes and therefore keeps: the base's and the adapter's."""
    if not adapter.magnitudes:
        return 0
    own = 4 if run.adapter_precision == "fp32" else run.compute_bytes
    return sum((run.compute_bytes + own) * matrix.outputs * matrix.layers for matrix in adapter.matrices)


def _widest(architecture: Architecture) -> int:
    def outputs(matrix: Matrix) -> int:
        return matrix.outputs if matrix.linear else max(matrix.inputs, matrix.outputs)

    return max(
        outputs(matrix) for matrix in architecture.matrices if matrix.part not in ("router", "embedding")
    )
