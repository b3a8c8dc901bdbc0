"""The client of OpenAI-shaped services against a stateful mock with faults, and against a contract checker."""

from __future__ import annotations

from pathlib import Path

import pytest

from advisor.catalog import load_catalog
from advisor.errors import AdvisorError
from advisor.train import job_verbs
from advisor.train.backends.hosted_jobs import Hosted
from advisor.train.backends.openai_compatible import BACKEND
from advisor.train.backends.openai_service import OpenAIService, request_body
from advisor.train.backends.services import MOST_PAGES, Order, Page, Patience, ServiceError, all_items
from advisor.train.jobs import JobStore
from advisor.train.records import Job

pytest.importorskip("openai")


@pytest.fixture
def patient(monkeypatch):
    """Let the backend wait without waiting, and let a test do something at each wait."""
    waits: list[float] = []
    actions = {"at_each_wait": lambda: None}

    def pause(seconds: float) -> None:
        waits.append(seconds)
        actions["at_each_wait"]()

    backend = Hosted(BACKEND.vendor, lambda: Patience(pause=pause))
    monkeypatch.setattr("advisor.train.backends.openai_compatible.BACKEND", backend)
    return waits, actions


@pytest.fixture
def plan_for(make_plan):
    def make(base_url: str, **options):
        return make_plan("openai-compatible", options={"base_url": base_url, **options})

    return make


def submitted(store: JobStore, planned) -> Job:
    return job_verbs.submit(store, *planned, catalog=load_catalog())


def followed(store: JobStore, job: Job) -> Job:
    for _ in range(20):
        job = job_verbs.refresh(store, job.id)
        if job.ended:
            return job
    raise AssertionError(job.state)


def test_a_job_goes_from_upload_to_a_tuned_model(store, mock, plan_for, patient) -> None:
    job = submitted(store, plan_for(mock.base_url))
    assert [item["id"] for item in mock.jobs()] == [job.provider_id]
    assert len(mock.files()) == 2
    done = followed(store, job)
    assert done.state == "succeeded"
    assert done.tuned_model.startswith("ft:")
    assert [artefact.kind for artefact in done.artefacts] == [
        "hosted-model"
    ]  # the mock has no checkpoints route
    ids = [event.provider_id for event in done.events if event.provider_id]
    assert ids
    assert len(ids) == len(set(ids))


def test_submitting_again_finds_the_job_and_sends_nothing(store, mock, plan_for, patient) -> None:
    planned = plan_for(mock.base_url)
    first, second = submitted(store, planned), submitted(store, planned)
    assert first.provider_id == second.provider_id
    assert len(mock.jobs()) == 1
    assert len(mock.files()) == 2


def test_another_job_on_the_same_rows_uploads_nothing(store, mock, plan_for, patient) -> None:
    submitted(store, plan_for(mock.base_url))
    submitted(store, plan_for(mock.base_url, suffix="second"))
    assert len(mock.jobs()) == 2
    assert len(mock.files()) == 2


def test_a_service_that_limits_the_rate_is_asked_again_after_the_pause_it_wants(
    store, mock, plan_for, patient
) -> None:
    waits, actions = patient
    mock.faults(rateLimitRate=1)
    actions["at_each_wait"] = lambda: len(waits) >= 3 and mock.faults()
    submitted(store, plan_for(mock.base_url))
    assert len(waits) >= 3
    assert len(mock.jobs()) == 1


@pytest.mark.parametrize("fault", ["dropRate", "malformedRate", "disconnectRate"])
def test_answers_that_are_lost_or_broken_never_make_a_second_job(
    store, mock, plan_for, patient, fault
) -> None:
    waits, actions = patient
    planned = plan_for(mock.base_url)
    mock.faults(**{fault: 0.5})
    actions["at_each_wait"] = lambda: len(waits) > 30 and mock.faults()
    remedies = [refusal.remedy for refusal in (_refusal(store, planned) for _ in range(6)) if refusal]
    assert all("nothing is ordered twice" in remedy for remedy in remedies)
    mock.faults()
    job = submitted(store, planned)
    assert [item["id"] for item in mock.jobs()] == [job.provider_id]


