"""Fit what rules weigh on blind readings, with the experts' words as prior; and a plain linear model beside it.

Each rule keeps the direction of its word. Its weight is drawn to the word by a penalty, so that a rule that few cases
speak to stays where the expert put it. Within a consideration the strongest rule counts, as in the engine.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Any, Final

import numpy as np
from readings import CORES, Array, Read, group_of
from scipy.optimize import minimize

from advisor.catalog import Catalog
from advisor.decide.scoring import DIALS, QUIET, Contest, flags, rule_table
from advisor.scenario import frame_of

# How strongly a weight is drawn to its word, and the start of a dial to zero, in nats squared.
PULL: Final = 1.0
PULL_BASE: Final = 0.1
# Copies with few answers teach the weights what an interview looks like early on: one with most answers left out at
# random, one that keeps mostly what is asked first.
LEFT_OUT: Final = 0.6
FIRST: Final = (
    "knowledge_gap",
    "behavior_gap",
    "behaviors",
    "task_breadth",
    "prompting_result",
    "labelled_examples",
)
KEPT: Final = (0.7, 0.08)
SHARE_OF_COPIES: Final = 0.2
NATS_PER_BIT: Final = float(np.log(2))
_FITTED: Final = DIALS[:3]  # published endings do not tell few-shot from prompting, so `show` stays as it is


@dataclass(frozen=True)
class Sample:
    """Readings as numbers."""

    fires: Array
    """Readings x rules."""
    quiet: Array
    """Where training has nothing to gain."""
    cores: Array
    """The published ending of each reading."""
    groups: tuple[str, ...]
    """What is left out together."""
    weight: Array
    """Weight of each reading in the fit; the readings of one case add up to 1."""


def sample_of(reads: Sequence[Read], catalog: Catalog, as_of: date, *, copies: bool = True) -> Sample:
    """Take each reading whole and, where asked, once more with most answers left out."""
    rng = np.random.default_rng(20261126)
    rows = [dict(read.answers) for read in reads]
    weights = [1.0 - SHARE_OF_COPIES * copies] * len(rows)
    if copies:
        whole = list(rows)
        rows += [{name: value for name, value in row.items() if rng.random() >= LEFT_OUT} for row in whole]
        rows += [{name: row[name] for name in row if rng.random() < KEPT[name not in FIRST]} for row in whole]
        weights += [SHARE_OF_COPIES / 2] * len(reads) * 2
    known = flags(frame_of(rows, catalog), catalog, as_of).fill_null(value=False)
    times = len(rows) // len(reads)
    per_case = len(reads) / len({read.case.id for read in reads})
    return Sample(
        fires=known.select(list(catalog.rules)).to_numpy().astype(float),
        quiet=known[QUIET].to_numpy(),
        cores=np.array([read.core for read in reads] * times),
        groups=tuple(group_of(read.case) for read in reads) * times,
        weight=np.array(weights) / per_case,
    )


@dataclass(frozen=True)
class Slots:
    """The weights to fit: one per rule and dial, ordered so that each contest is a run of neighbours."""

    rules: Array
    dials: Array
    signs: Array
    priors: Array
    """Nats, without sign."""
    contests: tuple[tuple[Contest, slice], ...]


def unfitted(catalog: Catalog) -> Catalog:
    """Return the catalog with every rule at the weight of its word."""
    bare = catalog.fitted.model_copy(update={"weights": {}})
    return replace(catalog, fitted=bare)


def slots_of(catalog: Catalog, as_of: date) -> Slots:
    """List what is fitted; the prior of each weight is its word, whatever was fitted before."""
    names = list(catalog.rules)
    table = rule_table(unfitted(catalog), as_of)
    kept = [contest for contest in table.contests if contest.dial < len(_FITTED)]
    members = [(names.index(name), contest.dial) for contest in kept for name in contest.ranked]
    ends = np.cumsum([len(contest.ranked) for contest in kept]).tolist()
    runs = [slice(end - len(contest.ranked), end) for contest, end in zip(kept, ends, strict=True)]
    words = np.array(
        [
            catalog.parameter(f"weights.{catalog.rules[names[rule]].effect[DIALS[dial]]}", as_of).number
            for rule, dial in members
        ]
    )
    return Slots(
        rules=np.array([rule for rule, _ in members]),
        dials=np.array([dial for _, dial in members]),
        signs=np.sign(words),
        priors=np.abs(words) * NATS_PER_BIT,
        contests=tuple(zip(kept, runs, strict=True)),
    )


@dataclass(frozen=True)
class Weights:
    """What was fitted, in nats."""

    sizes: Array
    """One per slot, not negative."""
    base: Array
    """Start of each fitted dial."""


def active(sample: Sample, slots: Slots) -> Array:
    """Readings x slots: whether the rule fires and its consideration is not quiet."""
    columns = sample.fires[:, slots.rules].copy()
    for contest, run in slots.contests:
        if contest.needs_gain:
            columns[sample.quiet, run] = 0
    return columns


def dials_of(columns: Array, slots: Slots, sizes: Array) -> tuple[Array, list[tuple[Array, Array]]]:
    """Return readings x dials, and for each contest which slot counted and whether any did."""
    dials = np.zeros((len(columns), len(_FITTED)))
    counted = []
    for contest, run in slots.contests:
        values = columns[:, run] * sizes[run]
        best = values.argmax(axis=1)
        size = values[np.arange(len(values)), best]
        dials[:, contest.dial] += slots.signs[run.start] * size
        counted.append((best + run.start, columns[np.arange(len(columns)), best + run.start]))
    return dials, counted


def corners(dials: Array) -> Array:
    """Return probabilities of the four corners from dials in nats."""
    look_up, train, both = dials.T
    scores = np.column_stack([np.zeros(len(dials)), look_up, train, look_up + train + both])
    powers = np.exp(scores - scores.max(axis=1, keepdims=True))
    chances: Array = powers / powers.sum(axis=1, keepdims=True)
    return chances


def fit(columns: Array, cores: Array, weight: Array, slots: Slots) -> Weights:
    """Minimise log-loss plus the pull to the words; weights keep their sign."""
    count = len(slots.priors)
    right = np.eye(len(CORES))[cores]

    def loss(values: Array) -> tuple[float, Array]:
        sizes, base = values[:count], values[count:]
        dials, counted = dials_of(columns, slots, sizes)
        chances = corners(dials + base)
        miss = (chances - right) * weight[:, None]
        towards = np.column_stack([miss[:, 1] + miss[:, 3], miss[:, 2] + miss[:, 3], miss[:, 3]])
        slope = np.zeros(count)
        for (contest, run), (slot, counts) in zip(slots.contests, counted, strict=True):
            np.add.at(slope, slot, towards[:, contest.dial] * slots.signs[run.start] * counts)
        total = -(weight * np.log(np.maximum((chances * right).sum(axis=1), 1e-12))).sum()
        total += PULL * ((sizes - slots.priors) ** 2).sum() + PULL_BASE * (base**2).sum()
        pulls = (2 * PULL * (sizes - slots.priors), towards.sum(axis=0) + 2 * PULL_BASE * base)
        return float(total), np.concatenate([slope + pulls[0], pulls[1]])

    start = np.concatenate([slots.priors, np.zeros(len(_FITTED))])
    bounds = [(0, None)] * count + [(None, None)] * len(_FITTED)
    best = minimize(loss, start, jac=True, method="L-BFGS-B", bounds=bounds, options={"maxiter": 300}).x
    return Weights(best[:count], best[count:])


def folds_of(groups: Sequence[str], seed: int, count: int = 10) -> Array:
    """Put whole groups into folds, at random."""
    names = sorted(set(groups))
    np.random.default_rng(seed).shuffle(names)
    place = {name: index % count for index, name in enumerate(names)}
    return np.array([place[group] for group in groups])


def left_out(reads: Sequence[Read], catalog: Catalog, as_of: date, seeds: Sequence[int]) -> Array:
    """Return readings x corners, each predicted by weights that never saw its group; the mean over repeats."""
    slots, sample = slots_of(catalog, as_of), sample_of(reads, catalog, as_of)
    columns = active(sample, slots)
    whole = np.arange(len(sample.cores)) < len(reads)
    total = np.zeros((len(reads), len(CORES)))
    for seed in seeds:
        folds = folds_of(sample.groups, seed)
        for fold in range(int(folds.max()) + 1):
            seen = folds != fold
            weights = fit(columns[seen], sample.cores[seen], sample.weight[seen], slots)
            rows = ~seen & whole
            total[rows[: len(reads)]] += corners(
                dials_of(columns[rows], slots, weights.sizes)[0] + weights.base
            )
    return total / len(seeds)


def design(reads: Sequence[Read], catalog: Catalog) -> Array:
    """Return readings x columns: one per option, and per number whether it is given and its size."""
    columns: dict[str, Array] = {}

    def put(row: int, name: str, value: float) -> None:
        columns.setdefault(name, np.zeros(len(reads)))[row] = value

    for row, read in enumerate(reads):
        for name, value in read.answers.items():
            kind: Any = catalog.facts[name].type
            if kind == "many":
                for option in ("?", *value):
                    put(row, f"{name}.{option}", 1)
            elif kind == "number":
                put(row, f"{name}?", 1)
                put(row, name, (np.log1p(value) - 6) / 4)
            else:
                put(row, f"{name}={value}", 1)
    return np.column_stack(list(columns.values()))


def ridge(reads: Sequence[Read], catalog: Catalog, seeds: Sequence[int], penalty: float) -> Array:
    """Return left-out predictions of a plain multinomial ridge model on the same answers."""
    columns = design(reads, catalog)
    right = np.eye(len(CORES))[[read.core for read in reads]]
    groups = [group_of(read.case) for read in reads]
    total = np.zeros((len(reads), len(CORES)))
    for seed in seeds:
        folds = folds_of(groups, seed)
        for fold in range(int(folds.max()) + 1):
            seen = folds != fold
            weights = _ridge_fit(columns[seen], right[seen], penalty)
            total[~seen] += _softmax(columns[~seen] @ weights[:-1] + weights[-1])
    return total / len(seeds)


def _ridge_fit(columns: Array, right: Array, penalty: float) -> Array:
    shape = (columns.shape[1] + 1, len(CORES))

    def loss(values: Array) -> tuple[float, Array]:
        weights = values.reshape(shape)
        chances = _softmax(columns @ weights[:-1] + weights[-1])
        miss = (chances - right) / 2  # two readings of a case count as one
        total = -np.log(np.maximum((chances * right).sum(axis=1), 1e-12)).sum() / 2
        total += penalty * (weights[:-1] ** 2).sum()
        slope = np.vstack([columns.T @ miss + 2 * penalty * weights[:-1], miss.sum(axis=0)])
        return float(total), slope.ravel()

    found = minimize(loss, np.zeros(shape).ravel(), jac=True, method="L-BFGS-B", options={"maxiter": 300}).x
    weights: Array = found.reshape(shape)
    return weights


def _softmax(scores: Array) -> Array:
    powers = np.exp(scores - scores.max(axis=1, keepdims=True))
    chances: Array = powers / powers.sum(axis=1, keepdims=True)
    return chances
