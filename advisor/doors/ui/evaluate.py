"""The Evaluate page: bring answers of any systems, see which to ship and why, look at rows, rate by hand."""

from __future__ import annotations

import tempfile
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import streamlit as st

from advisor.doors.ui import evaluate_figures as figures
from advisor.doors.ui import look, pages, rating_panel, state
from advisor.doors.ui.clock import today
from advisor.errors import AdvisorError
from advisor.evaluate.evaluating import Compared, EvaluateOptions, evaluate
from advisor.evaluate.measured import run_of
from advisor.evaluate.records import Evaluation
from advisor.evaluate.scorers import SCORERS
from advisor.evaluate.verdict import points
from advisor.wording import say

KINDS = ["jsonl", "json", "csv", "tsv", "parquet", "gz", "zst", "eval"]
DOCUMENTS = ["md", "txt", "rst", "html", "jsonl", "csv"]
CHART = {"displaylogo": False, "modeBarButtonsToRemove": ["lasso2d", "select2d", "autoScale2d"]}
ROWS_SHOWN = 25
PARTS = ("verdict", "intervals", "cost", "rows", "rate")
WAYS = ("answers", "bakeoff")
Files = Mapping[str, Sequence[tuple[str, bytes]]]


def render() -> None:
    """Draw the page."""
    st.title(say("evaluate.evaluate"), anchor=False)
    how = st.segmented_control(
        say("evaluate.what_to_compare"),
        WAYS,
        default=WAYS[0],
        label_visibility="collapsed",
        key="way",
        format_func=lambda way: say(f"evaluate.way_{way}"),
    )
    if how == WAYS[1]:
        from advisor.doors.ui import evaluate_bakeoff

        evaluate_bakeoff.show(_show)
        return
    _compare()


def _compare() -> None:
    look.quiet(say("evaluate.lede"))
    files, options = _inputs()
    if not files["arms"]:
        _empty()
        return
    try:
        compared = _compared(files, options.model_dump_json(), today().isoformat())
    except AdvisorError as error:
        if error.place == "--references":
            st.info(say("evaluate.add_references"))
            return
        # Uploads live in a folder of a moment; only the file's own name says anything to a person.
        place = "/".join(Path(error.place).parts[-1:])
        pages.show_error(AdvisorError(error.problem, place=place, remedy=error.remedy))
        return
    _show(compared)


def _empty() -> None:
    """Show what to do first, and what the comparison will tell."""
    look.quiet(say("evaluate.upload_answers"))
    st.html(look.definition((say(f"evaluate.term_{name}"), say(f"evaluate.comes_{name}")) for name in PARTS))
    pages.link("recommendation", say("evaluate.roadmap_lists"), icon=":material/arrow_forward:")


def _inputs() -> tuple[Files, EvaluateOptions]:
    left, right = st.columns(2)
    arms = left.file_uploader(say("evaluate.answers"), type=KINDS, accept_multiple_files=True)
    references = right.file_uploader(say("evaluate.references"), type=KINDS[:-1])
    with st.expander(say("evaluate.more")):
        left, right = st.columns(2)
        names = [name for name, one in SCORERS.items() if not one.argument or name == "number"]
        scorers = left.multiselect(
            say("evaluate.scorers"), names, placeholder=say("evaluate.chosen_by_references")
        )
        margin = right.number_input(
            say("evaluate.margin"), 0.0, 99.0, 3.0, 0.5, help=say("evaluate.margin_help")
        )
        cluster = left.text_input(say("evaluate.cluster")).strip()
        enough = right.number_input(
            say("evaluate.good_enough"), 0.0, 100.0, None, 1.0, placeholder=say("evaluate.not_set")
        )
        train = left.file_uploader(
            say("evaluate.training_rows"), type=KINDS[:-1], help=say("evaluate.training_rows_help")
        )
        documents = right.file_uploader(say("evaluate.documents"), type=DOCUMENTS, accept_multiple_files=True)
    files: dict[str, Sequence[Any]] = {
        "arms": arms,
        "references": [references],
        "train": [train],
        "documents": documents,
    }
    options = EvaluateOptions(
        scorers=tuple(scorers), margin=margin / 100, cluster=cluster or None,
        good_enough=None if enough is None else enough / 100,
    )  # fmt: skip
    return {
        name: [(one.name, one.getvalue()) for one in every if one] for name, every in files.items()
    }, options


@st.cache_data(max_entries=8, show_spinner=say("evaluate.comparing"))
def _compared(files: Files, options: str, day: str) -> Compared:
    """Compare the uploaded files; cached by their bytes, so that a click elsewhere costs nothing."""
    from datetime import date

    with tempfile.TemporaryDirectory(prefix="advisor-evaluate-") as folder:
        saved = {
            name: [_saved(Path(folder) / name / str(at), *one) for at, one in enumerate(every)]
            for name, every in files.items()
        }
        told = EvaluateOptions.model_validate_json(options).model_copy(
            update={
                "references": next(iter(saved["references"]), None),
                "train": next(iter(saved["train"]), None),
                "documents": Path(folder) / "documents" if saved["documents"] else None,
            }
        )
        return evaluate(_named(saved["arms"]), told, as_of=date.fromisoformat(day))


