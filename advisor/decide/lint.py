"""Lint a rulebook: a catalog in, findings out, each with the rule it names and a scenario that shows it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from typing import Any, Literal

import numpy as np
import polars as pl

from advisor.catalog import Catalog, ParameterRef, Record, Rule, walk
from advisor.catalog.crosschecks import unused
from advisor.decide.scoring import DIALS, Array, Scored, fired, rule_table, score
from advisor.palette import STRATEGIES
from advisor.scenario import answers_of, columns_of, complete, frame_of


class LintFinding(Record):
    """Something about the rulebook that a person should look at."""

    check: str
    """Which check found it."""
    severity: Literal["error", "warning", "note"]
    """Errors make `rules check` fail."""
    place: str
    """File and line, or the rule's id."""
    message: str
    """The problem in one sentence."""
    scenario: dict[str, Any] | None = None
    """A situation that shows it."""


@dataclass(frozen=True)
class _Sample:
    catalog: Catalog
    as_of: date
    frame: pl.DataFrame
    fired: Array
    """Scenarios x rules, true where the rule fires."""
    scored: Scored

    def scenario(self, row: int) -> dict[str, Any]:
        return answers_of(self.frame.row(row, named=True), self.catalog)

    def place(self, name: str) -> str:
        return self.catalog.places.get(name, name)


def lint(catalog: Catalog, *, as_of: date, samples: int = 50_000) -> list[LintFinding]:
    """Run every check over the catalog and a seeded sample of scenarios."""
    frame = complete({}, catalog, as_of=as_of, count=samples)
    state = fired(frame, catalog, as_of).select(pl.all().fill_null(value=False)).to_numpy()
    sample = _Sample(catalog, as_of, frame, state, score(frame, catalog, as_of))
    checks = (
        _examples,
        _unused,
        _never_fires,
        _answer_never_matters,
        _always_together,
        _contradictions,
        _silence,
        _never_wins,
        _unsupported_thresholds,
    )
    return [finding for check in checks for finding in check(sample)]


def _examples(sample: _Sample) -> Iterator[LintFinding]:
    catalog = sample.catalog
    for name, rule in catalog.rules.items():
        given = _with_given_derived(frame_of([e.facts for e in rule.examples], catalog), rule, catalog)
        states = fired(given, catalog, sample.as_of)[name].to_list()
        for example, state in zip(rule.examples, states, strict=True):
            expected = None if example.fires == "unknown" else example.fires
            if state is not expected:
                said = {True: "fires", False: "does not fire", None: "is unknown"}
                message = (
                    f"the example '{example.name}' should say '{said[expected]}' and the rule {said[state]}"
                )
                yield LintFinding(
                    check="examples",
                    severity="error",
                    place=sample.place(name),
                    message=message,
                    scenario=example.facts,
                )


def _with_given_derived(frame: pl.DataFrame, rule: Rule, catalog: Catalog) -> pl.DataFrame:
    # An example may state a derived fact as it stands, so that a rule can be read without its arithmetic.
    stated = {name for example in rule.examples for name in example.facts if catalog.facts[name].derived}
    columns = [
        pl.Series(name, [example.facts.get(name) for example in rule.examples], strict=False)
        for name in sorted(stated)
    ]
    return frame.with_columns(columns)


def _unused(sample: _Sample) -> Iterator[LintFinding]:
    for message in unused(sample.catalog):
        place, _, text = message.partition(": ")
        yield LintFinding(check="unused", severity="warning", place=place, message=text)


def _never_fires(sample: _Sample) -> Iterator[LintFinding]:
    for index, name in enumerate(sample.catalog.rules):
        if not sample.fired[:, index].any():
            message = f"the rule never fires in {sample.frame.height:,} scenarios"
            shown = next(e.facts for e in sample.catalog.rules[name].examples if e.fires is True)
            yield LintFinding(
                check="never-fires",
                severity="note",
                place=sample.place(name),
                message=message,
                scenario=shown,
            )


def _answer_never_matters(sample: _Sample) -> Iterator[LintFinding]:
    few = min(sample.frame.height, 5_000)
    head = sample.frame[:few]
    before = sample.scored.scores[:few]
    for name, fact in sample.catalog.facts.items():
        if not fact.asked:
            continue
        # Every scenario gets its neighbour's answer; if no score moves, nobody reads the answer.
        moved = [pl.col(column).shift(1) for column in columns_of(name, fact)]
        after = score(head.with_columns(moved), sample.catalog, sample.as_of).scores
        if np.array_equal(before, after):
            yield LintFinding(
                check="answer-never-matters",
                severity="warning",
                place=sample.place(name),
                message=f"the answer to '{name}' never changes a score",
            )


