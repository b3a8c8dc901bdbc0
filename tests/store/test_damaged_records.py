"""One damaged record is one damaged record: lists, histories and other records are there as before."""

from __future__ import annotations

from contextlib import suppress

import pytest
from sqlalchemy import text

from advisor.errors import AdvisorError
from tests.command_line import advisor

DAMAGE = {
    "a_moment": "update revision set saved_at = 'yesterday' where assessment_id = :id",
    "a_moment_without_zone": "update revision set saved_at = '2026-01-01T00:00:00' where assessment_id = :id",
    "a_birth": "update assessment set created_at = '' where id = :id",
    "a_verdict": "update revision set verdict = 'zzz', try_first = '<b>x' where assessment_id = :id",
    "a_rulebook": "update revision set rulebook_version = null, price_day = 'p' where assessment_id = :id",
    "no_answers": "update revision set situation = '{}' where assessment_id = :id",
    "other_answers": "update revision set situation = '[1]', advice = '[]' where assessment_id = :id",
    "strange_advice": "update revision set advice = '{\"verdict\": 1}' where assessment_id = :id",
    "no_json": "update revision set situation = '{', advice = 'x' where assessment_id = :id",
    "a_title": "update revision set title = '' where assessment_id = :id",
}


@pytest.fixture(params=DAMAGE)
def damaged(request, store, advice, url):
    if request.param == "no_json" and not url.startswith("sqlite"):
        pytest.skip("PostgreSQL takes nothing but JSON there")
    whole, broken = store.save(advice), store.save(advice)
    with store._writing() as session:
        session.execute(text(DAMAGE[request.param]), {"id": broken.id})
    return whole, broken


def test_the_list_the_history_and_the_others_are_there(store, damaged, advice):
    whole, broken = damaged

    assert {entry.id for entry in store.list()} == {whole.id, broken.id}
    assert len(store.history(broken.id)) == 1
    assert store.get(whole.id).advice == advice


def test_it_can_be_put_away_and_is_opened_or_refused_in_words(store, damaged):
    _, broken = damaged
    with suppress(AdvisorError):
        store.get(broken.id)
    store.archive(broken.id)

    assert [entry.id for entry in store.list(archived=True)] == [broken.id]


def test_the_commands_and_the_page_show_the_others(store, damaged, advice, url, monkeypatch):
    whole, broken = damaged
    monkeypatch.setenv("ADVISOR_DATABASE_URL", url)
    store.close()

    listed = advisor("library", "list")
    assert (listed.returncode, "Traceback" in listed.stderr) == (0, False)
    assert whole.id in listed.stdout
    for arguments in (
        ["library", "show", broken.id],
        ["library", "history", broken.id],
        ["recheck", "--all"],
    ):
        done = advisor(*arguments)
        assert "Traceback" not in done.stderr
        assert done.returncode in (0, 1, 3)
    assert whole.id in done.stdout
    assert drawn() == (2, [])


def drawn() -> tuple[int, list[str]]:
    """Draw the Library page; gives the number of records that can be opened and what failed."""
    import streamlit as st
    from streamlit.testing.v1 import AppTest

    st.cache_resource.clear()
    run = AppTest.from_function(page, default_timeout=120).run()
    opened = [button for button in run.button if str(button.key).startswith("open_")]
    st.cache_resource.clear()
    return len(opened), [str(error.value) for error in run.exception]


def page() -> None:
    from advisor.catalog import load_catalog
    from advisor.doors.ui import library, state

    state.begin("library", load_catalog())
    library.render()
