"""A judge behind an address on loopback compares arms from the shell: calibrated first, told to wait, refused by name."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

from advisor.errors import AdvisorError
from advisor.evaluate.judging.served import read_ratings
from tests.command_line import advisor
from tests.evaluate.judge_service import serving

ROWS = 40


def fair(request: str, first: str, second: str) -> str:
    plan = re.findall(r"\d+", request)[0]
    right = [bool(re.search(rf"\b{plan} euros", text)) for text in (first, second)]
    return "tie" if right[0] == right[1] else "first" if right[0] else "second"


@pytest.fixture
def arguments(tmp_path: Path) -> list[str]:
    def written(name: str, rows: list[dict[str, object]]) -> str:
        path = tmp_path / name
        path.write_text("".join(json.dumps(row) + "\n" for row in rows))
        return str(path)

    held = written(
        "held.jsonl",
        [{"id": n, "input": f"plan {n}?", "reference": f"It is {n} euros."} for n in range(ROWS)],
    )
    good = written("good.jsonl", [{"id": n, "answer": f"{n} euros"} for n in range(ROWS)])
    poor = written(
        "poor.jsonl", [{"id": n, "answer": f"{n if n % 4 == 0 else 99} euros, I think"} for n in range(ROWS)]
    )
    ratings = tmp_path / "ratings.csv"
    ratings.write_text(
        "example,rater,choice,a,b\n"
        + "".join(f"{n},Ann,{'a' if n % 4 else 'tie'},good,poor\n" for n in range(12))
    )
    return [
        "evaluate",
        "--arm",
        f"good={good}",
        "--arm",
        f"poor={poor}",
        "--references",
        held,
        "--judge",
        "m",
        "--yes",
    ]


def test_a_fair_judge_prefers_the_better_arm_and_waits_when_told_to(arguments):
    with serving(fair, busy=3) as (url, service):
        done = advisor(*arguments, "--base-url", url, "--json")
    told = json.loads(done.stdout)["judged"]

    assert told["calibration"]["accepted"]
    assert told["preferences"][0]["a"] == "good"
    assert told["preferences"][0]["judge"]["value"] == pytest.approx(0.75)
    assert told["preferences"][0]["judge"]["low"] > 0.5
    assert service.asked == 2 * (ROWS + ROWS)
    assert "at most 160 questions" in done.stderr


def test_people_and_judge_are_joined(arguments, tmp_path):
    with serving(fair) as (url, _service):
        done = advisor(*arguments, "--base-url", url, "--ratings", str(tmp_path / "ratings.csv"))

    assert "Judge m may judge, in both orders: right on 100%" in done.stdout
    assert "with 12 rows rated by people" in done.stdout


def test_a_constant_judge_is_refused_before_the_arms_are_asked_about(arguments):
    with serving(lambda *_: "first") as (url, service):
        done = advisor(*arguments, "--base-url", url, "--json")
    told = json.loads(done.stdout)["judged"]

    assert told["calibration"]["because"].startswith(
        "m is refused: a constant judge: it says 'first' nearly always"
    )
    assert told["preferences"] == []
    assert service.asked == 2 * ROWS


def test_nothing_is_sent_without_a_yes(arguments):
    with serving(fair) as (url, service):
        done = advisor(*(one for one in arguments if one != "--yes"), "--base-url", url, stdin="n\n")

    assert done.returncode == 1
    assert service.asked == 0


@pytest.mark.parametrize(
    ("row", "problem"),
    [
        ("1,a,b,left", "'left' is not a choice"),
        ("1,a,,a", "the row has no b"),
        (",a,b,a", "the row has no example"),
    ],
)
def test_ratings_that_are_none_are_named(tmp_path, row, problem):
    path = tmp_path / "r.csv"
    path.write_text(f"example,a,b,choice\n{row}\n")

    with pytest.raises(AdvisorError, match=problem):
        read_ratings(path)


def test_a_journal_keeps_the_judges_answers_so_that_nothing_is_asked_twice(arguments, tmp_path):
    kept = ["--journal", str(tmp_path / "judge.jsonl"), "--json"]
    with serving(fair) as (url, service):
        first = advisor(*arguments, "--base-url", url, *kept)
        asked = service.asked
        again = advisor(*arguments, "--base-url", url, *kept)
        assert service.asked == asked > 0

    assert json.loads(again.stdout)["judged"] == json.loads(first.stdout)["judged"]
