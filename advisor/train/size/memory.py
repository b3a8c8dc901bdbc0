"""Peak memory of a run: the largest of its phases, by parts."""

from __future__ import annotations

from dataclasses import dataclass, field

from advisor.train.size.activations import layer_bytes
from advisor.train.size.architecture import Architecture
from advisor.train.size.loss import loss_bytes
from advisor.train.size.run import Run
from advisor.train.size.weights import Held, held_bytes, trained_parameters

GIB = 2.0**30


@dataclass(frozen=True, slots=True)
class Constants:
    """What no arithmetic gives: the driver's share and what the allocator cannot use."""

    context_gib: float
    """Memory that the CUDA context and its libraries take."""
    workspace_gib: float
    """Scratch memory of matrix products."""
    slack_share: float
    """Share of what comes and goes that the allocator keeps without using it."""
    collectives_gib: float = 0.0
    """Memory that talking to other devices takes."""


@dataclass(frozen=True, slots=True)
class Peak:
    """Bytes at the worst moment, by parts, and when that is."""

    phase: str
    parts: dict[str, float] = field(default_factory=dict)
    trainable: int = 0
    others: tuple[float, ...] = ()
    """Bytes of what the same settings may turn out to be."""
    counts: tuple[float, float] = (1.0, 1.0)
    """Least and most parameters over those counted; both 1 where the type of the model is known."""
    named_program: bool = True

    @property
    def bytes(self) -> float:
        """All parts together."""
        return sum(self.parts.values())

    @property
    def gib(self) -> float:
        """All parts together, in GiB."""
        return self.bytes / GIB


def peak_memory(architecture: Architecture, run: Run, constants: Constants) -> Peak:
    """Find the phase with the largest sum of parts."""
    held = held_bytes(architecture, run)
    phase, parts = _worst(architecture, run, held)
    total = architecture.total_parameters
    return Peak(
        phase,
        _with_overheads(parts, run, constants),
        held.trainable,
        others=tuple(_total(architecture, other, constants) for other in run.alternatives),
        counts=(architecture.lowest_parameters / total, architecture.highest_parameters / total),
        named_program=run.named_program,
    )


def _total(architecture: Architecture, run: Run, constants: Constants) -> float:
    _, parts = _worst(architecture, run, held_bytes(architecture, run))
    return sum(_with_overheads(parts, run, constants).values())


def _worst(architecture: Architecture, run: Run, held: Held) -> tuple[str, dict[str, float]]:
    phases = _phases(architecture, run, held)
    return max(phases.items(), key=lambda item: sum(item[1].values()))


def _phases(architecture: Architecture, run: Run, held: Held) -> dict[str, dict[str, float]]:
    _, adapter = trained_parameters(architecture, run)
    layer = layer_bytes(architecture, run, adapter)
    tokens = run.tokens
    saved = (
        tokens * architecture.layers * (layer.boundary if run.checkpointing else layer.kept + layer.before)
    )
    # What the step before still holds, and this step's own inputs, are there to the end.
    left = 0.0 if run.checkpointing else architecture.layers * layer.before
    if run.offload_activations:
        saved = 2 * tokens * layer.boundary if run.checkpointing else 0.1 * saved
    one_layer = tokens * layer.passing + held.largest_dequantised
    recomputed = tokens * layer.kept if run.checkpointing else 0.0
    logits = tokens * loss_bytes(architecture, run)
    earlier = held.gradients if run.accumulates else 0.0
    fixed = _fixed_parts(held)
    copies = _autocast_copies(architecture, run)
    return {
        "loss": {
            **fixed,
            "gradients": earlier or _head_gradient(architecture, run),
            "activations": saved + copies + _head_unpacked(architecture, run),
            "logits": logits,
        },
        "backward": {
            **fixed,
            "gradients": earlier
            or held.gradients / max(architecture.layers, 1) + _head_gradient(architecture, run),
            "activations": saved + one_layer + recomputed,
            "logits": 0.0,
        },
        "end of backward": {
            **fixed,
            "gradients": held.gradients,
            "activations": tokens * (layer.boundary + layer.kept + left) + one_layer,
            "logits": 0.0,
        },
        "optimizer step": {
            **fixed,
            "gradients": held.gradients,
            "optimizer": held.optimizer + held.step_copies,
            "activations": 0.0,
            "logits": 0.0,
        },
    }


def _head_unpacked(architecture: Architecture, run: Run) -> float:
    quantised = run.quantised_head and run.held_quantisation != "none" and not architecture.tied
    return 2.0 * architecture.vocabulary * architecture.hidden if quantised else 0.0


def _fixed_parts(held: Held) -> dict[str, float]:
    return {
        "weights": held.weights + held.gathered_layer,
        "quantisation_constants": held.constants,
        "adapters": held.adapters,
        "master_weights": held.masters,
        "optimizer": held.optimizer,
    }


def _head_gradient(architecture: Architecture, run: Run) -> float:
    # With chunks and with fused kernels the output matrix gets its gradient while logits are still there.
    if run.method != "full" or run.loss_kernel in ("plain", "native"):
        return 0.0
    return architecture.vocabulary * architecture.hidden * (4.0 if run.precision != "bf16" else 2.0)


def _autocast_copies(architecture: Architecture, run: Run) -> float:
    # Autocast keeps 16-bit copies of fp32 weights that train until the forward pass is over.
    return 2.0 * architecture.block_parameters if run.precision == "mixed" and run.method == "full" else 0.0


def _with_overheads(parts: dict[str, float], run: Run, constants: Constants) -> dict[str, float]:
    coming_and_going = parts["activations"] + parts["logits"] + parts["gradients"]
    reserved = run.reading in ("reserved", "device")
    return {
        **parts,
        "workspace": constants.workspace_gib * GIB,
        "fragmentation": constants.slack_share * coming_and_going if reserved else 0.0,
        "cuda_context": constants.context_gib * GIB if run.reading == "device" else 0.0,
        "collectives": constants.collectives_gib * GIB if run.n_gpus > 1 else 0.0,
    }
