"""Frame in, scores out: every rule over every scenario, as columns; bits add up, shares are 2^score."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from typing import Any, Final

import numpy as np
import polars as pl

from advisor.catalog import Catalog
from advisor.decide.derived import with_derived
from advisor.palette import STRATEGIES
from advisor.scenario import compile_condition

Array = np.ndarray[Any, np.dtype[Any]]

# Rows scored at a time: enough to use every core, few enough to keep memory flat.
CHUNK: Final = 131_072


@dataclass(frozen=True)
class RuleTable:
    """The rulebook of one day as expressions and a matrix of weights."""

    ids: tuple[str, ...]
    fires: tuple[pl.Expr, ...]
    """One expression per rule: true, false or null."""
    bits: Array
    """Rules x strategies."""
    excludes: Array
    """Rules x strategies; 1 where a rule rules a strategy out."""
    base: Array
    """Bits of each strategy before any answer."""


@lru_cache(maxsize=8)
def rule_table(catalog: Catalog, as_of: date) -> RuleTable:
    """Compile the rulebook for a day."""
    bits = np.zeros((len(catalog.rules), len(STRATEGIES)), dtype=np.float32)
    excludes = np.zeros(bits.shape, dtype=np.float32)
    for row, rule in enumerate(catalog.rules.values()):
        for strategy, word in rule.effect.items():
            column = STRATEGIES.index(strategy)
            if word == "rules_out":
                excludes[row, column] = 1
            else:
                bits[row, column] = catalog.parameter(f"weights.{word}", as_of).number
    base = [catalog.parameter(f"weights.base_{strategy}", as_of).number for strategy in STRATEGIES]
    fires = [
        compile_condition(catalog.conditions[name], catalog, as_of).alias(name) for name in catalog.rules
    ]
    return RuleTable(
        ids=tuple(catalog.rules),
        fires=tuple(fires),
        bits=bits,
        excludes=excludes,
        base=np.array(base, dtype=np.float32),
    )


@dataclass(frozen=True)
class Scored:
    """Scores of scenarios; a strategy that is ruled out has minus infinity."""

    scores: Array
    """Rows x strategies, in bits."""

    @property
    def first(self) -> Array:
        """Index of the leading strategy of each row; ties go to the simpler one, which stands first."""
        first: Array = np.argmax(self.scores, axis=1)
        return first

    @property
    def shares(self) -> Array:
        """Rows x strategies: 2^score, normalised."""
        powers = np.exp2(self.scores - self.scores.max(axis=1, keepdims=True))
        shares: Array = powers / powers.sum(axis=1, keepdims=True)
        return shares

    @property
    def lead(self) -> Array:
        """Bits between the first and the second of each row."""
        top = np.partition(self.scores, -2, axis=1)
        lead: Array = top[:, -1] - top[:, -2]
        return lead


def score(frame: pl.DataFrame, catalog: Catalog, as_of: date) -> Scored:
    """Score every scenario; an unknown condition counts for nobody."""
    table = rule_table(catalog, as_of)
    parts = [scores_of(fired(chunk, catalog, as_of), table) for chunk in frame.iter_slices(CHUNK)]
    return Scored(np.concatenate(parts) if parts else np.empty((0, len(STRATEGIES)), dtype=np.float32))


def scores_of(fires: pl.DataFrame, table: RuleTable) -> Array:
    """Add up the bits of the rules that fire; a column per rule, where unknown counts for nobody."""
    counts = fires.select(pl.all().fill_null(value=False).cast(pl.UInt8))
    matrix = counts.to_numpy().astype(np.float32)
    # Rounded, so that a tie is a tie whatever order the machine adds in.
    scores: Array = (matrix @ table.bits + table.base).round(4)
    if table.excludes.any():
        scores[matrix @ table.excludes > 0] = -np.inf
    # A rulebook that excludes everything leaves prompting: something can always be tried.
    scores[np.isneginf(scores).all(axis=1), 0] = 0
    return scores


def fired(frame: pl.DataFrame, catalog: Catalog, as_of: date) -> pl.DataFrame:
    """Give one column per rule: true, false, or null where an open answer decides."""
    return with_derived(frame, catalog, as_of).select(rule_table(catalog, as_of).fires)
