"""A model trained on the rows, asked as in training."""

from __future__ import annotations

from advisor.evaluate.bakeoff.arms.contract import ArmKind
from advisor.evaluate.bakeoff.arms.prompt import ARM as PROMPT

ARM = ArmKind(
    "tuned",
    "asks a model trained on the rows",
    "fine_tuning",
    ("a model of its own",),
    PROMPT.prepare,
    "rows",
)
