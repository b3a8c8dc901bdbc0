"""A few training rows as examples, the same for every question."""

from __future__ import annotations

import random

from advisor.evaluate.bakeoff.arms.contract import ArmKind, Asking, Material, shot_of, with_shots
from advisor.evaluate.bakeoff.records import Ask, Shown


def fixed_shots(material: Material) -> tuple[Shown, ...]:
    """Draw the examples by the seed of the run."""
    count = min(material.options.shots, len(material.train))
    return tuple(random.Random(material.options.seed).sample(material.train, count))  # noqa: S311


def _prepare(material: Material) -> Asking:
    shots = tuple(shot_of(one) for one in fixed_shots(material))
    return lambda example: Ask(with_shots(example.turns, shots))


ARM = ArmKind("few-shot", "shows a few training rows first", "few_shot", ("training rows",), _prepare)
