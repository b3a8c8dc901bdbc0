"""The table of arms, one file each; all of them are made from the same training rows and documents."""

from __future__ import annotations

from advisor.evaluate.bakeoff.arms import (
    few_shot,
    few_shot_nearest,
    few_shot_retrieval,
    optimised_prompt,
    prompt,
    retrieval,
    right_passage,
    tuned,
    tuned_retrieval,
    tuned_then_retrieval,
    whole_text,
)
from advisor.evaluate.bakeoff.arms.contract import ArmKind, Asking, Material

ARMS: dict[str, ArmKind] = {
    one.ARM.id: one.ARM
    for one in (
        prompt, optimised_prompt, few_shot, few_shot_nearest, whole_text, retrieval, few_shot_retrieval, right_passage,
        tuned, tuned_retrieval, tuned_then_retrieval,
    )
}  # fmt: skip

__all__ = ["ARMS", "ArmKind", "Asking", "Material"]
