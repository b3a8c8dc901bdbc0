"""A judge grades single answers by a rubric: calibrated or refused by name, its grades a metric, joined with people."""

from __future__ import annotations

import json
import random
import re
from pathlib import Path

import numpy as np
import polars as pl
import pytest

from advisor.errors import AdvisorError
from advisor.evaluate.judging.grades import EMPTY_WORDS, Messages, grade_of, rubric_of
from advisor.evaluate.judging.grading import Judge, graded_preferences, grades_of
from tests.command_line import advisor
from tests.evaluate.judge_service import serving

ROWS = 40
PARTS = re.compile(r"<(request|wanted|answer)>\n(.*?)\n</\1>", re.DOTALL)


def wanted_rows(references: bool = True) -> pl.DataFrame:
    rows = [
        {"example": f"{n:02}", "input": f"Price of plan {n}?", "references": [f"It is {n} euros."] if references else []}
        for n in range(ROWS)
    ]  # fmt: skip
    schema = {"example": pl.String, "input": pl.String, "references": pl.List(pl.String)}
    return pl.DataFrame(rows, schema=schema)


def answers_of(**arms: object) -> pl.DataFrame:
    rows = [
        {"example": f"{n:02}", "arm": arm, "answer": say(n)} for arm, say in arms.items() for n in range(ROWS)  # type: ignore[operator]
    ]  # fmt: skip
    return pl.DataFrame(rows)


ANSWERS = answers_of(good=lambda n: f"{n} euros", poor=lambda n: f"{n if n % 4 == 0 else 99} euros, I think")


def right(request: str, answer: str) -> bool:
    return bool(re.search(rf"\b{re.findall(r'[0-9]+', request)[0]} euros", answer))


def judge(grade) -> Judge:
    """Make a judge of a function of request, answer, whether the wanted answer comes first, and chance."""
    chance = random.Random(1)

    def say(questions: list[Messages]) -> list[str]:
        told = []
        for one in questions:
            spoken = one[-1]["content"]
            parts = dict(PARTS.findall(spoken))
            first = spoken.find("<wanted>") < spoken.find("<answer>")
            word = grade(parts["request"], parts["answer"], first, chance)
            told.append(word if isinstance(word, str) else json.dumps({"reason": "so", "grade": word}))
        return told

    return Judge("m", say)


def fair(request, answer, _first, chance):
    if chance.random() < 0.05:
        return chance.choice([1, 5])
    return 5 if right(request, answer) else 1


def position(request, answer, first, chance):
    return 5 if first and chance.random() < 0.5 else fair(request, answer, first, chance)


def longer(request, answer, first, chance):
    return 5 if len(answer) > 100 and chance.random() < 0.6 else fair(request, answer, first, chance)


SCRIPTS = {
    "constant": lambda *_: 4,
    "position": position,
    "length": longer,
    "noise": lambda *told: told[3].choice([1, 2, 3, 4, 5]),
    "unreadable": lambda *told: "hm" if told[3].random() < 0.3 else fair(*told),
}


def test_a_fair_judge_grades_every_answer_and_what_it_knows_is_said():
    told = grades_of(ANSWERS, wanted_rows(), judge(fair))

    assert told.calibration.accepted
    assert told.calibration.because.startswith("m may grade single answers: right on")
    assert told.grades is not None
    means = ANSWERS.with_columns(told.grades.alias("grade")).group_by("arm").agg(pl.col("grade").mean())
    assert dict(means.iter_rows())["good"] > 0.85
    assert dict(means.iter_rows())["poor"] == pytest.approx(0.25, abs=0.1)


@pytest.mark.parametrize("fault", SCRIPTS)
def test_a_faulty_judge_is_refused_by_the_name_of_its_fault_before_it_grades(fault):
    asked: list[int] = []
    script = judge(SCRIPTS[fault])

    def counted(questions):
        asked.append(len(questions))
        return script.say(questions)

    told = grades_of(ANSWERS, wanted_rows(), script._replace(say=counted))

    assert fault in told.calibration.faults
    assert told.calibration.because.startswith("m is refused: ")
    assert told.grades is None
    assert asked == [5 * 30]


