"""The explicit table of causes; a cause that is not listed here does not exist."""

from __future__ import annotations

from advisor.diagnose.causes import (
    adapter_applied_twice,
    adapter_not_applied,
    context_format_differs,
    double_start_mark,
    end_mark_unlearned,
    evaluation_unlike_production,
    forgetting,
    judge_blind,
    merged_in_another_precision,
    minority_leaks,
    not_knowing_unlearned,
    overfitting,
    production_changed,
    refusals_learned,
    repeated_answers,
    sampling_differs,
    system_prompt_differs,
    template_differs,
    training_lopsided,
)
from advisor.diagnose.contract import Cause

CAUSES: tuple[Cause, ...] = (
    adapter_not_applied.CAUSE,
    adapter_applied_twice.CAUSE,
    merged_in_another_precision.CAUSE,
    template_differs.CAUSE,
    double_start_mark.CAUSE,
    end_mark_unlearned.CAUSE,
    system_prompt_differs.CAUSE,
    context_format_differs.CAUSE,
    sampling_differs.CAUSE,
    minority_leaks.CAUSE,
    training_lopsided.CAUSE,
    repeated_answers.CAUSE,
    refusals_learned.CAUSE,
    not_knowing_unlearned.CAUSE,
    overfitting.CAUSE,
    forgetting.CAUSE,
    production_changed.CAUSE,
    evaluation_unlike_production.CAUSE,
    judge_blind.CAUSE,
)
BY_ID = {cause.id: cause for cause in CAUSES}

__all__ = ["BY_ID", "CAUSES", "Cause"]
