"""What the figures of one run rest on, in sentences."""

from __future__ import annotations

from advisor.train.size.adapters import Adapter
from advisor.train.size.architecture import Architecture
from advisor.train.size.run import Run


def assumptions_of(
    architecture: Architecture, run: Run, adapter: Adapter | None, *, tokens: float, epochs: float
) -> list[str]:
    """List what the figures of a run rest on, one sentence each."""
    said = [
        *architecture.assumptions,
        *_of_program(run),
        f"{tokens:,.0f} tokens a pass and {epochs:g} passes.",
        f"Every row is filled to {run.seq_len:,} tokens."
        if run.full_rows
        else f"Rows have at most {run.seq_len:,} tokens; the low end of the range reckons with a quarter of that.",
        "Memory is estimated from the architecture, not measured; see docs/sizing.md for its error.",
    ]
    if adapter is not None and any(
        not matrix.reached for matrix in architecture.matrices if matrix.copies > 1
    ):
        said.append("The experts of this model are stacked tensors that adapters by name do not reach.")
    return said


def _of_program(run: Run) -> list[str]:
    if run.named_program:
        return []
    return [
        "No training program is named. Programs differ in what they keep in memory; naming one (--program) narrows the range."
    ]
