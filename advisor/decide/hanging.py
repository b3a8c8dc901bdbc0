"""A situation in, the weak numbers that its verdict hangs on out: each is put at both ends of its range."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from functools import lru_cache
from types import MappingProxyType
from typing import Any, Final

import numpy as np
import polars as pl

from advisor.catalog import Catalog, DatedNumber, Parameter, ParameterRef, walk
from advisor.decide.derived import with_derived
from advisor.decide.limits import feasible
from advisor.decide.records import Ground, HangsOn, Outcome
from advisor.decide.scoring import rule_table, weigh
from advisor.decide.verdicts import thresholds_of, verdict_of
from advisor.palette import STRATEGIES
from advisor.scenario import compile_condition, frame_of

WINDOWS: Final = (
    "decision.small_knowledge_tokens",
    "decision.long_window_tokens",
    "decision.open_model_tokens",
    "decision.small_model_tokens",
)
"""Thresholds that rules compare an answer with."""
ANSWERABLE: Final = {
    "cost.labelling_usd_per_example": "labelling_usd_per_example",
    "cost.training_runs": "training_runs",
    "cost.retrains_per_year": "retrains_per_year",
    "cost.peak_factor": "peak_factor",
}
"""Numbers that are assumed where nobody has answered the fact beside them."""
INNER: Final = {
    "latency.model_spread": "model_spread",
    "latency.cached_prefill_share": "cached_prefill_share",
}
"""Numbers of the latency model, and the column that replaces each in a frame."""
THROUGHPUT: Final = "market.replica_output_tokens_per_second"


@dataclass(frozen=True)
class _Weak:
    """A number to be put at its ends."""

    name: str
    title: str
    unit: str
    number: DatedNumber
    columns: Mapping[str, tuple[float, float]]
    """Values of a column at the low and at the high end; empty for thresholds of rules."""


def hangs_on(
    answers: Mapping[str, Any], catalog: Catalog, *, as_of: date, missing: Collection[str] = ()
) -> tuple[HangsOn, ...]:
    """List the weak numbers at an end of which another strategy is recommended, or a clear verdict is not clear.

    What the answers hold is not weak. Nothing is listed while it is too early to say anything. ``missing`` names
    strategies that miss a limit, which are never called clear.
    """
    weak = _weak(answers, catalog, as_of)
    frame = _frame(answers, weak, catalog)
    flags, possible = _judged(frame, catalog, as_of)
    scored = weigh(flags, possible, rule_table(catalog, as_of))
    answered = sum(catalog.facts[name].asked for name in answers)
    limits = thresholds_of(catalog, as_of)
    outcomes = [
        Outcome(
            recommended=STRATEGIES[first],
            verdict=verdict_of(
                float(top), answered, limits, misses=bool(missed) or STRATEGIES[first] in missing
            ),
        )
        for first, top, missed in zip(
            scored.first.tolist(), scored.corners.max(axis=1), scored.misses, strict=True
        )
    ]
    now = outcomes[0]
    if now.verdict == "too_early":
        return ()
    ends = zip(weak, outcomes[1::2], outcomes[2::2], strict=True)
    return tuple(
        _told(item, low, high, catalog) for item, low, high in ends if _moved(now, low) or _moved(now, high)
    )


def _moved(now: Outcome, then: Outcome) -> bool:
    other = then.recommended != now.recommended
    return other or (then.verdict == "clear") != (now.verdict == "clear")


def _told(item: _Weak, low: Outcome, high: Outcome, catalog: Catalog) -> HangsOn:
    least, value, most = item.number.range
    return HangsOn(
        parameter=item.name,
        title=item.title,
        unit=item.unit,
        low=least,
        value=value,
        high=most,
        at_low=low,
        at_high=high,
        ground=ground_of(item.number, catalog),
    )


def ground_of(number: DatedNumber, catalog: Catalog) -> Ground:
    """Return whether a number is published, our judgement, or something between published figures."""
    ours = [catalog.sources[source].kind == "judgement" for source in number.sources]
    return "judgement" if all(ours) else "partly judgement" if any(ours) else "published"


def _weak(answers: Mapping[str, Any], catalog: Catalog, day: date) -> tuple[_Weak, ...]:
    found = [_number(name, {}, catalog, day) for name in WINDOWS]
    costed = {"model", "queries_per_day"} <= set(answers)
    for name, fact in ANSWERABLE.items():
        if costed and fact not in answers:
            low, _, high = catalog.parameter(name, day).range
            found.append(_number(name, {fact: (low, high)}, catalog, day))
    if "latency_budget_ms" in answers:
        for name, column in INNER.items():
            low, _, high = catalog.parameter(name, day).range
            found.append(_number(name, {column: (low, high)}, catalog, day))
    return (*found, *_throughput(answers, catalog, day)) if costed else tuple(found)


def _number(name: str, columns: Mapping[str, tuple[float, float]], catalog: Catalog, day: date) -> _Weak:
    parameter = catalog.parameters[name]
    return _Weak(name, parameter.title, parameter.unit, catalog.parameter(name, day), columns)


def _throughput(answers: Mapping[str, Any], catalog: Catalog, day: date) -> tuple[_Weak, ...]:
    """Vary a replica's speed by way of the peak: half the speed needs the replicas of twice the peak."""
    from advisor.cost.choosing import with_choices

    chosen = with_choices(frame_of([answers], catalog), catalog, day)["tuning_route"][0]
    route = catalog.market.tuning.get(chosen) if chosen else None
    dated = [item for item in route.replica_output_tokens_per_second if item.from_ <= day] if route else []
    if not dated:
        return ()
    low, value, high = dated[-1].range
    peak = answers.get("peak_factor", catalog.parameter("cost.peak_factor", day).number)
    title = "Tokens a second that one replica of a tuned model writes"
    columns = {"peak_factor": (peak * value / low, peak * value / high)}
    return (_Weak(THROUGHPUT, title, "tokens/s", dated[-1], columns),)