def test_constant_names_the_grade_that_it_always_says():
    assert (
        "a constant judge: it says '4 of 5' nearly always"
        in grades_of(ANSWERS, wanted_rows(), judge(SCRIPTS["constant"])).calibration.because
    )


def test_losing_by_empty_words_is_no_fault():
    told = grades_of(
        ANSWERS,
        wanted_rows(),
        judge(lambda *a: 1 if EMPTY_WORDS.strip() in a[1] else 5 if right(*a[:2]) else 2),
    )
    assert told.calibration.accepted
    assert told.calibration.length is not None
    assert told.calibration.length.value < -0.1


def test_without_wanted_answers_only_people_can_vouch_for_a_judge():
    rows = wanted_rows(references=False)
    assert grades_of(ANSWERS, rows, judge(fair)).calibration.faults == ("unknown",)
    ratings = pl.DataFrame(
        [
            {"example": f"{n:02}", "a": "poor", "b": "good", "choice": "b" if n % 4 else "tie"}
            for n in range(20)
        ]
    )
    told = grades_of(ANSWERS, rows, judge(fair), ratings)
    assert told.calibration.accepted
    assert told.calibration.people is not None
    assert told.calibration.people.value > 0.6


def test_a_judge_that_people_do_not_share_is_refused():
    ratings = pl.DataFrame(
        [{"example": f"{n:02}", "a": "good", "b": "poor", "choice": "b"} for n in range(20)]
    )
    told = grades_of(ANSWERS, wanted_rows(), judge(fair), ratings)
    assert told.calibration.faults == ("disagrees with people",)
    assert told.grades is None


def test_a_failed_row_has_no_grade_and_an_unread_one_moves_no_arm():
    answers = ANSWERS.with_columns(
        pl.when((pl.col("arm") == "good") & (pl.col("example") == "03"))
        .then(None)
        .otherwise("answer")
        .alias("answer")
    )

    def once_unreadable(request, answer, first, chance):
        return "hm" if "plan 5?" in request and "think" in answer else (5 if right(request, answer) else 1)

    told = grades_of(answers, wanted_rows(), judge(once_unreadable))
    assert told.grades is not None
    frame = answers.with_columns(told.grades.alias("grade"))
    assert frame.filter(pl.col("answer").is_null())["grade"].to_list() == [None]
    unread = frame.filter((pl.col("arm") == "poor") & (pl.col("example") == "05"))["grade"][0]
    read = frame.filter((pl.col("arm") == "poor") & (pl.col("example") != "05"))["grade"].mean()
    assert unread == pytest.approx(read)
    assert told.notes == ("1 of 79 grades of m cannot be read and count as the mean of their arm",)


def test_few_ratings_and_many_grades_hold_where_the_judge_is_lenient():
    """People prefer good on three rows of four; the judge sees half of it, and people correct it."""
    rng = np.random.default_rng(3)
    holds = []
    for _ in range(60):
        better = rng.random(ROWS) < 0.75
        seen = better & (rng.random(ROWS) < 0.5)
        answers = answers_of(good=lambda n: f"a{n}", poor=lambda n: f"b{n}")
        grades = pl.Series([1.0] * ROWS + [0.0 if one else 1.0 for one in seen])
        ratings = pl.DataFrame(
            [
                {"example": f"{n:02}", "a": "good", "b": "poor", "choice": "a" if better[n] else "tie"}
                for n in rng.permutation(ROWS)[:20]
            ]
        )
        (one,) = graded_preferences(answers, grades, ["good", "poor"], ratings)
        assert one.people == 20
        assert one.combined is not None
        holds.append(one.combined.low <= 0.75 <= one.combined.high)
    assert np.mean(holds) >= 0.9


