"""The Data page: a dropped file is audited, its rows are shown as text, and the mended files can be taken away."""

from __future__ import annotations

import json

import pytest
from streamlit.testing.v1 import AppTest

from advisor.data.checks.contract import chat, good_rows

from .test_audit import post_mortem


def page() -> None:
    from advisor.catalog import load_catalog
    from advisor.doors.ui import state
    from advisor.doors.ui.data import render

    state.begin("data", load_catalog())
    render()


@pytest.fixture(autouse=True)
def own_data(tmp_path, monkeypatch):
    monkeypatch.setenv("ADVISOR_DATA", str(tmp_path / "data"))


def dropped(rows, name="train.jsonl") -> AppTest:
    app = AppTest.from_function(page, default_timeout=120).run()
    content = "\n".join(map(json.dumps, rows)).encode()
    return app.file_uploader[0].set_value((name, content, "application/octet-stream")).run()


def test_without_a_file_the_page_asks_for_one():
    app = AppTest.from_function(page, default_timeout=120).run()
    assert not app.exception
    assert "Write one row on each line" in "".join(item.proto.body for item in app.get("html"))


def test_six_formal_rows_stand_first_with_their_text():
    rows, formal = post_mortem(1)
    app = dropped(rows)
    assert not app.exception
    assert {one.label: one.value for one in app.metric}["Rows"] == "412"
    first = app.expander[1]
    assert "another register" in first.label
    assert [one.value for one in first.caption if one.value.startswith("Row ")] == [
        f"Row {number}" for number in formal
    ]


def test_links_and_formulas_of_a_row_are_shown_as_they_are_written():
    app = dropped([*good_rows(30), chat("See [here](http://example.org) for $x$?", "Yes<|im_end|>")])
    text = "\n".join(one.value for one in app.markdown)
    assert r"\[here\](http\://example.org) for \$x\$" in text


def test_the_split_files_can_be_taken_away():
    app = dropped(good_rows(40))
    app.toggle(key="split_now").set_value(True).run()
    assert not app.exception
    assert "eval.jsonl" in {one.label for one in app.get("download_button")}


def test_a_file_that_cannot_be_read_is_an_error_with_a_remedy():
    app = dropped([], name="empty.jsonl")
    assert not app.exception
    assert app.error
