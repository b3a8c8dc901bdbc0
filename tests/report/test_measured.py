"""What was measured replaces what was argued, is kept with its day, and is in every report."""

from __future__ import annotations

import json
from datetime import date
from pathlib import Path

import pypdfium2
import pytest
import yaml

from advisor.advice import advise
from advisor.catalog import Catalog
from advisor.errors import AdvisorError
from advisor.scenario import (
    MeasuredArm,
    MeasuredFact,
    MeasuredRun,
    Situation,
    measured_on,
    parse_situation,
    read_situation,
    with_measured,
    write_situation,
)
from advisor.share.report import FORMATS, read_advice, render, words
from tests.command_line import advisor
from tests.report.conftest import ANSWERS, HOSTILE

RUN = MeasuredRun(
    on="2026-11-20",
    what="2 arms on 60 held-out rows",
    metric="exact",
    verdict="ship tuned: 63.3 points above prompt (49.1 to 76.2), 10 times dearer",
    judge="the judge is right on 95% of the known pairs",
    arms=(
        MeasuredArm(name="tuned", n=60, failed=1, value=0.967, low=0.886, high=0.995, usd_per_1k=10, seconds_p50=1.5, seconds_p95=1.75),
        MeasuredArm(name="prompt", n=60, failed=0, value=0.333, low=0.225, high=0.463),
    ),
    facts={
        "prompting_result": MeasuredFact(value="fails", by="arm prompt on 60 rows: 33.3 (22.5 to 46.3), by exact"),
        "output_tokens": MeasuredFact(value=14, by="median over 2 arms of their mean output tokens"),
    },
)  # fmt: skip


@pytest.fixture
def situation(catalog: Catalog) -> Situation:
    argued = Situation(title="Bot", answers=ANSWERS | {"prompting_result": "works"}, notes="Ours.")
    return with_measured(argued, RUN, catalog)[0]


def text_of(content: bytes, fmt: str) -> str:
    if fmt != "pdf":
        return content.decode()
    return " ".join(page.get_textpage().get_text_bounded() for page in pypdfium2.PdfDocument(content))


def test_a_measurement_takes_the_place_of_an_argument_and_says_what_it_replaced(catalog: Catalog) -> None:
    argued = Situation(answers={"prompting_result": "works", "knowledge_gap": "main"})
    measured, replaced = with_measured(argued, RUN, catalog)
    assert [(one.fact, one.before, one.now) for one in replaced] == [
        ("prompting_result", "works", "fails"), ("output_tokens", None, 14.0),
    ]  # fmt: skip
    assert measured.answers["knowledge_gap"] == "main"
    assert measured.origin("prompting_result") == "measured"
    found = measured_on(measured, "prompting_result")
    assert found is not None
    assert found[0].on == "2026-11-20"
    assert measured_on(measured, "knowledge_gap") is None
    assert with_measured(measured, RUN, catalog) == (measured, ())


def test_the_newest_run_is_the_one_that_counts(catalog: Catalog, situation: Situation) -> None:
    later = RUN.model_copy(
        update={"on": "2026-11-26", "facts": {"prompting_result": MeasuredFact(value="works", by="x")}}
    )
    both, replaced = with_measured(situation, later, catalog)
    assert [one.now for one in replaced] == ["works"]
    assert measured_on(both, "prompting_result")[0].on == "2026-11-26"
    assert measured_on(both, "output_tokens")[0].on == "2026-11-20"


def test_an_answers_file_keeps_the_run_its_origins_and_its_notes(
    tmp_path: Path, catalog: Catalog, situation: Situation
) -> None:
    path = tmp_path / "answers.yaml"
    write_situation(path, situation)
    assert read_situation(path, catalog) == situation


@pytest.mark.parametrize(
    "measured",
    [
        "word",
        "{}",
        "[1]",
        "[{on: yesterday, what: x}]",
        "[{on: 2026-11-20, what: x, odd: 1}]",
        "[" + "{on: '2026-11-20', what: x}," * 21 + "]",
    ],
)
def test_runs_that_are_none_are_refused_in_words(measured: str, catalog: Catalog) -> None:
    text = f"title: x\nanswers: {{}}\nmeasured: {measured}\n"
    if measured == "{}":  # nothing was measured
        assert parse_situation(text, catalog, place="a.yaml").measured == ()
        return
    with pytest.raises(AdvisorError) as error:
        parse_situation(text, catalog, place="a.yaml")
    assert "a.yaml" in error.value.place
    assert error.value.remedy


def test_a_value_that_does_not_fit_its_question_changes_nothing(catalog: Catalog) -> None:
    wrong = RUN.model_copy(update={"facts": {"prompting_result": MeasuredFact(value="splendid", by="x")}})
    with pytest.raises(AdvisorError, match="no option"):
        with_measured(Situation(), wrong, catalog)


@pytest.mark.parametrize("fmt", [name for name in FORMATS if name != "json"])
def test_every_report_has_the_arms_their_verdict_and_their_day(
    fmt: str, catalog: Catalog, day: date, situation: Situation
) -> None:
    told = " ".join(
        text_of(render(advise(situation, catalog, as_of=day), catalog, fmt), fmt).replace("\\", "").split()
    )
    for piece in (
        "What was measured",
        "tuned",
        "96.7",
        "88.6",
        "1 of 60",
        "not known",
        "2026",
        "11",
        "20",
        "63.3 points above prompt",
        "known pairs",
    ):
        assert piece in told, piece


def test_a_report_without_a_measurement_has_no_empty_section(catalog: Catalog, day: date) -> None:
    told = render(advise(Situation(answers=ANSWERS), catalog, as_of=day), catalog, "md").decode()
    assert "What was measured" not in told
    assert "All 8 answers were stated by people; none was measured." in told


