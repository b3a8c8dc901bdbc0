"""Fit what the words of effects weigh, and where strategies start, on the published cases.

Eleven numbers for the whole rulebook, drawn towards plain starting values; no rule and no case has a
weight of its own. Run: python benchmarks/calibrate.py [--write].
"""

from __future__ import annotations

import argparse
import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Any, Final

import numpy as np
from cases import CORES, PUBLISHED, accepted, fold, thinned

from advisor.catalog import Case, Catalog, load_catalog, rules_folder
from advisor.decide import fired
from advisor.palette import STRATEGIES
from advisor.scenario import check_answers, frame_of

Array = np.ndarray[Any, np.dtype[Any]]

WORDS: Final = ("strongly_for", "for", "slightly_for", "slightly_against", "against", "strongly_against")
NAMES: Final = (*WORDS, *(f"base_{strategy}" for strategy in STRATEGIES))
# Where regularisation draws to: a ladder in which each word weighs about twice the one below it, and
# starting points in the order of effort, so that without evidence the simpler strategy leads.
START: Final = np.array([2.4, 1.2, 0.6, -0.6, -1.2, -2.4, 1.6, 0.6, 0.4, -0.8, -1.2])
PULL: Final = 0.04
COPIES: Final = 12
LEFT_OUT: Final = 0.3
_MEMBERS: Final = np.array([[fold(strategy) == core for strategy in STRATEGIES] for core in CORES])


@dataclass(frozen=True)
class Sample:
    """Cases as numbers: what the score adds up, and which endings count as right."""

    counts: Array
    """Rows x strategies x numbers: how often each number enters a strategy's score."""
    barred: Array
    """Rows x strategies: ruled out."""
    right: Array
    """Rows x core strategies: 1 as published, 0.5 for other endings that the source accepts."""
    groups: tuple[str, ...]
    """Cases of one source are left out together."""
    whole: Array
    """Rows whose answers are complete, not thinned."""


def sample_of(cases: Sequence[Case], catalog: Catalog, as_of: date) -> Sample:
    """Take each case whole and in thinned copies, since people leave questions open."""
    rng = np.random.default_rng(7)
    rows = [(case, dict(case.answers), True) for case in cases]
    rows += [(case, thinned(case.answers, rng, LEFT_OUT), False) for case in cases for _ in range(COPIES)]
    frame = frame_of([check_answers(answers, catalog) for _, answers, _ in rows], catalog)
    state = fired(frame, catalog, as_of).fill_null(value=False).to_numpy().astype(float)
    words, bars = _effects(catalog)
    counts = np.einsum("nr,rsw->nsw", state, words)
    base = np.broadcast_to(np.eye(len(STRATEGIES)), (len(rows), len(STRATEGIES), len(STRATEGIES)))
    return Sample(
        counts=np.concatenate([counts, base], axis=2),
        barred=state @ bars > 0,
        right=np.array([_right(case) for case, _, _ in rows]),
        groups=tuple(case.group or case.id for case, _, _ in rows),
        whole=np.array([whole for _, _, whole in rows]),
    )


def _effects(catalog: Catalog) -> tuple[Array, Array]:
    words = np.zeros((len(catalog.rules), len(STRATEGIES), len(WORDS)))
    bars = np.zeros((len(catalog.rules), len(STRATEGIES)))
    for row, rule in enumerate(catalog.rules.values()):
        for strategy, word in rule.effect.items():
            column = STRATEGIES.index(strategy)
            if word == "rules_out":
                bars[row, column] = 1
            else:
                words[row, column, WORDS.index(word)] = 1
    return words, bars


def _right(case: Case) -> list[float]:
    good = accepted(case)
    return [1.0 if core == case.decision_core else 0.5 if core in good else 0.0 for core in CORES]


def scores(sample: Sample, numbers: Array) -> Array:
    """Rows x strategies, in bits."""
    return np.where(sample.barred, -60.0, sample.counts @ numbers)


def _shares(bits: Array) -> Array:
    powers = np.exp2(bits - bits.max(axis=1, keepdims=True))
    shares: Array = powers / powers.sum(axis=1, keepdims=True)
    return shares


