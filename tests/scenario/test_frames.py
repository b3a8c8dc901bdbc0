"""Answers become frames and back; samples, grids and tables keep what was answered."""

from __future__ import annotations

from datetime import date

import polars as pl
import pytest
from hypothesis import given

from advisor.errors import AdvisorError
from advisor.scenario import (
    alternatives,
    answers_of,
    compile_condition,
    complete,
    frame_of,
    grid,
    read_table,
    table_writer,
)
from tests.situations import answers


@given(answers())
def test_answers_survive_the_way_into_a_frame_and_back(given_answers):
    from advisor.catalog import load_catalog

    catalog = load_catalog()

    assert answers_of(frame_of([given_answers], catalog).row(0, named=True), catalog) == given_answers


def test_sampling_keeps_answers_and_fills_open_ones(catalog, day):
    frame = complete({"knowledge_gap": "main", "labelled_examples": 120.0}, catalog, as_of=day, count=200)

    assert frame["knowledge_gap"].unique().to_list() == ["main"]
    assert frame["labelled_examples"].unique().to_list() == [120.0]
    assert frame["privacy"].null_count() == 0


def test_a_question_that_does_not_apply_stays_open_in_samples(catalog, day):
    frame = complete({"knowledge_gap": "none"}, catalog, as_of=day, count=50)

    assert frame["knowledge_change"].null_count() == 50


def test_answering_one_question_leaves_the_draws_of_the_others_alone(catalog, day):
    before = complete({}, catalog, as_of=day, count=100)
    after = complete({"budget": "low"}, catalog, as_of=day, count=100)

    assert before["privacy"].equals(after["privacy"])


def test_unknown_answers_follow_three_valued_logic(catalog, day):
    condition = catalog.conditions["fresh-knowledge-favours-retrieval"]
    frame = frame_of(
        [{}, {"knowledge_gap": "none"}, {"knowledge_gap": "main", "knowledge_change": "daily"}], catalog
    )

    assert frame.select(compile_condition(condition, catalog, day)).to_series().to_list() == [
        None,
        False,
        True,
    ]


def test_the_other_options_come_nearest_first(catalog, day):
    assert alternatives("knowledge_change", catalog, as_of=day, current="daily")[:2] == ["weekly", "realtime"]
    assert alternatives("needs_citations", catalog, as_of=day, current=True) == [False]
    numbers = alternatives("labelled_examples", catalog, as_of=day, current=60.0)
    assert 60.0 not in numbers
    assert any(value > 1000 for value in numbers)


def test_a_grid_has_every_pair(catalog):
    frame = grid({}, ("labelled_examples", [1.0, 2.0]), ("knowledge_gap", ["none", "main"]), catalog)

    assert frame.select("labelled_examples", "knowledge_gap").rows() == [
        (1.0, "none"), (2.0, "none"), (1.0, "main"), (2.0, "main"),
    ]  # fmt: skip


def write(tmp_path, name: str, frame: pl.DataFrame):
    path = tmp_path / name
    {".csv": frame.write_csv, ".parquet": frame.write_parquet, ".jsonl": frame.write_ndjson}[path.suffix](
        path
    )
    return path


TABLE = pl.DataFrame(
    {
        "title": ["a", "b", "c"],
        "knowledge_gap": ["main", "", None],
        "labelled_examples": ["120", None, "3"],
        "needs_citations": ["true", "false", ""],
        "behaviors": ["tone;reasoning", "", None],
    }
)


@pytest.mark.parametrize("name", ["t.csv", "t.parquet", "t.jsonl"])
def test_a_table_is_read_from_each_format_alike(name, tmp_path, catalog):
    table, frame = read_table(write(tmp_path, name, TABLE), catalog)

    assert table.height == 3
    assert frame["knowledge_gap"].to_list() == ["main", None, None]
    assert frame["labelled_examples"].to_list() == [120.0, None, 3.0]
    assert frame["needs_citations"].to_list() == [True, False, None]
    assert frame["behaviors.tone"].to_list() == [True, None, None]
    assert frame["behaviors.vocabulary"].to_list() == [False, None, None]


def test_a_table_with_misspelt_columns_names_each_of_them(tmp_path, catalog):
    path = write(
        tmp_path,
        "t.csv",
        pl.DataFrame({"knowledge_gpa": ["main"], "queries_per_dya": ["3"], "budget": ["low"]}),
    )

    with pytest.raises(AdvisorError) as caught:
        read_table(path, catalog)

    for word in ("2 of 3 columns", "'knowledge_gap'", "'queries_per_day'"):
        assert word in str(caught.value)


@pytest.mark.parametrize(
    ("column", "values", "words"),
    [
        ("knowledge_gap", ["main", "mian"], ["row 2", "'main'"]),
        ("labelled_examples", ["1", "-4"], ["row 2", "from 0"]),
        ("labelled_examples", ["1", "NaN"], ["row 2"]),
        ("needs_citations", ["true", "perhaps"], ["row 2"]),
        ("behaviors", ["tone", "tone;charm"], ["'charm'"]),
    ],
)
def test_a_wrong_cell_is_named_with_its_row(column, values, words, tmp_path, catalog):
    path = write(tmp_path, "t.csv", pl.DataFrame({column: values}))

    with pytest.raises(AdvisorError) as caught:
        read_table(path, catalog)

    assert all(word in str(caught.value) for word in words)


@pytest.mark.parametrize("name", ["t.csv", "t.parquet", "t.jsonl", "t.xlsx", "missing.csv"])
def test_a_file_that_is_no_table_is_refused(name, tmp_path, catalog):
    path = tmp_path / name
    if not name.startswith("missing"):
        path.write_bytes(bytes(range(256)) * 20)

    with pytest.raises(AdvisorError):
        read_table(path, catalog)


def test_the_day_is_an_argument_and_not_the_clock(catalog):
    assert complete({}, catalog, as_of=date(2026, 11, 22), count=5).equals(
        complete({}, catalog, as_of=date(2026, 11, 22), count=5)
    )


def test_no_cell_of_a_csv_is_run_as_a_formula_and_everything_else_stays(tmp_path):
    titles = [
        "=HYPERLINK(1)",
        "+cmd",
        "-2+3",
        "@SUM(A1)",
        "\t=1",
        " =1",
        "-5",
        "+1.5e3",
        "Plain",
        "a=b",
        None,
    ]
    table = pl.DataFrame({"title": titles, "number": [-1.5] * len(titles)})
    with table_writer(tmp_path / "out.csv") as write:
        write(table)
    read = pl.read_csv(tmp_path / "out.csv")
    assert read["number"].to_list() == table["number"].to_list()
    assert read["title"].to_list() == [*(f"'{one}" for one in titles[:6]), *titles[6:]]
    with table_writer(tmp_path / "out.parquet") as write:
        write(table)
    assert pl.read_parquet(tmp_path / "out.parquet")["title"].to_list() == titles
