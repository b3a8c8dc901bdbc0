"""Every shape of export gives the same sample; what is no sample is counted; hostile files are errors with three parts."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from advisor.diagnose.production.reading import read_production
from advisor.errors import AdvisorError
from tests.diagnose.production.exports import (
    LANGFUSE_TRACE,
    LANGSMITH,
    OPENAI_STORED,
    OTLP,
    PHOENIX_NESTED,
    SAID,
    SHAPES,
    written,
)


@pytest.mark.parametrize("name", SHAPES)
def test_every_shape_gives_the_same_sample(name: str, tmp_path: Path) -> None:
    source, content = SHAPES[name]
    read = read_production(written(tmp_path, content))
    [sample] = read.frame.to_dicts()
    assert sample["source"] == source
    assert (sample["prompt"], sample["answer"], sample["system"]) == (
        "Can I send the spade back?",
        SAID,
        "Be brief.",
    )
    assert [one["role"] for one in sample["messages"]] == ["system", "user"]
    assert sample["model"] == "shop-tuned"
    assert float(json.loads(sample["settings"])["temperature"]) == 0.4
    assert sample["when"].date().isoformat() == "2026-11-03"
    assert sample["id"]
    [row] = read.rows
    assert (row.prompt, row.answer, row.system) == (sample["prompt"], SAID, "Be brief.")
    assert (row.meta.get("channel") or row.meta.get("Channel")) == "mail"
    assert row.row == sample["row"]


@pytest.mark.parametrize("name", [name for name in SHAPES if name != "table"])
def test_a_shape_reads_alike_as_lines_as_an_array_and_as_a_document(name: str, tmp_path: Path) -> None:
    content = SHAPES[name][1]
    rows = (
        content if isinstance(content, list) else content.get("data", content.get("resourceSpans", [content]))
    )
    lines = read_production(written(tmp_path, rows, name="lines"))
    path = tmp_path / "array.json"
    path.write_text(json.dumps(rows, indent=1), encoding="utf-8")
    assert read_production(path).frame.equals(lines.frame)


def test_complaints_that_people_left_in_the_tool_come_along(tmp_path: Path) -> None:
    for content in (LANGFUSE_TRACE, LANGSMITH):
        assert read_production(written(tmp_path, content)).frame["label"].to_list() == ["tone"]


def test_steps_around_a_call_are_left_out_and_counted(tmp_path: Path) -> None:
    read = read_production(written(tmp_path, LANGSMITH))
    assert read.left_out == {"steps around a call of a model": 1}
    assert read.notes == ("1 rows were left out: steps around a call of a model",)


def test_without_any_call_the_steps_are_the_samples(tmp_path: Path) -> None:
    [sample] = read_production(written(tmp_path, LANGSMITH[1:])).frame.to_dicts()
    assert (sample["prompt"], sample["answer"]) == ("Can I send the spade back?", SAID)


def test_a_batch_of_spans_gives_samples_numbered_in_their_order(tmp_path: Path) -> None:
    spans = OTLP["resourceSpans"][0]["scopeSpans"][0]["spans"]  # type: ignore[index]
    several = {"resourceSpans": [{"scopeSpans": [{"spans": [*spans, *spans, *spans]}]}]}
    assert read_production(written(tmp_path, several)).frame["row"].to_list() == [1, 2, 3]


def test_a_stored_completion_without_its_messages_is_an_answer_without_a_question(tmp_path: Path) -> None:
    bare = [{key: one for key, one in OPENAI_STORED["data"][0].items() if key != "messages"}]  # type: ignore[index, attr-defined]
    read = read_production(written(tmp_path, bare))
    assert read.frame["prompt"].to_list() == [""]
    assert "1 samples have an answer and no question" in read.notes


def test_rows_keep_their_line_numbers_where_others_are_left_out(tmp_path: Path) -> None:
    path = tmp_path / "rows.jsonl"
    good = json.dumps({"prompt": "a", "answer": "b"})
    path.write_text(f'{good}\n{{"prompt": NaN}}\n\n[1]\n{good}\n', encoding="utf-8")
    read = read_production(path)
    assert read.frame["row"].to_list() == [1, 5]
    assert read.left_out == {"cannot be read": 1, "not an object": 1}
    assert read.first_left_out.startswith(f"{path}:2: cannot be read: not JSON")


@pytest.mark.parametrize(
    ("content", "problem"),
    [
        (
            '{"colour": "green", "size": 4}\n',
            "not a known format of production samples (fields: colour, size)",
        ),
        ("", "no answer of a model (it is empty)"),
        ('{"prompt": "a", "answer": ""}\n', "no answer of a model (1 no answer)"),
        ('{"id": "x", "run_type": "llm", "inputs": {}, "outputs": null}\n', "no answer of a model"),
        ("[" * 400 + "]" * 400, "nested deeper"),
    ],
)
def test_what_cannot_be_used_is_an_error_with_three_parts(content: str, problem: str, tmp_path: Path) -> None:
    path = tmp_path / ("production.json" if content else "production.jsonl")
    path.write_text(content, encoding="utf-8")
    with pytest.raises(AdvisorError) as caught:
        read_production(path)
    assert problem in caught.value.problem
    assert str(path) in caught.value.place
    assert caught.value.remedy


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=6), inner, max_size=3),
    max_leaves=6,
)


def _paths(value: Any, at: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    inner = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    return [path for key, one in inner for path in ((*at, key), *_paths(one, (*at, key)))]


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data(), name=st.sampled_from([name for name in SHAPES if name != "table"]), junk=JSON)
def test_any_value_anywhere_in_an_export_is_read_or_refused_and_never_breaks(
    data: st.DataObject, name: str, junk: Any, tmp_path: Path
) -> None:
    content = json.loads(json.dumps(SHAPES[name][1]))
    path = data.draw(st.sampled_from(_paths(content)))
    place = content
    for key in path[:-1]:
        place = place[key]
    place[path[-1]] = junk
    try:
        read = read_production(written(tmp_path, content))
    except AdvisorError:
        return
    assert read.frame.height == len(read.rows) > 0


def test_a_number_too_large_for_an_index_makes_no_list(tmp_path: Path) -> None:
    hostile = json.loads(json.dumps(PHOENIX_NESTED))
    hostile[0]["attributes"]["llm.input_messages.99999999999.message.content"] = "x"
    assert read_production(written(tmp_path, hostile)).frame.height == 1
