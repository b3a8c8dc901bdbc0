"""How sure a recommendation is while questions are open, and which question to put next."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date

import numpy as np
import polars as pl

from advisor.catalog import Catalog
from advisor.decide.records import NextQuestion, Settled
from advisor.decide.scoring import Array, rule_table
from advisor.decide.surroundings import Surroundings
from advisor.palette import STRATEGIES
from advisor.scenario import columns_of
from advisor.scenario.sampling import thresholds


@dataclass(frozen=True)
class Doubt:
    """What sampling the open answers shows."""

    robustness: float
    """Share of the sampled ways that keep the first."""
    settled: Settled
    next_question: NextQuestion | None


def doubt(around: Surroundings, catalog: Catalog, *, as_of: date, skip: Collection[str] = ()) -> Doubt:
    """See how often the first stays first, whatever the open answers are.

    A question in ``skip`` stays open and is not put again.
    """
    if not around.open_facts:
        return Doubt(1.0, "final", None)
    robustness = float(np.mean(around.winners == around.first))
    if robustness == 1.0 and _nothing_can_change(around, catalog, as_of):
        return Doubt(1.0, "final", None)
    enough = catalog.parameter("verdict.settled_robustness", as_of).number
    if robustness >= enough:
        return Doubt(robustness, "settled", None)
    names = [name for name in around.open_facts if name not in skip]
    return Doubt(robustness, "open", _most_telling(names, around, catalog, as_of))


def _nothing_can_change(around: Surroundings, catalog: Catalog, as_of: date) -> bool:
    """Prove it: even if every undecided rule spoke for a rival, the first would stay first."""
    table, first = rule_table(catalog, as_of), around.first
    open_rules = np.array([value is None for value in around.state.values()])
    settled = np.array([bool(value) for value in around.state.values()])
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
    names: list[str], around: Surroundings, catalog: Catalog, as_of: date
) -> NextQuestion | None:
    doubt_now = float(_entropies(np.bincount(around.winners, minlength=len(STRATEGIES))))
    if doubt_now <= 0 or not names:
        return None
    bands = _bands(names, around.sample, catalog, as_of)
    told = {name: max(0.0, doubt_now - _doubt_after(bands[name], around.winners)) for name in names}
    best = max(told, key=lambda name: told[name])
    return NextQuestion(
        fact=best, question=catalog.facts[best].question, settles=round(told[best] / doubt_now, 4)
    )


def _doubt_after(bands: Array, winners: Array) -> float:
    """Give the entropy of the first that remains on average once it is known which band holds."""
    shape = (int(bands.max()) + 1, len(STRATEGIES))
    table = np.bincount(bands * shape[1] + winners, minlength=shape[0] * shape[1]).reshape(shape)
    return float((_entropies(table) * table.sum(axis=1)).sum() / len(winners))


def _bands(names: list[str], sample: pl.DataFrame, catalog: Catalog, as_of: date) -> dict[str, Array]:
    """Give, for each fact and each way to answer, a small number that says which answer it is; 0 is none."""
    codes = sample.select(code for name in names for code in _codes(name, catalog))
    found = {}
    for name in names:
        columns = [codes[column].to_numpy() for column in _columns(name, catalog)]
        if catalog.facts[name].type == "number":
            found[name] = np.digitize(columns[0], thresholds(name, catalog, as_of))
        else:
            width = max((int(column.max()) for column in columns), default=0) + 1
            found[name] = sum(column * width**place for place, column in enumerate(columns))
    return found


def _codes(name: str, catalog: Catalog) -> list[pl.Expr]:
    columns = [pl.col(column) for column in _columns(name, catalog)]
    match catalog.facts[name].type:
        case "number":
            return [column.fill_null(-1) for column in columns]
        case "many":
            return [column.fill_null(value=False).cast(pl.Int64) for column in columns]
        case _:
            return [column.to_physical().cast(pl.Int64).fill_null(-1) + 1 for column in columns]


def _columns(name: str, catalog: Catalog) -> list[str]:
    # The two ticks that tell most would do; four keep the table small enough for the sample.
    return list(columns_of(name, catalog.facts[name]))[:4]


def _entropies(counts: Array) -> Array:
    """Give the entropy in bits of each row of counts."""
    total = counts.sum(axis=-1, keepdims=True)
    shares = np.divide(counts, total, out=np.zeros(counts.shape), where=total > 0)
    logs = np.log2(shares, out=np.zeros(counts.shape), where=shares > 0)
    entropies: Array = -(shares * logs).sum(axis=-1)
    return entropies
