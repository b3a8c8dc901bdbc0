from __future__ import annotations

import threading

import pytest

from advisor.errors import AdvisorError
from advisor.scenario import Situation
from advisor.share.store import SaveConflict, Saved, open_store
from advisor.share.store.contents import retitled
from tests.store.conftest import NOON, ticking


def titled(advice, title):
    situation = advice.situation.model_copy(update={"title": title})
    recommendation = advice.recommendation.model_copy(update={"title": title})
    return advice.model_copy(update={"situation": situation, "recommendation": recommendation})


def test_what_is_saved_is_read_back_the_same(store, advice, situation):
    saved = store.save(advice)
    found = store.get(saved.id)
    assert found.advice == advice
    assert found.situation == situation
    assert found.advice.model_dump_json() == advice.model_dump_json()
    assert found.entry.created_at == found.revision.saved_at == NOON


def test_answers_alone_can_be_saved(store, situation):
    found = store.get(store.save(situation).id)
    assert found.situation == situation
    assert found.advice is None
    assert found.revision.decided is None
    assert not found.advice_unreadable


def test_a_revision_names_rulebook_and_price_day(store, advice, catalog):
    decided = store.get(store.save(advice).id).revision.decided
    assert decided.rulebook_version == catalog.version
    assert decided.rulebook_sha256 == catalog.sha256
    assert decided.price_day == "2026-11-22"
    assert decided.recommended == advice.recommendation.recommended


def test_every_save_is_a_revision_that_stays(store, advice):
    first = store.save(advice)
    second = store.save(titled(advice, "Second"), assessment_id=first.id, base_revision=1)
    assert second == Saved(id=first.id, revision=2)
    assert [item.number for item in store.history(first.id)] == [2, 1]
    assert store.get(first.id, 1).advice == advice
    assert store.get(first.id).entry.title == "Second"


def test_it_is_there_after_opening_the_library_again(store, url, advice):
    saved = store.save(advice, tags=["a"])
    store.close()
    again = open_store(url)
    assert again.get(saved.id).advice == advice
    assert again.list()[0].tags == ("a",)
    again.close()


def test_the_second_editor_is_told_and_nothing_is_written(store, advice):
    first = store.save(advice)
    store.save(titled(advice, "Ann's"), assessment_id=first.id, base_revision=1, owner="ann")
    with pytest.raises(SaveConflict) as caught:
        store.save(titled(advice, "Bob's"), assessment_id=first.id, base_revision=1, owner="bob")
    assert caught.value.newest == Saved(id=first.id, revision=2)
    assert caught.value.saved_by == "ann"
    assert "by ann" in caught.value.problem
    assert "as a copy" in caught.value.remedy
    assert [item.title for item in store.history(first.id)] == ["Ann's", "Support bot"]


def test_the_second_editor_can_keep_both(store, advice):
    first = store.save(advice)
    store.save(titled(advice, "Ann's"), assessment_id=first.id, base_revision=1)
    mine = store.save(titled(advice, "Bob's"), assessment_id=first.id, base_revision=1, as_copy=True)
    assert mine.id != first.id
    assert store.get(mine.id).entry.title == "Bob's (copy)"
    assert store.get(mine.id).advice.recommendation.title == "Bob's (copy)"
    assert store.get(first.id).entry.title == "Ann's"


def test_a_save_that_does_not_say_where_it_started_is_refused(store, advice):
    saved = store.save(advice)
    with pytest.raises(AdvisorError, match="the revision that the change started from"):
        store.save(advice, assessment_id=saved.id)
    assert len(store.history(saved.id)) == 1


