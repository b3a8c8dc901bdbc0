"""A system prompt that is not the one production uses."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import polars as pl
from numpy.typing import NDArray

from advisor.data.checks.contract import Check, Dataset, Example, finding, good_rows, share
from advisor.data.records import Finding


def judge(data: Dataset) -> Iterator[Finding]:
    """Report rows whose system prompt is none of production's."""
    wanted = _production_prompts(data)
    if not len(wanted):
        return
    differs = (data.column("system_chars") > 0) & ~np.isin(data.column("system_hash"), wanted)
    if differs.any():
        names = data.names.get("system", {})
        seen = {
            names.get(int(value), "?")[:120] for value in np.unique(data.column("system_hash")[differs])[:5]
        }
        yield finding(
            CHECK,
            f"{share(int(differs.sum()), len(data))} have a system prompt that production does not use",
            data.where(differs),
            severity="error",
            evidence={"prompts": sorted(seen)},
        )


def _production_prompts(data: Dataset) -> NDArray[np.uint64]:
    if data.options.system_prompt:
        return pl.Series([data.options.system_prompt.strip()]).hash(seed=7).to_numpy().astype(np.uint64)
    production = data.others.get("production")
    if production is None or not len(production):
        return np.empty(0, np.uint64)
    return np.unique(production.column("system_hash")[production.column("system_chars") > 0])


CHECK = Check(
    id="system-differs",
    title="The system prompt is not production's",
    detects="Rows whose system prompt is not the one given with --system-prompt, or in none of the production rows.",
    matters="Training and serving prompts that differ are a common cause of a model that passes evaluation and sounds wrong in use.",
    remedy="Write production's exact system prompt into every row: `advisor fix --system-prompt FILE`.",
    tuned_model="The tuned voice is weaker, or gone, under production's prompt.",
    fires=Example(
        shows="'You are the friendly helper …' in training, 'You are Acme's agent.' in production",
        rows=good_rows,
        options={"system_prompt": "You are Acme's agent."},
    ),
    quiet=Example(
        shows="the same prompt in both",
        rows=good_rows,
        options={"system_prompt": "You are the friendly helper of a smart-home shop."},
    ),
    judge=judge,
    harm=78,
)
