"""Which matrices an adapter attaches to, and exactly how many parameters that trains."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from advisor.errors import AdvisorError, did_you_mean
from advisor.train.size.architecture import Architecture
from advisor.train.size.matrices import Matrix

SHORT = {
    "q": ("q_proj", "query_key_value", "qkv_proj", "c_attn"),
    "k": ("k_proj", "query_key_value", "qkv_proj", "c_attn"),
    "v": ("v_proj", "query_key_value", "qkv_proj", "c_attn"),
    "o": ("o_proj", "out_proj", "dense"),
    "gate": ("gate_proj", "gate_up_proj", "w1"),
    "up": ("up_proj", "gate_up_proj", "w3"),
    "down": ("down_proj", "w2"),
}
"""Letters that people write for modules; the first name that the model has is meant."""


@dataclass(frozen=True, slots=True)
class Adapter:
    """What a low-rank adapter adds to each kind of matrix."""

    rank: int
    matrices: tuple[Matrix, ...]
    magnitudes: bool = False
    """DoRA trains one more number for each output."""

    def parameters_of(self, matrix: Matrix) -> int:
        """Trained parameters for all layers of one kind of matrix."""
        rank = self.rank * matrix.side_by_side
        return matrix.layers * (
            rank * (matrix.inputs + matrix.outputs) + (matrix.outputs if self.magnitudes else 0)
        )

    @property
    def by_module(self) -> dict[str, int]:
        """Trained parameters by module name."""
        counts: dict[str, int] = {}
        for matrix in self.matrices:
            counts[matrix.name] = counts.get(matrix.name, 0) + self.parameters_of(matrix)
        return counts

    @property
    def parameters(self) -> int:
        """All trained parameters."""
        return sum(self.parameters_of(matrix) for matrix in self.matrices)


def lora_parameters(inputs: int, outputs: int, rank: int) -> int:
    """Count one adapter pair: A is rank by inputs, B is outputs by rank."""
    return rank * (inputs + outputs)


def make_adapter(
    architecture: Architecture, targets: Sequence[str], rank: int, *, dora: bool = False
) -> Adapter:
    """Resolve ``targets`` (`all-linear`, `attention`, `mlp`, module names or letters such as `q`)."""
    chosen: dict[int, Matrix] = {}
    candidates = (*(matrix for matrix in architecture.matrices if matrix.reached), _head(architecture))
    for target in targets:
        found = [
            (index, matrix)
            for index, matrix in enumerate(candidates)
            if _is_meant(matrix, target, candidates)
        ]
        if not found:
            names = {name for matrix in candidates for name in _names(matrix)} | {
                "all-linear",
                "attention",
                "mlp",
            }
            raise AdvisorError(
                f"this model ({architecture.model_type}) has no linear module '{target}'",
                place="targets",
                remedy=did_you_mean(target, names),
            )
        chosen.update(found)
    if dora and any(not matrix.linear for matrix in chosen.values()):
        raise AdvisorError(
            "DoRA cannot adapt stacked experts",
            place="targets",
            remedy="Use --targets attention, or --method lora.",
        )
    return Adapter(rank, tuple(chosen[index] for index in sorted(chosen)), magnitudes=dora)


def target_modules(adapter: Adapter) -> list[str]:
    """Return the modules as PEFT's `target_modules` wants them."""
    return sorted({name for matrix in adapter.matrices for name in _names(matrix)})


def _names(matrix: Matrix) -> tuple[str, ...]:
    return (matrix.name,) if matrix.linear else matrix.known_as


def _head(architecture: Architecture) -> Matrix:
    return Matrix("lm_head", architecture.hidden, architecture.vocabulary, "head", 1)


def _is_meant(matrix: Matrix, target: str, candidates: tuple[Matrix, ...]) -> bool:
    match target:
        case "all-linear":
            return matrix.part != "head"
        case "attention" | "mlp":
            return matrix.part == target
        case _ if target in SHORT:
            names = {candidate.name for candidate in candidates}
            return matrix.name == next((name for name in SHORT[target] if name in names), "")
        case _:
            return target in _names(matrix)
