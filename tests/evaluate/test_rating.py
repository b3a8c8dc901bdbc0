"""People rate blind pairs; nothing they said is lost, and they are told when they may stop."""

from __future__ import annotations

import numpy as np
import polars as pl
import pytest

from advisor.errors import AdvisorError
from advisor.evaluate.answers.arm import WANTED
from advisor.evaluate.rating.keeping import RATINGS, RatingFile, ratings_of
from advisor.evaluate.rating.pairing import blind_pairs, next_pair
from advisor.evaluate.rating.standing import standing
from advisor.evaluate.results import Frames

ROWS = 40


def frames(same: int = 0) -> Frames:
    rows = [
        {"arm": arm, "example": f"q{n}", "answer": "both" if n < same else f"{arm} says {n}"}
        for n in range(ROWS) for arm in ("tuned", "prompt")
    ]  # fmt: skip
    wanted = [
        {"example": f"q{n}", "references": ["yes"], "input": f"question {n}", "group": None, "passages": []}
        for n in range(ROWS)
    ]
    return Frames(pl.DataFrame(rows), pl.DataFrame(wanted, schema=dict(WANTED)), pl.DataFrame())


def ratings(*rows: tuple[str, str, str]) -> pl.DataFrame:
    return pl.DataFrame([dict(zip(RATINGS, row, strict=True)) for row in rows], schema=dict(RATINGS))


def test_sides_are_at_random_and_the_same_for_every_reload():
    pairs, _ = blind_pairs(frames(), "tuned", "prompt")
    lefts = sum(pair.left_is_a for pair in pairs)

    assert blind_pairs(frames(), "tuned", "prompt")[0] == pairs
    assert ROWS * 0.25 < lefts < ROWS * 0.75
    assert [pair.example for pair in pairs] != [f"q{n}" for n in range(ROWS)]
    assert all((pair.left.startswith("tuned")) == pair.left_is_a for pair in pairs)


def test_a_choice_of_a_side_is_a_choice_of_an_arm():
    pairs, _ = blind_pairs(frames(), "tuned", "prompt")
    turned = next(pair for pair in pairs if not pair.left_is_a)

    assert [turned.choice(side) for side in ("left", "right", "tie")] == ["b", "a", "tie"]


def test_equal_answers_are_not_asked_about():
    pairs, same = blind_pairs(frames(same=5), "tuned", "prompt")

    assert same == [f"q{n}" for n in range(5)]
    assert len(pairs) == ROWS - 5


def test_every_rater_gets_each_pair_once():
    pairs, _ = blind_pairs(frames(), "tuned", "prompt")
    told = ratings((pairs[0].example, "Ann", "a"), (pairs[1].example, "Ann", "b"))

    assert next_pair(pairs, told, "Ann") == pairs[2]
    assert next_pair(pairs, told, "Bob") == pairs[0]
    assert next_pair(pairs[:2], told, "Ann") is None


def test_ratings_come_back_from_disk_with_undo_and_second_thoughts(tmp_path):
    file = ratings_of(frames(), "tuned", "prompt", tmp_path)
    for example, choice in (("q1", "a"), ("q2", "b"), ("q1", "tie")):
        file.rate(example, "Ann", choice)
    file.rate("q1", "Bob", "b")
    file.undo("Ann")

    again = ratings_of(frames(), "tuned", "prompt", tmp_path).ratings()
    assert again.rows() == [("q2", "Ann", "b"), ("q1", "Bob", "b")]
    file.undo("Cid")
    assert file.ratings().rows() == again.rows()


def test_other_answers_have_other_ratings(tmp_path):
    one, other = (
        ratings_of(frames(), "tuned", "prompt", tmp_path),
        ratings_of(frames(3), "tuned", "prompt", tmp_path),
    )

    assert one.path != other.path


def test_a_line_cut_off_by_a_crash_loses_no_other(tmp_path):
    file = RatingFile(tmp_path / "r.jsonl")
    file.rate("q1", "Ann", "a")
    with file.path.open("ab") as stream:
        stream.write(b'{"example": "q2", "ra')

    assert file.ratings().rows() == [("q1", "Ann", "a")]
    file.rate("q2", "Ann", "b")
    assert file.ratings().rows() == [("q1", "Ann", "a"), ("q2", "Ann", "b")]


@pytest.mark.parametrize("line", ["no json", "[]", '{"example": "q1", "rater": "Ann", "choice": "left"}'])
def test_a_line_that_is_no_rating_is_named(tmp_path, line):
    path = tmp_path / "r.jsonl"
    path.write_text(line + "\n")

    with pytest.raises(AdvisorError) as told:
        RatingFile(path).ratings()
    assert told.value.place == f"{path}:1"


def test_raters_are_told_when_to_stop_and_who_is_preferred():
    told = ratings(*((f"q{n}", "Ann", "b" if n % 6 == 0 else "a") for n in range(36)))
    found = standing(told, "tuned", "prompt")

    assert found.may_stop
    assert found.because.startswith("you can stop here: tuned is preferred to prompt by 66.7 points (+")
    assert found.agreement is None


def test_with_little_said_they_are_told_to_go_on():
    assert standing(ratings(), "tuned", "prompt").because == "continue: nothing can be said yet"
    told = ratings(*((f"q{n}", "Ann", "ab"[n % 2]) for n in range(12)))

    assert not standing(told, "tuned", "prompt").may_stop


def test_arms_that_are_alike_let_raters_stop_too():
    told = ratings(*((f"q{n}", "Ann", ("a", "b", "tie", "tie", "tie", "tie")[n % 6]) for n in range(300)))

    assert standing(told, "tuned", "prompt").because.startswith(
        "you can stop here: tuned and prompt are alike within 20 points"
    )


def test_raters_who_say_the_same_agree_and_a_row_counts_once():
    told = ratings(
        *((f"q{n}", rater, "a" if n % 3 else "tie") for rater in ("Ann", "Bob", "Cid") for n in range(20))
    )
    found = standing(told, "tuned", "prompt")

    assert (found.rated, found.raters) == (20, 3)
    assert found.agreement is not None
    assert found.agreement.value == pytest.approx(1.0)


def test_looking_after_every_rating_stops_alike_arms_wrongly_in_one_of_twenty_runs_at_most():
    rng, wrong = np.random.default_rng(3), 0
    for _ in range(30):
        choices = rng.choice(["a", "b", "tie"], 60, p=[0.4, 0.4, 0.2])
        told = [ratings(*((f"q{n}", "Ann", choices[n]) for n in range(size))) for size in (8, 15, 30, 60)]
        wrong += any("preferred" in standing(one, "x", "y").because for one in told)

    assert wrong <= 3
