"""Bytes that stay on the device for the whole run: weights, adapters, gradients, optimizer states."""

from __future__ import annotations

from dataclasses import dataclass

from advisor.train.size.adapters import Adapter, make_adapter
from advisor.train.size.architecture import Architecture
from advisor.train.size.run import Optimizer, Quantisation, Run

LIVE_PARAMETERS = 1_000_000_000
"""DeepSpeed's `stage3_max_live_parameters` where nobody sets it."""
QUANTISED_BYTES: dict[Quantisation, tuple[float, float]] = {
    # Bytes of a weight and of its share of the constants. nf4: one fp32 constant for 64 weights; doubled: one
    # byte for 64 and one fp32 for 256 of those; gptq: fp16 scale, 4-bit zero and group index for 128.
    "nf4": (0.5, 4 / 64),
    "nf4-double": (0.5, 1 / 64 + 4 / (64 * 256)),
    "int8": (1.0, 4 / 4096),
    "gptq4": (0.5, 2.5 / 128),
}
STATE_BYTES: dict[Optimizer, float] = {
    # Per trained parameter; plain Adam keeps two moments in the parameter's own type instead.
    "adamw-8bit": 2 + 8 / 256,
    # Paged states live on the host and visit the device a page at a time.
    "paged-adamw": 0,
    "paged-adamw-8bit": 0,
    "adafactor": 0.02,
    "lion-8bit": 1 + 4 / 256,
    "sgd": 0,
}


@dataclass(frozen=True, slots=True)
class Held:
    """Bytes on one device, and how many parameters train."""

    weights: float
    constants: float
    adapters: float
    gradients: float
    optimizer: float
    masters: float
    step_copies: float
    """Passing copies while the optimizer steps."""
    largest_dequantised: float
    """One quantised matrix unpacked for its product."""
    trainable: int
    gathered_layer: float = 0.0
    """One layer's weights put together from all devices."""

    @property
    def resident(self) -> float:
        """Return what is in memory in every phase."""
        return self.weights + self.constants + self.adapters + self.optimizer + self.masters


def trained_parameters(architecture: Architecture, run: Run) -> tuple[int, Adapter | None]:
    """Count what trains, and give the adapter if there is one."""
    if run.method == "full":
        return architecture.total_parameters, None
    adapter = make_adapter(architecture, run.targets, run.rank, dora=run.method == "dora")
    extra = architecture.embedding_parameters if run.train_embeddings else 0
    return adapter.parameters + extra, adapter


def held_bytes(architecture: Architecture, run: Run) -> Held:
    """Add up what is held, after sharding."""
    trainable, adapter = trained_parameters(architecture, run)
    trained = _trained_bytes(trainable, adapter, run)
    weights, constants = _base_weights(architecture, run)
    states = (
        2 * trained if run.optimizer in ("adamw", "adamw-foreach") else trainable * STATE_BYTES[run.optimizer]
    )
    gathered = _gathered_layer(architecture, run, weights)
    shards = run.n_gpus
    weights /= shards if run.sharding in ("fsdp", "zero3") else 1
    share = shards if run.sharding in ("fsdp", "zero2", "zero3") else 1
    return Held(
        weights=weights,
        constants=constants / (shards if run.sharding in ("fsdp", "zero3") else 1),
        adapters=0 if adapter is None else trained / (shards if run.sharding in ("fsdp", "zero3") else 1),
        # DDP's reducer holds every gradient a second time, in the buckets that it sends.
        gradients=0 if run.optimizer_in_backward else trained / share * (2 if run.sharding == "ddp" else 1),
        optimizer=states / share,
        masters=_masters(trainable, run) / share,
        step_copies=trained / share * (1 + run.old_torch) if run.optimizer == "adamw-foreach" else 0,
        largest_dequantised=_largest_dequantised(architecture, run),
        trainable=trainable,
        gathered_layer=gathered,
    )


def _base_weights(architecture: Architecture, run: Run) -> tuple[float, float]:
    full = run.precision == "fp32" or (run.precision == "mixed" and run.method == "full")
    wide = 4 if full else 2
    quantisation = run.held_quantisation
    if quantisation == "none":
        return (architecture.total_parameters + architecture.beside) * wide, 0
    each, constant = QUANTISED_BYTES[quantisation]
    packed = sum(
        matrix.parameters
        for matrix in architecture.matrices
        if matrix.linear or (run.quantised_experts and matrix.copies > 1)
    )
    if run.quantised_head and not architecture.tied:
        packed += architecture.vocabulary * architecture.hidden
    rest = architecture.total_parameters + architecture.beside - packed
    stray = 2 * architecture.vocabulary * architecture.hidden if run.embedding_gradient else 0
    rest_width = 4 if run.upcasts_embeddings or run.precision == "fp32" else 2
    return packed * each + rest * rest_width + stray, packed * constant


def _trained_width(run: Run) -> int:
    if run.precision in ("fp32", "mixed"):
        return 4
    return 2 if run.method == "full" or run.adapter_precision == "bf16" else 4


def _trained_bytes(trainable: int, adapter: Adapter | None, run: Run) -> float:
    """Bytes of one copy of all that trains; embeddings trained beside adapters keep the model's own type."""
    if adapter is None:
        return trainable * _trained_width(run)
    whole = trainable - adapter.parameters
    return adapter.parameters * _trained_width(run) + whole * (2 if run.precision == "bf16" else 4)


def _masters(trainable: int, run: Run) -> float:
    # ZeRO keeps an fp32 copy of 16-bit parameters that train, and steps on that.
    if run.sharding in ("zero2", "zero3") and _trained_width(run) == 2:
        return trainable * 4
    return 0


def _largest_dequantised(architecture: Architecture, run: Run) -> float:
    if run.held_quantisation == "none":
        return 0
    largest = max(matrix.inputs * matrix.outputs for matrix in architecture.matrices if matrix.linear)
    stacked = [matrix for matrix in architecture.matrices if matrix.copies > 1]
    if run.quantised_experts and stacked:
        # All experts of a layer are unpacked together.
        largest = max(largest, sum(matrix.parameters // matrix.layers for matrix in stacked))
    return 2.0 * largest


def _gathered_layer(architecture: Architecture, run: Run, weights: float) -> float:
    if run.sharding not in ("fsdp", "zero3") or run.n_gpus == 1:
        return 0
    # Two layers at once: the one at work and the one fetched ahead. ZeRO-3 fetches on until so many
    # parameters are live; its setting counts parameters, not bytes.
    two_layers = 2 * weights / max(architecture.layers, 1)
    if run.sharding == "fsdp":
        return two_layers * (1 - run.n_gpus**-1)
    return max(two_layers, weights * min(LIVE_PARAMETERS / architecture.total_parameters, 1.0))
