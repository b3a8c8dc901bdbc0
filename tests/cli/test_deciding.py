"""The command line decides, refuses and reports as documented: JSON keys, exit codes, nothing half-written."""

from __future__ import annotations

import json
import subprocess
import sys
from datetime import date

import polars as pl
import pytest
import yaml

from advisor.advice import recommend
from advisor.decide import decide
from advisor.doors.cli.asking import parse_typed
from advisor.errors import AdvisorError
from advisor.scenario import read_situation
from advisor.scenario.answers import check_value
from advisor.share.report import words
from tests.command_line import advisor

KEYS = {
    "title", "as_of", "recommended", "start_with", "shortlist", "probabilities", "limits", "then", "ruled_out", "verdict", "robustness", "reasons", "nearly",
    "flips", "next_question", "techniques", "roadmap", "rulebook",
}  # fmt: skip
ANSWERS = {
    "title": "Bot",
    "answers": {"knowledge_gap": "main", "knowledge_change": "daily", "labelled_examples": 120},
}

RETRIEVED = {
    "knowledge_gap": "main",
    "behavior_gap": "none",
    "knowledge_change": "yearly",
    "fetch": "fixed",
    "prompting_result": "not_tried",
    "retrieval_result": "not_tried",
}


@pytest.fixture
def file(tmp_path):
    path = tmp_path / "answers.yaml"
    path.write_text(yaml.safe_dump(ANSWERS), encoding="utf-8")
    return path


def test_json_has_the_documented_keys_and_says_what_python_says(file, catalog, day):
    done = advisor("decide", str(file), "--json", "--as-of", str(day))

    assert done.returncode == 0, done.stderr
    printed = json.loads(done.stdout)
    assert set(printed) >= KEYS
    assert set(printed["probabilities"]) == {"prompting", "few_shot", "rag", "fine_tuning", "hybrid"}
    assert printed["next_question"] == printed["questions"][0]
    assert len(printed["questions"]) <= 3
    in_python = recommend(read_situation(file, catalog), catalog, as_of=day)
    assert printed == json.loads(in_python.model_dump_json(by_alias=True))


def test_standard_input_is_a_dash(day):
    done = advisor("decide", "-", "--json", "--as-of", str(day), stdin=json.dumps(ANSWERS))

    assert json.loads(done.stdout)["recommended"] == "rag"


def test_words_for_people_name_the_verdict_and_the_questions_worth_asking(file, catalog, day):
    done = advisor("decide", str(file), "--as-of", str(day))

    found = recommend(read_situation(file, catalog), catalog, as_of=day)
    told = " ".join(done.stdout.split())
    assert words.points_to(found, catalog) in told
    assert words.VERDICTS[found.verdict].lower() in told.lower()
    assert found.questions
    for question in found.questions:
        assert f"Worth asking {question.question} ({words.worth(question)})" in told
    for reason in words.sides(found.reasons)[0]:
        assert reason.rule in told


@pytest.mark.parametrize(
    ("content", "told"),
    [
        ("answers:\n  knowlege_gap: main\n", ["answers.yaml:2", "knowledge_gap"]),
        ("answers: {labelled_examples: .nan}\n", ["answers.yaml:1", "not a number"]),
        ("a: [" * 3000, ["answers.yaml", "nesting"]),
    ],
)
def test_a_users_mistake_is_three_parts_and_exit_code_1(content, told, tmp_path):
    path = tmp_path / "answers.yaml"
    path.write_text(content, encoding="utf-8")
    done = advisor("decide", str(path))
    as_json = advisor("decide", str(path), "--json")

    assert done.returncode == as_json.returncode == 1
    assert done.stdout == ""
    assert "Traceback" not in done.stderr
    assert all(word in done.stderr for word in told)
    assert set(json.loads(as_json.stdout)["error"]) == {"problem", "place", "remedy"}


def test_wrong_usage_is_exit_code_2(file):
    assert advisor("decide").returncode == 2
    assert advisor("decide", str(file), "--as-if").returncode == 2
    assert advisor("dcide").returncode == 2


def test_a_day_that_is_none_is_refused(file):
    done = advisor("decide", str(file), "--as-of", "tomorrow")

    assert done.returncode == 1
    assert "2026-11-22" in done.stderr


@pytest.mark.parametrize("ending", [".csv", ".parquet", ".jsonl"])
def test_a_portfolio_comes_back_row_by_row(ending, tmp_path):
    table = pl.DataFrame(
        {"title": ["a", "b"], "knowledge_gap": ["main", "none"], "knowledge_change": ["daily", None]}
    )
    source, out = tmp_path / "table.csv", tmp_path / f"out{ending}"
    table.write_csv(source)
    done = advisor("decide", str(source), "-o", str(out), "--json", "--samples", "16")

    assert done.returncode == 0, done.stderr
    read = {".csv": pl.read_csv, ".parquet": pl.read_parquet, ".jsonl": pl.read_ndjson}[ending](out)
    assert read["title"].to_list() == ["a", "b"]
    assert read["recommended"][0] == "rag"
    assert {"verdict", "robustness", "probability_rag", "probability_prompting"} <= set(read.columns)