def test_of_many_editors_at_once_exactly_one_saves_each_revision(url, situation):
    stores = [open_store(url) for _ in range(6)]
    shared = stores[0].save(situation).id
    told: list[int] = []
    refused: list[int] = []
    start = threading.Barrier(len(stores))

    def edit(store, name):
        start.wait()
        for _ in range(5):
            base = store.get(shared).revision.number
            try:
                mine = situation.model_copy(update={"notes": name})
                told.append(store.save(mine, assessment_id=shared, base_revision=base, owner=name).revision)
            except SaveConflict:
                refused.append(base)

    threads = [threading.Thread(target=edit, args=(s, f"e{i}")) for i, s in enumerate(stores)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    history = stores[0].history(shared)
    assert len(told) + len(refused) == 30
    assert all(base < len(history) for base in refused)
    assert sorted(told) == list(range(2, len(told) + 2))
    assert [item.number for item in reversed(history)] == list(range(1, len(told) + 2))
    for store in stores:
        store.close()


def test_restoring_adds_a_revision_and_hides_none(store, advice):
    first = store.save(advice)
    store.save(titled(advice, "Second"), assessment_id=first.id, base_revision=1)
    assert store.restore(first.id, 1).revision == 3
    assert store.get(first.id).advice == advice
    assert store.history(first.id)[0].restored_from == 1
    assert len(store.history(first.id)) == 3


def test_renaming_changes_every_title_and_is_a_revision(store, advice):
    saved = store.save(advice)
    assert store.rename(saved.id, "  New\n name ").revision == 2
    found = store.get(saved.id)
    assert found.entry.title == found.situation.title == found.advice.recommendation.title == "New name"
    assert store.get(saved.id, 1).entry.title == "New name"
    assert store.get(saved.id, 1).revision.title == "Support bot"
    assert store.list("support") == ()


def test_a_duplicate_has_its_own_history(store, advice):
    saved = store.save(advice, tags=["pilot"])
    copy = store.duplicate(saved.id)
    store.rename(copy.id, "Other")
    assert store.get(saved.id).entry.title == "Support bot"
    assert store.get(copy.id).entry.tags == ("pilot",)
    assert store.get(store.duplicate(store.duplicate(saved.id).id).id).entry.title == "Support bot (copy)"


def test_archived_assessments_are_listed_apart(store, advice):
    kept, gone = store.save(advice), store.save(advice)
    store.archive(gone.id)
    assert [entry.id for entry in store.list()] == [kept.id]
    assert [entry.id for entry in store.list(archived=True)] == [gone.id]
    store.archive(gone.id, False)
    assert len(store.list()) == 2


def test_tags_are_sorted_cleaned_and_replaced(store, advice):
    saved = store.save(advice, tags=["b", " a ", "b", ""])
    assert store.list()[0].tags == ("a", "b")
    assert store.tag(saved.id, ["c  d", "a"]) == ("a", "c d")
    assert store.list()[0].tags == ("a", "c d")
    assert store.tag(saved.id, []) == ()
    assert store.list(tags=["a"]) == ()


def test_a_save_without_tags_keeps_them(store, advice):
    saved = store.save(advice, tags=["a"])
    store.save(advice, assessment_id=saved.id, base_revision=1)
    assert store.list()[0].tags == ("a",)


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("", 3),
        ("ÄRZTE", 1),
        ("bot ärzte", 1),
        ("100%", 1),
        ("100_", 0),
        ("_", 0),
        ("%", 1),
        ("/", 0),
        ("straße", 1),
        ("STRASSE", 1),
        ("größe", 1),
        ("GRÖSSE", 1),
        ("' OR 1=1 --", 0),
    ],
)
def test_search_finds_words_in_titles_and_tags_in_any_case(store, situation, query, found):
    for title, tags in (("Ärzte Bot 100%", ["x"]), ("Straße", ["Größe"]), ("Other", [])):
        store.save(situation.model_copy(update={"title": title}), tags=tags)
    assert len(store.list(query)) == found


def test_all_tags_must_be_there(store, advice):
    store.save(advice, tags=["a", "b"])
    store.save(advice, tags=["a"])
    assert len(store.list(tags=["a"])) == 2
    assert len(store.list(tags=["a", "b"])) == 1


def test_the_last_saved_comes_first(store, advice):
    first, second = store.save(advice), store.save(advice)
    assert [entry.id for entry in store.list()] == [second.id, first.id]
    store.save(advice, assessment_id=first.id, base_revision=1)
    assert [entry.id for entry in store.list()] == [first.id, second.id]


@pytest.mark.parametrize(
    "name", ["nothing", "../../etc/passwd", "' OR '1'='1", "x" * 10_000_000, "\0", "\ud800", ""]
)
def test_an_id_that_is_not_there_is_an_error_in_words(store, name):
    with pytest.raises(AdvisorError, match="there is no assessment") as caught:
        store.get(name)
    assert len(str(caught.value)) < 200


@pytest.mark.parametrize("number", [0, -1, 2, 2**70])
def test_a_revision_that_is_not_there_is_an_error_in_words(store, advice, number):
    saved = store.save(advice)
    with pytest.raises(AdvisorError, match="no revision"):
        store.get(saved.id, number)


def test_advice_of_another_version_leaves_the_answers_readable(store, advice, situation):
    from sqlalchemy import update

    from advisor.share.store.tables import RevisionRow

    saved = store.save(advice)
    with store._writing() as session:
        session.execute(update(RevisionRow).values(advice={"written": "by another version"}))
    found = store.get(saved.id)
    assert found.advice is None
    assert found.advice_unreadable
    assert found.situation == situation
    assert found.revision.decided.recommended == advice.recommendation.recommended
    assert store.rename(saved.id, "Kept").revision == 2
    assert store.restore(saved.id, 1).revision == 3


def test_renaming_leaves_the_given_columns_alone(advice):
    from advisor.share.store.contents import columns_of

    columns = columns_of(advice)
    retitled(columns, "Other")
    assert columns == columns_of(advice)


def test_an_untitled_assessment_has_a_name_in_the_list(store):
    saved = store.save(Situation(answers={"knowledge_gap": "main"}))
    assert store.get(saved.id).entry.title == "Untitled"
    assert store.get(saved.id).situation.title == ""


def test_the_clock_is_the_only_source_of_time(url, advice):
    first = open_store(url, clock=ticking())
    saved = first.save(advice)
    assert first.history(saved.id)[0].saved_at == NOON
    first.close()
