"""The Sizing page as Streamlit runs it."""

from __future__ import annotations

from streamlit.testing.v1 import AppTest


def page():
    from advisor.catalog import load_catalog
    from advisor.doors.ui import sizing, state

    state.begin("sizing", load_catalog())
    sizing.render()


def test_the_page_answers_at_once_and_again_after_a_choice(monkeypatch):
    monkeypatch.setenv("ADVISOR_AS_OF", "2026-11-22")
    app = AppTest.from_function(page, default_timeout=60).run()
    assert not app.exception
    cards = app.dataframe[0].value
    assert len(cards) >= 9
    assert not cards.isna().any(axis=None), "a card that nobody rents out says so"
    app.selectbox(key="size_method").set_value("All weights")
    app.number_input(key="size_batch").set_value(8)
    app.selectbox(key="size_program").set_value("axolotl")
    app.run()
    assert not app.exception
    assert any("Train a LoRA instead" in text.value for text in app.markdown)