def _together(sample: _Sample) -> Iterator[tuple[int, int, float]]:
    counts = sample.fired.sum(axis=0)
    matrix = sample.fired.astype(np.float32)
    both = matrix.T @ matrix
    for left in range(len(counts)):
        for right in range(left + 1, len(counts)):
            if counts[left] and counts[right]:
                yield left, right, float(both[left, right] / min(counts[left], counts[right]))


def _always_together(sample: _Sample) -> Iterator[LintFinding]:
    names = list(sample.catalog.rules)
    counts = sample.fired.sum(axis=0)
    for left, right, overlap in _together(sample):
        if overlap == 1.0 and counts[left] == counts[right]:
            row = int(np.argmax(sample.fired[:, left]))
            yield LintFinding(
                check="always-together",
                severity="note",
                place=sample.place(names[left]),
                message=f"'{names[left]}' and '{names[right]}' always fire together; one rule may do",
                scenario=sample.scenario(row),
            )


def _contradictions(sample: _Sample) -> Iterator[LintFinding]:
    names = list(sample.catalog.rules)
    about_one_thing = [rule.consideration for rule in sample.catalog.rules.values()]
    bits = rule_table(sample.catalog, sample.as_of).bits
    strong = sample.catalog.parameter("weights.for", sample.as_of).number
    for left, right, overlap in _together(sample):
        opposed = (bits[left] * bits[right] < 0) & (np.minimum(abs(bits[left]), abs(bits[right])) >= strong)
        if overlap == 1.0 and opposed.any() and about_one_thing[left] != about_one_thing[right]:
            row = int(np.argmax(sample.fired[:, left] & sample.fired[:, right]))
            about = DIALS[int(np.argmax(opposed))]
            yield LintFinding(
                check="contradiction",
                severity="warning",
                place=sample.place(names[left]),
                message=f"whenever the rarer fires, '{names[left]}' and '{names[right]}' pull {about} both ways",
                scenario=sample.scenario(row),
            )


def _silence(sample: _Sample) -> Iterator[LintFinding]:
    speaks = np.array([bool(rule.effect or rule.rules_out) for rule in sample.catalog.rules.values()])
    silent = ~sample.fired[:, speaks].any(axis=1)
    if silent.any():
        yield LintFinding(
            check="silence",
            severity="warning",
            place="rules/decision",
            message=f"no rule fires in {silent.mean():.2%} of the scenarios",
            scenario=sample.scenario(int(np.argmax(silent))),
        )


def _never_wins(sample: _Sample) -> Iterator[LintFinding]:
    wins = np.bincount(sample.scored.first, minlength=len(STRATEGIES))
    for index, strategy in enumerate(STRATEGIES):
        if wins[index] == 0:
            yield LintFinding(
                check="never-wins",
                severity="error",
                place="rules/decision",
                message=f"'{strategy}' is first in none of {sample.frame.height:,} scenarios",
            )


def _unsupported_thresholds(sample: _Sample) -> Iterator[LintFinding]:
    catalog = sample.catalog
    for name, condition in catalog.conditions.items():
        for test in walk(condition):
            if isinstance(test.operand, float) and test.operand not in (0.0, 1.0):
                message = (
                    f"the threshold {test.operand:,.6g} of '{test.fact}' is in the rule, without a source"
                )
                yield LintFinding(
                    check="threshold-without-source",
                    severity="warning",
                    place=sample.place(name),
                    message=message,
                )
            if isinstance(test.operand, ParameterRef):
                yield from _judged(test.operand.name, name, sample)


def _judged(parameter: str, rule: str, sample: _Sample) -> Iterator[LintFinding]:
    sources = sample.catalog.parameter(parameter, sample.as_of).sources
    if all(sample.catalog.sources[source].kind == "judgement" for source in sources):
        yield LintFinding(
            check="threshold-by-judgement",
            severity="note",
            place=sample.place(rule),
            message=f"no published source supports the threshold '{parameter}'; it is our judgement",
        )
