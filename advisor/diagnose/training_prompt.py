"""The system prompt that a model was trained with, from what was told or from its rows."""

from __future__ import annotations

from collections import Counter

from advisor.diagnose.material import Material


def training_system_of(material: Material) -> str | None:
    """Return the system prompt of training: as told, or the one of most rows; None where rows say nothing."""
    if material.facts.prompts.training is not None:
        return material.facts.prompts.training
    known = Counter(material.training["system"].drop_nulls().to_list())
    common = known.most_common(1)
    return common[0][0] if common and common[0][1] >= material.training.height / 2 else None
