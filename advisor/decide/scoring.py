"""Frame in, scores out: rules turn two dials, the dials say how likely each strategy is.

The corners of the dials *look up* and *train* are the strategies: neither is prompting or few-shot (which of the
two the dial *show* says), the first RAG, the second fine-tuning, both RAG + fine-tuning.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cached_property, lru_cache, reduce
from operator import or_
from typing import Any, Final, get_args

import numpy as np
import polars as pl

from advisor.catalog import Catalog, Condition, Dial
from advisor.decide.derived import with_derived
from advisor.decide.limits import feasible
from advisor.palette import STRATEGIES
from advisor.scenario import compile_condition

Array = np.ndarray[Any, np.dtype[Any]]

DIALS: Final[tuple[Dial, ...]] = get_args(Dial)
LOOK_UP, TRAIN, BOTH, SHOW = range(len(DIALS))
CORNERS: Final = ("prompting", "rag", "fine_tuning", "hybrid")
# The column that says where training has nothing to gain.
QUIET: Final = "nothing-to-gain"
# Corners x dials: which dials make up the score of a corner; `show` only divides the first.
CORNER_DIALS: Final = np.array([[0, 0, 0, 0], [1, 0, 0, 0], [0, 1, 0, 0], [1, 1, 1, 0]], dtype=np.float64)
# Rows scored at a time: enough to use every core, few enough to keep memory flat.
CHUNK: Final = 131_072
_TRAINING: Final = (TRAIN, BOTH)


@dataclass(frozen=True)
class Contest:
    """Rules of one consideration that speak for, or against, the same dial; the first that fires counts."""

    dial: int
    needs_gain: bool
    """Whether it counts only where training could gain something."""
    ranked: tuple[str, ...]
    """Rules, the strongest first."""


@dataclass(frozen=True)
class RuleTable:
    """The rulebook of one day as expressions and matrices of weights."""

    ids: tuple[str, ...]
    fires: tuple[pl.Expr, ...]
    """One expression per rule: true, false or null."""
    quiet: pl.Expr
    """True where training has nothing to gain."""
    bits: Array
    """Rules x dials: what each rule weighs when nothing stronger of its consideration fires."""
    contests: tuple[Contest, ...]
    """Which rules compete for the same evidence."""
    strongest: tuple[pl.Expr, ...]
    """Over the columns of `fires` and `quiet`: which rule counts, one expression per row of `weights`."""
    weights: Array
    """Expressions of `strongest` x dials, in bits."""
    excludes: Array
    """Rules x strategies; 1 where a rule rules a strategy out."""
    base: Array
    """Bits of each dial before any answer."""


@lru_cache(maxsize=8)
def rule_table(catalog: Catalog, as_of: date) -> RuleTable:
    """Compile the rulebook for a day."""
    bits = np.array([_bits(name, catalog, as_of) for name in catalog.rules])
    excludes = np.array(
        [[name in rule.rules_out for name in STRATEGIES] for rule in catalog.rules.values()], dtype=np.float32
    )
    contests = tuple(_contests(bits, catalog))
    chosen = _strongest(contests, dict(zip(catalog.rules, bits, strict=True)))
    return RuleTable(
        ids=tuple(catalog.rules),
        fires=tuple(_named(c, catalog, as_of, name) for name, c in catalog.conditions.items()),
        quiet=_quiet(catalog, as_of),
        bits=bits,
        contests=contests,
        strongest=tuple(expression.alias(key) for key, (expression, _) in chosen.items()),
        weights=np.array([weight for _, weight in chosen.values()], dtype=np.float32).reshape(-1, len(DIALS)),
        excludes=excludes,
        base=np.array([catalog.fitted.base[dial] for dial in DIALS], dtype=np.float32),
    )


def _bits(name: str, catalog: Catalog, as_of: date) -> list[float]:
    """Return the bits of one rule on each dial: fitted where its word is the one fitted from, else its word's."""
    effect, fitted = catalog.rules[name].effect, catalog.fitted.weights.get(name, {})
    found = []
    for dial in DIALS:
        word = effect.get(dial)
        known, weight = fitted.get(dial, (None, 0.0))
        if word is None:
            found.append(0.0)
        else:
            found.append(weight if known == word else catalog.parameter(f"weights.{word}", as_of).number)
    return found


