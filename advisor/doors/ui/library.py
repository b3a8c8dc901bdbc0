"""Saved assessments: search, open, name, tag, duplicate, put away, and go back to earlier revisions."""

from __future__ import annotations

from html import escape
from typing import Any

import streamlit as st

from advisor.catalog import Catalog
from advisor.doors.ui import look, moved, opening, pages, signing_in, state
from advisor.doors.ui.clock import moment
from advisor.errors import AdvisorError
from advisor.share.report import words
from advisor.share.store import Decided, Entry, Revision, may_manage
from advisor.share.store.address import MAX_BYTES
from advisor.wording import say

MAX_SHOWN = 30


def render() -> None:
    """Draw the page."""
    catalog, store = state.catalog(), opening.store()
    st.title(say("library.heading"), anchor=False)
    look.quiet(say("library.saved_in", place=store.place))
    signing_in.out()
    if store.list() or store.list(archived=True):
        _saved(store, catalog)
    else:
        _empty()
    _exchange(store)


def _empty() -> None:
    """Draw what comes here, and the one thing to do for it."""
    with st.container(border=True, key="library_empty"):
        st.html(f'<h2 class="adv-card-title">{escape(say("library.nothing_saved"))}</h2>')
        look.quiet(say("library.what_comes"))
        module, label = (
            ("interview", say("library.to_questions"))
            if state.current().empty
            else ("recommendation", say("library.to_result"))
        )
        pages.link(module, label, icon=":material/arrow_forward:")


def _saved(store: Any, catalog: Catalog) -> None:
    query, tags, archived = _filters(store)
    found = store.list(query, tags, archived=archived)
    if not found:
        look.quiet(say("library.nothing_archived" if archived and not query else "library.nothing_matches"))
    for entry in found[:MAX_SHOWN]:
        _entry(entry, store, catalog)
    if len(found) > MAX_SHOWN:
        look.quiet(say("library.more", count=len(found) - MAX_SHOWN))


def _filters(store: Any) -> tuple[str, list[str], bool]:
    left, middle, right = st.columns([2, 2, 1], vertical_alignment="bottom")
    with left:
        query = st.text_input(
            say("library.search"), placeholder=say("library.search_hint"), key="library_query"
        )
    known = sorted({tag for entry in store.list() for tag in entry.tags})
    with middle:
        tags = st.multiselect(
            say("library.tags"), known, key="library_tags", placeholder=say("library.any_tag")
        )
    with right:
        archived = st.toggle(say("library.archived"), key="library_archived")
    return query, tags, archived


def _entry(entry: Entry, store: Any, catalog: Catalog) -> None:
    with st.container(border=True, key=f"entry_{entry.id}"):
        with look.unbroken(say("library.one", id=entry.id)):
            st.html(_summary(entry, catalog))
        with st.container(horizontal=True, gap="small"):
            st.button(
                say("library.open"),
                key=f"open_{entry.id}",
                on_click=opening.open_revision,
                args=(entry.id, None),
                type="primary",
            )
            st.button(
                say("library.duplicate"), key=f"copy_{entry.id}", on_click=_act, args=("duplicate", entry.id)
            )
            if may_manage(store.person, owner=entry.owner):
                _owner_actions(entry, signed_in=bool(store.person))
            with st.popover(say("library.history")), look.unbroken(say("library.history_of", id=entry.id)):
                _history(entry, catalog)
            st.button(say("library.check"), key=f"check_{entry.id}", on_click=moved.ask, args=(entry.id,))
        with look.unbroken(say("library.check_of", id=entry.id)):
            moved.show(entry.id, catalog)


def _summary(entry: Entry, catalog: Catalog) -> str:
    decided = entry.decided
    said = [
        _outcome(decided, catalog) if decided else escape(say("library.answers_only")),
        escape(say("library.at_revision", number=entry.revision)),
        escape(say("library.saved_at", moment=moment(entry.saved_at))),
        *([escape(say("library.shared"))] if entry.shared else []),
    ]
    tags = "".join(f' <span class="adv-chip">{escape(tag)}</span>' for tag in entry.tags)
    return (
        f'<h2 class="adv-card-title" dir="auto">{escape(entry.title or say("library.untitled"))}</h2>'
        f'<p class="adv-quiet">{" · ".join(said)}{tags}</p>'
    )