@pytest.mark.parametrize(
    ("text", "grade"),
    [('{"grade": 5}', 1.0), ('```json\n{"reason": "x", "grade": 2}\n```', 0.25), ('{"grade": 6}', None), ('{"grade": true}', None), ("5", None), ("", None)],
)  # fmt: skip
def test_grades_are_read_or_not_read(text, grade):
    assert grade_of(text) == grade


def test_a_rubric_is_a_text_or_a_file(tmp_path):
    file = tmp_path / "rubric.md"
    file.write_text("5: polite.\n", encoding="utf-8")
    assert rubric_of(str(file)) == "5: polite."
    assert rubric_of("5: right. 1: wrong.") == "5: right. 1: wrong."
    with pytest.raises(AdvisorError, match="the rubric is empty"):
        rubric_of("  ")


@pytest.fixture
def arguments(tmp_path: Path) -> list[str]:
    def written(name: str, rows: list[dict[str, object]]) -> str:
        path = tmp_path / name
        path.write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")
        return str(path)

    held = written(
        "held.jsonl",
        [{"id": n, "input": f"plan {n}?", "reference": f"It is {n} euros."} for n in range(ROWS)],
    )
    arms = {
        arm: written(f"{arm}.jsonl", [{"id": n, "answer": ANSWERS.filter(arm=arm)["answer"][n]} for n in range(ROWS)])
        for arm in ("good", "poor")
    }  # fmt: skip
    (tmp_path / "rubric.md").write_text("5: the right price. 1: another price.", encoding="utf-8")
    written(
        "ratings.jsonl",
        [{"example": n, "a": "poor", "b": "good", "choice": "b" if n % 4 else "tie"} for n in range(12)],
    )
    named = [word for arm, path in arms.items() for word in ("--arm", f"{arm}={path}")]
    return ["evaluate", *named, "--references", held, "--judge", "m", "--yes", "--rubric", str(tmp_path / "rubric.md")]  # fmt: skip


def served_fair(request: str, _wanted: str, answer: str, _first: bool) -> int:
    return 5 if right(request, answer) else 1


def test_grades_decide_where_they_are_named_first_and_stand_beside_otherwise(arguments):
    with serving(served_fair, busy=2) as (url, service):
        beside = json.loads(advisor(*arguments, "--base-url", url, "--json").stdout)
        first = json.loads(
            advisor(
                *arguments, "--base-url", url, "--scorer", "judge", "--scorer", "contains", "--json"
            ).stdout
        )
    assert beside["verdict"]["metric"] != "judge"
    assert beside["arms"]["poor"]["scores"]["judge"]["value"] == pytest.approx(0.25)
    assert first["verdict"]["metric"] == "judge"
    assert first["verdict"]["ship"] == "good"
    assert list(first["arms"]["good"]["scores"]) == ["judge", "contains"]
    assert first["judge"]["accepted"]
    assert service.asked == 2 * (5 * 30 + 2 * ROWS)


def test_people_and_grades_are_joined_in_the_shell(arguments, tmp_path):
    with serving(served_fair) as (url, _service):
        done = advisor(*arguments, "--base-url", url, "--ratings", str(tmp_path / "ratings.jsonl"))
    assert "with 12 rows rated by people" in done.stdout
    assert "m may grade single answers" in done.stdout


def test_a_refused_judge_leaves_the_verdict_to_the_other_scorers(arguments):
    with serving(lambda *_: 3) as (url, service):
        told = json.loads(advisor(*arguments, "--base-url", url, "--scorer", "judge", "--json").stdout)
    assert "judge" not in told["arms"]["good"]["scores"]
    assert not told["judge"]["accepted"]
    assert told["notes"][0].startswith("m is refused: a constant judge")
    assert service.asked == 5 * 30


def test_nothing_is_sent_without_a_yes_or_without_a_judge(arguments):
    with serving(served_fair) as (url, service):
        done = advisor(*(one for one in arguments if one != "--yes"), "--base-url", url, stdin="n\n")
        alone = advisor(*arguments[:7], "--scorer", "judge")
    assert done.returncode == 1
    assert "at most 230 questions" in done.stderr
    assert service.asked == 0
    assert "no judge model is named" in alone.stderr
