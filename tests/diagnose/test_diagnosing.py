"""What holds of a whole diagnosis: order, healthy sets, the rebuilt story of six formal rows, files and the command."""

from __future__ import annotations

import json
import sys
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from advisor.diagnose.diagnosing import diagnose
from advisor.diagnose.given import read_facts, read_labels, read_losses
from advisor.diagnose.material import Material, frame_of_values, with_labels
from advisor.diagnose.ranking import ORDER, ranked
from advisor.diagnose.records import Suspicion
from advisor.diagnose.records import Test as Shown
from advisor.errors import AdvisorError
from tests.command_line import advisor

sys.path.insert(0, str(Path(__file__).parents[2] / "benchmarks"))
import planted_causes

sys.path.pop(0)


@pytest.mark.parametrize(
    "named", [True, False], ids=["the editor is in the metadata", "nobody says who wrote what"]
)
def test_six_formal_rows_of_412_are_found_first_and_named(named):
    story = planted_causes.newsroom(412, named=named)
    said = diagnose(story.material)
    assert said.found[0].cause == "minority-leaks"
    assert set(said.found[0].rows) == story.rows
    assert len(story.rows) == 6
    assert len(said.samples) == 20


@pytest.mark.parametrize("seed", [1, 2])
def test_nothing_is_found_in_a_healthy_set(seed):
    assert [
        one.cause for one in diagnose(planted_causes.planted((), "payroll", "de", seed).material).found
    ] == []


def test_two_causes_at_once_are_both_named():
    made = planted_causes.planted(("minority: formal", "sampling"), "smart-home", "de", 3)
    assert set(made.causes) <= {one.cause for one in diagnose(made.material).found[:3]}


def test_the_order_of_the_rows_changes_which_are_listed_first_but_not_what_is_found():
    made = planted_causes.planted(("confidence: refusals",), "payroll", "en", 1).material
    turned = Material(
        training=made.training.reverse(),
        evaluation=made.evaluation,
        production=made.production.reverse(),
        facts=made.facts,
    )
    one, two = diagnose(made).found[0], diagnose(turned).found[0]
    assert one.cause == two.cause == "refusals-learned"
    assert set(one.rows) == set(two.rows)


def _suspicion(name, state, score):
    words = dict.fromkeys(("title", "evidence", "would", "remedy"), "…")
    return Suspicion(
        cause=name, state=state, score=score, test=Shown(intervention="people-rate", how="…"), **words
    )


@given(
    st.lists(
        st.tuples(st.sampled_from("abcdef"), st.sampled_from(sorted(ORDER)), st.floats(0, 1)),
        unique_by=lambda one: one[0],
    ),
    st.randoms(use_true_random=False),
)
@settings(max_examples=60, deadline=None)
def test_the_ranking_is_one_order_whatever_comes_first(drawn, chance):
    some = [_suspicion(*one) for one in drawn]
    mixed = chance.sample(some, len(some))
    assert ranked(mixed) == ranked(some)
    places = [(ORDER[one.state], -one.score) for one in ranked(some)]
    assert places == sorted(places)


def test_a_sample_of_a_kind_that_training_lacks_is_not_covered_and_another_is():
    rows = [{"prompt": f"How do I reset the {thing} in room {at}?", "completion": "Hold the button for five seconds."} for at in range(10) for thing in ("lamp", "hub", "blind", "camera")]  # fmt: skip
    asked = [
        {"prompt": "How do I reset the camera in room 77?", "completion": "No.", "complaint": "facts"},
        {
            "prompt": "Which vaccination does my parrot need before summer?",
            "completion": "No.",
            "complaint": "facts",
        },
    ]
    said = diagnose(Material(training=frame_of_values(rows), production=frame_of_values(asked)))
    near, far = said.samples
    assert near.covered is True
    assert rows[near.nearest[0].row - 1]["prompt"].startswith("How do I reset the camera")
    assert far.covered is False
    assert far.rows_wanted >= 10
    assert near.rows_wanted == 0


