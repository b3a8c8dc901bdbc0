"""A situation and what lies around it: the ways to answer what is open, and each single change, scored at once."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from functools import cached_property, lru_cache
from typing import Any, Final

import polars as pl

from advisor.catalog import Catalog, facts_in
from advisor.decide.derived import with_derived
from advisor.decide.limits import feasible
from advisor.decide.scoring import QUIET, Array, Scored, rule_table, weigh
from advisor.palette import STRATEGIES
from advisor.scenario import alternatives, compile_condition, complete, frame_of, variants

SAMPLES: Final = 512


@dataclass(frozen=True)
class Surroundings:
    """One situation, what may still be answered, and who leads after every change."""

    row: pl.DataFrame
    """The situation as a frame of one row, derived facts included."""
    state: Mapping[str, bool | None]
    """Each rule: fires, does not, or an open answer decides."""
    possible: Mapping[str, bool | None]
    """Each strategy: can be had, cannot, or an open answer decides."""
    nothing_to_gain: bool
    """Whether training has nothing to gain here."""
    here: Scored
    """The situation as answered."""
    open_facts: tuple[str, ...]
    """Questions that can be put now."""
    winners: Array
    """The leading strategy of each sampled way to answer the open questions; empty where none is open."""
    changes: tuple[tuple[str, Any], ...]
    """Each other answer to each question: the fact and its value, nearest first."""
    changed: Scored
    """The situation after each of `changes`."""

    @cached_property
    def first(self) -> int:
        """Index of the recommended strategy; ties go to the simpler one."""
        return int(self.here.first[0])


def surroundings(answers: Mapping[str, Any], catalog: Catalog, *, as_of: date) -> Surroundings:
    """Score a situation, samples of its open answers and all single changes as one frame."""
    open_facts = askable(answers, catalog, as_of=as_of)
    changes = _changes(
        [name for name in answers if catalog.facts[name].asked] + open_facts, answers, catalog, as_of
    )
    sample = complete(answers, catalog, as_of=as_of, count=SAMPLES if open_facts else 0)
    scenarios = pl.concat(
        [frame_of([answers], catalog), sample, variants(answers, changes, catalog)], rechunk=True
    )
    scenarios = with_derived(scenarios, catalog, as_of)
    table = rule_table(catalog, as_of)
    flags = scenarios.select(*table.fires, table.quiet)
    possible = feasible(scenarios, catalog, as_of)
    scored = weigh(flags, possible, table)
    rest = 1 + sample.height
    state = flags.row(0, named=True)
    return Surroundings(
        row=scenarios[:1],
        state={name: state[name] for name in table.ids},
        possible={name: possible[name][0] for name in STRATEGIES},
        nothing_to_gain=bool(state[QUIET]),
        here=scored[:1],
        open_facts=tuple(open_facts),
        winners=scored[1:rest].first,
        changes=tuple(changes),
        changed=scored[rest:],
    )


def askable(answers: Mapping[str, Any], catalog: Catalog, *, as_of: date) -> list[str]:
    """Return the open questions that apply now: their condition is met by the answers given."""
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
    conditions = (*catalog.conditions.values(), *catalog.ask_when.values(), *catalog.gain)
    # A rule that reads a derived fact reads what that rests on.
    behind = {"knowledge_tokens", "queries_per_day", "latency_budget_ms"} & set(catalog.facts)
    return frozenset(name for condition in conditions for name in facts_in(condition)) | behind


def _changes(
    names: list[str], answers: Mapping[str, Any], catalog: Catalog, as_of: date
) -> list[tuple[str, Any]]:
    return [
        (name, value)
        for name in names
        for value in alternatives(name, catalog, as_of=as_of, current=answers.get(name))
    ]
