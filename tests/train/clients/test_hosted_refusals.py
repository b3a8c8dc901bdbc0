"""What hosted backends refuse before anything is sent, and how they treat keys."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pytest

from advisor import net as keys
from advisor.catalog import load_catalog
from advisor.errors import AdvisorError
from advisor.net import check_address, find_key, without_key
from advisor.train import job_verbs
from advisor.train.backends.hosted_jobs import check_files, upload_name
from advisor.train.jobs import JobStore
from advisor.train.table import load_backend

KEYS = {"openai": "OPENAI_API_KEY", "together": "TOGETHER_API_KEY", "fireworks": "FIREWORKS_API_KEY"}


@pytest.fixture(autouse=True)
def no_keys(monkeypatch):
    for name in (*KEYS.values(), "AZURE_OPENAI_API_KEY", "ADVISOR_TUNING_API_KEY", "ADVISOR_TUNING_BASE_URL"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setattr(keys, "_from_keyring", lambda _: None)


@pytest.mark.parametrize("backend", KEYS)
def test_a_missing_key_is_refused_and_leaves_no_job(
    store: JobStore, make_plan, monkeypatch, backend: str
) -> None:
    monkeypatch.setenv("FIREWORKS_ACCOUNT_ID", "me")
    with pytest.raises(AdvisorError, match="there is no key") as refusal:
        job_verbs.submit(store, *make_plan(backend), catalog=load_catalog())
    assert KEYS[backend] in refusal.value.remedy
    assert store.ids() == []


def test_a_closed_service_is_refused_by_the_day_of_submission_not_of_the_plan(
    tmp_path: Path, make_plan
) -> None:
    store = JobStore(tmp_path / "late", lambda: datetime(2027, 1, 6, 9, tzinfo=UTC))
    with pytest.raises(AdvisorError, match="closed on 2027-01-06"):
        job_verbs.submit(store, *make_plan("openai"), catalog=load_catalog())
    assert store.ids() == []


def test_a_service_that_is_closing_is_still_open_the_day_before(tmp_path: Path, make_plan) -> None:
    store = JobStore(tmp_path / "just", lambda: datetime(2027, 1, 5, 23, tzinfo=UTC))
    with pytest.raises(AdvisorError, match="there is no key"):
        job_verbs.submit(store, *make_plan("openai"), catalog=load_catalog())


def test_a_file_over_the_upload_limit_is_refused(store: JobStore, make_plan) -> None:
    _, bundle = make_plan("openai")
    with (bundle / "data" / "train.jsonl").open("r+b") as stream:
        stream.truncate(2_000_000_001)  # a hole in the file: nothing is written
    with pytest.raises(AdvisorError, match=r"has 2\.00 GB and OpenAI takes 0\.51 GB"):
        check_files({"train": bundle / "data" / "train.jsonl"}, load_backend("openai").vendor)


def test_too_few_rows_and_rows_without_answers_are_refused(make_plan) -> None:
    _, bundle = make_plan("openai")
    path = bundle / "data" / "train.jsonl"
    lines = path.read_text().splitlines(keepends=True)
    path.write_text("".join(lines[:9]))
    with pytest.raises(AdvisorError, match="at least 10 rows and there are 9"):
        check_files({"train": path}, load_backend("openai").vendor)
    path.write_text('{"messages": [{"role": "user", "content": "Hello?"}]}\n' * 20)
    with pytest.raises(AdvisorError, match="no row leaves a token to train on"):
        check_files({"train": path}, load_backend("openai").vendor)


@pytest.mark.parametrize(
    "url", ["http://example.org/v1", "ftp://127.0.0.1", "http://127.0.0.1.example.org/v1", ""]
)
def test_a_key_is_not_sent_in_the_clear(url: str) -> None:
    with pytest.raises(AdvisorError, match="in the clear"):
        check_address(url, "base_url")


def test_this_machine_and_https_are_accepted() -> None:
    for url in (
        "http://127.0.0.1:1/v1",
        "http://localhost:1",
        "http://[::1]:1/v1",
        "https://api.example.org/v1/",
    ):
        assert check_address(url, "base_url") == url.rstrip("/")


def test_a_key_comes_from_the_environment_before_the_keyring(monkeypatch) -> None:
    monkeypatch.setattr(keys, "_from_keyring", lambda _: "from-the-keyring")
    assert find_key("OPENAI_API_KEY", "OpenAI") == "from-the-keyring"
    monkeypatch.setenv("OPENAI_API_KEY", " from-the-environment\n")
    assert find_key("OPENAI_API_KEY", "OpenAI") == "from-the-environment"


def test_a_key_that_a_service_repeats_is_taken_out() -> None:
    assert without_key("Incorrect API key: sk-123.", "sk-123") == "Incorrect API key: …."


def test_an_upload_is_named_after_its_content(tmp_path: Path) -> None:
    one, same, other = (tmp_path / name for name in ("one", "same", "other"))
    one.write_text("rows")
    same.write_text("rows")
    other.write_text("more rows")
    assert upload_name(one, "train") == upload_name(same, "train") != upload_name(other, "train")
