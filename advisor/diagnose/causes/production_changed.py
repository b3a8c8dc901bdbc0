"""What production asks has changed since the training rows were closed."""

from __future__ import annotations

import math
from datetime import date, timedelta
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from advisor.diagnose.contract import Cause, Example, Found, Missing, Quiet, Seen, Verdict
from advisor.diagnose.examples import Row, answered
from advisor.diagnose.records import Test
from advisor.diagnose.requests import Kinds, kinds_of, novelty_of, untaught
from advisor.diagnose.two_samples import SURE, ordered, percent
from advisor.evaluate.statistics.significance import holm

FEWEST, LEVEL, RISE = 40, 0.001, 0.12


class _Risen(NamedTuple):
    name: str
    early: float
    late: float
    trained: float
    p: float
    rows: NDArray[np.int64]


def look(seen: Seen) -> Verdict:
    """Test for each kind of request whether its days are later than the others', and whether training lacks it."""
    made, taught = seen.production, seen.training
    dated = made.frame["day"].is_not_null().to_numpy()[made.sample()]
    some = made.sample()[dated]
    if len(some) < FEWEST or len(taught) < FEWEST:
        return Missing(f"It takes {FEWEST} production samples with their days and {FEWEST} training rows.")
    days = made.frame["day"].cast(int).to_numpy()[some].astype(float)
    if np.ptp(days) < 2:
        return Missing("Production's samples are all of one or two days.")
    grouped = kinds_of(seen, taught, made, among=dated)
    lone, rare = novelty_of(seen, taught, made).rows[dated], untaught(seen).rows[dated]
    kinds = [
        *_risen(grouped, days), _together("unlike any training row", lone, days), _together("of kinds that training hardly has", rare, days),
    ]  # fmt: skip
    risen = [one for one in kinds if one.p < LEVEL and one.late - max(one.early, one.trained) >= RISE / 2]
    total = max((one.late - one.early for one in risen), default=0.0)
    if total < RISE:
        return _none(kinds, days)
    rows = np.unique(np.concatenate([one.rows for one in risen]))
    first = _day(float(np.quantile(days[rows], 0.05)))
    said = ", ".join(
        f"'{one.name}' {percent(one.early)} → {percent(one.late)} ({percent(one.trained)} of training)"
        for one in risen[:3]
    )
    return Found(
        score=min(0.93, 0.84 + 0.2 * total),
        evidence=f"Since about {first} production asks what training hardly holds: {said}.",
        p=min(one.p for one in risen),
        rows=[int(one) for one in made.numbers[some[rows]]],
        rows_of="production",
        figures={"since": str(first), "risen": total, "kinds": [one.name for one in risen]},
    )


def _none(kinds: list[_Risen], days: NDArray[np.float64]) -> Verdict:
    """Rule out a rise that the samples of these days would have shown."""
    third = len(days) / 3
    most = max(
        one.late - max(one.early, one.trained)
        + SURE * math.sqrt((one.late * (1 - one.late) + one.early * (1 - one.early)) / third)
        for one in kinds
    )  # fmt: skip
    between = f"between {_day(days.min())} and {_day(days.max())}"
    if most < RISE:
        return Quiet(f"No kind of request that training lacks has come up {between}.")
    return Missing(
        f"No kind of request that training lacks has clearly come up {between}, but {len(days):,} dated samples leave a rise by "
        f"{percent(most)} open."
    )


def _risen(grouped: Kinds, days: NDArray[np.float64]) -> list[_Risen]:
    """Compare early and late shares of each kind; early and late are the outer thirds of the days."""
    low, high = np.quantile(days, [1 / 3, 2 / 3])
    early, late = days <= low, days >= high
    found = []
    for kind in grouped.kinds:
        mine = np.zeros(len(days), bool)
        mine[kind.rows] = True
        p = ordered(kind.name, days[mine], days[~mine], "").p
        found.append(
            _Risen(kind.name, float(mine[early].mean()), float(mine[late].mean()), kind.here, p, kind.rows)
        )
    adjusted = holm([one.p for one in found])
    return sorted(
        (one._replace(p=p) for one, p in zip(found, adjusted, strict=True)),
        key=lambda one: one.early - one.late,
    )


def _together(name: str, marked: NDArray[np.bool_], days: NDArray[np.float64]) -> _Risen:
    """Compare early and late shares of requests that training hardly has, whatever their kind."""
    low, high = np.quantile(days, [1 / 3, 2 / 3])
    p = ordered(name, days[marked], days[~marked], "").p
    early, late = float(marked[days <= low].mean()), float(marked[days >= high].mean())
    return _Risen(name, early, late, 0.0, p, np.flatnonzero(marked))


def _day(days: float) -> date:
    return date(1970, 1, 1) + timedelta(days=int(days))


def _dated(rows: list[Row], first: int, a_day: int = 5) -> list[Row]:
    begin = date(2026, 9, first)
    return [{**one, "date": str(begin + timedelta(days=at // a_day))} for at, one in enumerate(rows)]


def _asked(word: str, count: int) -> list[Row]:
    return [
        {
            "prompt": f"The {word} of my order {at} shows a wrong amount, who refunds it?",
            "completion": "Sure thing! The desk refunds it.",
        }
        for at in range(count)
    ]


CAUSE = Cause(
    id="production-changed",
    title="Production changed after the training",
    means="A new product, season or group of users asks what nobody asked when the rows were collected.",
    reads=("training", "production", "days"),
    looks_at="For each kind of request whether its days are later than the others' (Mann-Whitney after Holm's correction, 0.1%), its share in the last third of the days against the first (12 points in all) and in training. Ruled out where the samples exclude such a rise.",
    would="Complaints begin when the new kinds do, and adding rows of these kinds ends them.",
    remedy="Collect rows of the new kinds, train again, and watch the shares of kinds after that.",
    test=Test(
        intervention="retrain-with-rows",
        how="Train again with rows of the new kinds and compare on the samples.",
    ),
    found=Example(
        shows="refunds are asked for from the second half of the month on",
        training=lambda: answered(60),
        production=lambda: [*_dated(answered(60, shift=60), 1), *_dated(_asked("invoice", 40), 14)],
    ),
    quiet=Example(
        shows="the same kinds all month",
        training=lambda: answered(60),
        production=lambda: _dated(answered(200, shift=60), 1, 10),
    ),
    look=look,
)
