"""What was measured replaces answers on the page, stays with the assessment, and a person's word replaces it again."""

from __future__ import annotations

from streamlit.testing.v1 import AppTest


def page():
    import streamlit as st

    from advisor.catalog import load_catalog
    from advisor.doors.ui import state
    from advisor.scenario import MeasuredRun
    from advisor.scenario.measured import MeasuredFact

    state.begin("evaluate", load_catalog())
    fact = MeasuredFact(value=62, by="prompt, 40 rows")
    run = MeasuredRun(on="2026-11-26", what="bake-off", facts={"prompting_percent": fact})
    st.button("use", on_click=state.use_measured, args=(run,))
    st.button("say", on_click=state.answer, args=("prompting_percent", 80))
    st.button("undo", on_click=state.undo)
    st.session_state["seen"] = state.current().situation()


def test_a_measured_answer_carries_its_origin_and_its_run_until_a_person_says_otherwise():
    app = AppTest.from_function(page, default_timeout=60).run()
    seen = app.button[0].click().run().session_state["seen"]
    assert seen.answers == {"prompting_percent": 62}
    assert seen.origin("prompting_percent") == "measured"
    assert [run.on for run in seen.measured] == ["2026-11-26"]
    seen = app.button[1].click().run().session_state["seen"]
    assert seen.origin("prompting_percent") == "answered"
    seen = app.button[2].click().run().session_state["seen"]
    assert (seen.answers, seen.origin("prompting_percent")) == ({"prompting_percent": 62}, "measured")
    seen = app.button[2].click().run().session_state["seen"]
    assert (seen.answers, seen.measured) == ({}, ())
