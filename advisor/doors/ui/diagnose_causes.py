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
from advisor.doors.ui import look, pages, state, text_table
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
from advisor.wording import say

ROWS_SHOWN = 12
SAMPLES_SHOWN = 20
WORDS_SHOWN = 400
File = tuple[str, bytes]


def show(diagnosis: Diagnosis, patch: Patch, training: File | None) -> None:
    """Draw the result."""
    st.html(f'<h2 class="adv-ship" aria-live="polite">{escape(headline(diagnosis))}</h2>')
    for at, one in enumerate(diagnosis.found, 1):
        _cause(at, one, training)
    _samples(diagnosis)
    _mending(patch, training)
    with st.expander(say("diagnose_causes.also_checked")):
        rest = [one for one in diagnosis.causes if one.state in {"cannot_tell", "ruled_out"}]
        rows = [(one.title, STATES[one.state], one.evidence) for one in rest]
        text_table.show(_heads("cause", "state", "why"), rows, say("diagnose_causes.also_checked"))
    _downloads(diagnosis, patch)


def _cause(at: int, one: Suspicion, training: File | None) -> None:
    with st.container(border=True, key=f"cause_{at}"):
        st.html(
            f'<p class="adv-over">{STATES[one.state]}</p><h2 class="adv-card-title">{at}. {escape(one.title)}</h2>'
        )
        pairs = [
            (say("diagnose_causes.evidence"), one.evidence),
            (say("diagnose_causes.if_cause"), one.would),
        ]
        if one.trial:
            pairs.append((say("diagnose_causes.tested"), one.trial.because))
        else:
            pairs.append((say("diagnose_causes.how_to_test"), one.test.how))
        if one.rows:
            pairs.append((say(f"diagnose_causes.rows_of_{one.rows_of}"), named_rows(one.rows)))
        st.html(look.definition([*pairs, (say("diagnose_causes.remedy"), one.remedy)]))
        if one.rows and one.rows_of == "training" and training:
            label = say("diagnose_causes.read_rows", count=min(len(one.rows), ROWS_SHOWN))
            with st.expander(label):
                texts = _texts(training, one.rows[:ROWS_SHOWN])
                text_table.show(_heads("row", "request", "answer"), texts, label)


def _heads(*names: str) -> list[str]:
    return [say(f"diagnose_causes.head_{name}") for name in names]


@st.cache_data(max_entries=16, show_spinner=False)
def _texts(training: File, rows: tuple[int, ...]) -> list[tuple[str, str, str]]:
    with tempfile.TemporaryDirectory(prefix="advisor-rows-") as folder:
        path = Path(folder) / Path(training[0]).name
        path.write_bytes(training[1])
        return [
            (str(one.row), one.prompt[:WORDS_SHOWN], one.answer[:WORDS_SHOWN])
            for one in read_conversations(path)
            if one.row in rows
        ]


def _samples(diagnosis: Diagnosis) -> None:
    if not diagnosis.samples:
        return
    st.header(say("diagnose_causes.coverage"), anchor=False)
    rows = [(str(one.row), one.label, covered(one), one.advice) for one in diagnosis.samples]
    heads = _heads("sample", "complaint", "covered", "advice")
    text_table.show(heads, rows[:SAMPLES_SHOWN], say("diagnose_causes.coverage"))
    more = rows[SAMPLES_SHOWN:]
    if more:
        label = say("diagnose_causes.more_samples", count=len(more))
        with st.expander(label):
            text_table.show(heads, more, label)


def _mending(patch: Patch, training: File | None) -> None:
    told = list(sentences(patch))
    if not told:
        return
    st.header(say("diagnose_causes.to_change"), anchor=False)
    st.html(
        '<ol class="adv-steps" style="--c:var(--accent)">'
        + "".join(f"<li><span>{escape(one)}</span></li>" for one in told)
        + "</ol>"
    )
    with st.container(horizontal=True, gap="small"):
        st.download_button(
            say("diagnose_causes.take_patch"), patch.model_dump_json(indent=2) + "\n", file_name="patch.json", mime="application/json",
            key="take_patch", type="primary", on_click="ignore", icon=":material/healing:",
        )  # fmt: skip
        if training and patch.rows_out:
            st.download_button(
                say("diagnose_causes.take_mended"), lambda: mended_pack(training, patch), file_name="mended.zip", mime="application/zip",
                key="take_mended", on_click="ignore", icon=":material/folder_zip:",
            )  # fmt: skip


def decide_with(run: MeasuredRun) -> None:
    """Offer what the diagnosis measured as answers of the decision."""
    if not run.facts:
        return
    catalog = state.catalog()
    st.header(say("diagnose_causes.measured_facts"), anchor=False)
    shown = [
        (
            words.question(name, catalog),
            say(
                "diagnose_causes.measured_on",
                answer=words.answer(one.value, catalog.facts.get(name)),
                day=run.on,
                by=one.by,
            ),
        )
        for name, one in run.facts.items()
    ]
    st.html(look.definition(shown))
    st.button(say("diagnose_causes.use"), key="use_diagnosed", on_click=_use, args=(run,))


def _use(run: MeasuredRun) -> None:
    try:
        replaced = state.use_measured(run)
    except AdvisorError as error:
        pages.tell(error)
        return
    told = ", ".join(words.question(one.fact, state.catalog()) for one in replaced) or say(
        "diagnose_causes.nothing_new"
    )
    st.toast(look.plain(say("diagnose_causes.answered", questions=told)), icon=":material/check:")


def _downloads(diagnosis: Diagnosis, patch: Patch) -> None:
    with st.container(horizontal=True, gap="small"):
        for fmt in DIAGNOSIS_FORMATS:
            info = FORMATS[fmt]
            st.download_button(
                info.title, data=partial(render_diagnosis, diagnosis, patch, fmt, day=today()), file_name=f"diagnosis{info.ending}",
                mime=info.media_type, on_click="ignore", key=f"diagnosis_{fmt}", type="tertiary", icon=":material/description:",
            )  # fmt: skip
