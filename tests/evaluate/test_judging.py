"""A judge is calibrated or refused, by name of its fault; few ratings and many judgements combine honestly."""

from __future__ import annotations

import asyncio
import random

import numpy as np
import polars as pl
import pytest

from advisor.errors import AdvisorError
from advisor.evaluate.judging.agreement import ac1
from advisor.evaluate.judging.asking import Pair, choice_of, judged, known_pairs, messages
from advisor.evaluate.judging.calibration import Evidence, calibrate, preferences
from advisor.evaluate.judging.prediction_powered import combined
from advisor.evaluate.statistics.intervals import mean_interval

PAIRS = 80


def judgements(choose, seed: int = 0) -> tuple[pl.DataFrame, Evidence]:
    """Let ``choose(better_first, longer_first, own_first, chance)`` say first, second or tie of random pairs."""
    rng, chance = np.random.default_rng(seed), random.Random(seed)
    rows, better, words = [], [], []
    for at in range(PAIRS):
        a_better, a_longer = rng.random() < 0.5, rng.random() < 0.5
        better.append({"example": str(at), "a": "fox", "b": "owl", "better": "a" if a_better else "b"})
        words += [{"example": str(at), "arm": "fox", "words": 20 if a_longer else 5}]
        words += [{"example": str(at), "arm": "owl", "words": 5 if a_longer else 20}]
        for order in ("ab", "ba"):
            turned = order == "ba"
            word = choose(a_better != turned, a_longer != turned, not turned, chance)
            choice = "tie" if word == "tie" else {"first": order[0], "second": order[1]}.get(word)
            rows.append({"example": str(at), "a": "fox", "b": "owl", "order": order, "choice": choice})
    return pl.DataFrame(rows), Evidence(
        pl.DataFrame(better), words=pl.DataFrame(words), own_family=frozenset({"fox"})
    )


def fair(better, _longer, _own, chance):
    return "first" if better == (chance.random() < 0.9) else "second"


def when(share, other):
    return lambda *told: other(*told[:3]) if told[3].random() < share else fair(*told)


SCRIPTS = {
    "position": when(0.5, lambda *_: "first"),
    "length": when(0.6, lambda _better, longer, _own: "first" if longer else "second"),
    "family": when(0.6, lambda _better, _longer, own: "first" if own else "second"),
    "constant": lambda *_: "first",
    "noise": lambda *told: told[3].choice(["first", "second"]),
    "unreadable": when(0.3, lambda *_: "hm"),
}


def test_a_fair_judge_is_accepted_and_what_it_knows_is_said():
    one = calibrate("fair", *judgements(fair))

    assert one.accepted
    assert one.because.startswith("fair may judge, in both orders: right on ")
    assert one.known is not None
    assert 0.8 < one.known.low < 0.9 < one.known.high


@pytest.mark.parametrize("fault", SCRIPTS)
@pytest.mark.parametrize("seed", [1, 2, 3])
def test_a_judge_with_a_fault_is_refused_by_its_name(fault, seed):
    one = calibrate(fault, *judgements(SCRIPTS[fault], seed))

    assert fault in one.faults
    assert not one.accepted
    assert one.because.startswith(f"{fault} is refused: ")


def test_a_constant_judge_is_called_one():
    one = calibrate("small", *judgements(lambda *_: "tie"))

    assert one.because.startswith("small is refused: a constant judge: it says 'tie' nearly always")


def test_a_judge_of_whom_nothing_is_known_is_refused():
    told, evidence = judgements(fair)
    one = calibrate("j", told, evidence._replace(known=evidence.known.head(3)))

    assert one.faults == ("unknown",)
    assert one.known is None


def test_people_who_disagree_refuse_a_judge():
    told, evidence = judgements(fair)
    right = evidence.known.select("example", "a", "b", pl.col("better").alias("choice"))
    turned = right.with_columns(pl.col("choice").replace({"a": "b", "b": "a"}))

    assert calibrate("j", told, evidence._replace(people=right)).accepted
    refused = calibrate("j", told, evidence._replace(people=turned))
    assert "disagrees with people" in refused.faults
    assert refused.people is not None
    assert refused.people.value < 0


