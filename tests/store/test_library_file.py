from __future__ import annotations

import json

import pytest

from advisor.errors import AdvisorError
from advisor.share.store import Imported, open_store
from advisor.share.store.transfer import MAX_ASSESSMENTS, MAX_BYTES
from tests.store.conftest import ticking


@pytest.fixture
def content(store, advice, situation, monkeypatch):
    ids = iter(["1answered", "2bare"])
    monkeypatch.setattr("advisor.share.store.assessments.new_id", lambda: next(ids))
    first = store.save(advice, tags=["a"], owner="ann")
    store.save(situation, assessment_id=first.id, base_revision=1, owner="bob")
    store.restore(first.id, 1)
    other = store.save(situation.model_copy(update={"title": "Other"}))
    store.archive(other.id)
    store.share(other.id, True)
    monkeypatch.undo()
    return store.export_all()


@pytest.fixture
def elsewhere(tmp_path):
    opened = open_store(f"sqlite:///{tmp_path}/elsewhere.sqlite3", clock=ticking())
    yield opened
    opened.close()


def changed(content, change):
    value = json.loads(content)
    change(value)
    return json.dumps(value).encode()


def test_a_library_moves_whole_and_comes_out_with_the_same_bytes(content, store, elsewhere):
    assert elsewhere.import_all(content) == Imported(added=2)
    assert elsewhere.export_all() == content
    for entry in (*store.list(), *store.list(archived=True)):
        assert elsewhere.history(entry.id) == store.history(entry.id)
        for revision in store.history(entry.id):
            assert elsewhere.get(entry.id, revision.number) == store.get(entry.id, revision.number)


def test_importing_twice_changes_nothing(content, store):
    assert store.import_all(content) == Imported(unchanged=2)
    assert store.export_all() == content


def test_an_empty_library_moves_too(elsewhere):
    assert elsewhere.import_all(elsewhere.export_all()) == Imported()


def test_a_longer_history_extends_ours(content, store, elsewhere, situation):
    elsewhere.import_all(content)
    known = store.list()[0]
    store.save(situation.model_copy(update={"title": "Longer"}), assessment_id=known.id, base_revision=3)
    assert elsewhere.import_all(store.export_all()) == Imported(extended=1, unchanged=1)
    assert elsewhere.export_all() == store.export_all()
    assert elsewhere.list("longer")[0].revision == 4
    assert store.import_all(content) == Imported(unchanged=2)


def test_histories_that_differ_are_kept_side_by_side(content, store, elsewhere, situation):
    elsewhere.import_all(content)
    known = store.list()[0]
    for library, title in ((store, "Ours"), (elsewhere, "Theirs")):
        library.save(situation.model_copy(update={"title": title}), assessment_id=known.id, base_revision=3)
    assert store.import_all(elsewhere.export_all()).copied == 1
    assert sorted(entry.title for entry in store.list()) == ["Ours", "Theirs (copy)"]
    assert store.get(known.id).entry.title == "Ours"


def test_an_import_can_be_given_an_owner(content, elsewhere):
    elsewhere.import_all(content, owner="eve")
    assert {entry.owner for entry in elsewhere.list()} == {"eve"}


def test_in_a_persons_view_an_import_is_theirs_and_touches_nobody_elses(content, store, situation):
    known = store.list()[0]
    bob = store.seen_by("bob")
    assert bob.import_all(content, owner="ann") == Imported(copied=1, unchanged=1)
    assert store.get(known.id).entry.owner == "ann"
    assert {entry.owner for entry in bob.list()} == {"bob"}


BROKEN = {
    "empty": b"",
    "not_json": b"{",
    "zip": b"PK\x03\x04" + b"\0" * 100,
    "gzip": b"\x1f\x8b\x08" + b"\0" * 100,
    "binary": bytes(range(256)),
    "a_list": b"[]",
    "another_format": b'{"format": "x", "version": 1, "assessments": []}',
    "a_newer_form": b'{"format": "advisor-library", "version": 2, "assessments": []}',
    "an_unknown_key": b'{"format": "advisor-library", "version": 1, "assessments": [], "x": 1}',
    "a_key_twice": b'{"format": "advisor-library", "version": 1, "version": 1, "assessments": []}',
    "deep": b'{"a":' * 60 + b"1" + b"}" * 60,
    "deep_beyond_the_parser": b"[" * 200_000 + b"]" * 200_000,
    "nan": b'{"format": "advisor-library", "version": 1, "assessments": NaN}',
    "a_number_without_end": b'{"version": ' + b"9" * 10_000 + b"}",
    "half_a_character": b'{"format": "\\ud800"}',
    "nul": b'{"format": "\\u0000"}',
}


@pytest.mark.parametrize("name", BROKEN)
def test_what_is_no_library_is_refused_in_words(elsewhere, name):
    with pytest.raises(AdvisorError) as caught:
        elsewhere.import_all(BROKEN[name])
    assert "library file" in caught.value.place
    assert len(str(caught.value)) < 500
    assert elsewhere.list() == ()