def test_labels_go_to_rows_and_what_is_no_label_is_refused():
    frame = frame_of_values(
        [{"prompt": "a", "completion": "b"}, {"prompt": "c", "completion": "d", "complaint": "tone"}]
    )
    assert with_labels(frame, {1: "too_long"})["label"].to_list() == ["too long", "tone"]
    with pytest.raises(AdvisorError, match="no row 9"):
        with_labels(frame, {9: "tone"})
    with pytest.raises(AdvisorError, match="is not a complaint"):
        with_labels(frame, {1: "ugly"})


def test_losses_are_read_from_rows_and_from_a_trainers_state(tmp_path):
    rows = tmp_path / "curves.csv"
    rows.write_text("step,loss,eval_loss\n10,2.0,2.1\n20,1.5,\n")
    state = tmp_path / "trainer_state.json"
    state.write_text(
        json.dumps(
            {
                "log_history": [
                    {"step": 10, "loss": 2.0},
                    {"step": 10, "eval_loss": 2.1},
                    {"step": 20, "loss": 1.5},
                ]
            }
        )
    )
    assert read_losses(rows) == read_losses(state)
    rows.write_text("step,loss\n10,high\n")
    with pytest.raises(AdvisorError, match="not a loss"):
        read_losses(rows)


def test_a_sheet_of_facts_names_the_line_of_an_unknown_one(tmp_path):
    sheet = tmp_path / "facts.yaml"
    sheet.write_text("wanted_refusals: 0.05\nadapter:\n  served: [{name: voice, scale: 2}]\n")
    assert read_facts(sheet).adapter.served[0].scale == 2
    sheet.write_text("wanted_refusals: 0.05\nadaptor: {}\n")
    with pytest.raises(AdvisorError, match=r"facts\.yaml:2"):
        read_facts(sheet)


def test_the_labels_file_tells_rows_without_a_label_from_broken_ones(tmp_path):
    labels = tmp_path / "labels.csv"
    labels.write_text("row,label\n3,tone\n4,\n")
    assert read_labels(labels) == {3: "tone"}
    labels.write_text("row,label\nthree,tone\n")
    with pytest.raises(AdvisorError, match="row number"):
        read_labels(labels)


@pytest.fixture
def files(tmp_path):
    story = planted_causes.newsroom(412, named=True)
    paths = {}
    for name, frame in (("train", story.material.training), ("production", story.material.production)):
        kept = frame.select("prompt", completion="answer", system="system", complaint="label").with_row_index(
            "line", 1
        )
        paths[name] = tmp_path / f"{name}.jsonl"
        kept.drop("line", *(["complaint"] if name == "production" else [])).write_ndjson(paths[name])
        if name == "production":
            paths["labels"] = tmp_path / "labels.csv"
            kept.select(row="line", label="complaint").drop_nulls().write_csv(paths["labels"])
    return story, [word for name, path in paths.items() for word in (f"--{name}", str(path))]


def test_the_command_prints_one_object_with_the_causes_and_the_samples(files):
    story, arguments = files
    done = advisor("diagnose", *arguments, "--json")
    said = json.loads(done.stdout)
    assert done.returncode == 0
    assert said["causes"][0]["cause"] == "minority-leaks"
    assert set(said["causes"][0]["rows"]) == story.rows
    assert len(said["samples"]) == 20
    assert {one["row"] for one in said["patch"]["rows_out"]} == story.rows


def test_the_command_names_the_rows_in_words_and_fails_where_a_script_asks_for_it(files):
    story, arguments = files
    done = advisor("diagnose", *arguments, "--fail-on-found")
    assert done.returncode == 1
    for row in story.rows:
        assert str(row) in done.stdout


def test_the_command_without_files_is_a_mistake_in_three_parts():
    done = advisor("diagnose")
    assert done.returncode == 1
    assert "no files to examine" in done.stderr
