"""Apply safe fixes to the data set and say what changed; split it into a training and a held-out side."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import streamlit as st

from advisor.data.fix import Fixed, beside, fix
from advisor.data.records import HELD_OUT, Audit
from advisor.data.split import SplitOptions, split
from advisor.doors.ui import dataset, look, pages
from advisor.errors import AdvisorError
from advisor.files import scratch_folder
from advisor.share.store.datasets import Kept
from advisor.wording import say


def show(held: Kept, audit: Audit) -> None:
    """Draw the button that mends, or, once that has been done, what it changed."""
    if held.made_from:
        _summary(held)
        return
    serious = sum(one.severity != "note" for one in audit.findings)
    if not serious:
        return
    with st.container(key="mend", horizontal=True, vertical_alignment="center", gap="medium"):
        st.button(
            say("data_mending.apply"),
            key="apply_fixes",
            type="primary",
            icon=":material/healing:",
            on_click=_apply,
            args=(held,),
        )
        look.quiet(say("data_mending.writes_copy"))


def _apply(held: Kept) -> None:
    try:
        content, _ = _mended(str(held.path))
    except AdvisorError as error:
        pages.tell(error)
        return
    dataset.keep_bytes(f"{Path(held.name).stem}-fixed.jsonl", content["fixed"], made_from=held.key)


def _summary(held: Kept) -> None:
    from advisor.doors.ui import signing_in
    from advisor.share.store.datasets import find

    try:
        source = find(held.made_from, person=signing_in.person())
    except AdvisorError:
        return
    files, done = _mended(str(source.path))
    with st.container(key="mended", border=True):
        told = say(
            "data_mending.kept",
            kept=done.written,
            rows=done.rows,
            changed=done.changed,
            removed=done.removed,
            aside=done.quarantined - done.removed,
        )
        st.markdown(f"**{say('data_mending.mended')}** {told}")
        st.html(
            look.definition(
                [(name.replace("-", " ").capitalize(), f"{count:,}") for name, count in done.reasons.items()]
            )
        )
        with st.container(horizontal=True, gap="small"):
            for name, content in files.items():
                file = f"{Path(source.name).stem}-{name}.jsonl"
                st.download_button(
                    file, content, file_name=file, key=f"take_{name}", on_click="ignore", type="tertiary"
                )


@st.cache_data(max_entries=4, show_spinner=say("data_mending.mending"))
def _mended(path: str) -> tuple[dict[str, bytes], Fixed]:
    with scratch_folder("mend") as folder:
        output = folder / "fixed.jsonl"
        done = fix(Path(path), output)
        files = {"fixed": output, "diff": beside(output, "diff"), "quarantine": beside(output, "quarantine")}
        return {name: file.read_bytes() for name, file in files.items()}, done


def splitting(held: Kept) -> None:
    """Draw the share that is held out and, when asked, both sides with their numbers."""
    look.quiet(say("data_mending.one_side"))
    share = st.slider(say("data_mending.share"), 0.05, 0.5, HELD_OUT, 0.05, key="split_share")
    if not st.toggle(say("data_mending.split_now"), key="split_now"):
        return
    try:
        files, counts = _split(str(held.path), share)
    except AdvisorError as error:
        pages.show_error(error)
        return
    st.markdown(f"**{say('data_mending.sides', **counts)}**")
    for name, content in files.items():
        st.download_button(name, content, file_name=name, key=f"take_{name}", on_click="ignore")


@st.cache_data(max_entries=4, show_spinner=say("data_mending.splitting"))
def _split(path: str, share: float) -> tuple[dict[str, bytes], dict[str, int]]:
    with scratch_folder("split") as folder:
        manifest: Any = split(Path(path), folder, SplitOptions(eval_share=share))
        names = ("train.jsonl", "eval.jsonl", "manifest.json")
        return {name: (folder / name).read_bytes() for name in names}, {
            "train": manifest.train.rows,
            "eval": manifest.eval.rows,
        }
