"""Why: the rules that fired with the facts behind them, and those that are one answer away."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from typing import Any, Final

import numpy as np
import polars as pl

from advisor.catalog import Catalog, Condition, Rule, Test, facts_in, walk
from advisor.decide.records import FactUsed, Nearly, Reason
from advisor.decide.scoring import CORNER_DIALS, DIALS, QUIET, Array, rule_table
from advisor.decide.surroundings import Surroundings
from advisor.scenario import Situation, answers_of, compile_condition

MAX_NEARLY: Final = 8


def reasons(
    situation: Situation,
    around: Surroundings,
    catalog: Catalog,
    *,
    as_of: date,
    pair: tuple[int, int],
) -> tuple[Reason, ...]:
    """Return the rules that fired, weightiest for the choice between the two corners of ``pair`` at the top."""
    values = answers_of(around.row.row(0, named=True), catalog)
    counting = counted(around, catalog, as_of)
    margin = CORNER_DIALS[pair[0]] - CORNER_DIALS[pair[1]]
    found = []
    for name, fires in around.state.items():
        rule = catalog.rules[name]
        if not fires or not (rule.effect or rule.rules_out):
            continue
        facts = tuple(_used(fact, situation, values, catalog) for fact in facts_in(catalog.conditions[name]))
        found.append(
            _reason(rule, facts, float(counting.bits[name] @ margin), counting.instead.get(name, ""), as_of)
        )
    return tuple(sorted(found, key=lambda reason: (-abs(reason.bits_for_recommended), reason.rule)))


@dataclass(frozen=True)
class Counted:
    """Which of the rules that fire count, and what they add."""

    bits: Mapping[str, Array]
    """Per rule that fires: bits on each dial; 0 where a stronger rule of its consideration counts."""
    instead: Mapping[str, str]
    """Per rule that counts on no dial: the rule that counts instead, or `nothing-to-gain`."""


def counted(around: Surroundings, catalog: Catalog, as_of: date) -> Counted:
    """Let the strongest rule of each consideration, dial and direction count; the same as the scores do."""
    table = rule_table(catalog, as_of)
    own = dict(zip(table.ids, table.bits, strict=True))
    fires = [name for name in table.ids if around.state[name]]
    bits = {name: np.zeros(len(DIALS)) for name in fires}
    instead: dict[str, str] = {}
    for contest in table.contests:
        members = [name for name in contest.ranked if around.state[name]]
        if contest.needs_gain and around.nothing_to_gain:
            instead |= dict.fromkeys(members, QUIET)
        elif members:
            bits[members[0]][contest.dial] = own[members[0]][contest.dial]
            instead |= dict.fromkeys(members[1:], members[0])
    return Counted(bits, {name: other for name, other in instead.items() if not bits[name].any()})


def _reason(rule: Rule, facts: tuple[FactUsed, ...], bits: float, counted_by: str, as_of: date) -> Reason:
    return Reason(
        rule=rule.id,
        title=rule.title,
        consideration=rule.consideration,
        effect=dict(rule.effect),
        rules_out=rule.rules_out,
        bits_for_recommended=round(bits, 3),
        counted_by=counted_by,
        facts=facts,
        because=rule.because,
        unless=rule.unless,
        evidence=rule.evidence,
        age_days=max(0, (as_of - rule.reviewed).days),
        overdue=rule.review_by < as_of,
    )


def _used(name: str, situation: Situation, values: Mapping[str, Any], catalog: Catalog) -> FactUsed:
    derived = bool(catalog.facts[name].derived) and values.get(name) is not None
    origin = "derived" if derived else situation.origin(name)
    return FactUsed(fact=name, value=values.get(name), origin=origin)


def nearly(around: Surroundings, catalog: Catalog, *, as_of: date) -> tuple[Nearly, ...]:
    """Return the rules that a single answer keeps from firing, weightiest first."""
    known = answers_of(around.row.row(0, named=True), catalog)
    tests = _test_values(around.row, catalog, as_of)
    found = []
    for name, fires in around.state.items():
        rule = catalog.rules[name]
        missing = () if fires or not rule.effect else _blockers(catalog.conditions[name], tests)
        if len(missing) == 1:
            found.append(_nearly(rule, tuple(missing), known))
    weight = _weights(catalog, as_of)
    return tuple(sorted(found, key=lambda item: (not item.open, -weight[item.rule], item.rule))[:MAX_NEARLY])


def _nearly(rule: Rule, missing: tuple[str, ...], known: Mapping[str, Any]) -> Nearly:
    still_open = all(name not in known for name in missing)
    return Nearly(rule=rule.id, title=rule.title, effect=dict(rule.effect), missing=missing, open=still_open)


def _weights(catalog: Catalog, as_of: date) -> dict[str, float]:
    table = rule_table(catalog, as_of)
    return {name: float(abs(table.bits[index]).max(initial=0)) for index, name in enumerate(table.ids)}


def _test_values(row: pl.DataFrame, catalog: Catalog, as_of: date) -> dict[Test, bool | None]:
    tests = _tests(catalog, as_of)
    return dict(zip(tests, row.select(tests.values()).row(0), strict=True))


@lru_cache(maxsize=8)
def _tests(catalog: Catalog, as_of: date) -> dict[Test, pl.Expr]:
    found = dict.fromkeys(test for condition in catalog.conditions.values() for test in walk(condition))
    return {test: compile_condition(test, catalog, as_of).alias(str(at)) for at, test in enumerate(found)}


_Facts = frozenset[str]


def _blockers(condition: Condition, values: Mapping[Test, bool | None]) -> _Facts:
    """Return the fewest facts whose answers would have to be others for the condition to hold."""
    if isinstance(condition, Test):
        return frozenset() if values[condition] else frozenset({condition.fact})
    if condition.how == "none":
        return frozenset().union(*(_holders(member, values) for member in condition.members))
    parts = [_blockers(member, values) for member in condition.members]
    return _fewest(parts) if condition.how == "any" else frozenset().union(*parts)


def _holders(condition: Condition, values: Mapping[Test, bool | None]) -> _Facts:
    """Return the fewest facts whose answers would have to be others for the condition not to hold."""
    if isinstance(condition, Test):
        return frozenset() if values[condition] is False else frozenset({condition.fact})
    if condition.how == "none":
        return _fewest([_blockers(member, values) for member in condition.members])
    parts = [_holders(member, values) for member in condition.members]
    return _fewest(parts) if condition.how == "all" else frozenset().union(*parts)


def _fewest(parts: list[_Facts]) -> _Facts:
    return min(parts, key=lambda part: (len(part), sorted(part)))