def loss_and_slope(sample: Sample, numbers: Array, weight: Array) -> tuple[float, Array]:
    """Mean surprise in bits at the right endings plus the pull to the start, and its gradient."""
    shares = _shares(scores(sample, numbers))
    value_of = sample.right @ _MEMBERS
    good = (shares * value_of).sum(axis=1)
    total = weight.sum()
    loss = float(-(weight * np.log2(good)).sum() / total + PULL * ((numbers - START) ** 2).sum())
    towards = shares * value_of / good[:, None]
    slope = np.einsum("n,ns,nsw->w", weight, shares - towards, sample.counts) / total
    return loss, slope + 2 * PULL * (numbers - START)


def fit(sample: Sample, keep: Array, steps: int = 400) -> Array:
    """Descend from the start on the rows kept; each case weighs the same, its copies share half of that."""
    weight = np.where(sample.whole, 0.5, 0.5 / COPIES) * keep
    numbers = START.copy()
    rate = 1.0
    loss, slope = loss_and_slope(sample, numbers, weight)
    for _ in range(steps):
        trial = _ordered(numbers - rate * slope)
        new_loss, new_slope = loss_and_slope(sample, trial, weight)
        if new_loss < loss:
            numbers, loss, slope, rate = trial, new_loss, new_slope, rate * 1.2
        else:
            rate /= 2
    return numbers


def _ordered(numbers: Array) -> Array:
    # A word never weighs less than a weaker one, and never changes its sign.
    ordered = numbers.copy()
    ordered[:6] = np.clip(ordered[:6], [0, 0, 0, -9, -9, -9], [9, 9, 9, 0, 0, 0])
    ordered[:6] = -np.sort(-ordered[:6])
    return ordered


def right_rows(sample: Sample, numbers: Array, rows: Array) -> tuple[int, int]:
    """Count rows decided as published, and as any accepted ending."""
    first = scores(sample, numbers).argmax(axis=1)
    core = _MEMBERS.argmax(axis=0)[first]
    value = sample.right[np.arange(len(core)), core]
    return int(((value == 1.0) & rows).sum()), int(((value > 0) & rows).sum())


def leave_one_group_out(sample: Sample) -> tuple[int, int]:
    """Fit without each group in turn and count the group's own cases."""
    groups = np.array(sample.groups)
    strict = lenient = 0
    for group in sorted(set(sample.groups)):
        numbers = fit(sample, groups != group)
        found = right_rows(sample, numbers, (groups == group) & sample.whole)
        strict, lenient = strict + found[0], lenient + found[1]
    return strict, lenient


def write(numbers: Array) -> None:
    """Put the numbers, rounded, into ``rules/parameters/weights.yaml``; comments and dates stay."""
    path = rules_folder() / "parameters" / "weights.yaml"
    text = path.read_text(encoding="utf-8")
    for name, number in zip(NAMES, numbers, strict=True):
        match = re.search(rf"(?ms)^  {name}:\n.*?value: (-?[\d.]+)", text)
        if match is None:
            raise SystemExit(f"{path}: there is no number '{name}'")
        text = f"{text[: match.start(1)]}{number:.2f}{text[match.end(1) :]}"
    path.write_text(text, encoding="utf-8")


def main() -> None:
    """Print the numbers before and after, and how cases are decided that the fit has not seen."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--as-of", type=date.fromisoformat, default=datetime.now(UTC).date())
    parser.add_argument("--write", action="store_true", help="put the fitted numbers into rules/")
    options = parser.parse_args()
    catalog = load_catalog()
    cases = [case for case in catalog.cases.values() if case.kind in PUBLISHED]
    sample = sample_of(cases, catalog, options.as_of)
    fitted = np.round(fit(sample, np.ones(len(sample.groups))), 2)
    present = np.array([catalog.parameter(f"weights.{name}", options.as_of).number for name in NAMES])
    print(f"{'number':<20}{'start':>8}{'present':>9}{'fitted':>8}   bits")
    for name, *row in zip(NAMES, START, present, fitted, strict=True):
        print(f"{name:<20}{row[0]:>8.2f}{row[1]:>9.2f}{row[2]:>8.2f}")
    print(f"\n{len(cases)} cases in {len(set(sample.groups))} groups: strict, lenient")
    for label, numbers in (("start", START), ("present", present), ("fitted", fitted)):
        print(f"  {label:<22}{right_rows(sample, numbers, sample.whole)}")
    print(f"  {'leave one group out':<22}{leave_one_group_out(sample)}")
    if options.write:
        write(fitted)


if __name__ == "__main__":
    main()