def _refusal(store: JobStore, planned) -> AdvisorError | None:
    try:
        submitted(store, planned)
    except AdvisorError as error:
        return error
    return None


def test_a_service_that_stays_broken_is_given_up_with_a_reason_and_the_job_is_kept(
    store, mock, plan_for, patient
) -> None:
    waits, _ = patient
    mock.faults(dropRate=1)
    planned = plan_for(mock.base_url)
    with pytest.raises(AdvisorError, match="500"):
        submitted(store, planned)
    assert len(waits) < 20
    assert [job.state for job in store.all()] == ["queued"]
    mock.faults()
    assert submitted(store, planned).provider_id


def test_cancelling_reaches_the_service_and_twice_is_once(store, mock, plan_for, patient) -> None:
    job = submitted(store, plan_for(mock.base_url))
    assert job_verbs.cancel(store, job.id).state == "cancelled"
    assert job_verbs.cancel(store, job.id).state == "cancelled"
    assert mock.jobs()[0]["status"] == "cancelled"


def test_every_request_keeps_to_the_official_clients_shapes(prism, tmp_path: Path) -> None:
    service = OpenAIService(prism, "key")
    rows = tmp_path / "rows.jsonl"
    rows.write_text("{}\n")
    assert service.upload(rows, "rows.jsonl")
    assert service.job("ftjob-1").id
    assert service.cancel("ftjob-1").id


def test_an_order_keeps_to_the_official_clients_shapes_and_a_misspelt_key_would_not(prism, make_plan) -> None:
    plan, _ = make_plan("openai")
    order = Order(plan.spec, "0" * 32, "file-1", "file-2")
    assert OpenAIService(prism, "key").create(order).id
    import openai

    client = openai.OpenAI(base_url=prism, api_key="key", max_retries=0)
    with pytest.raises(openai.UnprocessableEntityError):
        client.fine_tuning.jobs.create(**request_body(order, extras=False), extra_body={"sufix": "x"})


def test_a_listing_that_never_ends_is_ended(prism) -> None:
    service = OpenAIService(prism, "key")
    assert service.find_upload("nothing.jsonl", 1) is None
    assert service.find_jobs("no such key") == []
    assert len(service.events("ftjob-1", frozenset())) <= MOST_PAGES
    assert len(service.checkpoints("ftjob-1")) <= MOST_PAGES


def test_a_listing_stops_at_a_repeated_cursor_and_at_the_most_pages() -> None:
    asked: list[str | None] = []

    def repeating(cursor: str | None) -> Page:
        asked.append(cursor)
        return Page([{"id": "a"}, {"id": "b"}], has_more=True)

    assert [item["id"] for item in all_items(repeating)] == ["a", "b"]
    assert len(asked) == 2

    def endless(cursor: str | None) -> Page:
        asked.append(cursor)
        return Page([{"id": str(len(asked))}], has_more=True)

    asked.clear()
    assert len(list(all_items(endless))) == MOST_PAGES


def test_patience_ends_and_doubles_its_pauses() -> None:
    patience = Patience(pause=lambda _: None)

    def refused() -> None:
        raise ServiceError("busy", again=True)

    with pytest.raises(ServiceError):
        patience.ask(refused)
    assert patience.waited == [0.5, 1, 2, 4, 8]


def test_a_service_may_ask_for_a_longer_pause_but_not_for_ever() -> None:
    patience = Patience(pause=lambda _: None, attempts=2)

    def refused() -> None:
        raise ServiceError("busy", again=True, after_seconds=1e9)

    with pytest.raises(ServiceError):
        patience.ask(refused)
    assert patience.waited == [60]
