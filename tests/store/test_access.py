from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from advisor.errors import AdvisorError
from advisor.share.store import may_edit, may_manage, may_see, person_of

people = st.sampled_from(["ann", "bob"])


@given(person=people, owner=st.sampled_from(["", "ann", "bob"]), shared=st.booleans())
def test_who_may_change_it_may_see_it(person, owner, shared):
    rights = [
        may_manage(person, owner=owner),
        may_edit(person, owner=owner, shared=shared),
        may_see(person, owner=owner, shared=shared),
    ]
    assert rights == sorted(rights)
    assert rights[2] == (owner == person or shared)


def test_without_sign_in_everything_is_open():
    assert may_see("", owner="ann", shared=False)
    assert may_manage("", owner="ann")


@pytest.mark.parametrize(
    ("claims", "person"),
    [
        (
            {"email": "Ann@Example.COM", "email_verified": True, "sub": "1", "iss": "https://i"},
            "ann@example.com",
        ),
        (
            {"email": "ann@example.com", "email_verified": False, "sub": "1", "iss": "https://i"},
            "https://i#1",
        ),
        ({"email": "ann@example.com", "sub": "1", "iss": "https://i"}, "https://i#1"),
        (
            {"email": "ann@example.com", "email_verified": "true", "sub": "1", "iss": "https://i"},
            "https://i#1",
        ),
        ({"sub": "1"}, "#1"),
    ],
)
def test_only_a_verified_address_names_a_person(claims, person):
    assert person_of(claims) == person


@pytest.mark.parametrize("claims", [{}, {"sub": ""}, {"email": ["x@y"], "email_verified": True}])
def test_a_sign_in_that_names_nobody_is_refused_and_opens_nothing(claims):
    with pytest.raises(AdvisorError, match="names nobody"):
        person_of(claims)


def test_nobody_has_no_view_of_their_own(store):
    with pytest.raises(AdvisorError, match="nobody is named"):
        store.seen_by(" ")


def test_each_person_sees_their_own_and_shared_ones(store, advice):
    ann, bob = store.seen_by("ann"), store.seen_by("bob")
    mine, shared = ann.save(advice), ann.save(advice)
    ann.share(shared.id, True)
    assert {entry.id for entry in ann.list()} == {mine.id, shared.id}
    assert {entry.id for entry in bob.list()} == {shared.id}
    assert {entry.id for entry in bob.list(owner="ann")} == {shared.id}
    assert len(store.list()) == 2
    assert {entry.id for entry in store.list(owner="bob")} == {shared.id}


@pytest.mark.parametrize("verb", ["get", "history", "duplicate", "archive"])
def test_what_is_not_shared_is_not_there_for_others(store, advice, verb):
    saved = store.seen_by("ann").save(advice)
    with pytest.raises(AdvisorError, match="there is no assessment"):
        getattr(store.seen_by("bob"), verb)(saved.id)


def test_others_edit_what_is_shared_but_do_not_manage_it(store, advice):
    ann, bob = store.seen_by("ann"), store.seen_by("bob")
    saved = ann.save(advice)
    ann.share(saved.id, True)
    assert bob.save(advice, assessment_id=saved.id, base_revision=1, owner="ann").revision == 2
    assert ann.history(saved.id)[0].saved_by == "bob"
    for act in (
        lambda: bob.archive(saved.id),
        lambda: bob.share(saved.id, False),
        lambda: bob.tag(saved.id, ["x"]),
        lambda: bob.rename(saved.id, "x"),
    ):
        with pytest.raises(AdvisorError, match="only its owner"):
            act()
    ann.share(saved.id, False)
    with pytest.raises(AdvisorError, match="there is no assessment"):
        bob.save(advice, assessment_id=saved.id, base_revision=2)


def test_a_duplicate_belongs_to_who_made_it_and_is_not_shared(store, advice):
    ann, bob = store.seen_by("ann"), store.seen_by("bob")
    saved = ann.save(advice)
    ann.share(saved.id, True)
    copy = bob.duplicate(saved.id)
    assert bob.get(copy.id).entry.owner == "bob"
    assert copy.id not in {entry.id for entry in ann.list()}


def test_nobody_saves_in_anothers_name(store, advice):
    saved = store.seen_by("bob").save(advice, owner="ann")
    assert store.get(saved.id).entry.owner == "bob"


def test_an_export_holds_only_ones_own(store, advice):
    ann = store.seen_by("ann")
    saved = ann.save(advice)
    ann.share(saved.id, True)
    assert saved.id.encode() not in store.seen_by("bob").export_all()
    assert saved.id.encode() in ann.export_all()
