"""A frame of scenarios in, a long frame out: every limit of every strategy on every model and tuning route."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from datetime import date
from typing import Any, Final, NamedTuple

import polars as pl

from advisor.catalog import Catalog
from advisor.cost.allowed import Requirement, model_checks, route_checks
from advisor.cost.answer_kind import WHOLE
from advisor.cost.costed import costed_rows
from advisor.cost.offers import Offer, retirement
from advisor.cost.price_tables import day_after, room_of
from advisor.cost.quantities import TUNED, WHOLE_TEXT
from advisor.cost.resolving import NO_ROUTE
from advisor.cost.timeline import DAYS_PER_MONTH
from advisor.palette import STRATEGIES

_BUDGETS: Final = {"low": "limits.budget_low_usd", "medium": "limits.budget_medium_usd"}
COLUMNS: Final = {
    "row": pl.UInt32,
    "strategy": pl.String,
    "model": pl.String,
    "what": pl.String,
    "needed": pl.String,
    "available": pl.String,
    "state": pl.String,
}


class Candidate(NamedTuple):
    """One row of the frame on one model or route."""

    number: int
    model: str
    facts: Mapping[str, Any]
    """Costed: prompt lengths, latencies, sums."""
    strategies: tuple[str, ...]
    """What it is judged for."""


def limits(frame: pl.DataFrame, catalog: Catalog, as_of: date) -> pl.DataFrame:
    """Judge each row × strategy × model or route: ``row, strategy, model, what, needed, available, state``.

    Prompted strategies are judged on the shortlist and on the row's own model, tuned ones on every tuning route.
    A limit that nobody has stated is left out; ``state`` is met, missed or unknown.

    Args:
        frame: Columns are facts; what is missing is unknown.
        catalog: The rules.
        as_of: The day of the market.
    """
    return judged(candidates(frame, catalog, as_of), catalog, as_of)


def judged(costed: Iterable[Candidate], catalog: Catalog, as_of: date) -> pl.DataFrame:
    """Judge what is costed already; see `limits` for the columns."""
    found: list[tuple[Any, ...]] = []
    for candidate in costed:
        for strategy in candidate.strategies:
            for check in _checks(candidate, strategy, catalog, as_of):
                state = {True: "met", False: "missed", None: "unknown"}[check.met]
                found.append(
                    (
                        candidate.number,
                        strategy,
                        candidate.model,
                        check.what,
                        check.needed,
                        check.available,
                        state,
                    )
                )
    return pl.DataFrame(found, schema=COLUMNS, orient="row")


def candidates(frame: pl.DataFrame, catalog: Catalog, day: date) -> Iterator[Candidate]:
    """Cost each row of ``frame`` on every model of the shortlist, on the row's own model and on every tuning route."""
    market = catalog.market
    models = [name for name, model in market.models.items() if model.shortlist and not _ended(model, day)]
    prompted = tuple(s for s in STRATEGIES if s not in TUNED)
    named: list[str | None] = frame["model"].to_list() if "model" in frame.columns else [None] * frame.height
    pairs = [
        *(
            (at, model, NO_ROUTE)
            for at, own in enumerate(named)
            for model in dict.fromkeys([*models, *filter(None, [own])])
        ),
        *((at, own, route) for at, own in enumerate(named) for route in market.tuning),
    ]
    if not pairs:
        return
    columns = [
        pl.Series(name, [pair[at] for pair in pairs], dtype=pl.String)
        for at, name in ((1, "model"), (2, "tuning_route"))
    ]
    wide = frame[[at for at, _, _ in pairs]].with_columns(columns)
    for (at, model, route), costed in zip(pairs, costed_rows(wide, catalog, day), strict=True):
        if costed is not None:
            tuned = route != NO_ROUTE
            yield Candidate(at, route if tuned else str(model), costed, TUNED if tuned else prompted)


def _ended(model: Any, day: date) -> bool:
    return model.retires is not None and model.retires.on <= day


