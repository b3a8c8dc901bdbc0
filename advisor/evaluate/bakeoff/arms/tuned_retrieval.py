"""A model trained on rows with the passages that retrieval finds for them, distractors included; served with passages, too."""

from __future__ import annotations

from advisor.evaluate.bakeoff.arms.contract import ArmKind
from advisor.evaluate.bakeoff.arms.retrieval import look_up

ARM = ArmKind(
    "tuned-retrieval", "asks a model trained on rows with passages, and looks passages up", "hybrid",
    ("documents", "a model of its own"), look_up, "rows with passages",
)  # fmt: skip
