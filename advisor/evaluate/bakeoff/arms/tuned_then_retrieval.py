"""A model trained on bare rows that is given passages only when it is served: what training without passages costs."""

from __future__ import annotations

from advisor.evaluate.bakeoff.arms.contract import ArmKind
from advisor.evaluate.bakeoff.arms.retrieval import look_up

ARM = ArmKind(
    "tuned-then-retrieval", "asks a model trained on bare rows, and looks passages up", None,
    ("documents", "a model of its own"), look_up, "rows",
)  # fmt: skip