def _frame(answers: Mapping[str, Any], weak: Sequence[_Weak], catalog: Catalog) -> pl.DataFrame:
    """Return the situation, then each weak number at its low and at its high end, one row each."""
    rows = 1 + 2 * len(weak)
    columns: dict[str, list[Any]] = {}
    for at, item in enumerate(weak):
        for name, ends in item.columns.items():
            held = columns.setdefault(name, [answers.get(name)] * rows)
            held[1 + 2 * at : 3 + 2 * at] = ends
    set_ = [pl.Series(name, values, dtype=pl.Float64) for name, values in columns.items()]
    frame = frame_of([answers] * rows, catalog).with_columns(set_)
    return frame.with_columns(_fits(answers.get("knowledge_tokens"), weak, rows))


def _fits(tokens: float | None, weak: Sequence[_Weak], rows: int) -> pl.Series:
    """Return the derived fact that the first of ``WINDOWS`` decides, row by row."""
    limits = np.full(rows, weak[0].number.number)
    limits[1:3] = weak[0].number.range[::2]
    held = [None] * rows if tokens is None else (tokens <= limits).tolist()
    return pl.Series("knowledge_fits_prompt", held, dtype=pl.Boolean)


def _judged(frame: pl.DataFrame, catalog: Catalog, day: date) -> tuple[pl.DataFrame, pl.DataFrame]:
    table = rule_table(catalog, day)
    derived = with_derived(frame, catalog, day).with_row_index("_row")
    moved = _moved_rules(catalog, day)
    fires = [moved.get(name, own) for name, own in zip(table.ids, table.fires, strict=True)]
    return derived.select(*fires, table.quiet), feasible(frame, catalog, day)


@lru_cache(maxsize=8)
def _moved_rules(catalog: Catalog, day: date) -> dict[str, pl.Expr]:
    """Return, for each rule that reads a window, whether it fires, with that window's two rows read at the ends."""
    found: dict[str, pl.Expr] = {}
    for at, name in enumerate(WINDOWS):
        ends = [with_number(name, end, catalog, day) for end in catalog.parameter(name, day).range[::2]]
        for rule, condition in catalog.conditions.items():
            if any(isinstance(t.operand, ParameterRef) and t.operand.name == name for t in walk(condition)):
                low, high = (compile_condition(condition, end, day) for end in ends)
                own = found.get(rule, compile_condition(condition, catalog, day))
                row = pl.col("_row")
                met = pl.when(row == 1 + 2 * at).then(low).when(row == 2 + 2 * at).then(high).otherwise(own)
                found[rule] = met.alias(rule)
    return found


def with_number(name: str, value: float, catalog: Catalog, day: date) -> Catalog:
    """Return the catalog with one number replaced."""
    old = catalog.parameters[name]
    fixed = catalog.parameter(name, day).model_copy(
        update={"value": value, "low": None, "expected": None, "high": None}
    )
    parameter = Parameter(title=old.title, unit=old.unit, values=(fixed,))
    return replace(catalog, parameters=MappingProxyType({**catalog.parameters, name: parameter}))
