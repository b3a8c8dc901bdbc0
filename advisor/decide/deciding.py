"""A situation in, a recommendation out; or a table of situations in, the same table with verdicts out."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from datetime import date
from typing import Any, Final

import numpy as np
import polars as pl

from advisor.catalog import Catalog
from advisor.decide.doubt import doubt
from advisor.decide.flips import flips
from advisor.decide.reasons import nearly, reasons
from advisor.decide.records import Recommendation, RuledOut, TechniqueAdvice, Verdict
from advisor.decide.roadmap import roadmap
from advisor.decide.scoring import Array, score
from advisor.decide.surroundings import SAMPLES, surroundings
from advisor.palette import STRATEGIES
from advisor.scenario import Situation, answers_of, complete

# Ways to answer the open questions per row of a table: fewer than for one situation, many rows at once.
TABLE_SAMPLES: Final = 128
_ROWS_AT_ONCE: Final = 256


def decide(
    situation: Situation | Mapping[str, Any], catalog: Catalog, *, as_of: date, skip: Collection[str] = ()
) -> Recommendation:
    """Recommend an order to try for one situation, on the rules in force on ``as_of``.

    ``skip`` names questions that were put and not answered; the next question is another one.
    """
    case = situation if isinstance(situation, Situation) else Situation(answers=dict(situation))
    around = surroundings(case.answers, catalog, as_of=as_of)
    scores, state = around.scores, around.state
    order = sorted(range(len(STRATEGIES)), key=lambda index: (-scores[index], index))
    sure = doubt(around, catalog, as_of=as_of, skip=skip)
    ruled_out = _ruled_out(state, catalog)
    excluded = {item.strategy for item in ruled_out}
    ranked = [STRATEGIES[index] for index in order if STRATEGIES[index] not in excluded]
    lead = float(scores[order[0]] - scores[order[1]])
    return Recommendation(
        title=case.title,
        as_of=as_of,
        rulebook={"version": catalog.version, "sha256": catalog.sha256},
        try_first=STRATEGIES[order[0]],
        then=tuple(name for name in ranked if name != STRATEGIES[order[0]]),
        ruled_out=ruled_out,
        verdict=verdict_of(lead, sure.robustness, catalog, as_of),
        shares=_named(_shares(scores)),
        scores={name: value for name, value in _named(scores).items() if np.isfinite(value)},
        robustness=round(sure.robustness, 4),
        settled=sure.settled,
        answered=len(case.answers),
        reasons=reasons(case, around, catalog, as_of=as_of, pair=(order[0], order[1])),
        nearly=nearly(around, catalog, as_of=as_of),
        flips=flips(around, case.answers, catalog),
        next_question=sure.next_question,
        techniques=_techniques(state, catalog),
        roadmap=roadmap(ranked, case.answers, catalog, as_of=as_of),
        warnings=_warnings(state, catalog, as_of),
    )


def verdict_of(lead_bits: float, robustness: float, catalog: Catalog, as_of: date) -> Verdict:
    """Put a lead and its robustness into a word; the limits stand in ``parameters/verdict.yaml``."""
    limit = {
        name: catalog.parameter(f"verdict.{name}", as_of).number
        for name in ("clear_lead", "close_lead", "clear_robustness", "close_robustness")
    }
    if lead_bits < limit["close_lead"] or robustness < limit["close_robustness"]:
        return "too_close"
    if lead_bits >= limit["clear_lead"] and robustness >= limit["clear_robustness"]:
        return "clear"
    return "leaning"


def _shares(scores: Array) -> Array:
    powers = np.exp2(scores.astype(np.float64) - scores.max())
    shares: Array = powers / powers.sum()
    return shares


def _named(values: Array) -> dict[str, float]:
    return {name: round(float(value), 4) for name, value in zip(STRATEGIES, values, strict=True)}


def _ruled_out(state: Mapping[str, bool | None], catalog: Catalog) -> tuple[RuledOut, ...]:
    found: dict[str, RuledOut] = {}
    for name, fires in state.items():
        rule = catalog.rules[name]
        for strategy, word in rule.effect.items():
            if fires and word == "rules_out":
                found.setdefault(strategy, RuledOut(strategy=strategy, because=rule.title, rule=name))
    return tuple(found[strategy] for strategy in STRATEGIES if strategy in found)


def _techniques(state: Mapping[str, bool | None], catalog: Catalog) -> tuple[TechniqueAdvice, ...]:
    advised: dict[str, list[str]] = {}
    for name, fires in state.items():
        for technique in catalog.rules[name].advise if fires else ():
            advised.setdefault(technique, []).append(name)
    order = sorted(advised, key=lambda technique: (-len(advised[technique]), technique))
    return tuple(
        TechniqueAdvice(id=name, rules=tuple(advised[name]), **_text(name, catalog)) for name in order
    )


def _text(technique: str, catalog: Catalog) -> dict[str, str]:
    record = catalog.techniques[technique]
    return {"title": record.title, "summary": record.summary, "how": record.how}


def _warnings(state: Mapping[str, bool | None], catalog: Catalog, as_of: date) -> tuple[str, ...]:
    overdue = [name for name, fires in state.items() if fires and catalog.rules[name].review_by < as_of]
    return tuple(
        f"The rule '{name}' was due for review on {catalog.rules[name].review_by}." for name in overdue
    )


def decide_frame(
    frame: pl.DataFrame,
    catalog: Catalog,
    *,
    as_of: date,
    samples: int = TABLE_SAMPLES,
    progress: Callable[[int], None] | None = None,
) -> pl.DataFrame:
    """Decide every row: ``try_first``, ``verdict``, ``share_<strategy>`` and ``robustness``, in the same order.

    ``progress`` is told the number of rows done. ``samples`` ways to answer the open questions are tried
    per row; 0 leaves robustness null and judges by the lead alone.
    """
    scored = score(frame, catalog, as_of)
    firsts, leads = scored.first, scored.lead
    robust = np.ones(frame.height)
    for start in range(0, frame.height if samples else 0, _ROWS_AT_ONCE):
        stop = min(start + _ROWS_AT_ONCE, frame.height)
        robust[start:stop] = _robustness(frame[start:stop], firsts[start:stop], catalog, as_of, samples)
        if progress:
            progress(stop)
    verdicts = [
        verdict_of(float(lead), float(share), catalog, as_of)
        for lead, share in zip(leads, robust, strict=True)
    ]
    columns = [
        pl.Series("try_first", [STRATEGIES[i] for i in firsts.tolist()]),
        pl.Series("verdict", verdicts),
    ]
    columns += [pl.Series(f"share_{name}", scored.shares[:, i]) for i, name in enumerate(STRATEGIES)]
    return pl.DataFrame([*columns, pl.Series("robustness", robust if samples else [None] * frame.height)])


def _robustness(frame: pl.DataFrame, firsts: Array, catalog: Catalog, as_of: date, samples: int) -> Array:
    ways = [
        complete(answers_of(row, catalog), catalog, as_of=as_of, count=min(samples, SAMPLES))
        for row in frame.iter_rows(named=True)
    ]
    winners = score(pl.concat(ways), catalog, as_of).first.reshape(len(ways), -1)
    kept: Array = (winners == firsts[:, None]).mean(axis=1)
    return kept
