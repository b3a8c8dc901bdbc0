"""How sure a recommendation is while questions are open, and which question to put next."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from typing import Any, Final

import numpy as np
import polars as pl

from advisor.catalog import Catalog, facts_in
from advisor.decide.records import NextQuestion, Settled
from advisor.decide.scoring import Array, fired, rule_table, score
from advisor.palette import STRATEGIES
from advisor.scenario import columns_of, compile_condition, complete, frame_of
from advisor.scenario.sampling import thresholds

SAMPLES: Final = 1024


@dataclass(frozen=True)
class Doubt:
    """What sampling the open answers shows."""

    robustness: float
    """Share of the sampled ways that keep the first."""
    settled: Settled
    next_question: NextQuestion | None


def doubt(
    answers: Mapping[str, Any], first: int, catalog: Catalog, *, as_of: date, skip: Collection[str] = ()
) -> Doubt:
    """Sample the open answers (fixed seed) and see how often the first stays first.

    A question in ``skip`` stays open and is not put again.
    """
    open_facts = askable(answers, catalog, as_of=as_of)
    if not open_facts:
        return Doubt(1.0, "final", None)
    sample = complete(answers, catalog, as_of=as_of, count=SAMPLES)
    winners = score(sample, catalog, as_of).first
    robustness = float(np.mean(winners == first))
    if robustness == 1.0 and _nothing_can_change(answers, first, catalog, as_of):
        return Doubt(1.0, "final", None)
    enough = catalog.parameter("verdict.settled_robustness", as_of).number
    if robustness >= enough:
        return Doubt(robustness, "settled", None)
    return Doubt(
        robustness,
        "open",
        _most_telling([name for name in open_facts if name not in skip], sample, winners, catalog, as_of),
    )


def askable(answers: Mapping[str, Any], catalog: Catalog, *, as_of: date) -> list[str]:
    """Name the open questions that apply now: their condition is met by the answers given."""
    met = frame_of([answers], catalog).select(_asked_when(catalog, as_of)).row(0, named=True)
    read = _facts_read(catalog)
    return [
        name
        for name, fact in catalog.facts.items()
        if fact.asked and name in read and name not in answers and met.get(name, True)
    ]


@lru_cache(maxsize=8)
def _asked_when(catalog: Catalog, as_of: date) -> tuple[pl.Expr, ...]:
    return tuple(
        compile_condition(condition, catalog, as_of).alias(name)
        for name, condition in catalog.ask_when.items()
    )


@lru_cache(maxsize=8)
def _facts_read(catalog: Catalog) -> frozenset[str]:
    conditions = (*catalog.conditions.values(), *catalog.ask_when.values())
    # A rule that reads a derived fact reads what that rests on.
    behind = {"knowledge_tokens", "queries_per_day", "latency_budget_ms"} & set(catalog.facts)
    return frozenset(name for condition in conditions for name in facts_in(condition)) | behind


def _nothing_can_change(answers: Mapping[str, Any], first: int, catalog: Catalog, as_of: date) -> bool:
    """Prove it: even if every undecided rule spoke for a rival, the first would stay first."""
    row = frame_of([answers], catalog)
    state = fired(row, catalog, as_of).row(0)
    table = rule_table(catalog, as_of)
    open_rules = np.array([value is None for value in state])
    settled = np.array([bool(value) for value in state])
    if (table.excludes[open_rules] > 0).any():
        return False
    base = settled @ table.bits + table.base
    gain = table.bits - table.bits[:, [first]]
    best = base - base[first] + np.maximum(gain[open_rules], 0).sum(axis=0)
    excluded = (settled @ table.excludes) > 0
    rivals = [index for index in range(len(STRATEGIES)) if index != first and not excluded[index]]
    # Exact ties go to the simpler strategy, so a later rival may draw level.
    return all(best[index] <= 0 if index > first else best[index] < 0 for index in rivals)


def _most_telling(
    names: list[str], sample: pl.DataFrame, winners: Array, catalog: Catalog, as_of: date
) -> NextQuestion | None:
    doubt_now = _entropy(np.bincount(winners, minlength=len(STRATEGIES)))
    if doubt_now <= 0 or not names:
        return None
    told = {name: max(0.0, doubt_now - _doubt_after(name, sample, winners, catalog, as_of)) for name in names}
    best = max(told, key=lambda name: told[name])
    return NextQuestion(
        fact=best, question=catalog.facts[best].question, settles=round(told[best] / doubt_now, 4)
    )


def _doubt_after(name: str, sample: pl.DataFrame, winners: Array, catalog: Catalog, as_of: date) -> float:
    """Give the entropy of the first that remains on average once ``name`` is answered."""
    bands = _bands(name, sample, catalog, as_of)
    width = int(bands.max()) + 1
    table = np.zeros((width, len(STRATEGIES)))
    np.add.at(table, (bands, winners), 1)
    return float(sum(_entropy(row) * row.sum() for row in table) / len(winners))


def _bands(name: str, sample: pl.DataFrame, catalog: Catalog, as_of: date) -> Array:
    fact = catalog.facts[name]
    if fact.type == "number":
        values = sample[name].fill_null(-1).to_numpy()
        bands: Array = np.digitize(values, thresholds(name, catalog, as_of))
        return bands
    if fact.type == "many":
        # The two ticks that tell most would do; four keep the table small enough for the sample.
        columns = list(columns_of(name, fact))[:4]
        ticks = sample.select(pl.col(columns).fill_null(value=False).cast(pl.Int64)).to_numpy()
        packed: Array = ticks @ (1 << np.arange(len(columns)))
        return packed
    codes = sample[name].to_physical() if fact.type != "boolean" else sample[name].cast(pl.Int64)
    plain: Array = codes.cast(pl.Int64).fill_null(-1).to_numpy() + 1
    return plain


def _entropy(counts: Array) -> float:
    total = counts.sum()
    if total == 0:
        return 0.0
    shares = counts[counts > 0] / total
    return float(-(shares * np.log2(shares)).sum())
