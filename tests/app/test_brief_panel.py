"""A pasted description becomes proposals that a person accepts or rejects; a real endpoint on loopback answers."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from playwright.sync_api import Page, expect

from tests.app.conftest import app_running, settle, visit
from tests.app.test_interview import answers_in
from tests.brief.conftest import BRIEF
from tests.brief.endpoint_server import Endpoint, Reply, proposals, serving, verdict

pytestmark = pytest.mark.browser


@pytest.fixture(scope="module")
def model() -> Iterator[Endpoint]:
    with serving() as endpoint:
        yield endpoint


@pytest.fixture(scope="module")
def url(model: Endpoint, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    home = tmp_path_factory.mktemp("brief")
    with app_running(home, ADVISOR_LLM_BASE_URL=model.url, ADVISOR_LLM_MODEL="small-model") as address:
        yield address


def paste(page: Page, text: str, button: str = "Propose answers") -> None:
    page.get_by_text("Paste a description instead").click()
    field = page.get_by_label("Description of the task")
    field.fill(text)
    field.blur()
    settle(page)
    # By the keyboard: the hint under a field that is being typed in goes away and moves the buttons.
    page.get_by_role("button", name=button).press("Enter")


def test_proposals_show_their_words_and_count_only_when_accepted(
    page: Page, model: Endpoint, url: str
) -> None:
    told = [
        {"fact": "labelled_examples", "value": 120, "quote": "about 120 good examples"},
        {"fact": "queries_per_day", "value": 5000, "quote": "5,000 requests a day"},
        {"fact": "budget", "value": "high", "quote": "money is no object"},
    ]
    model.replies = [proposals(*told)]
    visit(page, url)
    paste(page, BRIEF)
    examples, requests = (
        page.locator(".st-key-proposal_labelled_examples"),
        page.locator(".st-key-proposal_queries_per_day"),
    )
    expect(examples).to_contain_text("“about 120 good examples”")
    expect(page.get_by_text("2 answers proposed by small-model; 1 rejected by our checks.")).to_be_visible()
    assert not answers_in(page)

    examples.get_by_role("button", name="Accept").click()
    expect(examples).to_have_count(0)
    requests.get_by_role("button", name="Reject").click()
    expect(requests).to_have_count(0)
    settle(page)
    assert answers_in(page) == {"labelled_examples": ["120"]}
    assert model.requests[-1]["body"]["model"] == "small-model"


def test_a_second_opinion_shows_where_it_differs_and_changes_no_answer(
    page: Page, model: Endpoint, url: str
) -> None:
    daily = {"fact": "knowledge_change", "value": "daily", "quote": "changes every day"}
    model.replies = [verdict(daily, fine_tuning=0.8, hybrid=0.2)]
    given = {
        "knowledge_gap": "main",
        "knowledge_change": "weekly",
        "labelled_examples": "120",
        "fetch": "by_search",
    }
    visit(page, url, **given)
    before = page.locator(".adv-shares").inner_text()
    paste(page, BRIEF, "Ask for a second opinion")
    shown = page.locator(".st-key-second_opinion")
    expect(shown).to_contain_text("measure first")
    expect(shown).to_contain_text("It reads Every day; yours: Every week")
    expect(shown).to_contain_text("“changes every day”")
    settle(page)
    assert page.locator(".adv-shares").inner_text() == before
    assert {name: value for name, (value,) in answers_in(page).items()} == given


def test_an_endpoint_that_fails_is_told_and_nothing_changes(page: Page, model: Endpoint, url: str) -> None:
    model.replies = [Reply(b"no such key", status=401)]
    visit(page, url)
    paste(page, BRIEF)
    expect(page.get_by_role("alert")).to_be_visible()
    assert not answers_in(page)


def test_without_an_endpoint_there_is_no_panel(page: Page, app_url: str) -> None:
    visit(page, app_url)
    expect(page.get_by_text("Paste a description instead")).to_have_count(0)
