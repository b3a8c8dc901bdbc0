"""A frame of situations in, the same rows with verdicts out."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import Final

import numpy as np
import polars as pl

from advisor.catalog import Catalog
from advisor.decide.scoring import Array, Scored, score
from advisor.decide.starting import start_with
from advisor.decide.verdicts import shortlist_of, thresholds_of, verdict_of
from advisor.palette import STRATEGIES
from advisor.scenario import columns_of, filled

# Ways to answer the open questions per row: fewer than for one situation, many rows at once.
TABLE_SAMPLES: Final = 128
_ROWS_AT_ONCE: Final = 1_000
_READ_BY_START: Final = ("prompting_result", "retrieval_result", "knowledge_tokens", "needed_percent")


def decide_frame(
    frame: pl.DataFrame,
    catalog: Catalog,
    *,
    as_of: date,
    samples: int = TABLE_SAMPLES,
    progress: Callable[[int], None] | None = None,
) -> pl.DataFrame:
    """Decide every row, in the same order.

    Columns: ``recommended``, ``start_with``, ``shortlist`` (joined by ``;``), ``verdict``,
    ``probability_<strategy>`` and ``robustness``. ``progress`` is told the number of rows done. ``samples`` ways to
    answer the open questions are tried per row; 0 leaves robustness null.
    """
    scored = score(frame, catalog, as_of)
    robust = np.ones(frame.height)
    for start in range(0, frame.height if samples else 0, _ROWS_AT_ONCE):
        stop = min(start + _ROWS_AT_ONCE, frame.height)
        winners = scored.first[start:stop]
        robust[start:stop] = _robustness(frame[start:stop], winners, catalog, as_of, samples)
        if progress:
            progress(stop)
    return pl.DataFrame(
        [
            pl.Series("recommended", [STRATEGIES[i] for i in scored.first.tolist()]),
            pl.Series("start_with", _starts(frame, scored, catalog)),
            *_words(frame, scored, catalog, as_of),
            *(pl.Series(f"probability_{name}", scored.shares[:, i]) for i, name in enumerate(STRATEGIES)),
            pl.Series("robustness", robust if samples else [None] * frame.height, dtype=pl.Float64),
        ]
    )


def _words(frame: pl.DataFrame, scored: Scored, catalog: Catalog, as_of: date) -> list[pl.Series]:
    limits = thresholds_of(catalog, as_of)
    given = [
        pl.any_horizontal(pl.col(column).is_not_null() for column in columns_of(name, fact)).alias(name)
        for name, fact in catalog.facts.items()
        if fact.asked
    ]
    answered = frame.select(pl.sum_horizontal(frame.select(given).get_columns())).to_series()
    verdicts = [
        verdict_of(probability, count, limits)
        for probability, count in zip(scored.corners.max(axis=1).tolist(), answered.to_list(), strict=True)
    ]
    lists = [";".join(names) for names in shortlist_of(scored, limits)]
    return [pl.Series("shortlist", lists), pl.Series("verdict", verdicts)]


def _starts(frame: pl.DataFrame, scored: Scored, catalog: Catalog) -> list[str]:
    prompted = (scored.scores[:, 1] > scored.scores[:, 0]).tolist()
    barred = np.isneginf(scored.scores)
    rows = frame.select(_READ_BY_START).iter_rows(named=True)
    return [
        start_with(
            STRATEGIES[first],
            STRATEGIES[few_shot],
            answers,
            frozenset(name for name, bar in zip(STRATEGIES, bars, strict=True) if bar),
            catalog,
        ).strategy
        for first, few_shot, answers, bars in zip(
            scored.first.tolist(), prompted, rows, barred.tolist(), strict=True
        )
    ]


def _robustness(frame: pl.DataFrame, firsts: Array, catalog: Catalog, as_of: date, samples: int) -> Array:
    ways = filled(frame, catalog, as_of=as_of, count=samples)
    winners = score(ways, catalog, as_of).first.reshape(frame.height, samples)
    kept: Array = (winners == firsts[:, None]).mean(axis=1)
    return kept
