"""What goes with the figures: components with their formulas, assumptions, and warnings."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import date
from typing import TYPE_CHECKING, Any

from advisor.catalog.market import in_force
from advisor.cost.assumptions import ASSUMED, assumed_parameter
from advisor.cost.currency import exchange_rate
from advisor.cost.offers import price_changes, quote, retirement
from advisor.cost.price_tables import day_after
from advisor.cost.quantities import WHOLE_TEXT
from advisor.cost.records import Assumed, CostComponent
from advisor.cost.resolving import Resolved
from advisor.cost.timeline import DAYS_PER_MONTH
from advisor.cost.workload import Component, column_of, components_of
from advisor.palette import STRATEGIES

if TYPE_CHECKING:
    from advisor.catalog import Catalog

PLACE = re.compile(r"\{([^{}:]+):([^{}]*)\}")


def component_list(
    strategy: str, row: Mapping[str, Any], *, hours: bool = False
) -> tuple[CostComponent, ...]:
    """List what costs something, or what is not known to cost nothing, each with its formula in numbers."""
    found = []
    for item in components_of(strategy, hours=hours):
        usd = row[column_of(strategy, item)]
        if usd == 0:
            continue
        once = item.kind == "one_time"
        found.append(
            CostComponent(
                name=item.name,
                kind=item.kind,
                usd_per_month=0.0 if once else usd,
                usd_once=usd if once else 0.0,
                formula=formula(item, strategy, row),
            )
        )
    return tuple(found)


def formula(component: Component, strategy: str, row: Mapping[str, Any]) -> str:
    """Fill the numbers of a costed row into a component's formula."""

    def number(match: re.Match[str]) -> str:
        column = re.sub(r"^s\.", f"{strategy}.", match[1]).replace("hours_s", f"hours_{strategy}")
        value = row[column]
        return "unknown" if value is None else format(value, match[2])

    return PLACE.sub(number, component.formula)


def assumed_numbers(facts: Mapping[str, Any], catalog: Catalog, day: date) -> tuple[Assumed, ...]:
    """List unanswered facts, each with the number assumed for it."""
    found = []
    for fact in ASSUMED:
        if facts.get(fact) is not None:
            continue
        name = assumed_parameter(fact, facts)
        number = catalog.parameter(name, day)
        low, expected, high = number.range
        if fact == "training_examples" and (facts.get("labelled_examples") or 0) > expected:
            continue
        title = catalog.parameters[name].title
        found.append(
            Assumed(fact=fact, value=expected, low=low, high=high, title=title, sources=tuple(number.sources))
        )
    return tuple(found)


def warnings_for(  # noqa: PLR0913 - everything that a warning may rest on
    facts: Mapping[str, Any],
    plan: Resolved,
    catalog: Catalog,
    day: date,
    *,
    months: float,
    first: Mapping[str, Any],
) -> tuple[str, ...]:
    """Describe what a reader must know: ends, changes, who may tune, what is unknown, too long or out of date."""
    until = day_after(day, months * DAYS_PER_MONTH)
    notes = [
        *_ends(plan, day, until),
        *_changes(plan, catalog, day, until),
        *_tuning(plan, catalog, day, until),
        *_lengths(plan, first, facts, catalog),
        *_prices(plan, catalog, day, facts),
        *_currency(facts, catalog, day),
        *([plan.refused] if plan.refused else _unknown(first, day)),
    ]
    return tuple(dict.fromkeys(notes))


def _unknown(first: Mapping[str, Any], day: date) -> list[str]:
    return [
        f"{s}: the cost of {name} is not known on {day}, so its total is not either."
        for s in STRATEGIES
        for name in unknown_parts(s, first)
    ]


def unknown_parts(strategy: str, row: Mapping[str, Any]) -> list[str]:
    """Return the components of a strategy whose cost is not known."""
    return [item.name for item in components_of(strategy) if row[column_of(strategy, item)] is None]


def _currency(facts: Mapping[str, Any], catalog: Catalog, day: date) -> list[str]:
    rate = exchange_rate(facts, catalog.market, day)
    return (
        [f"The rate of {rate.currency} is of {rate.since}; give currency_rate to use today's."]
        if rate.overdue
        else []
    )


