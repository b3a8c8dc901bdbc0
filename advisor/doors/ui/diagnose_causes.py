"""A diagnosis on the page: causes with their rows, covered or not, what to change, and what to take away."""

from __future__ import annotations

import tempfile
from functools import partial
from html import escape
from pathlib import Path

import streamlit as st

from advisor.data.rows.reading import read_conversations
from advisor.diagnose.mend.packing import mended_pack
from advisor.diagnose.mend.patch import Patch, sentences
from advisor.diagnose.records import Diagnosis, Suspicion
from advisor.doors.ui import look, pages, state
from advisor.doors.ui.clock import today
from advisor.errors import AdvisorError
from advisor.scenario import MeasuredRun
from advisor.share.report import words
from advisor.share.report.diagnosis import (
    DIAGNOSIS_FORMATS,
    STATES,
    covered,
    headline,
    named_rows,
    render_diagnosis,
)
from advisor.share.report.rendering import FORMATS

ROWS_SHOWN = 12
WORDS_SHOWN = 400
File = tuple[str, bytes]


def show(diagnosis: Diagnosis, patch: Patch, training: File | None) -> None:
    """Draw the result."""
    st.html(f'<h2 class="adv-ship" aria-live="polite">{escape(headline(diagnosis))}</h2>')
    for at, one in enumerate(diagnosis.found, 1):
        _cause(at, one, training)
    _samples(diagnosis)
    _mending(patch, training)
    with st.expander("Also checked"):
        rest = [one for one in diagnosis.causes if one.state in {"cannot_tell", "ruled_out"}]
        table = [{"Cause": one.title, "State": STATES[one.state], "Why": one.evidence} for one in rest]
        st.dataframe(table, hide_index=True, width="stretch")
    _downloads(diagnosis, patch)


def _cause(at: int, one: Suspicion, training: File | None) -> None:
    with st.container(border=True, key=f"cause_{at}"):
        st.html(
            f'<p class="adv-over">{STATES[one.state]}</p><h2 class="adv-card-title">{at}. {escape(one.title)}</h2>'
        )
        pairs = [("Evidence", one.evidence), ("If this is the cause", one.would)]
        pairs += [("Tested", one.trial.because)] if one.trial else [("How to test it", one.test.how)]
        if one.rows:
            pairs.append((f"Rows of the {one.rows_of} file", named_rows(one.rows)))
        st.html(look.definition([*pairs, ("Remedy", one.remedy)]))
        if one.rows and one.rows_of == "training" and training:
            with st.expander(f"Read the {min(len(one.rows), ROWS_SHOWN)} rows"):
                _rows(training, one.rows[:ROWS_SHOWN])


def _rows(training: File, rows: tuple[int, ...]) -> None:
    table = [
        {"Row": row, "Request": request, "Answer": answer} for row, request, answer in _texts(training, rows)
    ]
    st.dataframe(table, hide_index=True, width="stretch")


@st.cache_data(max_entries=16, show_spinner=False)
def _texts(training: File, rows: tuple[int, ...]) -> list[tuple[int, str, str]]:
    with tempfile.TemporaryDirectory(prefix="advisor-rows-") as folder:
        path = Path(folder) / Path(training[0]).name
        path.write_bytes(training[1])
        return [
            (one.row, one.prompt[:WORDS_SHOWN], one.answer[:WORDS_SHOWN])
            for one in read_conversations(path)
            if one.row in rows
        ]


def _samples(diagnosis: Diagnosis) -> None:
    if not diagnosis.samples:
        return
    st.header("Coverage by the training rows", anchor=False)
    table = [
        {"Sample": one.row, "Complaint": one.label, "Covered": covered(one), "What to do": one.advice}
        for one in diagnosis.samples
    ]
    st.dataframe(table, hide_index=True, width="stretch")


def _mending(patch: Patch, training: File | None) -> None:
    told = list(sentences(patch))
    if not told:
        return
    st.header("What to change", anchor=False)
    st.html(
        '<ol class="adv-steps">' + "".join(f"<li><span>{escape(one)}</span></li>" for one in told) + "</ol>"
    )
    with st.container(horizontal=True, gap="small"):
        st.download_button(
            "Download the patch", patch.model_dump_json(indent=2) + "\n", file_name="patch.json", mime="application/json",
            key="take_patch", type="primary", on_click="ignore", icon=":material/healing:",
        )  # fmt: skip
        if training and patch.rows_out:
            st.download_button(
                "Download the mended rows", lambda: mended_pack(training, patch), file_name="mended.zip", mime="application/zip",
                key="take_mended", on_click="ignore", icon=":material/folder_zip:",
            )  # fmt: skip


def decide_with(run: MeasuredRun) -> None:
    """Offer what the diagnosis measured as answers of the decision."""
    if not run.facts:
        return
    catalog = state.catalog()
    st.header("Measured facts", anchor=False)
    shown = [
        (
            words.question(name, catalog),
            f"{words.answer(one.value, catalog.facts.get(name))}, measured on {run.on}: {one.by}",
        )
        for name, one in run.facts.items()
    ]
    st.html(look.definition(shown))
    st.button("Use in the decision", key="use_diagnosed", on_click=_use, args=(run,))


def _use(run: MeasuredRun) -> None:
    try:
        replaced = state.use_measured(run)
    except AdvisorError as error:
        pages.tell(error)
        return
    told = ", ".join(words.question(one.fact, state.catalog()) for one in replaced) or "nothing new"
    st.toast(look.plain(f"Answered by what was measured: {told}"), icon=":material/check:")


def _downloads(diagnosis: Diagnosis, patch: Patch) -> None:
    with st.container(horizontal=True, gap="small"):
        for fmt in DIAGNOSIS_FORMATS:
            info = FORMATS[fmt]
            st.download_button(
                info.title, data=partial(render_diagnosis, diagnosis, patch, fmt, day=today()), file_name=f"diagnosis{info.ending}",
                mime=info.media_type, on_click="ignore", key=f"diagnosis_{fmt}", type="tertiary", icon=":material/description:",
            )  # fmt: skip
