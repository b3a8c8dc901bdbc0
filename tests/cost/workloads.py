"""Workloads that several tests of costs share."""

from __future__ import annotations

from typing import Any

SUPPORT_BOT: dict[str, Any] = {
    "model": "gpt-4o-mini",
    "queries_per_day": 100_000,
    "instruction_tokens": 400,
    "query_tokens": 100,
    "output_tokens": 150,
    "few_shot_examples": 10,
    "tokens_per_example": 150,
    "retrieved_tokens": 1500,
    "latency_budget_ms": 2000,
    "horizon_months": 12,
    "labelled_examples": 120,
}

# Nothing but tokens: no hosting, people, evaluation, retraining or labelling beside them.
BARE: dict[str, Any] = {
    "instruction_tokens": 0,
    "evaluation_examples": 0,
    "retrains_per_year": 0,
    "training_runs": 1,
    "labelled_examples": 100_000,
    "training_examples": 1000,
    "growth_per_month": 0,
    "horizon_months": 1,
}