def _saved(folder: Path, name: str, content: bytes) -> Path:
    folder.mkdir(parents=True)
    # Only the last part of an uploaded name is used: it tells the format, and a path in it must not.
    path = folder / Path(name).name
    path.write_bytes(content)
    return path


def _named(paths: Sequence[Path]) -> list[tuple[str, Path]]:
    stems = [path.name.split(".")[0] or "arm" for path in paths]
    return [
        (stem if stems.count(stem) == 1 else f"{stem} {at}", path)
        for at, (stem, path) in enumerate(zip(stems, paths, strict=True), 1)
    ]


def _show(compared: Compared) -> None:
    result = compared.evaluation
    verdict = result.verdict.because
    st.html(f'<h2 class="adv-ship" aria-live="polite">{_sentence(verdict)}</h2>')
    if result.verdict_without_apart:
        told = say(
            "evaluate.leaked",
            leaked=len(result.apart),
            rows=result.rows,
            because=result.verdict_without_apart.because,
        )
        st.warning(look.plain(told), icon=":material/content_copy:")
    _table(result)
    shown, cost, rows, rate = st.tabs([say(f"evaluate.term_{name}") for name in PARTS[1:]])
    with shown:
        _intervals(result)
    with cost:
        _against(result)
    with rows:
        _rows(result)
    with rate:
        rating_panel.show(compared.frames, compared.ranked(), compared.grades)
    st.download_button(
        say("evaluate.download"),
        result.model_dump_json(indent=2),
        file_name="evaluation.json",
        on_click="ignore",
    )


def _sentence(text: str) -> str:
    from html import escape

    return escape(text[:1].upper() + text[1:] + ".")


def _table(result: Evaluation) -> None:
    metrics = list(next(iter(result.arms.values())).scores)
    table = [
        {
            say("evaluate.arm"): name,
            **{metric: _score(one.scores[metric].model_dump()) for metric in metrics},
            say("evaluate.failed"): say("evaluate.failed_of", failed=one.failed, count=one.n),
            say("evaluate.usd_per_thousand"): say("evaluate.unknown")
            if one.usd_per_1k is None
            else f"{one.usd_per_1k:,.3g}",
            say("evaluate.seconds"): say("evaluate.unknown")
            if one.seconds_p50 is None
            else f"{one.seconds_p50:.2f} / {one.seconds_p95:.2f}",
        }
        for name, one in result.arms.items()
    ]
    st.dataframe(table, hide_index=True, width="stretch")
    notes = "".join(f"<li>{_sentence(note)}</li>" for note in result.notes)
    st.html(f'<ul class="adv-quiet">{notes}</ul>')


def _score(score: Mapping[str, float]) -> str:
    told = {name: points(score[name]) for name in ("value", "low", "high")}
    return say("evaluate.score", **told)


def _chart(figure: Any, text: str, key: str) -> None:
    st.plotly_chart(figure, width="stretch", key=key, config=CHART)
    look.quiet(text)


def _intervals(result: Evaluation) -> None:
    accent = "#9cc1ea" if look.dark() else "#27496d"
    _chart(figures.scores_figure(result, accent), figures.scores_text(result), "scores")
    if result.differences:
        _chart(figures.differences_figure(result, accent), figures.differences_text(result), "differences")
    if result.measured:
        st.subheader(say("evaluate.measured_facts"), anchor=False)
        st.html(
            look.definition(
                (name, say("evaluate.measured_by", value=one.value, by=one.by, day=one.on))
                for name, one in result.measured.items()
            )
        )
        st.button(say("evaluate.use_in_decision"), key="use_measured", on_click=_use, args=(result,))


def _use(result: Evaluation) -> None:
    try:
        replaced = state.use_measured(run_of(result))
    except AdvisorError as error:
        pages.tell(error)
        return
    told = ", ".join(one.fact for one in replaced) or say("evaluate.nothing_new")
    st.toast(say("evaluate.answered_by_measured", facts=told), icon=":material/check:")


def _against(result: Evaluation) -> None:
    accent = "#9cc1ea" if look.dark() else "#27496d"
    for what in ("usd_per_1k", "seconds_p95"):
        figure = figures.against_figure(result, what, accent)
        if figure is None:
            look.quiet(figures.against_text(result, what))
        else:
            _chart(figure, figures.against_text(result, what), what)


def _rows(result: Evaluation) -> None:
    if not result.differing:
        look.quiet(say("evaluate.all_the_same"))
        return
    table = [
        {say("evaluate.row"): one.example, say("evaluate.wanted"): one.reference}
        | {
            name: f"{100 * one.scores[name]:.0f} · {one.answers[name] or say('evaluate.no_answer')}"
            for name in one.scores
        }
        for one in result.differing
    ]
    st.dataframe(table, hide_index=True, width="stretch", height=min(38 * (len(table) + 1), 520))
    look.quiet(say("evaluate.rows_told"))
    for one in result.apart[:ROWS_SHOWN]:
        told = {"row": one.example, "because": one.because, "file": Path(one.where).name}
        look.quiet(say("evaluate.row_apart", **told))
