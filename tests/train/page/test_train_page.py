"""The Train page over jobs on the disk: list, curves, log, and the plan of uploaded rows."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from advisor.doors.ui.train_figures import in_words, loss_figure
from advisor.scenario import read_situation
from advisor.train.jobs import JobStore
from advisor.train.trainer.progress import ProgressLine, ProgressWriter


def page() -> None:
    from advisor.catalog import load_catalog
    from advisor.doors.ui import state
    from advisor.doors.ui.train import render

    state.begin("train", load_catalog())
    render()


@pytest.fixture(autouse=True)
def own_jobs(tmp_path: Path, monkeypatch) -> Path:
    monkeypatch.setenv("ADVISOR_JOBS", str(tmp_path / "jobs"))
    monkeypatch.setenv("ADVISOR_AS_OF", "2026-11-22")
    return tmp_path / "jobs"


@pytest.fixture
def finished(store: JobStore, make_plan) -> str:
    """A job that has trained, as its files say."""
    job = store.add(*make_plan("trl"))
    run = store.folder_of(job.id) / "run"
    run.mkdir()
    writer = ProgressWriter(run)
    for step, loss in enumerate((3.0, 2.0, 1.0)):
        writer.write(
            ProgressLine(
                at=1.0 + step, kind="step", step=step + 1, max_steps=3, loss=loss, tokens_per_second=120
            )
        )
    writer.write(ProgressLine(at=5, kind="eval", step=0, max_steps=3, eval_loss=2.9))
    writer.write(ProgressLine(at=6, kind="eval", step=3, max_steps=3, eval_loss=1.1))
    writer.close()
    (run / "log.txt").write_text("all went well\n")
    (run / "result.json").write_text(json.dumps({"state": "succeeded", "artefacts": []}))
    return job.id


def shown(app: AppTest) -> str:
    parts = [*(item.value for item in app.markdown), *(item.value for item in app.code)]
    return "\n".join([*parts, *(str(item.proto.body) for item in app.get("html"))])


def test_without_jobs_the_page_says_where_they_will_stand() -> None:
    app = AppTest.from_function(page, default_timeout=60).run()
    assert not app.exception
    assert "No jobs yet" in shown(app)


def test_before_there_are_rows_the_page_asks_for_nothing_else_and_names_what_the_plan_tells() -> None:
    app = AppTest.from_function(page, default_timeout=60).run()
    assert not app.exception
    assert not app.selectbox
    assert not app.number_input
    assert "Upload training rows" in shown(app)
    assert "<dt>Who gets the data</dt>" in shown(app)


def test_a_finished_job_shows_its_state_losses_and_log(finished: str) -> None:
    app = AppTest.from_function(page, default_timeout=60).run()
    assert not app.exception
    text = shown(app)
    assert finished in text
    assert "step 3 of 3" in text
    assert "held out 2.900 → 1.100" in text
    assert "all went well" in text
    assert [widget.key for widget in app.multiselect] == ["compared_runs"]


def test_a_job_that_waits_can_be_stopped_from_the_page(store: JobStore, make_plan) -> None:
    job = store.add(*make_plan("trl"))
    app = AppTest.from_function(page, default_timeout=60).run()
    app.button(key=f"cancel_{job.id}").click().run()
    assert not app.exception
    assert store.load(job.id).state == "cancelled"


def test_two_runs_are_drawn_in_one_figure_and_said_in_words(finished: str, store: JobStore) -> None:
    from advisor.train.curves import curves_of

    curves = curves_of(store, store.load(finished))
    figure = loss_figure({"one": curves, "two": curves})
    assert [trace.name for trace in figure.data] == [
        "one, training",
        "one, held out",
        "two, training",
        "two, held out",
    ]
    assert list(figure.data[0].y) == [3.0, 2.0, 1.0]
    assert in_words("one", curves) == "one: held-out loss 2.900 at first, best 1.100 at step 3."


def test_the_page_and_the_shell_make_the_same_plan_of_the_same_answers(tmp_path: Path, support_rows) -> None:
    from advisor.catalog import load_catalog
    from advisor.doors.ui import state
    from advisor.doors.ui.train_plan import _terms, planned
    from tests.command_line import advisor

    rows, answers = tmp_path / "rows.jsonl", tmp_path / "answers.yaml"
    rows.write_text("".join(json.dumps(row) + "\n" for row in support_rows))
    answers.write_text("title: Desk\nanswers: {behavior_gap: main, behaviors: [tone], knowledge_gap: none}\n")
    state.begin("train", load_catalog())
    situation = read_situation(answers, load_catalog())
    on_the_page = planned(situation, rows, "trl", epochs=5)
    command = ("plan", str(answers), "--data", str(rows), "--epochs", "5", "--as-of", "2026-11-22", "--json")
    in_the_shell = json.loads(advisor(*command).stdout)
    assert on_the_page.sha256 == in_the_shell["sha256"]
    assert on_the_page.spec.epochs == 5, "what the form asks for stays"
    assert dict(_terms(on_the_page))["Settings"].startswith("rank 8, 4 rows a step, learning rate 0.0002")


def test_an_unknown_cost_is_not_called_nothing(tmp_path: Path, support_rows) -> None:
    from datetime import date

    from advisor.doors.ui.train_plan import _terms
    from advisor.train.records import TrainingSpec
    from tests.train.planned import planned

    rows = tmp_path / "rows.jsonl"
    rows.write_text("".join(json.dumps(row) + "\n" for row in support_rows))
    spec = TrainingSpec(
        backend="together", base_model="Qwen/Qwen3-8B", train_path=rows, as_of=date(2026, 11, 22)
    )
    plan = planned(spec)
    assert plan.cost is None
    assert dict(_terms(plan))["Cost"] == "not known"
    assert "Money: not known" in next(file.text for file in plan.files if file.path == "README.md")
