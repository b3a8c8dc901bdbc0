"""Why: the rules that fired with the facts behind them, and those that are one answer away."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any, Final

import polars as pl

from advisor.catalog import Catalog, Condition, Rule, Test, facts_in
from advisor.decide.derived import with_derived
from advisor.decide.records import FactUsed, Nearly, Reason
from advisor.decide.scoring import rule_table
from advisor.scenario import Situation, answers_of, compile_condition

MAX_NEARLY: Final = 8


def reasons(
    situation: Situation,
    state: Mapping[str, bool | None],
    row: pl.DataFrame,
    catalog: Catalog,
    *,
    as_of: date,
    pair: tuple[int, int],
) -> tuple[Reason, ...]:
    """Give the rules that fired, weightiest for the choice between the first and the second at the top."""
    values = answers_of(with_derived(row, catalog, as_of).row(0, named=True), catalog)
    found = [
        _reason(catalog.rules[name], situation, values, catalog, as_of, pair)
        for name, fires in state.items()
        if fires
    ]
    speaking = [reason for reason in found if reason.effect]
    return tuple(sorted(speaking, key=lambda reason: (-abs(reason.bits_for_first), reason.rule)))


def _reason(
    rule: Rule,
    situation: Situation,
    values: Mapping[str, Any],
    catalog: Catalog,
    as_of: date,
    pair: tuple[int, int],
) -> Reason:
    table = rule_table(catalog, as_of)
    bits = table.bits[table.ids.index(rule.id)]
    return Reason(
        rule=rule.id,
        title=rule.title,
        effect=dict(rule.effect),
        bits_for_first=round(float(bits[pair[0]] - bits[pair[1]]), 3),
        facts=tuple(
            _used(name, situation, values, catalog) for name in facts_in(catalog.conditions[rule.id])
        ),
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


def nearly(
    state: Mapping[str, bool | None], row: pl.DataFrame, catalog: Catalog, *, as_of: date
) -> tuple[Nearly, ...]:
    """Give the rules that a single answer keeps from firing, weightiest first."""
    quiet = [name for name, fires in state.items() if not fires and catalog.rules[name].effect]
    tests = _test_values(quiet, row, catalog, as_of)
    found = []
    for name in quiet:
        missing = _blockers(catalog.conditions[name], tests)
        if missing is not None and len(missing) == 1:
            found.append(_nearly(catalog.rules[name], missing, row, catalog))
    weight = _weights(catalog, as_of)
    return tuple(sorted(found, key=lambda item: (not item.open, -weight[item.rule], item.rule))[:MAX_NEARLY])


def _nearly(rule: Rule, missing: frozenset[str], row: pl.DataFrame, catalog: Catalog) -> Nearly:
    known = answers_of(row.row(0, named=True), catalog)
    names = tuple(sorted(missing))
    still_open = all(name not in known for name in names)
    return Nearly(rule=rule.id, title=rule.title, effect=dict(rule.effect), missing=names, open=still_open)


def _weights(catalog: Catalog, as_of: date) -> dict[str, float]:
    table = rule_table(catalog, as_of)
    return {name: float(abs(table.bits[index]).max(initial=0)) for index, name in enumerate(table.ids)}


def _test_values(
    names: list[str], row: pl.DataFrame, catalog: Catalog, as_of: date
) -> dict[Test, bool | None]:
    from advisor.catalog import walk

    tests = list(dict.fromkeys(test for name in names for test in walk(catalog.conditions[name])))
    if not tests:
        return {}
    expressions = [compile_condition(test, catalog, as_of).alias(str(i)) for i, test in enumerate(tests)]
    values = with_derived(row, catalog, as_of).select(expressions).row(0)
    return dict(zip(tests, values, strict=True))


def _blockers(condition: Condition, values: Mapping[Test, bool | None]) -> frozenset[str] | None:
    """Give the facts whose answers would have to be others; None where no answer would do."""
    if isinstance(condition, Test):
        return frozenset() if values[condition] else frozenset({condition.fact})
    if condition.how == "all":
        parts = [_blockers(member, values) for member in condition.members]
        return None if None in parts else frozenset().union(*(part for part in parts if part is not None))
    if condition.how == "any":
        parts = [part for part in (_blockers(m, values) for m in condition.members) if part is not None]
        return min(parts, key=lambda part: (len(part), sorted(part)), default=None)
    return frozenset().union(*(_violators(member, values) for member in condition.members))


def _violators(condition: Condition, values: Mapping[Test, bool | None]) -> frozenset[str]:
    """Give the facts that make a condition hold, or could, where it must not."""
    if isinstance(condition, Test):
        return frozenset() if values[condition] is False else frozenset({condition.fact})
    parts = [_violators(member, values) for member in condition.members]
    if condition.how == "all":
        return min(parts, key=lambda part: (len(part), sorted(part)))
    return frozenset().union(*parts)