def _named(condition: Condition, catalog: Catalog, as_of: date, name: str) -> pl.Expr:
    return compile_condition(condition, catalog, as_of).alias(name)


def _quiet(catalog: Catalog, as_of: date) -> pl.Expr:
    nothing, gain = (
        compile_condition(condition, catalog, as_of).fill_null(value=False) for condition in catalog.gain
    )
    return (nothing & ~gain).alias(QUIET)


def _contests(bits: Array, catalog: Catalog) -> Iterator[Contest]:
    for dial in range(len(DIALS)):
        sides: dict[tuple[str, bool], list[tuple[float, str]]] = {}
        for (name, rule), weight in zip(catalog.rules.items(), bits[:, dial].tolist(), strict=True):
            if weight:
                sides.setdefault((rule.consideration, weight > 0), []).append((-abs(weight), name))
        for (consideration, speaks_for), members in sides.items():
            needs_gain = catalog.considerations[consideration].needs_gain and speaks_for and dial in _TRAINING
            yield Contest(dial, needs_gain, tuple(name for _, name in sorted(members)))


def _strongest(contests: Sequence[Contest], bits: Mapping[str, Array]) -> dict[str, tuple[pl.Expr, Array]]:
    """Return an expression for each rule that counts on some dial unless a stronger one of its contest fires.

    Dials on which the same rules compete in the same order share an expression.
    """
    found: dict[str, tuple[pl.Expr, Array]] = {}
    for contest in contests:
        for place, name in enumerate(contest.ranked):
            stronger = contest.ranked[:place]
            column = pl.col(name)
            if stronger:
                column &= ~reduce(or_, [pl.col(other) for other in stronger])
            if contest.needs_gain:
                column &= ~pl.col(QUIET)
            key = "|".join((name, *stronger, "gain" * contest.needs_gain))
            _, weight = found.setdefault(key, (column, np.zeros(len(DIALS))))
            weight[contest.dial] = bits[name][contest.dial]
    return found


@dataclass(frozen=True)
class Scored:
    """Scores of scenarios; a strategy that is ruled out has minus infinity."""

    scores: Array
    """Rows x strategies, in bits; prompting and few-shot share the corner of neither dial."""
    dials: Array
    """Rows x dials, in bits."""
    misses: Array
    """Rows: whether no verdict can be clear: even the recommended strategy misses a limit, or limits alone exclude the
    strategy that the evidence favours."""

    def __getitem__(self, rows: slice) -> Scored:
        """Return some of the rows."""
        return Scored(self.scores[rows], self.dials[rows], self.misses[rows])

    @cached_property
    def corner_bits(self) -> Array:
        """Rows x corners: scores of prompting (few-shot included), RAG, fine-tuning and both, in bits."""
        return _corner_bits(self.scores)

    @cached_property
    def corners(self) -> Array:
        """Rows x corners: probabilities of prompting (few-shot included), RAG, fine-tuning and both."""
        shares = self.shares
        return np.column_stack([shares[:, 0] + shares[:, 1], shares[:, 2:]])

    @cached_property
    def first(self) -> Array:
        """Index of the leading strategy of each row: that of the leading corner; ties go to the simpler one."""
        corner = np.argmax(self.corners.round(6), axis=1)
        prompted = (self.scores[:, 1] > self.scores[:, 0]).astype(np.int64)
        first: Array = np.where(corner == 0, prompted, corner + 1)
        return first

    @cached_property
    def shares(self) -> Array:
        """Rows x strategies: probabilities, which add up to 1."""
        powers = np.exp2((self.scores - self.scores.max(axis=1, keepdims=True)).astype(np.float64))
        shares: Array = powers / powers.sum(axis=1, keepdims=True)
        return shares


