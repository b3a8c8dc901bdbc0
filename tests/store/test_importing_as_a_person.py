"""An import is saved by who imports, whatever the file says of who saved what, when, and for whom."""

from __future__ import annotations

import json

import pytest

from advisor.scenario import Situation
from advisor.share.store import Imported

FORGED = {"saved_by": "anna@x.org", "saved_at": "2031-01-01T00:00:00Z"}


def with_revision(content: bytes, **changes):
    """The same file with one more revision of its first assessment."""
    value = json.loads(content)
    revisions = value["assessments"][0]["revisions"]
    last = revisions[-1]
    situation = last["situation"] | {"answers": {"knowledge_gap": "none"}}
    revisions.append(last | {"number": len(revisions) + 1, "situation": situation, "advice": None} | changes)
    value["assessments"][0] |= {"shared": True, "owner": "anna@x.org", "created_at": "2001-01-01T00:00:00Z"}
    return json.dumps(value).encode()


@pytest.fixture
def anna(store):
    return store.seen_by("anna@x.org")


@pytest.fixture
def ben(store):
    return store.seen_by("ben@x.org")


@pytest.fixture
def plan(anna):
    saved = anna.save(Situation(title="Plan", answers={"knowledge_gap": "main"}))
    anna.share(saved.id, True)
    return saved


def test_what_others_share_is_not_extended_by_an_import(anna, ben, plan):
    before = anna.history(plan.id)
    assert ben.import_all(with_revision(anna.export_all(), **FORGED)) == Imported(copied=1)

    assert anna.history(plan.id) == before
    (copy,) = [entry for entry in ben.list() if entry.owner == "ben@x.org"]
    assert not copy.shared
    assert {revision.saved_by for revision in ben.history(copy.id)} == {"ben@x.org"}
    assert all(revision.saved_at.year == 2026 for revision in ben.history(copy.id))
    assert copy.created_at.year == 2026


def test_ones_own_is_extended_under_ones_own_name(anna, ben, plan):
    longer = with_revision(anna.export_all(), saved_by="ben@x.org", saved_at="2031-01-01T00:00:00Z")
    assert anna.import_all(longer) == Imported(extended=1)

    assert [revision.saved_by for revision in anna.history(plan.id)] == ["anna@x.org"] * 2
    assert anna.history(plan.id)[0].saved_at.year == 2026


def test_importing_again_changes_nothing(anna, ben, plan):
    file = with_revision(anna.export_all(), **FORGED)
    ben.import_all(file)
    mine = ben.export_all()

    assert ben.import_all(mine) == Imported(unchanged=1)
    assert ben.export_all() == mine


def test_what_others_do_not_share_is_not_even_told_to_be_there(anna, ben, plan):
    file = anna.export_all()
    anna.share(plan.id, False)

    assert ben.import_all(file) == Imported(copied=1)
    assert len(anna.list()) == 1


def test_a_new_one_belongs_to_who_imports_it_and_is_shared_with_nobody(anna, ben, plan, store):
    file = json.loads(with_revision(anna.export_all(), **FORGED))
    file["assessments"][0]["id"] = "fresh1"
    assert ben.import_all(json.dumps(file).encode()) == Imported(added=1)

    (entry,) = [entry for entry in store.list() if entry.id == "fresh1"]
    assert (entry.owner, entry.shared) == ("ben@x.org", False)
    assert [entry.id for entry in anna.list()] == [plan.id]
