"""How sure a recommendation is while questions are open, and which questions are worth asking."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from typing import Any, Final

import numpy as np

from advisor.catalog import Catalog, Fact
from advisor.decide.records import NextQuestion, Settled
from advisor.decide.scoring import CORNER_DIALS, Array, rule_table
from advisor.decide.starting import TRIALS
from advisor.decide.surroundings import Surroundings
from advisor.palette import STRATEGIES
from advisor.scenario import draws

QUESTIONS: Final = 3


@dataclass(frozen=True)
class Doubt:
    """What the open questions can still do."""

    robustness: float
    """Share of the sampled ways to answer them that keep the recommended strategy."""
    settled: Settled
    questions: tuple[NextQuestion, ...]
    """The questions worth asking, the one that settles most first."""


def doubt(around: Surroundings, catalog: Catalog, *, as_of: date, skip: Collection[str] = ()) -> Doubt:
    """See how often the recommended strategy stays, and what each open question would add.

    A question in ``skip`` stays open and is not put again.
    """
    trials = set(TRIALS.get(STRATEGIES[around.first], ())) & set(around.open_facts)
    fixed = not around.open_facts or _nothing_can_change(around, catalog, as_of)
    if fixed and not trials:
        return Doubt(1.0, "final", ())
    robustness = 1.0 if fixed else float(np.mean(around.winners == around.first))
    enough = catalog.parameter("verdict.smallest_gain", as_of).number
    told = [(question, (question.gain or 0.0) >= enough) for question in _questions(around, catalog, trials)]
    # What makes the advice right more often is asked first, then what only decides where to begin.
    worth = [question for question, gains in told if gains]
    worth += [question for question, gains in told if question.decides_start and not gains]
    asked = tuple(question for question in worth if question.fact not in skip)[:QUESTIONS]
    return Doubt(robustness, "open" if worth else "settled", asked)


def _nothing_can_change(around: Surroundings, catalog: Catalog, as_of: date) -> bool:
    """Prove it: even if every undecided rule spoke for a rival, the recommended corner would stay ahead.

    What is undecided may add its own bits, or take the place of a weaker rule of its consideration; the sum of both
    bounds what an answer can do.
    """
    if around.possible[STRATEGIES[around.first]] is None:
        return False  # an open answer may still put it out of reach
    table, corner = rule_table(catalog, as_of), max(0, around.first - 1)
    undecided = np.array([value is None for value in around.state.values()])
    if table.excludes[undecided].any() or (around.first < 2 and bool(table.bits[undecided, 3].any())):
        return False
    reach = np.abs(table.bits[undecided]).sum(axis=0) + _loudest(around, catalog, table.bits)
    powers = around.here.corner_bits[0]
    for rival, dials in enumerate(CORNER_DIALS):
        moved = dials != CORNER_DIALS[corner]
        if rival != corner and powers[rival] + reach[moved].sum() >= powers[corner]:
            return False
    return True


def _loudest(around: Surroundings, catalog: Catalog, bits: Array) -> Array:
    """Return, per dial, the bits of rules that fire and that an open answer could silence or outweigh."""
    considerations = catalog.considerations
    quietable = np.array([considerations[rule.consideration].needs_gain for rule in catalog.rules.values()])
    fires = np.array([value is True for value in around.state.values()])
    loud: Array = np.abs(bits[quietable & fires]).sum(axis=0)
    return loud


def _questions(around: Surroundings, catalog: Catalog, trials: Collection[str]) -> list[NextQuestion]:
    found = []
    for name in around.open_facts:
        rows = [at for at, (fact, _) in enumerate(around.changes) if fact == name]
        gain, settles = worth_of(name, rows, around, catalog)
        question = catalog.facts[name].question
        found.append(
            NextQuestion(
                fact=name, question=question, gain=gain, settles=settles, decides_start=name in trials
            )
        )
    return sorted(found, key=lambda item: (-item.settles, -(item.gain or 0.0)))


def worth_of(name: str, rows: Sequence[int], around: Surroundings, catalog: Catalog) -> tuple[float, float]:
    """Return what knowing a fact adds to the chance of being right, and the share of the doubt that it removes.

    Args:
        name: The fact.
        rows: Which of the changes around the situation are answers that may come out.
        around: The situation and what lies around it.
        catalog: The rulebook.
    """
    values = tuple(around.changes[at][1] for at in rows)
    after = np.vstack([around.changed.corners[list(rows)], around.here.corners[0]])
    return _told(after, _chances(name, values, catalog))


def _told(after: Array, chances: Array) -> tuple[float, float]:
    """Return what knowing an answer adds to the chance of being right, and the share of entropy it removes."""
    mean = chances @ after
    gain = float(chances @ after.max(axis=1) - mean.max())
    doubt_now = float(_entropy(mean))
    settles = (doubt_now - float(chances @ _entropy(after))) / doubt_now if doubt_now > 0 else 0.0
    return round(max(gain, 0.0), 4), round(min(max(settles, 0.0), 1.0), 4)


def _entropy(shares: Array) -> Array:
    logs = np.log2(shares, out=np.zeros(shares.shape), where=shares > 0)
    entropy: Array = -(shares * logs).sum(axis=-1)
    return entropy


@lru_cache(maxsize=4096)
def _chances(name: str, values: tuple[Any, ...], catalog: Catalog) -> Array:
    """Return how likely each value is before anyone says anything; the last entry is for none of them."""
    fact = catalog.facts[name]
    weights = np.array(_weights(name, fact, values, catalog), dtype=float)
    # Several may be ticked: one tick at a time, and the rest of the weight for no tick, which changes nothing.
    weights = np.append(weights, float(fact.type == "many"))
    chances: Array = weights / weights.sum()
    return chances


def _weights(name: str, fact: Fact, values: Sequence[Any], catalog: Catalog) -> list[float]:
    if fact.type == "number":
        return _nearest(draws(name, catalog), values)
    if fact.type == "many":
        return [float(fact.prior.get(value[0], 0.0)) if value else 0.0 for value in values]
    return [float(fact.prior.get(str(value).lower(), 0.0)) for value in values]


def _nearest(drawn: Array, values: Sequence[float]) -> list[float]:
    points = np.log1p(np.array(sorted(values)))
    edges = (points[1:] + points[:-1]) / 2
    counts = np.bincount(np.digitize(np.log1p(drawn), edges), minlength=len(points))
    return [float(counts[sorted(values).index(value)]) for value in values]
