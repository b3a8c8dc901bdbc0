"""Two workers of a local Ray cluster train one adapter together."""

from __future__ import annotations

import json
import time
from pathlib import Path

import pytest

from advisor.catalog import load_catalog
from advisor.train import job_verbs
from advisor.train.jobs import JobStore
from advisor.train.trainer.progress import curve, read_progress

pytest.importorskip("ray")
pytest.importorskip("trl")
pytestmark = [pytest.mark.slow, pytest.mark.timeout(900)]


def test_two_workers_train_one_adapter_and_the_loss_falls(
    store: JobStore, make_plan, tiny_model: Path
) -> None:
    options = {"max_steps": 4, "eval_every_steps": 2, "workers": 2, "threads": 1, "merge": False}
    plan, bundle = make_plan(
        "ray", base_model=str(tiny_model), rank=4, seq_len=128, micro_batch=2, gradient_accumulation=1, learning_rate=1e-2,
        checkpointing=False, options=options,
    )  # fmt: skip
    job = job_verbs.submit(store, plan, bundle, catalog=load_catalog())
    run = store.folder_of(job.id) / "run"
    deadline = time.monotonic() + 800
    while not job.ended and time.monotonic() < deadline:
        time.sleep(0.5)
        job = job_verbs.refresh(store, job.id)
    assert job.state == "succeeded", (run / "log.txt").read_text()[-3000:]
    assert json.loads((run / "result.json").read_text())["workers"] == 2
    records = read_progress(run)
    assert [step for step, _ in curve(records, "loss")] == [1, 2, 3, 4]
    evals = curve(records, "eval_loss")
    assert evals[-1][1] < evals[0][1]
    assert (run / "adapter" / "adapter_model.safetensors").exists()
