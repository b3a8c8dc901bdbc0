"""The Diagnose page: drop the files, label twenty samples by keyboard, see the causes with their rows, take the patch."""

from __future__ import annotations

import hashlib
import tempfile
from collections.abc import Mapping
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any, NamedTuple

import streamlit as st

from advisor.diagnose.diagnosing import diagnose
from advisor.diagnose.labelling import complaints
from advisor.diagnose.material import Material, frame_of, read_frame, with_labels
from advisor.diagnose.measured import run_of
from advisor.diagnose.mend.patch import Patch, patch_for
from advisor.diagnose.production.reading import read_production
from advisor.diagnose.records import Diagnosis, Facts, Prompts, Sampling, Templates
from advisor.doors.ui import dataset, diagnose_causes, diagnose_labels, diagnose_proof, look, pages
from advisor.doors.ui.clock import today
from advisor.errors import AdvisorError
from advisor.scenario import MeasuredRun
from advisor.wording import say

TEMPLATES = ["chatml", "llama-3", "mistral", "gemma"]
ASKED = ("training", "evaluation", "production")
Files = Mapping[str, tuple[str, bytes]]


class Diagnosed(NamedTuple):
    """A diagnosis with what follows from it."""

    diagnosis: Diagnosis
    patch: Patch
    measured: MeasuredRun
    key: str
    """Names the files, labels and facts that it was made of."""


def render() -> None:
    """Draw the page."""
    st.title(say("diagnose.title"), anchor=False)
    look.quiet(say("diagnose.sounds_wrong"))
    files, facts = _inputs()
    missing = [name for name in ("training", "production") if name not in files]
    if missing:
        _empty("both" if len(missing) == 2 else missing[0])
        return
    try:
        _work(files, facts)
    except AdvisorError as error:
        # Uploads live in a folder of a moment; only the file's own name says anything to a person.
        place = "/".join(Path(error.place).parts[-1:])
        pages.show_error(AdvisorError(error.problem, place=place, remedy=error.remedy))


def _empty(missing: str) -> None:
    st.html(f'<p class="adv-lede">{look.text(say(f"diagnose.drop_{missing}"))}</p>')
    held = [(say(f"diagnose.file_{name}"), say(f"diagnose.holds_{name}")) for name in ASKED]
    st.html(look.definition(held))
    look.overline(say("diagnose.one_sample"))
    st.code(say("diagnose.example"), language=None, wrap_lines=True)
    look.quiet(say("diagnose.complaint_optional"))
    pages.link("data", say("diagnose.audit_first"), icon=":material/arrow_forward:")


def _inputs() -> tuple[Files, Facts]:
    # Each field keeps its place, whatever the others hold: one that moves loses a file that is on its way.
    uploads, columns = {}, dict(zip(ASKED, st.columns(len(ASKED)), strict=True))
    with columns["training"]:
        own = dataset.instead_of_upload("diagnose")
    for name in ASKED[1:] if own else ASKED:
        uploads[name] = columns[name].file_uploader(say(f"diagnose.file_{name}"), type=dataset.KINDS)
    with st.expander(say("diagnose.facts")):
        facts = _facts()
    brought = {name: (one.name, one.getvalue()) for name, one in uploads.items() if one}
    if "training" in brought:
        dataset.adopt(*brought["training"])
    return brought | ({"training": own} if own else {}), facts


def _facts() -> Facts:
    left, right = st.columns(2)
    trained = left.text_area(say("diagnose.prompt_training"), height=80).strip() or None
    served = right.text_area(say("diagnose.prompt_serving"), height=80).strip() or None
    template = _template(left, say("diagnose.template_training"))
    serving = _template(right, say("diagnose.template_serving"))
    tested = _number(left, say("diagnose.temperature_evaluation"), most=2.0, step=0.1)
    made = _number(right, say("diagnose.temperature_production"), most=2.0, step=0.1)
    wanted = _number(left, say("diagnose.share_declined"), most=99.0, step=1.0)
    return Facts(
        prompts=Prompts(training=trained, serving=served),
        templates=Templates(training=template, serving=serving),
        evaluation_sampling=Sampling(temperature=tested),
        production_sampling=Sampling(temperature=made),
        wanted_refusals=None if wanted is None else wanted / 100,
    )


def _template(column: Any, label: str) -> str | None:
    found: str | None = column.selectbox(label, TEMPLATES, index=None, placeholder=say("diagnose.not_known"))
    return found


def _number(column: Any, label: str, *, most: float, step: float) -> float | None:
    found: float | None = column.number_input(
        label, 0.0, most, None, step, placeholder=say("diagnose.not_known")
    )
    return found


def _work(files: Files, facts: Facts) -> None:
    material, notes = _read(files)
    for note in notes:
        look.quiet(note)
    st.header(say("diagnose.what_is_wrong"), anchor=False)
    key = hashlib.sha256(files["production"][1]).hexdigest()
    said = complaints(diagnose_labels.show(material.production, key))
    if st.button(say("diagnose.find"), key="find_causes", type="primary", icon=":material/search:"):
        st.session_state["diagnosed"] = (said, facts)
    if "diagnosed" not in st.session_state:
        return
    used, known = st.session_state["diagnosed"]
    if (used, known) != (said, facts):
        look.quiet(say("diagnose.changed"))
    found = _diagnosed(files, tuple(sorted(used.items())), known.model_dump_json(), today())
    whole = _whole(material, used, known)
    tested = diagnose_proof.proved(found.diagnosis, found.key)
    now = found if tested is found.diagnosis else _with_parts(tested, whole, found.key, today())
    diagnose_causes.show(now.diagnosis, now.patch, files["training"])
    diagnose_proof.show(found.diagnosis, whole, found.key)
    diagnose_causes.decide_with(now.measured)


@st.cache_resource(max_entries=4, show_spinner=say("diagnose.reading"))
def _read(files: Files) -> tuple[Material, tuple[str, ...]]:
    """Read the uploaded files; kept by their bytes, so that a label costs nothing."""
    with tempfile.TemporaryDirectory(prefix="advisor-diagnose-") as folder:
        paths = {name: _saved(Path(folder) / name, *one) for name, one in files.items()}
        production = read_production(paths["production"])
        material = Material(
            training=read_frame(paths["training"]),
            evaluation=read_frame(paths["evaluation"]) if "evaluation" in paths else frame_of([]),
            production=frame_of(production.rows),
        )
        return material, production.notes


def _saved(folder: Path, name: str, content: bytes) -> Path:
    folder.mkdir(parents=True)
    # Only the last part of an uploaded name is used: it tells the format, and a path in it must not.
    path = folder / Path(name).name
    path.write_bytes(content)
    return path


@st.cache_data(max_entries=8, show_spinner=say("diagnose.looking"))
def _diagnosed(files: Files, labels: tuple[tuple[int, str], ...], facts: str, day: date) -> Diagnosed:
    material, _ = _read(files)
    whole = _whole(material, dict(labels), Facts.model_validate_json(facts))
    key = hashlib.sha256(f"{labels} {facts}".encode())
    for name, (_, content) in sorted(files.items()):
        key.update(name.encode() + hashlib.sha256(content).digest())
    return _with_parts(diagnose(whole), whole, key.hexdigest(), day)


def _with_parts(diagnosis: Diagnosis, material: Material, key: str, day: date) -> Diagnosed:
    return Diagnosed(diagnosis, patch_for(diagnosis, material), run_of(diagnosis, material, day), key)


def _whole(material: Material, labels: dict[int, str], facts: Facts) -> Material:
    production = with_labels(material.production, labels) if labels else material.production
    return replace(material, production=production, facts=facts)
