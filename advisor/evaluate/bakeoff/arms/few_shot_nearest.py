"""The training rows that are nearest to the question as examples."""

from __future__ import annotations

from advisor.evaluate.bakeoff.arms.contract import ArmKind, Asking, Material, question_of, shot_of, with_shots
from advisor.evaluate.bakeoff.library import index_of
from advisor.evaluate.bakeoff.records import Ask, Example


def _prepare(material: Material) -> Asking:
    nearest = index_of([question_of(one.example) for one in material.train])

    def ask(example: Example) -> Ask:
        found = nearest(question_of(example), material.options.shots)
        # The nearest comes last, next to the question.
        return Ask(with_shots(example.turns, tuple(shot_of(material.train[at]) for at in reversed(found))))

    return ask


ARM = ArmKind(
    "few-shot-nearest",
    "shows the training rows nearest to the question first",
    "few_shot",
    ("training rows",),
    _prepare,
)