def test_both_orders_are_averaged_into_one_preference():
    told = pl.DataFrame(
        [
            {"example": "1", "a": "x", "b": "y", "order": "ab", "choice": "a"},
            {"example": "1", "a": "x", "b": "y", "order": "ba", "choice": "b"},
            {"example": "2", "a": "x", "b": "y", "order": "ab", "choice": "a"},
            {"example": "2", "a": "x", "b": "y", "order": "ba", "choice": "a"},
        ]
    )

    assert preferences(told)["preference"].to_list() == [0.0, 1.0]


def test_ac1_holds_where_kappa_collapses():
    one = ["a"] * 95 + ["b"] * 5
    other = ["a"] * 90 + ["b"] * 5 + ["a"] * 5
    found = ac1(one, other, ("a", "b"))

    # Gwet's own formula by hand: agreement .9, chance 2 × .95 × .05.
    assert found is not None
    assert found.value == pytest.approx((0.9 - 0.095) / (1 - 0.095))
    assert found.low < 0.85 < found.high


def test_agreement_of_one_item_is_unknown():
    assert ac1(["a"], ["a"]) is None


@pytest.mark.parametrize("kind", ["fair", "leaning"])
def test_combined_ratings_hold_and_are_narrower_with_a_judge_that_knows_something(kind):
    rng, held, narrower = np.random.default_rng(5), [], []
    for _ in range(400):
        people = rng.choice([1.0, 0.0, -1.0], 300, p=[0.5, 0.2, 0.3])
        judge = np.where(rng.random(300) < 0.85, people, rng.choice([1.0, -1.0], 300))
        if kind == "leaning":
            judge = np.where(rng.random(300) < 0.3, -1.0, judge)
        both = combined(people[:40], judge[:40], judge[40:])
        alone = mean_interval((people[:40] + 1) / 2)
        held.append(both.low <= 0.2 <= both.high)
        narrower.append(both.high - both.low < 2 * (alone.high - alone.low))

    assert 0.93 <= np.mean(held) <= 0.98
    assert np.mean(narrower) > 0.8


def test_a_judge_that_knows_nothing_is_not_trusted():
    people = np.array([1.0, -1.0] * 20)
    both = combined(people, np.ones(40), np.ones(300))

    assert both.value == pytest.approx(0.0)


def test_too_few_ratings_are_refused():
    with pytest.raises(AdvisorError, match="3 rows are rated by people"):
        combined(np.ones(3), np.ones(3), np.ones(9))


def test_the_judge_sees_every_pair_in_both_orders_and_never_the_arms_names():
    asked: list[list[dict[str, str]]] = []

    async def ask(told: list[dict[str, str]]) -> str:
        asked.append(told)
        return '```json\n{"better": "first"}\n```' if len(asked) % 2 else "I like both"

    pair = Pair("q1", "What?", "this", "tuned-arm", "prompt-arm", "alpha", "beta")
    told = asyncio.run(judged([pair], ask))

    assert told["order"].to_list() == ["ab", "ba"]
    assert told["choice"].to_list() == ["a", None]
    assert not any("-arm" in one["content"] for question in asked for one in question)
    assert "<first>\nbeta" in messages(pair, "ba")[1]["content"]


@pytest.mark.parametrize(
    ("text", "order", "choice"),
    [
        ('{"better": "first"}', "ab", "a"),
        ('{"better": "first"}', "ba", "b"),
        ('{"better": "second"}', "ba", "a"),
        ('{"better": "tie"}', "ab", "tie"),
        ('{"better": 1}', "ab", None),
        ('{"best": "first"}', "ab", None),
        ("first", "ab", None),
        ("[]", "ab", None),
    ],
)
def test_the_judges_word_is_read_or_is_unknown(text, order, choice):
    assert choice_of(text, order) == choice


def test_known_pairs_set_the_wanted_answer_against_anothers():
    wanted = pl.DataFrame(
        {"example": ["1", "2", "3"], "input": ["x", "y", "z"], "references": [["one"], ["one"], ["two"]]}
    )
    pairs, known = known_pairs(wanted)

    assert [(pair.answer_a, pair.answer_b) for pair in pairs] == [
        ("one", "two"),
        ("two", "one"),
        ("two", "one"),
    ]
    assert known["better"].to_list() == ["a", "b", "a"]