def test_a_measured_assessment_survives_the_way_through_json(
    catalog: Catalog, day: date, situation: Situation
) -> None:
    one = advise(situation, catalog, as_of=day)
    assert read_advice(render(one, catalog, "json").decode(), place="report") == one


def test_hostile_text_of_a_run_is_only_text(catalog: Catalog, day: date) -> None:
    arm = RUN.arms[0].model_copy(update={"name": HOSTILE[:300]})
    run = RUN.model_copy(update={"arms": (arm,), "verdict": HOSTILE, "what": HOSTILE, "judge": HOSTILE})
    one = advise(with_measured(Situation(), run, catalog)[0], catalog, as_of=day)
    assert "<script>alert" not in render(one, catalog, "html").decode()
    assert "[link](javascript" not in render(one, catalog, "md").decode().replace("\\[link\\](javascript", "")
    assert render(one, catalog, "pdf").startswith(b"%PDF")


def test_the_recommendation_says_what_to_measure_next_for_how_many_hours(catalog: Catalog, day: date) -> None:
    answers = {"knowledge_gap": "none", "behavior_gap": "main", "prompting_result": "not_tried"}
    found = advise(Situation(answers=answers), catalog, as_of=day).recommendation.measure_next
    assert "bakeoff.prompt" in [one.measure for one in found]
    rates = [one.settles / one.hours for one in found]
    assert rates == sorted(rates, reverse=True)
    assert all(catalog.facts[one.fact].measured_by.startswith(one.measure) for one in found)
    assert len({one.measure for one in found}) == len(found) <= 3
    measured = advise(
        Situation(answers=answers | {"prompting_result": "fails"}), catalog, as_of=day
    ).recommendation
    assert "prompting_result" not in [one.fact for one in measured.measure_next]


def test_everything_that_can_be_measured_has_a_stated_cost(catalog: Catalog, day: date) -> None:
    measures = {fact.measured_by for fact in catalog.facts.values() if fact.measured_by}
    for measure in measures:
        assert catalog.parameter("measuring.hours_" + "_".join(measure.split(".")[:2]), day).number > 0


def written(path: Path, rows: list[dict[str, object]]) -> Path:
    path.write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")
    return path


def test_from_answers_of_two_systems_to_a_measured_decision_and_its_report(tmp_path: Path) -> None:
    held = written(
        tmp_path / "held.jsonl", [{"id": n, "input": f"q{n}", "reference": f"{n} euros"} for n in range(60)]
    )
    arms = [
        f"{name}={written(tmp_path / f'{name}.jsonl', [{'id': n, 'answer': f'{n if n < right else 99} euros'} for n in range(60)])}"
        for name, right in (("prompt", 15), ("tuned", 58))
    ]
    answers = tmp_path / "answers.yaml"
    answers.write_text(
        "title: Fees\nanswers: {knowledge_gap: none, behavior_gap: main, prompting_result: works}\n"
    )
    before = json.loads(advisor("decide", str(answers), "--json").stdout)
    done = advisor(
        "evaluate", "--arm", arms[0], "--arm", arms[1], "--references", str(held), "--good-enough", "90",
        "--write-answers", str(answers), "--json", "--as-of", "2026-11-26",
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    assert "Measured" in done.stderr
    kept = yaml.safe_load(answers.read_text())
    assert kept["answers"]["prompting_result"] == "fails"
    assert kept["origins"]["prompting_result"] == "measured"
    assert kept["measured"][0]["on"] == "2026-11-26"
    after = json.loads(advisor("decide", str(answers), "--json").stdout)
    assert after["probabilities"]["fine_tuning"] > before["probabilities"]["fine_tuning"]
    used = [
        fact for reason in after["reasons"] for fact in reason["facts"] if fact["fact"] == "prompting_result"
    ]
    assert {fact["origin"] for fact in used} == {"measured"}
    report = advisor("report", str(answers), "--format", "md").stdout
    assert "What was measured" in report
    assert "Ship tuned" in report
    (tmp_path / "run").mkdir()
    (tmp_path / "run" / "evaluation.json").write_text(done.stdout)
    plain = tmp_path / "plain.yaml"
    plain.write_text("title: Fees\nanswers: {knowledge_gap: none}\n")
    assert (
        "Ship tuned"
        in advisor("report", str(plain), "--measured", str(tmp_path / "run"), "--format", "md").stdout
    )
    refused = advisor("report", str(plain), "--measured", str(plain), "--format", "md")
    assert refused.returncode == 1
    assert "Traceback" not in refused.stderr


def test_an_audit_writes_how_many_examples_are_usable(tmp_path: Path) -> None:
    rows = [
        {"prompt": f"What does plan {n} cost?", "completion": f"Plan {n} costs {n * 3} euros a month."}
        for n in range(30)
    ]
    answers = tmp_path / "answers.yaml"
    answers.write_text("title: Fees\nanswers: {labelled_examples: 5000, example_quality: reviewed}\n")
    done = advisor(
        "audit",
        str(written(tmp_path / "train.jsonl", rows)),
        "--write-answers",
        str(answers),
        "--as-of",
        "2026-11-26",
    )
    assert done.returncode == 0, done.stderr
    kept = yaml.safe_load(answers.read_text())
    assert kept["answers"]["labelled_examples"] == 30
    assert kept["answers"]["example_quality"] == "reviewed"
    assert kept["measured"][0]["what"].startswith("audit of 30 rows in train.jsonl")


def test_with_nothing_answered_the_report_says_that_nothing_was_measured(bare, catalog) -> None:
    assert words.stated_and_measured(bare.situation, catalog) == "No answer was measured."
