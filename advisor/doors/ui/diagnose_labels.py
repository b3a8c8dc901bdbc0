"""Label samples of production by keyboard: 1 to 6 a complaint, 0 nothing to mind, S skip, U takes the last one back."""

from __future__ import annotations

from html import escape
from typing import Any

import polars as pl
import streamlit as st

from advisor.diagnose.labelling import FINE, KEYS, samples_to_label
from advisor.doors.ui import look
from advisor.wording import say

SKIPPED = "skipped"
LABELS = "diagnose_labels"


def show(production: pl.DataFrame, key: str) -> dict[int, str]:
    """Draw the panel for the samples of one file and return its labels by row; ``key`` names the file."""
    every: dict[str, dict[int, str]] = st.session_state.setdefault(LABELS, {})
    labels = every.setdefault(key, {})
    wanted = samples_to_label(production)
    left = [row for row in wanted if row not in labels]
    done = len(wanted) - len(left)
    look.quiet(say("diagnose_labels.labelled", done=done, count=len(wanted)))
    if left:
        _sample(production.row(by_predicate=pl.col("row") == left[0], named=True), labels)
    st.button(
        say("diagnose_labels.undo"),
        key="label_undo",
        shortcut="u",
        disabled=not labels,
        on_click=_undo,
        args=(labels,),
    )
    _told(labels)
    return labels


def _undo(labels: dict[int, str]) -> None:
    if labels:
        labels.popitem()


def _put(labels: dict[int, str], row: int, said: str) -> None:
    labels[row] = said


def _sample(sample: dict[str, Any], labels: dict[int, str]) -> None:
    with st.container(border=True, key="sample"):
        for name, text in (("request", sample["prompt"]), ("answer", sample["answer"])):
            look.overline(say(f"diagnose_labels.text_{name}"))
            st.html(f'<p class="adv-said">{escape(text or "-")}</p>')
        buttons: list[tuple[str, str, str]] = [
            (digit, said, said[:1].upper() + said[1:]) for digit, said in KEYS.items()
        ]
        buttons += [("0", FINE, say("diagnose_labels.nothing")), ("s", SKIPPED, say("diagnose_labels.skip"))]
        with st.container(horizontal=True, gap="small"):
            for shortcut, said, label in buttons:
                st.button(
                    label,
                    key=f"label_{said}",
                    shortcut=shortcut,
                    on_click=_put,
                    args=(labels, sample["row"], said),
                )


def _told(labels: dict[int, str]) -> None:
    counts = {said: list(labels.values()).count(said) for said in dict.fromkeys(labels.values())}
    if counts:
        look.quiet(" · ".join(f"{said} {count}" for said, count in counts.items()))
