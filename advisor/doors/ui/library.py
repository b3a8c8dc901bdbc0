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

MAX_SHOWN = 30


def render() -> None:
    """Draw the page."""
    catalog, store = state.catalog(), opening.store()
    st.title("Library", anchor=False)
    look.quiet(f"Saved in {store.place}. Every save is a revision. Nothing is overwritten.")
    signing_in.out()
    query, tags, archived = _filters(store)
    found = store.list(query, tags, archived=archived)
    if not found:
        _nothing(query, archived=archived)
    for entry in found[:MAX_SHOWN]:
        _entry(entry, store, catalog)
    if len(found) > MAX_SHOWN:
        look.quiet(f"{len(found) - MAX_SHOWN} more; search to narrow the list.")
    _exchange(store)


def _filters(store: Any) -> tuple[str, list[str], bool]:
    left, middle, right = st.columns([2, 2, 1], vertical_alignment="bottom")
    with left:
        query = st.text_input("Search", placeholder="Words of a title or tag", key="library_query")
    known = sorted({tag for entry in store.list() for tag in entry.tags})
    with middle:
        tags = st.multiselect("Tags", known, key="library_tags", placeholder="Any")
    with right:
        archived = st.toggle("Archived", key="library_archived")
    return query, tags, archived


def _nothing(query: str, *, archived: bool) -> None:
    if query:
        look.quiet("Nothing matches.")
    elif archived:
        look.quiet("Nothing is archived.")
    else:
        look.quiet("Nothing is saved yet. Answer a few questions, then choose “Save to the library”.")
        pages.link("interview", "Go to the questions", icon=":material/arrow_forward:")


def _entry(entry: Entry, store: Any, catalog: Catalog) -> None:
    with st.container(border=True, key=f"entry_{entry.id}"):
        with look.unbroken(f"assessment {entry.id}"):
            st.html(_summary(entry, catalog))
        with st.container(horizontal=True, gap="small"):
            st.button(
                "Open",
                key=f"open_{entry.id}",
                on_click=opening.open_revision,
                args=(entry.id, None),
                type="primary",
            )
            st.button("Duplicate", key=f"copy_{entry.id}", on_click=_act, args=("duplicate", entry.id))
            if may_manage(store.person, owner=entry.owner):
                _owner_actions(entry, signed_in=bool(store.person))
            with st.popover("History"), look.unbroken(f"history of {entry.id}"):
                _history(entry, catalog)
            st.button("Check against today", key=f"check_{entry.id}", on_click=moved.ask, args=(entry.id,))
        with look.unbroken(f"check of {entry.id}"):
            moved.show(entry.id, catalog)


def _summary(entry: Entry, catalog: Catalog) -> str:
    decided = entry.decided
    outcome = _outcome(decided, catalog) if decided else "answers only"
    tags = "".join(f' <span class="adv-chip">{escape(tag)}</span>' for tag in entry.tags)
    shared = " · shared" if entry.shared else ""
    return (
        f'<h2 class="adv-card-title" dir="auto">{escape(entry.title or "Untitled assessment")}</h2>'
        f'<p class="adv-quiet">{outcome} · revision {entry.revision} · saved {moment(entry.saved_at)}{shared}{tags}</p>'
    )


def _outcome(decided: Decided, catalog: Catalog) -> str:
    word = escape(words.VERDICTS.get(decided.verdict, decided.verdict))
    named = decided.verdict != "too_early"
    return f"{look.tag(decided.recommended, catalog)} · {word}" if named else word


def _owner_actions(entry: Entry, *, signed_in: bool) -> None:
    with st.popover("Name and tags"):
        title = st.text_input("Title", value=entry.title, key=f"title_{entry.id}")
        tags = st.text_input("Tags, separated by commas", value=", ".join(entry.tags), key=f"tags_{entry.id}")
        st.button(
            "Keep", key=f"keep_{entry.id}", on_click=_describe, args=(entry, title, tags), type="primary"
        )
    if signed_in:
        label = "Stop sharing" if entry.shared else "Share with everyone"
        st.button(label, key=f"share_{entry.id}", on_click=_act, args=("share", entry.id, not entry.shared))
    label = "Unarchive" if entry.archived else "Archive"
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
                "Open", key=f"see_{key}", on_click=opening.open_revision, args=(entry.id, revision.number)
            )
            if revision.number != entry.revision:
                st.button(
                    "Restore",
                    key=f"restore_{key}",
                    on_click=_act,
                    args=("restore", entry.id, revision.number),
                )


def _revision(revision: Revision, catalog: Catalog) -> str:
    decided = revision.decided
    outcome = words.outcome(decided.recommended, decided.verdict, catalog) if decided else ""
    book = f"rulebook {decided.rulebook_version}, prices of {decided.price_day}" if decided else ""
    by = f" by {revision.saved_by}" if revision.saved_by else ""
    again = f", restored from {revision.restored_from}" if revision.restored_from else ""
    lines = [f"Revision {revision.number}, {moment(revision.saved_at)}{by}{again}", outcome, book]
    return f'<p class="adv-quiet">{"<br>".join(escape(line) for line in lines if line)}</p>'


def _exchange(store: Any) -> None:
    st.divider()
    left, right = st.columns(2, gap="large")
    with left:
        look.overline("Export the library")
        st.download_button(
            "Export everything as JSON",
            data=store.export_all,
            file_name="advisor-library.json",
            mime="application/json",
            on_click="ignore",
            key="export",
        )
    with right:
        file = st.file_uploader(
            "Import a library file",
            type=["json"],
            key="import_file",
            max_upload_size=MAX_BYTES // 1_000_000,
        )
        if file is not None and st.button("Import", key="import", type="primary"):
            done = store.import_all(file.getvalue())
            st.success(
                f"{done.added} added, {done.extended} extended, {done.copied} kept as copies, "
                f"{done.unchanged} unchanged."
            )
