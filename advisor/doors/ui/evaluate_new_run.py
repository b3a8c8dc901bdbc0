"""Plan a new bake-off on the Evaluate page: files that stay once they are brought, arms, scoring, a judge."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import streamlit as st

from advisor.doors.ui import dataset, look, pages, state
from advisor.doors.ui.clock import today
from advisor.errors import AdvisorError
from advisor.evaluate.bakeoff.arms import ARMS
from advisor.evaluate.bakeoff.choosing import read_arm
from advisor.evaluate.bakeoff.demo import demo_options
from advisor.evaluate.bakeoff.folder import open_run
from advisor.evaluate.bakeoff.records import BakeoffOptions, Judging
from advisor.evaluate.bakeoff.running import ready
from advisor.evaluate.bakeoff.uploads import add_files, keep_files
from advisor.evaluate.judging.grades import RUBRIC, checked_rubric
from advisor.evaluate.scorers import SCORERS
from advisor.net import is_local
from advisor.train.packaged_model import PACKAGED_MODEL
from advisor.wording import say

CHOSEN = "bakeoff_run"
DOCUMENTS = ["md", "markdown", "txt", "rst", "html", "htm", "pdf", "docx"]
ROWS = ["jsonl", "json", "csv", "parquet"]
DEFAULT_ARMS = ("prompt", "few-shot", "retrieval", "few-shot-retrieval", "right-passage")
NAMES_SHOWN = 12


def show() -> None:
    """Draw the panel; a run that is planned becomes the chosen one."""
    left, right = st.columns(2)
    with left:
        rows = _rows()
    with right:
        documents = _kept("documents", say("evaluate_new_run.documents"), DOCUMENTS)
    left, right = st.columns(2)
    told: dict[str, Any] = {
        "model": left.text_input(say("evaluate_new_run.model"), PACKAGED_MODEL, key="bakeoff_model").strip()
    }
    told["url"] = right.text_input(
        say("evaluate_new_run.address"), placeholder=say("evaluate_new_run.address_default"), key="bakeoff_url",
        help=say("evaluate_new_run.address_help"),
    ).strip()  # fmt: skip
    told["arms"] = _arms(with_documents=documents is not None)
    told |= _scoring()
    with st.container(horizontal=True):
        if (
            st.button(say("evaluate_new_run.plan"), type="primary", disabled=rows is None, key="bakeoff_plan")
            and rows is not None
        ):
            folder = rows()
            if _made(lambda: _options(folder, documents, told)):
                _adopt(folder)
        if st.button(
            say("evaluate_new_run.plan_demonstration"),
            key="bakeoff_demo",
            help=say("evaluate_new_run.demonstration_help"),
        ):
            _made(demo_options)
    if rows is None:
        look.quiet(say("evaluate_new_run.upload_rows"))


def _arms(*, with_documents: bool) -> list[str]:
    usual = [name for name in DEFAULT_ARMS if with_documents or "documents" not in ARMS[name].needs]
    return st.multiselect(
        say("evaluate_new_run.arms"),
        list(ARMS),
        usual,
        format_func=lambda name: say("evaluate_new_run.arm_does", arm=name, does=ARMS[name].does),
        # The usual arms are others once there are documents.
        key=f"bakeoff_arms_{with_documents}",
    )


def _rows() -> Callable[[], Path] | None:
    """Draw where the rows come from; return what brings their folder, None where there are none."""
    own = dataset.instead_of_upload("bakeoff")
    if own is not None:
        name, content = own
        return lambda: keep_files({name: content})
    kept = _kept("rows", say("evaluate_new_run.rows"), ROWS)
    return None if kept is None else lambda: kept


def _kept(what: str, label: str, kinds: list[str]) -> Path | None:
    """Draw a field that takes files in and lists those that are kept; return their folder, None where there is none.

    Files are kept as they arrive, so that neither a second upload, nor a visit to another page, nor a slow connection
    loses the first ones; what is listed is what this machine holds.
    """
    folder, drawn = f"bakeoff_{what}_kept", f"bakeoff_{what}_drawn"
    count = st.session_state.get(drawn, 0)
    files = st.file_uploader(label, kinds, accept_multiple_files=True, key=f"bakeoff_{what}_{count}")
    held = st.session_state.get(folder)
    if files:
        new = {one.name: one.getvalue() for one in files}
        st.session_state[folder] = str(add_files(None if held is None else Path(held), new))
        # A field of a new name is empty: from here on the list below says what there is.
        st.session_state[drawn] = count + 1
        st.rerun()
    if held is None or not Path(held).is_dir():
        return None
    with st.container(horizontal=True, vertical_alignment="center", key=f"kept_{what}"):
        names = sorted(path.name for path in Path(held).iterdir())
        look.quiet(say("evaluate_new_run.kept", files=_listed(names)))
        st.button(
            say("evaluate_new_run.remove"), key=f"bakeoff_{what}_remove", type="tertiary", on_click=st.session_state.pop, args=(folder,)
        )  # fmt: skip
    return Path(held)


def _listed(names: Sequence[str]) -> str:
    shown, more = ", ".join(names[:NAMES_SHOWN]), len(names) - NAMES_SHOWN
    return say("evaluate_new_run.files_more", files=shown, count=more) if more > 0 else shown


def _scoring() -> dict[str, Any]:
    with st.expander(say("evaluate_new_run.more")):
        left, right = st.columns(2)
        names = [name for name, one in SCORERS.items() if not one.argument or name == "number"]
        scorers = left.multiselect(
            say("evaluate_new_run.scorers"),
            names,
            placeholder=say("evaluate_new_run.chosen_by_rows"),
            key="bakeoff_scorers",
        )
        margin = right.number_input(
            say("evaluate_new_run.margin"), 0.0, 99.0, 3.0, 0.5, help=say("evaluate_new_run.margin_help"), key="bakeoff_margin",
        )  # fmt: skip
        good = right.number_input(
            say("evaluate_new_run.good_enough"), 0.0, 100.0, None, 1.0, placeholder=say("evaluate_new_run.not_set"), key="bakeoff_good",
            help=say("evaluate_new_run.good_enough_help"),
        )  # fmt: skip
        judge = left.text_input(
            say("evaluate_new_run.judge"), key="bakeoff_judge", placeholder=say("evaluate_new_run.judge_none"), help=say("evaluate_new_run.judge_help")
        ).strip()  # fmt: skip
        rubric = st.text_area(
            say("evaluate_new_run.rubric"), RUBRIC, key="bakeoff_rubric", height=90, disabled=not judge
        )
    return {
        "judge": (judge, rubric),
        "scorers": tuple(scorers), "margin": margin / 100, "good_enough": None if good is None else good / 100,
    }  # fmt: skip


def _options(rows: Path, documents: Path | None, told: dict[str, Any]) -> BakeoffOptions:
    url = told["url"]
    if url and not is_local(url):
        raise AdvisorError(
            say("evaluate_new_run.this_machine_only"),
            place=url,
            remedy=say("evaluate_new_run.this_machine_remedy"),
        )
    files = sorted(rows.iterdir())
    # A key is for the service that its owner named in the shell; a page sends none.
    return BakeoffOptions(
        data=files[0] if len(files) == 1 else rows, documents=documents, model=told["model"], base_url=url or None,
        arms=tuple(map(read_arm, told["arms"])), key_variable="ADVISOR_NO_KEY", scorers=told["scorers"],
        margin=told["margin"], good_enough=told["good_enough"], judge=_judge(*told["judge"]),
    )  # fmt: skip


def _judge(model: str, rubric: str) -> Judging | None:
    # A text from a page names no file of this machine.
    return Judging(model=model, rubric=checked_rubric(rubric)) if model else None


def _adopt(rows: Path) -> None:
    """Make one file, which the run splits, the data set of an assessment that has none."""
    files = list(rows.iterdir())
    if len(files) == 1:
        dataset.adopt(files[0].name, files[0].read_bytes())


def _made(options: Callable[[], BakeoffOptions]) -> bool:
    try:
        folder = open_run(options(), None)
        ready(folder, state.catalog(), day=today())
    except AdvisorError as error:
        pages.show_error(error)
        return False
    st.session_state[CHOSEN] = folder.path.name
    return True
