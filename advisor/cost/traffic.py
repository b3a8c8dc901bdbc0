"""One workload in, its costs over traffic out: from how many requests a day on one strategy is cheaper than another."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from itertools import permutations
from typing import TYPE_CHECKING, Any, Final

import numpy as np
import polars as pl
from numpy.typing import NDArray

from advisor.cost.frames import cost_frame
from advisor.cost.quantities import served_by
from advisor.cost.records import Crossing, Traffic, TrafficCrossing
from advisor.cost.rounding import worth
from advisor.palette import STRATEGIES

if TYPE_CHECKING:
    from advisor.catalog import Catalog

LEAST: Final = 1.0
MOST: Final = 1e8
POINTS: Final = 97
Floats = NDArray[np.float64]


def traffic(
    facts: Mapping[str, Any], catalog: Catalog, as_of: date, *, meeting: tuple[Crossing, ...], rate: float
) -> Traffic:
    """Cost the workload at traffic from one to a hundred million requests a day, a month on average over the horizon.

    One-time costs are spread over the months that the model lives. A tuning route that nobody named is the cheapest at
    each traffic.

    Args:
        facts: Checked answers.
        catalog: The rules.
        as_of: The day of the prices.
        meeting: Break-even in time at the workload's own traffic, for the same pairs.
        rate: What one USD buys.
    """
    # The workload's own traffic is one of the points, so that nobody reads a neighbour's figures.
    own = [float(facts["queries_per_day"])] if facts.get("queries_per_day") else []
    per_day = np.unique([*np.geomspace(LEAST, MOST, POINTS), *own])
    rows = pl.DataFrame({"queries_per_day": per_day}).with_columns(
        pl.lit(value).alias(name) for name, value in facts.items() if name != "queries_per_day"
    )
    costed = cost_frame(rows, catalog, as_of=as_of)
    bills = {s: _monthly(costed, s, "total_{}_usd") * rate for s in STRATEGIES}
    people = {s: _monthly(costed, s, "people_{}_usd") * rate for s in STRATEGIES}
    both = {s: bills[s] + people[s] for s in STRATEGIES}
    return Traffic(
        requests_per_day=tuple(per_day.tolist()),
        per_month={s: _listed(bills[s]) for s in STRATEGIES},
        with_people={s: _listed(both[s]) for s in STRATEGIES},
        crossings=tuple(_crossings(per_day, bills, both, meeting, catalog)),
    )


def _monthly(costed: pl.DataFrame, s: str, column: str) -> Floats:
    months = costed[f"{served_by(s)}_months"].to_numpy()
    total = costed[column.format(s)].to_numpy().astype(np.float64)
    spread: Floats = np.divide(total, months, out=np.full_like(total, np.nan), where=months > 0)
    return spread


def _listed(values: Floats) -> tuple[float | None, ...]:
    return tuple(None if np.isnan(value) else float(value) for value in values)


def _crossings(
    per_day: Floats,
    bills: Mapping[str, Floats],
    both: Mapping[str, Floats],
    meeting: tuple[Crossing, ...],
    catalog: Catalog,
) -> list[TrafficCrossing]:
    found = []
    for a, b in permutations(STRATEGIES, 2):
        at = crossing_at(per_day, bills[a], bills[b])
        if at is None:
            continue
        people = crossing_at(per_day, both[a], both[b])
        with_people = _with_people(people, always=bool((both[b] < both[a]).all()))
        in_time = next((item for item in meeting if (item.from_, item.to) == (a, b)), None)
        found.append(
            TrafficCrossing(
                from_=a,
                to=b,
                requests_per_day=at,
                with_people=people,
                months=in_time.months if in_time else None,
                day=in_time.day if in_time else None,
                sentence=f"{_sentence(a, b, at, catalog)}; {with_people}.",
            )
        )
    return found


def crossing_at(per_day: Floats, old: Floats, new: Floats) -> float | None:
    """Return the traffic above which ``new`` stays cheaper than ``old``; None where it is so always, or never."""
    dearer = new >= old
    if np.isnan(old).any() or np.isnan(new).any() or not dearer.any() or dearer[-1]:
        return None
    last = int(np.flatnonzero(dearer)[-1])
    before, after = float(new[last] - old[last]), float(new[last + 1] - old[last + 1])
    share = before / (before - after) if before != after else 0.0
    return float(per_day[last] * (per_day[last + 1] / per_day[last]) ** share)


def _sentence(a: str, b: str, at: float, catalog: Catalog) -> str:
    old, new = (catalog.strategies[name].title for name in (a, b))
    return f"From about {worth(at)} requests a day, {new} costs less than {old}"


def _with_people(at: float | None, *, always: bool) -> str:
    counted = "with people's hours counted,"
    if at is not None:
        return f"{counted} from about {worth(at)}"
    return f"{counted} at any traffic" if always else f"{counted} at no traffic up to {MOST:,.0f} a day"