def _ends(plan: Resolved, day: date, until: date) -> list[str]:
    both = plan.tuned.id == plan.offer.id
    ending = [(plan.offer, f"{plan.offer.model.label} and its tunes" if both else plan.offer.model.label)]
    ending += [] if both else [(plan.tuned, plan.route.label)]
    notes = []
    for (offer, what), route in zip(ending, (None, plan.route), strict=False):
        end = retirement(offer, route)
        if end is not None and day < end.on <= until:
            named = f" The vendor names {end.replacement} instead." if end.replacement else ""
            notes.append(f"{what}: shut down on {end.on}; costs are counted up to that day.{named}")
    return notes


def _changes(plan: Resolved, catalog: Catalog, day: date, until: date) -> list[str]:
    notes = []
    for change in price_changes(plan.offer, catalog.market, day, until):
        before = quote(plan.offer, catalog.market, day, batch=plan.batch, hours=plan.hours).tiers[0]
        after = quote(plan.offer, catalog.market, change, batch=plan.batch, hours=plan.hours).tiers[0]
        if before != after:
            notes.append(
                f"{plan.offer.model.label}: from {change} {after.input:g} in and {after.output:g} out "
                f"instead of {before.input:g} and {before.output:g} USD per 1M tokens; the curve changes on that day."
            )
    return notes


def _tuning(plan: Resolved, catalog: Catalog, day: date, until: date) -> list[str]:
    if plan.refused:
        return []
    notes = []
    if plan.route.base != plan.offer.id:
        notes.append(
            f"{plan.offer.model.label} cannot be tuned: a tuned model is costed as {plan.route.label}."
        )
    status = catalog.market.status(plan.route.backend, day)
    if status.status != "open":
        label = catalog.market.backends[plan.route.backend].label
        notes.append(f"{label} is {status.status} since {status.from_}: {status.says}")
    backend = catalog.market.backends[plan.route.backend]
    closing = [item for item in backend.availability if day < item.from_ <= until and item.status == "closed"]
    notes += [f"{backend.label} closes on {item.from_}: no training after that day." for item in closing]
    if plan.route.note:
        notes.append(f"{plan.route.label}: {plan.route.note}")
    return notes


def _lengths(
    plan: Resolved, first: Mapping[str, Any], facts: Mapping[str, Any], catalog: Catalog
) -> list[str]:
    notes = []
    for s in STRATEGIES:
        offer = plan.tuned if s in ("fine_tuning", "hybrid") else plan.offer
        room = offer.model.context_tokens
        needed = first[f"{s}.prompt"] + first["output_tokens"]
        if room is not None and needed > room:
            notes.append(
                f"{catalog.strategies[s].title}: {needed:,.0f} tokens do not fit into the {room:,} tokens of {offer.model.label}."
            )
    notes += _left_out(plan, first, catalog)
    minimum = first["base.cache_minimum"]
    if facts.get("cache_hit") and all(first[f"{s}.prefix"] < minimum for s in ("prompting", "few_shot")):
        notes.append(
            f"Prefixes under {minimum:,.0f} tokens are never cached at this vendor; the cache share has no effect."
        )
    return notes


def _left_out(plan: Resolved, first: Mapping[str, Any], catalog: Catalog) -> list[str]:
    """Return strategies that would need all of the text in the prompt, where no prompt takes it."""
    text = first.get("whole_text") or 0
    without = [catalog.strategies[s].title for s in WHOLE_TEXT if text and not first.get(f"{s}.text")]
    if not without:
        return []
    told = f"the {text:,.0f} tokens of text, which do not fit into a prompt of {plan.offer.model.label}"
    return [f"The figures for {' and '.join(without)} leave out {told}."]


def _prices(plan: Resolved, catalog: Catalog, day: date, facts: Mapping[str, Any]) -> list[str]:
    notes = []
    found = quote(plan.offer, catalog.market, day, batch=plan.batch, hours=plan.hours)
    if plan.batch and not found.batch_known:
        notes.append(f"No batch price of {plan.offer.model.label} is known; the standard price is used.")
    if facts.get("cache_hit") and not found.has_cache_price:
        notes.append(
            f"No price for cached input of {plan.offer.model.label} is known; it counts as plain input."
        )
    if plan.offer.model.review_by < day:
        notes.append(f"The entry for {plan.offer.model.label} is overdue since {plan.offer.model.review_by}.")
    own = in_force(catalog.market.prices.get(plan.offer.id, ()), day)
    if own is not None and own.review_by < day:
        notes.append(f"The price of {plan.offer.model.label} was to be checked by {own.review_by}.")
    return notes
