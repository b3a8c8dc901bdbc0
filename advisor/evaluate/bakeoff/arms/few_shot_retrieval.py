"""A few training rows with their passages as examples, then the question with its own."""

from __future__ import annotations

from advisor.evaluate.bakeoff.arms.contract import ArmKind, Asking, Material, shot_of, with_shots
from advisor.evaluate.bakeoff.arms.few_shot import fixed_shots
from advisor.evaluate.bakeoff.arms.retrieval import look_up
from advisor.evaluate.bakeoff.records import Ask, Example


def _prepare(material: Material) -> Asking:
    looked_up = look_up(material)
    shots = tuple(
        shot_of(one._replace(example=one.example._replace(turns=looked_up(one.example).turns)))
        for one in fixed_shots(material)
    )

    def ask(example: Example) -> Ask:
        turns, passages = looked_up(example)
        return Ask(with_shots(turns, shots), passages)

    return ask


ARM = ArmKind(
    "few-shot-retrieval", "shows a few training rows with their passages, then looks passages up", "rag",
    ("documents", "training rows"), _prepare,
)  # fmt: skip
