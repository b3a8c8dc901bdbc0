"""What an answers file, a table or a measured run may not hold is refused with its place and a remedy."""

from __future__ import annotations

import polars as pl
import pytest

from advisor.errors import AdvisorError
from advisor.scenario import (
    MeasuredFact,
    MeasuredRun,
    Situation,
    alternatives,
    measured_on,
    parse_situation,
    read_situation,
    table_batches,
    table_writer,
    with_measured,
    write_situation,
)

DAY = "2026-11-20"


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("answers: {}\nleft_open: knowledge_gap", "'left_open' is a list"),
        ("answers: {}\nleft_open: [knowlege_gap]", "no fact 'knowlege_gap'"),
        ("title: [a, b]\nanswers: {}", "'title' is not text"),
        ("answers: {}\norigins: [measured]", "'origins' maps facts to words"),
        ("answers: {knowledge_gap: main}\norigins: {knowledge_gap: guessed}", "unknown origin 'guessed'"),
        ("answers: {needs_citations: maybe}", "'needs_citations' is 'maybe'"),
        ("answers: {model: [a]}", r"'model' is \['a'\]"),
        ("answers: {behaviors: 3}", "'behaviors' is 3"),
        ("answers: {behaviors: [tone, shouting]}", "no option 'shouting'"),
        ("answers: {labelled_examples: .inf}", "not a number to work with"),
        ("answers: {}\nmeasured: many", "not a list of at most"),
        ("answers: {}\nmeasured: [{on: yesterday}]", r"0?\.?on"),
        ("knowledge_gap: main", "no key 'knowledge_gap' here"),
        ("answers: [a]", "holds 'title:' and 'answers:'"),
    ],
)
def test_an_answers_file_is_refused_in_words(text, words, catalog):
    with pytest.raises(AdvisorError, match=words) as caught:
        parse_situation(text, catalog, place="x")

    assert caught.value.place.startswith(("x", "measured"))
    assert caught.value.remedy


def test_a_question_left_open_is_kept_once(catalog):
    text = "answers: {}\nleft_open: [knowledge_gap, knowledge_gap, behavior_gap]"

    assert parse_situation(text, catalog, place="x").left_open == ("knowledge_gap", "behavior_gap")


def test_an_answer_under_both_of_its_names_is_refused(catalog):
    now, fact = next((name, fact) for name, fact in catalog.facts.items() if fact.formerly and fact.options)
    before = next(iter(fact.formerly))
    option = fact.option_ids[0]

    with pytest.raises(AdvisorError, match="earlier name"):
        parse_situation(f"answers: {{{before}: {option}, {now}: {option}}}", catalog, place="x")


def test_a_computed_fact_is_not_answered(catalog):
    name = next(name for name, fact in catalog.facts.items() if fact.derived)

    with pytest.raises(AdvisorError, match="is computed, not answered"):
        parse_situation(f"answers: {{{name}: true}}", catalog, place="x")


@pytest.mark.parametrize(
    ("name", "content", "words"),
    [
        ("a.csv", None, "no such file"),
        ("a.xml", "x", "cannot read a table from '.xml'"),
        ("a.jsonl", "{not json", "the table cannot be read"),
        ("a.csv", "needs_citations\nperhaps\n", "no option 'perhaps'"),
        ("a.csv", "behaviors\ntone;shouting\n", "no option 'shouting'"),
        ("a.csv", "labelled_examples\n-3\n", "'labelled_examples' is '-3'"),
    ],
)
def test_a_table_is_refused_with_its_row(name, content, words, catalog, tmp_path):
    path = tmp_path / name
    if content is not None:
        path.write_text(content, encoding="utf-8")

    with pytest.raises(AdvisorError, match=words):
        list(table_batches(path, catalog))


def test_a_table_without_rows_is_one_empty_batch(catalog, tmp_path):
    (tmp_path / "a.csv").write_text("knowledge_gap,model\n", encoding="utf-8")

    batches = list(table_batches(tmp_path / "a.csv", catalog))

    assert [table.height for table, _ in batches] == [0]


def test_text_and_ticked_options_are_read_from_a_table(catalog, tmp_path):
    pl.DataFrame({"model": ["gpt-4o-mini"], "behaviors": [["tone"]]}).write_parquet(tmp_path / "a.parquet")

    [(_, frame)] = table_batches(tmp_path / "a.parquet", catalog)

    assert frame["model"].to_list() == ["gpt-4o-mini"]
    assert frame["behaviors.tone"].to_list() == [True]


def test_batches_are_read_one_after_another(catalog, tmp_path):
    rows = "".join("main\n" for _ in range(7))
    (tmp_path / "a.csv").write_text(f"knowledge_gap\n{rows}", encoding="utf-8")

    assert [table.height for table, _ in table_batches(tmp_path / "a.csv", catalog, rows=3)] == [3, 3, 1]


def test_a_parquet_table_is_written_batch_by_batch(tmp_path):
    part = pl.DataFrame({"a": [1, 2]})
    with table_writer(tmp_path / "b.parquet") as write:
        write(part)
        write(part)

    assert pl.read_parquet(tmp_path / "b.parquet")["a"].to_list() == [1, 2, 1, 2]


def test_a_table_of_another_kind_is_not_written(tmp_path):
    with (
        pytest.raises(AdvisorError, match=r"cannot write a table as '\.xml'"),
        table_writer(tmp_path / "b.xml"),
    ):
        pass


def run(on=DAY, what="audit of a.jsonl", **facts):
    told = {name: MeasuredFact(value=value, by="counted") for name, value in facts.items()}
    return MeasuredRun(on=on, what=what, facts=told)


def test_what_was_measured_replaces_what_was_argued_and_is_remembered(catalog, tmp_path):
    argued = Situation(answers={"labelled_examples": 100.0, "behaviors": ("tone",)}, title="Bot")

    measured, changed = with_measured(argued, run(labelled_examples=250.0), catalog)
    again, unchanged = with_measured(measured, run(labelled_examples=250.0), catalog)
    write_situation(tmp_path / "a.yaml", measured)
    back = read_situation(tmp_path / "a.yaml", catalog)

    assert [(one.fact, one.before, one.now) for one in changed] == [("labelled_examples", 100.0, 250.0)]
    assert unchanged == ()
    assert len(again.measured) == 1
    assert back == measured
    assert measured_on(back, "labelled_examples")[0].on == DAY
    assert measured_on(back, "behaviors") is None


def test_the_newest_run_is_the_one_in_force(catalog):
    first, _ = with_measured(Situation(), run(labelled_examples=10.0), catalog)
    later = "2026-11-25"
    both, _ = with_measured(first, run(on=later, what="audit of b.jsonl", labelled_examples=20.0), catalog)

    assert measured_on(both, "labelled_examples")[0].on == later


def test_a_measured_value_that_does_not_fit_its_question_is_refused(catalog):
    with pytest.raises(AdvisorError, match="labelled_examples"):
        with_measured(Situation(), run(labelled_examples=-5.0), catalog)


def test_an_assessment_holds_only_so_many_runs(catalog):
    from advisor.scenario.measured import MAX_RUNS

    full = Situation(measured=tuple(run(what=f"run {n}") for n in range(MAX_RUNS)))

    with pytest.raises(AdvisorError, match=f"holds {MAX_RUNS} runs"):
        with_measured(full, run(what="one more", labelled_examples=1.0), catalog)


def test_a_text_has_no_other_answers(catalog, day):
    assert alternatives("model", catalog, as_of=day) == []
