"""The data set of the assessment on screen: brought once, used by every step, named in the address by its key."""

from __future__ import annotations

from typing import Any, Final

import streamlit as st

from advisor.doors.ui import look, pages, signing_in, state
from advisor.errors import AdvisorError
from advisor.share.store.datasets import Kept, bind, find, keep
from advisor.wording import say

KINDS: Final = ["jsonl", "json", "csv", "tsv", "parquet", "gz", "zst"]
MAX_MB: Final = 200


def current() -> Kept | None:
    """Return the data set of the assessment, or None; a key that leads nowhere is said so once and forgotten."""
    key = state.current().data
    if not key:
        return None
    try:
        return find(key, person=signing_in.person())
    except AdvisorError as error:
        pages.show_error(error)
        return None


def bring() -> Kept | None:
    """Draw the data set, or the field that takes one in."""
    held = current()
    if held is not None:
        _held(held)
        return held
    file = st.file_uploader(
        say("dataset.training_data"),
        type=KINDS,
        max_upload_size=MAX_MB,
        key="data_file",
        help=say("dataset.formats"),
    )
    if file is None:
        return None
    use(keep(file.name, file.getvalue(), person=signing_in.person()))
    # Drawn again from the start: the data set takes the place of the field.
    st.rerun()
    return None


def adopt(name: str, content: bytes) -> None:
    """Make an uploaded file the data set of an assessment that has none, and draw the page again.

    Only for fields that ask for training rows: held-out rows and answers must not be trained on. On the next run
    `instead_of_upload` offers the file in place of the field and says so. Call it after every field is drawn, or the
    fields below forget what they hold.
    """
    if current() is not None:
        return
    held = keep(name, content, person=signing_in.person())
    use(held)
    st.session_state["adopted"] = held.key
    st.rerun()


def instead_of_upload(key: str) -> tuple[str, bytes] | None:
    """Offer the assessment's data set in place of an upload; return its name and bytes where it is taken."""
    held = current()
    if held is None:
        return None
    label = say("dataset.use_held", name=look.plain(held.name))
    taken = st.checkbox(label, value=True, key=f"own_{key}")
    if st.session_state.get("adopted") == held.key:
        look.quiet(say("dataset.adopted"))
    return (held.name, held.path.read_bytes()) if taken else None


def use(held: Kept) -> None:
    """Make a data set that of the assessment, also of the saved one it came from."""
    state.keep_data(held.key)
    assessment = state.current().saved.partition(".")[0]
    if assessment:
        bind(assessment, held.key, person=signing_in.person())


def keep_bytes(name: str, content: bytes, *, made_from: str = "") -> None:
    """Keep a file that a step made, and use it from here on; for use in callbacks."""
    use(keep(name, content, person=signing_in.person(), made_from=made_from))


def _held(held: Kept) -> None:
    with st.container(key="held", horizontal=True, vertical_alignment="center", gap="medium"):
        size = held.path.stat().st_size
        told = f"{size / 1e6:,.1f} MB" if size >= 1e5 else f"{size / 1e3:,.1f} kB"
        st.markdown(f"**{look.plain(held.name)}** :gray[{say('dataset.held', size=told)}]")
        if held.made_from:
            st.button(say("dataset.use_original"), key="data_back", on_click=_go_back, args=(held.made_from,))
        other = say("dataset.upload_another")
        st.button(other, key="data_other", on_click=state.keep_data, args=("",), type="tertiary")


def _go_back(key: str) -> None:
    try:
        use(find(key, person=signing_in.person()))
    except AdvisorError as error:
        pages.tell(error)


def next_step(module: str, label: str) -> None:
    """Draw the way to the next step."""
    pages.link(module, label, icon=":material/arrow_forward:")


def measured(fact: str, value: Any, label: str) -> None:
    """Offer to replace an answer by what was measured; say so where they agree already."""
    given = state.current().answers.get(fact)
    if given == value:
        return
    st.button(
        label, key=f"measured_{fact}", icon=":material/straighten:", on_click=state.answer, args=(fact, value)
    )
