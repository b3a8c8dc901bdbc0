"""A situation in, a recommendation out."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from datetime import date
from typing import Any

import numpy as np

from advisor.catalog import Catalog, facts_in
from advisor.decide.doubt import doubt
from advisor.decide.flips import flips
from advisor.decide.limits import feasible
from advisor.decide.measure_next import measure_next
from advisor.decide.reasons import nearly, reasons
from advisor.decide.records import Recommendation, RuledOut, TechniqueAdvice
from advisor.decide.scoring import DIALS
from advisor.decide.starting import if_that_fails, roadmap, start_with
from advisor.decide.surroundings import Surroundings, surroundings
from advisor.decide.verdicts import shortlist_of, thresholds_of, verdict_of
from advisor.palette import STRATEGIES
from advisor.scenario import Situation, frame_of


def decide(
    situation: Situation | Mapping[str, Any], catalog: Catalog, *, as_of: date, skip: Collection[str] = ()
) -> Recommendation:
    """Return where the evidence on one situation points and what to do first, on the rules in force on ``as_of``.

    ``skip`` names questions that were put and not answered; the next question is another one.
    """
    case = situation if isinstance(situation, Situation) else Situation(answers=dict(situation))
    around = surroundings(case.answers, catalog, as_of=as_of)
    sure = doubt(around, catalog, as_of=as_of, skip=skip)
    ruled_out = _ruled_out(around, case.answers, catalog, as_of)
    excluded = frozenset(item.strategy for item in ruled_out)
    ranked = _ranked(around, excluded)
    recommended, prompted = ranked[0], STRATEGIES[int(around.here.scores[0, 1] > around.here.scores[0, 0])]
    start = start_with(recommended, prompted, case.answers, excluded, catalog)
    limits = thresholds_of(catalog, as_of)
    answered = sum(catalog.facts[name].asked for name in case.answers)
    return Recommendation(
        title=case.title,
        as_of=as_of,
        rulebook={"version": catalog.version, "sha256": catalog.sha256},
        recommended=recommended,
        start_with=start,
        shortlist=shortlist_of(around.here, limits)[0],
        then=ranked[1:],
        ruled_out=ruled_out,
        verdict=verdict_of(
            float(around.here.corners[0].max()), answered, limits, misses=bool(around.here.misses[0])
        ),
        probabilities=_named(around.here.shares[0]),
        scores={name: value for name, value in _named(around.here.scores[0]).items() if np.isfinite(value)},
        dials=dict(zip(DIALS, (round(float(bits), 4) for bits in around.here.dials[0]), strict=True)),
        robustness=round(sure.robustness, 4),
        settled=sure.settled,
        answered=len(case.answers),
        reasons=reasons(case, around, catalog, as_of=as_of, pair=_pair(around)),
        nearly=nearly(around, catalog, as_of=as_of),
        flips=flips(around, case.answers, catalog),
        next_question=sure.questions[0] if sure.questions else None,
        questions=sure.questions,
        measure_next=measure_next(around, catalog, as_of=as_of),
        techniques=_techniques(around.state, catalog),
        roadmap=roadmap(start.strategy, recommended, case.answers, catalog),
        if_that_fails=if_that_fails(ranked, start.strategy, catalog),
        warnings=_warnings(around.state, catalog, as_of),
    )


def _ranked(around: Surroundings, excluded: frozenset[str]) -> tuple[str, ...]:
    """Order what can be had: the recommended strategy first, then by probability, the simpler one where equal."""
    shares = around.here.shares[0]
    order = sorted(range(len(STRATEGIES)), key=lambda index: (index != around.first, -shares[index], index))
    return tuple(STRATEGIES[index] for index in order if STRATEGIES[index] not in excluded)


def _pair(around: Surroundings) -> tuple[int, int]:
    first, second = np.argsort(-around.here.corners[0], kind="stable")[:2].tolist()
    return first, second


def _named(values: np.ndarray[Any, Any]) -> dict[str, float]:
    return {name: round(float(value), 4) for name, value in zip(STRATEGIES, values, strict=True)}


def _ruled_out(
    around: Surroundings, answers: Mapping[str, Any], catalog: Catalog, as_of: date
) -> tuple[RuledOut, ...]:
    """Return what rules exclude, then what the limits leave no way to have."""
    by_rule = _by_rule(around.state, catalog)
    excluded = {item.strategy for item in by_rule}
    gone = [
        name
        for name, bits in zip(STRATEGIES, around.here.scores[0].tolist(), strict=True)
        if np.isneginf(bits) and name not in excluded
    ]
    return (*by_rule, *_impossible(gone, around.state, answers, catalog, as_of))


def _by_rule(state: Mapping[str, bool | None], catalog: Catalog) -> tuple[RuledOut, ...]:
    found: dict[str, RuledOut] = {}
    for name, fires in state.items():
        rule = catalog.rules[name]
        for strategy in rule.rules_out if fires else ():
            found.setdefault(strategy, RuledOut(strategy=strategy, because=rule.title, rule=name))
    return tuple(found[strategy] for strategy in STRATEGIES if strategy in found)


def _impossible(
    gone: Sequence[str],
    state: Mapping[str, bool | None],
    answers: Mapping[str, Any],
    catalog: Catalog,
    as_of: date,
) -> Iterator[RuledOut]:
    """Return what nothing on the market of the day can carry, with the answer that excludes it and what is known of it."""
    if not gone:
        return
    without = [{name: value for name, value in answers.items() if name != left} for left in answers]
    lifted = feasible(frame_of(without, catalog), catalog, as_of)
    for strategy in gone:
        frees = lifted[strategy].ne_missing(other=False).to_list()
        freeing = [fact for fact, free in zip(answers, frees, strict=True) if free]
        named = [catalog.facts[fact].question for fact in freeing]
        why = " ".join([*(named or ["Several of your answers together."]), *_known(freeing, state, catalog)])
        yield RuledOut(
            strategy=strategy,
            because=f"Nothing on the market of {as_of} can do this with your answers to these questions: {why}",
            rule="limits",
        )


def _known(facts: Sequence[str], state: Mapping[str, bool | None], catalog: Catalog) -> Iterator[str]:
    """Return what rules that only advise say of exactly these answers."""
    for name, fires in state.items():
        rule = catalog.rules[name]
        silent = not rule.effect and not rule.rules_out
        if fires and silent and set(facts_in(catalog.conditions[name])) <= set(facts):
            yield f"{rule.title}."


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