def _checks(candidate: Candidate, strategy: str, catalog: Catalog, day: date) -> Iterator[Requirement]:
    market, facts = catalog.market, candidate.facts
    if strategy in TUNED:
        route = market.tuning[candidate.model]
        base, end = (
            market.models[route.base],
            retirement(Offer(route.base, market.models[route.base], listed=True), route),
        )
        stated = [check for check in route_checks(route, facts, market, day) if check.needed != "not said"]
        yield from (*stated, *_training(facts, catalog, day))
    else:
        base = facts["offer"].model
        end = base.retires
        yield from (check for check in model_checks(base, facts, market) if check.needed != "not said")
    yield from _window(facts, strategy, room_of(base))
    yield from _time(facts, strategy)
    yield from _life(facts, end.on if end else None, day)
    yield from _budget(facts, strategy, catalog, day)


def _window(facts: Mapping[str, Any], strategy: str, room: int | None) -> Iterator[Requirement]:
    needed = facts[f"{strategy}.prompt"] + facts["output_tokens"]
    if strategy in WHOLE_TEXT:
        needed += facts["whole_text"] - facts[f"{strategy}.text"]
    available = "not known" if room is None else f"{room:,} tokens"
    yield Requirement("window", f"{needed:,.0f} tokens", available, None if room is None else needed <= room)


def _time(facts: Mapping[str, Any], strategy: str) -> Iterator[Requirement]:
    budget = facts.get("latency_budget_ms")
    if budget is None:
        return
    whole = reads_whole(facts)
    part, until = ("latency", "to the whole answer") if whole else ("first_token", "to the first words")
    median, slow = facts[f"{strategy}.{part}.p50"], facts[f"{strategy}.{part}.p95"]
    met = True if slow <= budget else (False if median > budget else None)
    yield Requirement(
        "time",
        f"at most {budget:,.0f} ms {until}",
        f"median {median:,.0f} ms, 95% within {slow:,.0f} ms",
        met,
    )


def reads_whole(facts: Mapping[str, Any]) -> bool:
    """Return whether an answer is of use only when whole: said by ``streaming``, else by the kind of task."""
    if facts.get("streaming") is not None:
        return not facts["streaming"]
    ticked = {
        name.removeprefix("behaviors.")
        for name, value in facts.items()
        if name.startswith("behaviors.") and value
    }
    return bool(ticked) and ticked <= set(WHOLE)


def _life(facts: Mapping[str, Any], end: date | None, day: date) -> Iterator[Requirement]:
    if end is None:
        return
    months = facts["horizon_months"]
    last = day_after(day, months * DAYS_PER_MONTH)
    stated = facts.get("stated horizon_months")
    met = True if end > last else (False if stated else None)
    said = "" if stated else " (assumed)"
    yield Requirement("life", f"{months:g} months{said}, until {last}", f"until {end}", met)


def _training(facts: Mapping[str, Any], catalog: Catalog, day: date) -> Iterator[Requirement]:
    allowed = facts.get("training_allowed")
    if allowed is not None:
        yield Requirement("permission to train", "yes", "yes" if allowed else "no", allowed)
    have = facts.get("stated labelled_examples")
    if have is None:
        return
    least = catalog.parameter("decision.minimum_examples", day).number
    more = facts.get("examples_obtainable") == "no" and facts.get("gradable") in ("no", "partly")
    met = True if have >= least else (False if more else None)
    yield Requirement("examples", f"at least {least:,.0f}", f"{have:,.0f}", met)


def _budget(facts: Mapping[str, Any], strategy: str, catalog: Catalog, day: date) -> Iterator[Requirement]:
    word = facts.get("budget")
    if word not in _BUDGETS:
        return
    low, _, high = catalog.parameter(_BUDGETS[word], day).range
    once, people = facts[f"{strategy}.once"], facts[f"{strategy}.people once"]
    needed = f"at most {low:,.0f} to {high:,.0f} USD to build it"
    if once is None:
        yield Requirement("budget", needed, "not known", None)
        return
    spent = once + people
    met = True if spent <= low else (False if spent > high else None)
    yield Requirement("budget", needed, f"{spent:,.0f} USD, people's time included", met)
