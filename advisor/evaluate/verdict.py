"""Which arm to ship: the cheapest that is shown to be not worse than any other by more than a margin."""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

import numpy as np

from advisor.evaluate.comparing import Table
from advisor.evaluate.records import Verdict
from advisor.evaluate.statistics.intervals import ADDED, Interval, difference_interval
from advisor.evaluate.statistics.power import rows_needed
from advisor.evaluate.statistics.significance import holm, not_worse

CLOSE = 1e-9
SAME_PRICE = 1.05
FEWEST_ROWS = 20
"""Below this the intervals are not known to hold, so that a promise of fewer rows would be one of chance."""


class Question(NamedTuple):
    """What is asked of the scores of one metric."""

    metric: str
    margin: float
    """How much worse an arm may be and still count as good enough, 0 to 1."""
    usd_per_1k: Mapping[str, float | None]
    """Price of a thousand answers by arm; None is unknown."""
    confidence: float = 0.95
    """Of the interval that has to lie inside the margin."""


def verdict_of(table: Table, question: Question) -> Verdict:
    """Decide between the arms of one metric.

    An arm passes when it is shown, against every other arm, to be not worse by the margin or more. Testing all others
    at the full level is exact for one arm (Berger 1982); over the arms the p-values are Holm's, where one arm fewer
    than there are can be wrong at once. So an arm that is worse than the best by the margin is shipped at the rate
    ``(1 - confidence) / 2``, which is what an interval inside the margin promises.
    """
    if len(table.arms) < 2 or not table.scores.any():
        return _alone(table, question)
    against = _against(table, question.confidence)
    raw = [_worst(table, arm, question.margin) for arm in range(len(table.arms))]
    adjusted = holm(raw, at_once=len(table.arms) - 1)
    level = (1 - question.confidence) / 2
    passing = [index for index, p in enumerate(adjusted) if p <= level]
    if not passing:
        return _open(table, question, against)
    return _ship(table, question, against, _cheapest(table, question, passing))


def _against(table: Table, confidence: float) -> list[dict[int, Interval]]:
    arms = range(len(table.arms))
    return [
        {
            other: difference_interval(
                table.scores[:, one] - table.scores[:, other], table.groups, confidence=confidence
            )
            for other in arms
            if other != one
        }
        for one in arms
    ]


def _worst(table: Table, arm: int, margin: float) -> float:
    others = [other for other in range(len(table.arms)) if other != arm]
    return max(
        not_worse(table.scores[:, arm] - table.scores[:, other], table.groups, margin) for other in others
    )


def _cheapest(table: Table, question: Question, passing: list[int]) -> int:
    # Prices within a twentieth are the same price: then the better arm is the one to ship.
    prices = [question.usd_per_1k.get(table.arms[index]) for index in passing]
    known = [price for price in prices if price is not None]
    if len(known) < len(passing):
        return passing[0]
    return next(
        index for index, price in zip(passing, known, strict=True) if price <= SAME_PRICE * min(known)
    )


def _ship(table: Table, question: Question, against: list[dict[int, Interval]], chosen: int) -> Verdict:
    best = 0 if chosen else 1
    one = against[chosen][best]
    name, other = table.arms[chosen], table.arms[best]
    parts = [f"ship {name}: {_distance(one, other)}"]
    if one.low < 0:
        parts.append(f"inside your margin of {points(question.margin)}")
    parts += _price(question, name, other)
    needed, cheaper = _still_open(table, question, against, chosen)
    if cheaper:
        more = f"about {needed} more rows would tell" if needed else "more rows alone would hardly tell"
        parts.append(f"whether the cheaper {cheaper} is inside the margin is not shown ({more})")
    return Verdict(
        ship=name, because=", ".join(parts[:3]) + "".join(f"; {part}" for part in parts[3:]),
        cannot_tell=False, rows_needed=needed, metric=question.metric, margin=question.margin,
    )  # fmt: skip


def _still_open(
    table: Table, question: Question, against: list[dict[int, Interval]], chosen: int
) -> tuple[int | None, str]:
    price = question.usd_per_1k.get(table.arms[chosen])
    for index, arm in enumerate(table.arms):
        cost = question.usd_per_1k.get(arm)
        shown_worse = any(one.high < -question.margin for one in against[index].values())
        if price is not None and cost is not None and SAME_PRICE * cost < price and not shown_worse:
            return _more(len(table.scores), against[index], question, len(table.arms)), arm
    return None, ""


def _open(table: Table, question: Question, against: list[dict[int, Interval]]) -> Verdict:
    rows = len(table.scores)
    needs = [_more(rows, row, question, len(table.arms)) for row in against]
    needed = min((need for need in needs if need is not None), default=None)
    told = f"{needed} more rows would" if needed else "no number of rows would at this margin"
    lead = f"{table.arms[0]} is {_distance(against[0][1], table.arms[1])}"
    return Verdict(
        ship=None, because=f"cannot tell: {told}; {lead}, margin {points(question.margin)}", cannot_tell=True,
        rows_needed=needed, metric=question.metric, margin=question.margin,
    )  # fmt: skip


def _more(rows: int, against: Mapping[int, Interval], question: Question, arms: int) -> int | None:
    # If the differences stay as they are: rows until each lies inside the margin, all arms considered.
    strict = 1 - (1 - question.confidence) / max(arms - 1, 1)
    needs = [
        rows_needed(
            one.value + question.margin, one.error * float(np.sqrt(rows + 2 * ADDED)), confidence=strict
        )
        for one in against.values()
    ]
    known = [need for need in needs if need is not None]
    return max(1, max(known) - rows, FEWEST_ROWS - rows) if len(known) == len(needs) else None


def _alone(table: Table, question: Question) -> Verdict:
    told = f"{table.arms[0]} reaches {points(float(table.scores.mean()))}, and there is no second arm to compare it with"
    if len(table.arms) > 1:
        told = f"no arm scores anything by {question.metric}"
    return Verdict(
        ship=None, because=f"cannot tell: {told}", cannot_tell=True,
        rows_needed=None, metric=question.metric, margin=question.margin,
    )  # fmt: skip


def _distance(one: Interval, other: str) -> str:
    interval = f"({signed(one.low)} to {signed(one.high)})"
    if abs(one.value) < 0.0005:
        return f"level with {other} {interval}"
    side = "above" if one.value > 0 else "below"
    return f"{points(abs(one.value))} points {side} {other} {interval}"


def _price(question: Question, name: str, other: str) -> list[str]:
    mine, theirs = question.usd_per_1k.get(name), question.usd_per_1k.get(other)
    if mine is None or theirs is None:
        return ["prices are not known for both"]
    if mine > 0 and theirs / mine >= SAME_PRICE:
        return [f"{_times(theirs / mine)} times cheaper"]
    if theirs > 0 and mine / theirs >= SAME_PRICE:
        return [f"{_times(mine / theirs)} times dearer"]
    return ["at the same price"] if abs(mine - theirs) < CLOSE or mine > 0 else ["at no price"]


def _times(ratio: float) -> str:
    return f"{ratio:.0f}" if ratio >= 9.5 else f"{ratio:.1f}"


def points(share: float) -> str:
    """Write a share in points, without a decimal that says nothing."""
    return f"{100 * share:.1f}".removesuffix(".0")


def signed(share: float) -> str:
    """Write a difference in points with its sign; a real minus, as in print."""
    text = f"{100 * share:+.1f}"
    return "0.0" if text in {"+0.0", "-0.0"} else text.replace("-", "−")
