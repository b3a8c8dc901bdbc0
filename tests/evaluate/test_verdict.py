"""The verdict names the cheapest arm that is good enough, or says how many rows are missing."""

from __future__ import annotations

import numpy as np
import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from advisor.evaluate.comparing import arm_scores, differences, table_of
from advisor.evaluate.verdict import Question, verdict_of


def frame(columns: dict[str, list[float]], groups: list[str] | None = None) -> pl.DataFrame:
    rows = len(next(iter(columns.values())))
    return pl.DataFrame(
        [
            {
                "example": f"r{row:03}",
                "group": groups[row] if groups else None,
                "arm": arm,
                "metric": "exact",
                "score": scores[row],
                "failed": False,
            }
            for arm, scores in columns.items()
            for row in range(rows)
        ],
        schema_overrides={"group": pl.String},
    )


def asked(margin: float = 0.03, **prices: float | None) -> Question:
    return Question("exact", margin, prices)


def verdict(columns: dict[str, list[float]], question: Question):
    return verdict_of(table_of(frame(columns), "exact"), question)


TUNED = [1.0] * 950 + [0.0] * 50
FEW_SHOT = [1.0] * 938 + [0.0] * 62


def test_the_cheapest_arm_inside_the_margin_is_shipped_with_its_price():
    found = verdict({"tuned": TUNED, "few-shot": FEW_SHOT}, asked(**{"tuned": 14.0, "few-shot": 1.0}))

    assert found.ship == "few-shot"
    assert (
        found.because
        == "ship few-shot: 1.2 points below tuned (−1.9 to −0.5), inside your margin of 3, 14 times cheaper"
    )


def test_prices_that_are_nearly_the_same_do_not_decide():
    found = verdict({"tuned": TUNED, "few-shot": FEW_SHOT}, asked(**{"tuned": 1.01, "few-shot": 1.0}))

    assert found.because == "ship tuned: 1.2 points above few-shot (+0.5 to +1.9), at the same price"


def test_without_prices_the_best_arm_is_shipped_and_the_sentence_says_so():
    found = verdict({"tuned": TUNED, "few-shot": FEW_SHOT}, asked())

    assert found.ship == "tuned"
    assert found.because.endswith("prices are not known for both")


def test_too_few_rows_name_the_number_that_is_missing():
    found = verdict({"tuned": [1.0] * 30 + [0.0] * 10, "prompt": [0.0] * 8 + [1.0] * 28 + [0.0] * 4}, asked())

    assert found.ship is None
    assert found.cannot_tell
    assert found.because.startswith(
        f"cannot tell: {found.rows_needed} more rows would; tuned is 5 points above prompt"
    )


def test_the_number_of_missing_rows_is_enough_four_times_in_five():
    rng = np.random.default_rng(8)
    shares = [0.12, 0.09, 0.79]

    def told(rows: int) -> dict[str, list[float]]:
        kinds = rng.choice(3, rows, p=shares)
        return {"one": [float(kind != 1) for kind in kinds], "two": [float(kind != 0) for kind in kinds]}

    # A sample whose shares are the true ones, so that the promise is about the truth.
    kinds = np.repeat([0, 1, 2], [12, 9, 79])
    first = verdict({"one": [float(k != 1) for k in kinds], "two": [float(k != 0) for k in kinds]}, asked())
    assert first.rows_needed is not None
    shipped = [verdict(told(100 + first.rows_needed), asked()).ship is not None for _ in range(300)]

    assert np.mean(shipped) == pytest.approx(0.8, abs=0.08)


def test_an_arm_at_the_margin_is_shipped_in_one_of_twenty_cases_at_most():
    rng = np.random.default_rng(9)
    shipped = []
    for _ in range(600):
        kinds = rng.choice(3, 200, p=[0.2, 0.1, 0.7])
        columns = {"dear": [float(k != 1) for k in kinds], "cheap": [float(k != 0) for k in kinds]}
        shipped.append(verdict(columns, asked(0.1, dear=10.0, cheap=1.0)).ship == "cheap")

    assert np.mean(shipped) <= 0.05


def test_arms_that_score_nothing_are_never_shipped():
    found = verdict({"one": [0.0] * 400, "two": [0.0] * 400}, asked(one=1.0, two=2.0))

    assert found.ship is None
    assert "no arm scores anything" in found.because


def test_one_arm_alone_is_compared_with_nothing():
    found = verdict({"tuned": TUNED}, asked())

    assert found.cannot_tell
    assert "no second arm" in found.because


def test_a_cheaper_arm_that_is_still_open_is_named():
    kinds = np.repeat([0, 1, 2], [32, 24, 344])
    columns = {"dear": [float(k != 1) for k in kinds], "cheap": [float(k != 0) for k in kinds]}
    found = verdict(columns, asked(0.03, dear=10.0, cheap=1.0))

    assert found.ship == "dear"
    assert "whether the cheaper cheap is inside the margin is not shown" in found.because


@given(st.lists(st.tuples(*[st.sampled_from([0.0, 0.5, 1.0])] * 3), min_size=3, max_size=30), st.randoms())
def test_a_comparison_does_not_depend_on_the_order_of_rows_or_arms(rows, shuffle):
    columns = {arm: [row[index] for row in rows] for index, arm in enumerate("abc")}
    scores = frame(columns, [f"g{row // 2}" for row in range(len(rows))])
    shuffled = list(scores.iter_rows(named=True))
    shuffle.shuffle(shuffled)
    again = pl.DataFrame(shuffled, schema=scores.schema)

    def sorted_differences(of: pl.DataFrame) -> pl.DataFrame:
        return differences(of).sort("a", "b")

    assert sorted_differences(scores).equals(sorted_differences(again))
    assert arm_scores(scores).sort("arm").equals(arm_scores(again).sort("arm"))
    assert verdict_of(table_of(scores, "exact"), asked()) == verdict_of(table_of(again, "exact"), asked())


def test_clusters_widen_the_interval():
    columns = {"a": [1.0] * 40 + [0.0] * 40, "b": [1.0] * 20 + [0.0] * 60}
    loose = differences(frame(columns))
    tied = differences(frame(columns, [f"document {row // 20}" for row in range(80)]))

    assert tied["low"][0] < loose["low"][0]
    assert tied["p"][0] > loose["p"][0]
    assert loose["method"][0].endswith("McNemar's exact test")
