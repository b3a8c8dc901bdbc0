"""Our own client against our own service: real training, lost answers, and crashes in the middle of a submission."""

from __future__ import annotations

import time
from pathlib import Path

import pytest
from loopback_service import HYPERPARAMETERS

from advisor.catalog import load_catalog
from advisor.errors import AdvisorError
from advisor.train import job_verbs
from advisor.train.bundle import write_bundle
from advisor.train.jobs import JobStore
from advisor.train.planning import plan_spec
from advisor.train.records import Job, TrainingPlan, TrainingSpec
from tests.train.tuning_service import service_app

pytest.importorskip("openai")
pytest.importorskip("trl")

pytestmark = [pytest.mark.slow, pytest.mark.timeout(900)]


@pytest.fixture
def planned(tmp_path: Path, rows):
    def make(base_url: str, **options) -> tuple[TrainingPlan, Path]:
        from datetime import date

        own = {name: HYPERPARAMETERS[name] for name in ("max_steps", "eval_every_steps")}
        spec = TrainingSpec(
            backend="openai-compatible",
            base_model="tiny",
            train_path=rows["train"],
            eval_path=rows["eval"],
            rank=4,
            seq_len=128,
            micro_batch=4,
            gradient_accumulation=1,
            options={"base_url": base_url, "extra_hyperparameters": True, **own, **options},
            as_of=date(2026, 11, 22),
        )
        plan = plan_spec(spec, load_catalog())
        return plan, write_bundle(plan, tmp_path / "bundle")

    return make


def followed(store: JobStore, job: Job) -> Job:
    deadline = time.monotonic() + 600
    while time.monotonic() < deadline:
        job = job_verbs.refresh(store, job.id)
        if job.ended:
            return job
        time.sleep(0.3)
    raise AssertionError(job.state)


def test_a_job_ordered_at_our_own_service_is_trained_and_its_checkpoints_are_listed(
    store, service, planned
) -> None:
    done = followed(store, job_verbs.submit(store, *planned(service), catalog=load_catalog()))
    assert done.state == "succeeded"
    assert [artefact.kind for artefact in done.artefacts] == ["hosted-model"] + ["checkpoint"] * 3
    losses = [event.values["loss"] for event in done.events if "loss" in event.values]
    assert len(losses) == 6


class LosesAnswers:
    """Lets every order through and then says nothing, a given number of times."""

    def __init__(self, app, times: int) -> None:
        self.app, self.left = app, times

    async def __call__(self, scope, receive, send) -> None:
        order = (
            scope["type"] == "http"
            and scope["method"] == "POST"
            and scope["path"].endswith("/fine_tuning/jobs")
        )
        if not order or not self.left:
            await self.app(scope, receive, send)
            return
        self.left -= 1

        async def nothing(_) -> None:
            return None

        await self.app(scope, receive, nothing)
        raise ConnectionResetError


@pytest.fixture
def keyless(monkeypatch):
    """Take the idempotency header away, as a service would that does not know it."""
    import openai

    original = openai.resources.fine_tuning.jobs.Jobs.create

    def create(self, *, extra_headers=None, **values):
        return original(self, **values)

    monkeypatch.setattr(openai.resources.fine_tuning.jobs.Jobs, "create", create)


@pytest.mark.usefixtures("keyless")
def test_an_order_whose_answer_is_lost_is_found_again_and_not_repeated(
    store, planned, service_store, tiny_model, running
):
    app = service_app(service_store, {"tiny": str(tiny_model)})
    with running(LosesAnswers(app, 1)) as address:
        job = job_verbs.submit(store, *planned(f"{address}/v1"), catalog=load_catalog())
        assert job.provider_id
        assert len(list((service_store.folder / ".service" / "jobs").glob("ftjob-*"))) == 1
        job_verbs.cancel(store, job.id)


def test_a_service_that_is_not_there_leaves_the_job_to_be_submitted_again(store, planned, service) -> None:
    plan, bundle = planned("http://127.0.0.1:9/v1")
    from advisor.train.backends.hosted_jobs import Hosted
    from advisor.train.backends.openai_compatible import BACKEND
    from advisor.train.backends.services import Patience

    quick = Hosted(BACKEND.vendor, lambda: Patience(pause=lambda _: None))
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("advisor.train.backends.openai_compatible.BACKEND", quick)
        with pytest.raises(AdvisorError, match=r"Connection"):
            job_verbs.submit(store, plan, bundle, catalog=load_catalog())
    assert [job.state for job in store.all()] == ["queued"]