def score(frame: pl.DataFrame, catalog: Catalog, as_of: date) -> Scored:
    """Score every scenario; an unknown condition counts for nobody."""
    table = rule_table(catalog, as_of)
    parts = [
        weigh(flags(chunk, catalog, as_of), feasible(chunk, catalog, as_of), table)
        for chunk in frame.iter_slices(CHUNK)
    ]
    if not parts:
        return Scored(np.empty((0, len(STRATEGIES))), np.empty((0, len(DIALS))), np.empty(0, dtype=bool))
    columns = zip(*((part.scores, part.dials, part.misses) for part in parts), strict=True)
    return Scored(*(np.concatenate(column) for column in columns))


def weigh(fires: pl.DataFrame, possible: pl.DataFrame, table: RuleTable) -> Scored:
    """Turn what fires into scores; columns as `flags` returns them, where unknown counts for nobody.

    ``possible`` is what `advisor.decide.limits.feasible` says of the same rows: what cannot be had is ruled out.
    """
    known = fires.select(pl.all().fill_null(value=False))
    dials = _matrix(known.select(table.strongest)) @ table.weights + table.base
    look_up, train, both, show = dials.T
    # The corner of neither dial is the zero; its two strategies share it by the dial `show`.
    scores = np.column_stack(
        [-np.logaddexp2(0, show), -np.logaddexp2(0, -show), look_up, train, look_up + train + both]
    )
    # Rounded, so that a tie is a tie whatever order the machine adds in.
    scores = scores.round(4)
    if table.excludes.any():
        barring: Array = np.asarray(table.excludes.any(axis=1))
        ids = [name for name, bars in zip(table.ids, barring.tolist(), strict=True) if bars]
        scores[_matrix(known.select(ids)) @ table.excludes[barring] > 0] = -np.inf
    excluded = possible.select((~pl.col(STRATEGIES)).fill_null(value=False)).to_numpy()
    touched = np.flatnonzero(excluded.any(axis=1))
    favoured = _leading(scores[touched])
    scores[excluded] = -np.inf
    # What is left when limits exclude the favourite is right by elimination; how often that holds was not measured.
    overruled = np.zeros(len(scores), dtype=bool)
    overruled[touched] = favoured != _leading(scores[touched])
    # What excludes everything leaves prompting: something can always be tried. It misses a limit then, and says so.
    nothing = np.isneginf(scores).all(axis=1)
    scores[nothing, 0] = 0
    misses = nothing | overruled | possible["all_late"].fill_null(value=False).to_numpy()
    return Scored(scores, dials.round(4), misses)


def _leading(scores: Array) -> Array:
    """Return, per row, the index of the leading corner; ties go to the simpler one."""
    leading: Array = _corner_bits(scores).argmax(axis=1)
    return leading


def _corner_bits(scores: Array) -> Array:
    bits: Array = np.column_stack([np.logaddexp2(scores[:, 0], scores[:, 1]), scores[:, 2:]])
    return bits


def _matrix(flags: pl.DataFrame) -> Array:
    matrix: Array = flags.select(pl.all().cast(pl.UInt8)).to_numpy().astype(np.float32)
    return matrix


def flags(frame: pl.DataFrame, catalog: Catalog, as_of: date) -> pl.DataFrame:
    """Return one column per rule (true, false, or null where an open answer decides), and one that says where training has nothing to gain."""
    table = rule_table(catalog, as_of)
    return with_derived(frame, catalog, as_of).select(*table.fires, table.quiet)


def fired(frame: pl.DataFrame, catalog: Catalog, as_of: date) -> pl.DataFrame:
    """Return one column per rule: true, false, or null where an open answer decides."""
    return flags(frame, catalog, as_of).select(list(catalog.rules))
