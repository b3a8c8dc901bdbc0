"""An instruction that the prompt optimiser GEPA wrote from training rows; for a model that can reflect on its own mistakes."""

from __future__ import annotations

from advisor.evaluate.bakeoff.arms.contract import ArmKind, Asking, Material
from advisor.evaluate.bakeoff.records import Ask, Example, Turn


def _prepare(material: Material) -> Asking:
    return lambda example: Ask(_instructed(example, material.instruction))


def _instructed(example: Example, instruction: str | None) -> tuple[Turn, ...]:
    if instruction is None:
        return example.turns
    rest = tuple(turn for turn in example.turns if turn["role"] != "system")
    return ({"role": "system", "content": instruction}, *rest)


ARM = ArmKind(
    "optimised-prompt", "asks with an instruction that an optimiser wrote from training rows", "prompting",
    ("training rows",), _prepare,
)  # fmt: skip
