"""The rows' own instruction and the question, nothing else."""

from __future__ import annotations

from advisor.evaluate.bakeoff.arms.contract import ArmKind, Asking, Material
from advisor.evaluate.bakeoff.records import Ask


def _prepare(_material: Material) -> Asking:
    return lambda example: Ask(example.turns)


ARM = ArmKind("prompt", "asks with the instruction alone", "prompting", (), _prepare)