def test_a_table_with_misspelt_columns_writes_nothing(tmp_path):
    source, out = tmp_path / "t.csv", tmp_path / "out.csv"
    pl.DataFrame({"knowledge_gpa": ["main"], "bugdet": ["low"], "privacy": ["contract"]}).write_csv(source)
    done = advisor("decide", str(source), "-o", str(out))

    assert done.returncode == 1
    assert "'knowledge_gap'" in done.stderr
    assert "'budget'" in done.stderr
    assert list(tmp_path.iterdir()) == [source]


def test_the_map_draws_every_row(file):
    done = advisor("map", str(file), "--x", "labelled_examples", "--y", "knowledge_change", "--json")

    drawn = json.loads(done.stdout)
    assert len(drawn["first"]) == len(drawn["y_values"])


def test_rules_can_be_listed_shown_and_checked(tmp_path):
    listed = json.loads(advisor("rules", "list", "--json").stdout)["rules"]
    shown = advisor("rules", "show", "fresh-knowledge-favours-retrieval")
    overdue = json.loads(advisor("rules", "overdue", "--json", "--as-of", "2040-01-01").stdout)["overdue"]
    checked = advisor("rules", "check", "--samples", "2000", "--json")

    assert len(listed) >= 50
    assert "unless" in shown.stdout
    assert len(overdue) >= len(listed)
    assert checked.returncode == 0, checked.stdout


def test_the_terminal_interview_saves_each_answer_and_can_be_taken_up_again(tmp_path, catalog):
    path = tmp_path / "mine.yaml"
    first = advisor("ask", str(path), stdin="A bot\n1\nstop\n")
    after_one = read_situation(path, catalog)
    second = advisor("ask", str(path), stdin="1\nback\nstop\n")

    assert first.returncode == second.returncode == 0, first.stderr + second.stderr
    assert after_one.title == "A bot"
    assert len(after_one.answers) == 1
    assert read_situation(path, catalog) == after_one
    assert "Too early to name one" in first.stdout


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("1.5k", 1500.0),
        ("2m", 2e6),
        ("2M", 2e6),
        ("1,000", 1000.0),
        ("100 000", 1e5),
        ("3 million", 3e6),
        ("300 requests/day", 300.0),
        ("Tens of  thousands", 30_000.0),
        ("0", 0.0),
    ],
)
def test_numbers_may_be_typed_as_people_write_them(text, number, catalog):
    assert parse_typed(text, catalog.facts["queries_per_day"]) == number


@pytest.mark.parametrize(
    "text", ["1,5k", "nan", "inf", "1e999", "9" * 400, "k", "-", "lots", "3k3", "۳x", ""]
)
def test_what_is_no_number_is_refused_with_the_ways_to_write_one(text, catalog):
    with pytest.raises(AdvisorError) as refused:
        parse_typed(text, catalog.facts["queries_per_day"])
    assert "3k or 2M" in refused.value.remedy
    assert "hundreds" in refused.value.remedy


def test_each_number_can_be_given_in_every_word_that_its_question_knows(catalog):
    worded = {name: fact for name, fact in catalog.facts.items() if fact.words}
    assert {"labelled_examples", "queries_per_day", "latency_budget_ms"} <= set(worded)
    for name, fact in worded.items():
        for word, number in fact.words.items():
            assert parse_typed(word.title(), fact) == number
            assert check_value(name, fact, number, name) == number


def test_the_terminal_interview_takes_a_vague_amount(tmp_path, catalog):
    path = tmp_path / "mine.yaml"
    path.write_text(yaml.safe_dump({"title": "Bot", "answers": RETRIEVED}), encoding="utf-8")
    asked = decide(read_situation(path, catalog), catalog, as_of=date(2026, 11, 22)).next_question
    assert asked is not None
    assert catalog.facts[asked.fact].type == "number"
    word, number = next(iter(catalog.facts[asked.fact].words.items()))
    done = advisor("ask", str(path), "--as-of", "2026-11-22", stdin=f"so so\n{word}\nstop\n")

    assert done.returncode == 0, done.stderr
    assert "'so so' is not a number" in done.stderr
    assert read_situation(path, catalog).answers[asked.fact] == number


def test_the_installed_command_is_the_same_program(file):
    command = [sys.executable, "-m", "advisor", "decide", str(file), "--json"]
    done = subprocess.run(command, capture_output=True, text=True, timeout=120, check=False)

    assert done.returncode == 0
    assert json.loads(done.stdout)["recommended"] == "rag"


def test_importing_the_package_is_quick():
    code = "import time; t = time.perf_counter(); import advisor; print(time.perf_counter() - t)"
    seconds = float(
        subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout
    )

    assert seconds < 0.5
