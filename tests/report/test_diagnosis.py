"""A diagnosis is readable in every format, hostile texts in it are no markup, and its JSON reads back."""

from __future__ import annotations

import json
from datetime import date

import pytest

from advisor.diagnose.mend.patch import Patch, patch_for
from advisor.diagnose.records import Diagnosis, Neighbour, SampleVerdict
from advisor.share.report.diagnosis import DIAGNOSIS_FORMATS, headline, render_diagnosis
from advisor.share.report.rendering import Format
from tests.diagnose.story import diagnosis, material, suspicion

DAY = date(2026, 11, 26)
HOSTILE = "<script>alert(1)</script> *bold* [link](http://example.com)"
FOUND = suspicion(
    "minority-leaks",
    "retrain-without-rows",
    rows=(10, 20),
    score=0.9,
    title="A few rows in another voice leak",
)
OUT = suspicion(
    "sampling-differs", "lower-temperature", state="ruled_out", title="Other sampling", evidence=HOSTILE
)
SAMPLES = (
    SampleVerdict(row=3, label="tone", covered=True, nearest=(Neighbour(row=7, words=0.9, meaning=0.8),), advice="Read row 7."),
    SampleVerdict(row=4, label="facts", covered=False, nearest=(), advice=HOSTILE, rows_wanted=5),
)  # fmt: skip


def given() -> tuple[Diagnosis, Patch]:
    found = diagnosis(FOUND, OUT, samples=SAMPLES)
    return found, patch_for(found, material())


@pytest.mark.parametrize("fmt", DIAGNOSIS_FORMATS)
def test_every_format_is_written_and_twice_the_same(fmt: Format) -> None:
    found, patch = given()
    first = render_diagnosis(found, patch, fmt, day=DAY)
    assert first == render_diagnosis(found, patch, fmt, day=DAY)
    assert len(first) > 500
    assert b"<script>alert" not in first or fmt == "json"


def test_the_causes_come_in_order_with_rows_test_and_remedy() -> None:
    text = render_diagnosis(*given(), "md", day=DAY).decode()
    for words in (
        "Likely: a few rows in another voice leak",
        "10, 20",
        "Leave out 2 training rows",
        "yes, by rows 7",
        "Ruled out",
        "Write 5 rows",
    ):
        assert words in text, words
    assert "[link](http" not in text


def test_the_json_reads_back_with_its_patch() -> None:
    found, patch = given()
    read = Diagnosis.model_validate(json.loads(render_diagnosis(found, patch, "json", day=DAY)))
    assert read.causes == found.causes
    assert Patch.model_validate(read.patch) == patch


def test_nothing_found_is_said_and_is_a_report_too() -> None:
    nothing = diagnosis(OUT)
    assert headline(nothing) == "No cause was found in these files"
    assert render_diagnosis(nothing, Patch(), "pdf", day=DAY).startswith(b"%PDF")