def _outcome(decided: Decided, catalog: Catalog) -> str:
    word = escape(words.VERDICTS.get(decided.verdict, decided.verdict))
    named = decided.verdict != "too_early"
    return f"{look.tag(decided.recommended, catalog)} · {word}" if named else word


def _owner_actions(entry: Entry, *, signed_in: bool) -> None:
    with st.popover(say("library.name_and_tags")):
        title = st.text_input(say("library.title"), value=entry.title, key=f"title_{entry.id}")
        tags = st.text_input(
            say("library.tags_by_comma"), value=", ".join(entry.tags), key=f"tags_{entry.id}"
        )
        st.button(
            say("library.keep"),
            key=f"keep_{entry.id}",
            on_click=_describe,
            args=(entry, title, tags),
            type="primary",
        )
    if signed_in:
        label = say("library.stop_sharing" if entry.shared else "library.share")
        st.button(label, key=f"share_{entry.id}", on_click=_act, args=("share", entry.id, not entry.shared))
    label = say("library.unarchive" if entry.archived else "library.archive")
    st.button(label, key=f"archive_{entry.id}", on_click=_act, args=("archive", entry.id, not entry.archived))


def _describe(entry: Entry, title: str, tags: str) -> None:
    if title.strip() != entry.title:
        _act("rename", entry.id, title)
    _act("tag", entry.id, [tag.strip() for tag in tags.split(",") if tag.strip()])


def _act(verb: str, *arguments: Any) -> None:
    try:
        getattr(opening.store(), verb)(*arguments)
    except AdvisorError as error:
        pages.tell(error)


def _history(entry: Entry, catalog: Catalog) -> None:
    for revision in opening.store().history(entry.id):
        st.html(_revision(revision, catalog))
        with st.container(horizontal=True, gap="small"):
            key = f"{entry.id}_{revision.number}"
            st.button(
                say("library.open"),
                key=f"see_{key}",
                on_click=opening.open_revision,
                args=(entry.id, revision.number),
            )
            if revision.number != entry.revision:
                st.button(
                    say("library.restore"),
                    key=f"restore_{key}",
                    on_click=_act,
                    args=("restore", entry.id, revision.number),
                )


def _revision(revision: Revision, catalog: Catalog) -> str:
    decided = revision.decided
    outcome = words.outcome(decided.recommended, decided.verdict, catalog) if decided else ""
    book = say("library.book", version=decided.rulebook_version, day=decided.price_day) if decided else ""
    number, at = revision.number, moment(revision.saved_at)
    told = [
        say("library.revision_by", number=number, moment=at, person=revision.saved_by)
        if revision.saved_by
        else say("library.revision", number=number, moment=at)
    ]
    if revision.restored_from:
        told.append(say("library.restored_from", number=revision.restored_from))
    lines = [", ".join(told), outcome, book]
    return f'<p class="adv-quiet">{"<br>".join(escape(line) for line in lines if line)}</p>'


def _exchange(store: Any) -> None:
    st.divider()
    left, right = st.columns(2, gap="large")
    with left:
        look.overline(say("library.export"))
        st.download_button(
            say("library.export_all"),
            data=store.export_all,
            file_name="advisor-library.json",
            mime="application/json",
            on_click="ignore",
            key="export",
        )
    with right:
        file = st.file_uploader(
            say("library.import_file"),
            type=["json"],
            key="import_file",
            max_upload_size=MAX_BYTES // 1_000_000,
        )
        if file is not None and st.button(say("library.import"), key="import", type="primary"):
            done = store.import_all(file.getvalue())
            st.success(
                say(
                    "library.imported",
                    added=done.added,
                    extended=done.extended,
                    copied=done.copied,
                    unchanged=done.unchanged,
                )
            )
