"""Every cause is found in its example, not in its counter-example, and documented."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

import advisor.diagnose.causes as package
from advisor.diagnose.causes import CAUSES
from advisor.diagnose.documentation import causes_page
from advisor.diagnose.material import Material, frame_of_values
from advisor.diagnose.ranking import corrected
from advisor.diagnose.seen import Seen


def seen_of(example):
    frames = {
        name: frame_of_values(make()) if (make := getattr(example, name)) else frame_of_values([])
        for name in ("training", "evaluation", "production")
    }
    return Seen(Material(**frames, facts=example.facts))


@pytest.mark.parametrize("cause", CAUSES, ids=lambda cause: cause.id)
def test_a_cause_is_found_in_its_example_also_after_correction_for_all_causes(cause):
    seen = seen_of(cause.found)
    others = [one.suspicion(seen) for one in CAUSES if one.id != cause.id]
    (mine, *_rest) = corrected([cause.suspicion(seen), *others])
    assert mine.state == "likely", mine.evidence
    assert 0 < mine.score <= 1
    assert mine.evidence
    assert mine.remedy
    assert mine.would
    known = {"training": seen.training, "evaluation": seen.evaluation, "production": seen.production}[
        mine.rows_of
    ]
    assert set(mine.rows) <= set(known.numbers.tolist())


@pytest.mark.parametrize("cause", CAUSES, ids=lambda cause: cause.id)
def test_a_cause_is_ruled_out_in_its_counter_example(cause):
    assert cause.suspicion(seen_of(cause.quiet)).state == "ruled_out"


BY_SAMPLES = [
    "minority-leaks", "training-lopsided", "repeated-answers", "refusals-learned", "end-mark-unlearned", "production-changed",
    "evaluation-unlike-production", "judge-blind",
]  # fmt: skip


@pytest.mark.parametrize("name", BY_SAMPLES)
def test_a_cause_that_few_samples_cannot_show_is_not_ruled_out_by_them(name):
    cause = next(one for one in CAUSES if one.id == name)
    seen = seen_of(cause.quiet)
    few = Seen(replace(seen.material, production=seen.material.production[::7].head(20)))
    said = cause.suspicion(few)
    assert said.state == "cannot_tell", said.evidence
    assert said.score == 0


def test_what_may_be_chance_is_not_ruled_out():
    seen = seen_of(next(one for one in CAUSES if one.id == "refusals-learned").found)
    said = [one.suspicion(seen).model_copy(update={"p": 0.02}) for one in CAUSES]
    mine = next(one for one in corrected(said) if one.cause == "refusals-learned")
    assert (mine.state, mine.score, mine.rows) == ("cannot_tell", 0.0, ())
    assert "may be chance" in mine.evidence


@pytest.mark.parametrize("cause", CAUSES, ids=lambda cause: cause.id)
def test_a_cause_cannot_be_told_from_nothing(cause):
    said = cause.suspicion(Seen(Material()))
    assert said.state == "cannot_tell"
    assert said.score == 0
    assert said.evidence


def test_each_file_under_causes_is_in_the_table_once():
    files = {path.stem for path in Path(package.__file__).parent.glob("*.py")} - {"__init__"}
    assert {cause.id.replace("-", "_") for cause in CAUSES} == files
    assert len({cause.id for cause in CAUSES}) == len(CAUSES)


def test_the_page_of_causes_is_current():
    page = Path(__file__).parents[2] / "docs" / "causes.md"
    assert page.read_text(encoding="utf-8") == causes_page(), "run tools/generate.py"