def test_a_file_over_the_limit_is_refused_before_it_is_read(elsewhere):
    with pytest.raises(AdvisorError, match="larger than 64 MB"):
        elsewhere.import_all(b" " * (MAX_BYTES + 1))


def _revision(value):
    return value["assessments"][0]["revisions"][0]


def _bare(value):
    return value["assessments"][1]["revisions"][0]


def _set(target, key, new):
    target[key] = new


CHANGES = {
    "a_path_as_id": lambda v: _set(v["assessments"][0], "id", "../../etc/passwd"),
    "a_long_id": lambda v: _set(v["assessments"][0], "id", "a" * 41),
    "an_id_twice": lambda v: v["assessments"].append(v["assessments"][0]),
    "no_revisions": lambda v: _set(v["assessments"][0], "revisions", []),
    "a_gap": lambda v: _set(_revision(v), "number", 7),
    "revision_zero": lambda v: _set(_revision(v), "number", 0),
    "a_day_that_is_not": lambda v: _set(_revision(v), "saved_at", "2026-02-30T00:00:00Z"),
    "a_time_without_zone": lambda v: _set(_revision(v), "saved_at", "2026-02-03T00:00:00"),
    "a_number_as_text": lambda v: _set(v["assessments"][0], "shared", "true"),
    "a_long_title": lambda v: _set(_bare(v)["situation"], "title", "x" * 10_000_000),
    "a_control_title": lambda v: _set(_bare(v)["situation"], "title", "\x1b[2J"),
    "other_answers": lambda v: _set(_revision(v)["situation"]["answers"], "knowledge_gap", "none"),
    "a_long_owner": lambda v: _set(v["assessments"][0], "owner", "x" * 401),
    "a_control_owner": lambda v: _set(v["assessments"][0], "owner", "a\x07"),
    "many_tags": lambda v: _set(v["assessments"][0], "tags", [f"t{i}" for i in range(21)]),
    "a_long_tag": lambda v: _set(v["assessments"][0], "tags", ["x" * 61]),
    "a_control_tag": lambda v: _set(v["assessments"][0], "tags", ["\x1b"]),
    "an_unknown_key": lambda v: _set(_revision(v), "run", "rm -rf /"),
    "strange_advice": lambda v: _set(_revision(v), "advice", {"verdict": "clear"}),
    "an_infinite_answer": lambda v: _set(
        _revision(v)["situation"]["answers"], "queries_per_day", float("1e999")
    ),
    "too_many": lambda v: _set(v, "assessments", [v["assessments"][0]] * (MAX_ASSESSMENTS + 1)),
    "a_bad_one_at_the_end": lambda v: v["assessments"].append({"id": "z"}),
}


@pytest.mark.parametrize("name", [name for name in CHANGES if name != "too_many"])
def test_one_wrong_part_refuses_the_whole_file(content, elsewhere, name):
    with pytest.raises(AdvisorError) as caught:
        elsewhere.import_all(changed(content, CHANGES[name]))
    assert len(str(caught.value)) < 500
    assert elsewhere.list() == elsewhere.list(archived=True) == ()


def test_too_many_assessments_are_refused(elsewhere):
    one = {"id": "a", "created_at": "2026-01-01T00:00:00Z", "revisions": []}
    file = {"format": "advisor-library", "version": 1, "assessments": [one] * (MAX_ASSESSMENTS + 1)}
    with pytest.raises(AdvisorError, match="assessments"):
        elsewhere.import_all(json.dumps(file).encode())


def test_a_failure_in_the_middle_of_writing_imports_nothing(content, store, elsewhere, monkeypatch):
    from advisor.share.store import transfer

    real, calls = transfer._add, []

    def failing(*args, **kwargs):
        calls.append(1)
        if len(calls) == 2:
            raise AdvisorError("no", place="here", remedy="Stop.")
        real(*args, **kwargs)

    monkeypatch.setattr(transfer, "_add", failing)
    with pytest.raises(AdvisorError, match="no"):
        elsewhere.import_all(content)
    assert elsewhere.list() == elsewhere.list(archived=True) == ()


def test_advice_that_nobody_can_read_does_not_spoil_the_export(store, elsewhere, advice):
    from sqlalchemy import update

    from advisor.share.store.tables import RevisionRow

    saved = store.save(advice)
    with store._writing() as session:
        session.execute(update(RevisionRow).values(advice={"written": "by another version"}))
    elsewhere.import_all(store.export_all())
    found = elsewhere.get(saved.id)
    assert found.advice is None
    assert found.revision.decided == store.get(saved.id).revision.decided
    assert elsewhere.export_all() == store.export_all()


def test_the_outcome_of_imported_advice_comes_from_the_advice(content, store, elsewhere, advice):
    known = store.list()[0].id

    def forge(value):
        for item in value["assessments"]:
            if item["id"] == known:
                item["revisions"][0]["decided"]["recommended"] = "fine_tuning_of_everything"

    elsewhere.import_all(changed(content, forge))
    assert elsewhere.history(known)[-1].decided.recommended == advice.recommendation.recommended
