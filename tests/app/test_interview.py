"""The interview in a real browser: answering, undoing, sharing, reloading, taking the report away."""

from __future__ import annotations

import json
import re
from urllib.parse import parse_qs, urlsplit

import pytest
from playwright.sync_api import Page, expect

from tests.app.conftest import settle, visit

pytestmark = pytest.mark.browser

LIVE = "Recommendation so far"


def question(page: Page) -> str:
    """Give the fact that is asked, once the page stands still."""
    settle(page)
    card = page.locator(".st-key-card [class*='st-key-ask_']")
    expect(card).to_have_count(1)
    found = re.search(r"st-key-ask_(\w+)", card.get_attribute("class") or "")
    assert found
    return found[1]


def gone(page: Page, fact: str) -> None:
    """Wait until the question about ``fact`` has left the page."""
    expect(page.locator(f".st-key-ask_{fact}")).to_have_count(0)
    settle(page)


def answer_first_option(page: Page) -> str:
    """Take the first option, the smallest figure, or nothing ticked; gives the fact that was asked."""
    fact = question(page)
    ways = ", ".join(
        (
            f"[class*='st-key-answer_{fact}_'] button",
            f"[class*='st-key-pick_{fact}_'] button",
            f".st-key-ask_{fact} [data-testid='stFormSubmitButton'] button",
        )
    )
    page.locator(ways).first.click()
    gone(page, fact)
    return fact


def answers_in(page: Page) -> dict[str, list[str]]:
    return parse_qs(urlsplit(page.url).query)


def test_a_first_visit_says_what_to_do_and_offers_a_question_and_three_cases(
    page: Page, app_url: str
) -> None:
    visit(page, app_url)
    expect(page.get_by_role("heading", name="Prompt it, look it up, or train it?")).to_be_visible()
    expect(page.get_by_text("Answer a few plain questions about your task.")).to_be_visible()
    expect(page.locator(".st-key-card h2")).to_be_visible()
    expect(page.get_by_text("Or start from a real case")).to_be_visible()
    expect(page.locator("[class*='st-key-case_'] button")).to_have_count(3)


def test_answering_leads_to_a_settled_recommendation_that_a_link_reproduces(page: Page, app_url: str) -> None:
    visit(page, app_url)
    for _ in range(16):
        if page.get_by_role("heading", name="You can stop here").is_visible():
            break
        answer_first_option(page)
    expect(page.get_by_role("heading", name="You can stop here")).to_be_visible()
    leader = page.locator(".adv-leader").inner_text()
    shares = page.locator(".adv-shares").inner_text()
    assert 2 <= len(answers_in(page)) <= 16
    page.reload()
    settle(page)
    expect(page.locator(".adv-leader")).to_have_text(leader)
    assert page.locator(".adv-shares").inner_text() == shares
    other = page.context.new_page()
    other.goto(page.url)
    expect(other.locator(".adv-leader")).to_have_text(leader)


def test_the_back_button_and_undo_both_take_back_one_answer(page: Page, app_url: str) -> None:
    visit(page, app_url)
    first = answer_first_option(page)
    second = answer_first_option(page)
    third = question(page)
    page.go_back()
    gone(page, third)
    assert question(page) == second
    page.go_forward()
    gone(page, second)
    assert question(page) == third
    page.get_by_role("button", name="Undo").click()
    gone(page, third)
    assert question(page) == second
    page.get_by_role("button", name="Undo").click()
    gone(page, second)
    assert question(page) == first
    assert not answers_in(page)


def test_a_question_left_open_is_not_asked_again(page: Page, app_url: str) -> None:
    visit(page, app_url, knowledge_gap="main")
    asked = question(page)
    page.get_by_role("button", name="I don’t know").click()
    gone(page, asked)
    assert question(page) != asked
    assert answers_in(page)["unsure"] == [asked]


def test_evidence_is_one_click_away(page: Page, app_url: str) -> None:
    visit(page, app_url, knowledge_gap="main", knowledge_change="daily")
    live = page.locator(".st-key-live")
    expect(live.get_by_text(LIVE)).to_be_visible()
    live.locator("summary").first.click()
    expect(live.get_by_text("Evidence", exact=True).first).to_be_visible()
    expect(live.locator(".adv-sources a").first).to_be_visible()


def test_any_question_can_be_jumped_to_and_its_answer_changed(page: Page, app_url: str) -> None:
    visit(page, app_url, knowledge_gap="main")
    page.locator(".st-key-index").get_by_role("radio", name=re.compile("Knowledge")).click()
    page.locator(".st-key-index").get_by_role(
        "button", name=re.compile("facts that are neither in the request")
    ).click()
    expect(page.locator(".st-key-card").get_by_role("button", name="Take back this answer")).to_be_visible()
    page.locator(".st-key-card").get_by_role("button", name=re.compile("^No")).click()
    page.wait_for_url(re.compile("knowledge_gap=none"))


def test_questions_worth_asking_say_what_they_are_worth_and_can_be_asked(page: Page, app_url: str) -> None:
    visit(page, app_url, knowledge_gap="none", behavior_gap="main")
    listed = page.locator(".st-key-worth button")
    expect(listed).to_have_count(3)
    expect(listed.first).to_have_text(re.compile(r"right \d+ points? more often$"))
    wanted = listed.nth(1).inner_text().rsplit("?", 1)[0] + "?"
    listed.nth(1).click()
    expect(page.locator(".st-key-card h2")).to_have_text(wanted)
    page.get_by_role("link", name="Recommendation", exact=True).click()
    expect(page.get_by_role("heading", name="Worth asking")).to_be_visible()
    expect(page.get_by_text(wanted, exact=False).first).to_be_visible()
    expect(page.get_by_text(re.compile(r"^right \d+ points? more often$"))).to_have_count(3)


def test_while_it_is_too_early_the_page_shows_the_shortlist_and_the_spread(page: Page, app_url: str) -> None:
    visit(page, app_url, knowledge_gap="none", behavior_gap="main")
    expect(page.locator(".adv-verdict")).to_have_text("Too early to say")
    expect(page.locator(".adv-leader")).to_have_text(re.compile(r"^.+ or .+$"))
    expect(page.locator(".adv-share")).to_have_count(5)
    expect(page.locator(".adv-share.adv-first")).to_have_count(0)
    page.get_by_role("link", name="Recommendation", exact=True).click()
    expect(page.get_by_text("Too early to name one")).to_be_visible()
    expect(page.locator("ol.adv-steps li")).to_have_count(1)


def test_an_amount_can_be_typed_in_words_or_with_a_suffix(page: Page, app_url: str) -> None:
    visit(page, app_url, knowledge_gap="main")
    page.locator(".st-key-index").get_by_role("radio", name=re.compile("Operation")).click()
    jump = page.locator(".st-key-jump_queries_per_day button")
    for typed, kept in (("Tens of thousands", "30000"), ("2.5k", "2500")):
        jump.click()
        field = page.locator(".st-key-number_queries_per_day input")
        field.fill("lots")
        page.get_by_role("button", name="Continue").click()
        expect(page.get_by_text("'lots' is no number")).to_be_visible()
        field.fill(typed)
        page.get_by_role("button", name="Continue").click()
        page.wait_for_url(re.compile(f"queries_per_day={kept}(&|$)"))
        settle(page)


def test_a_link_from_before_a_question_was_renamed_keeps_its_answer(page: Page, app_url: str) -> None:
    visit(page, app_url, knowledge_gap="main", error_tolerance="low")
    expect(page.locator(".adv-leader")).to_be_visible()
    expect(page.get_by_text("Parts of the address could not be used")).to_have_count(0)
    page.locator(".st-key-index").get_by_role("radio", name=re.compile("Operation 1")).click()
    expect(page.locator(".st-key-jump_error_cost button")).to_have_text(re.compile("Bad$"))


def test_an_example_fills_in_its_answers(page: Page, app_url: str) -> None:
    visit(page, app_url)
    card = page.locator("[class*='st-key-case_'] button").first
    title = card.locator("strong").inner_text()
    card.click()
    expect(page.get_by_label("Title of the assessment")).to_have_value(title)
    assert len(answers_in(page)) > 3


def test_an_address_with_rubbish_says_what_was_left_out(page: Page, app_url: str) -> None:
    visit(page, app_url, knowledge_gap="main", knowledge_chang="daily", labelled_examples="-5")
    expect(page.get_by_text("Parts of the address could not be used")).to_be_visible()
    expect(page.get_by_text("Did you mean 'knowledge_change'?")).to_be_visible()
    expect(page.locator(".adv-leader")).to_be_visible()


def test_the_json_report_downloads_and_holds_the_answers(page: Page, app_url: str) -> None:
    visit(page, app_url, knowledge_gap="main", behavior_gap="none", title="Handbook")
    page.locator(".st-key-downloads summary").click()
    with page.expect_download() as waiting:
        page.get_by_role("button", name="JSON").click()
    report = json.loads(waiting.value.path().read_text())
    assert waiting.value.suggested_filename == "handbook.json"
    assert report["situation"]["answers"] == {"knowledge_gap": "main", "behavior_gap": "none"}
    assert report["recommendation"]["recommended"] == "rag"


def test_moving_between_pages_keeps_the_answers(page: Page, app_url: str) -> None:
    visit(page, app_url, knowledge_gap="main", behavior_gap="none")
    leader = page.locator(".adv-leader").inner_text()
    page.get_by_role("link", name="Recommendation", exact=True).click()
    expect(page.get_by_role("heading", name=leader)).to_be_visible()
    assert answers_in(page)["knowledge_gap"] == ["main"]
    page.get_by_role("link", name="Interview").click()
    expect(page.locator(".adv-leader")).to_have_text(leader)
    assert answers_in(page)["knowledge_gap"] == ["main"]


def test_the_back_button_goes_back_one_page(page: Page, app_url: str) -> None:
    visit(page, app_url, knowledge_gap="main")
    page.get_by_role("link", name="Recommendation", exact=True).click()
    page.wait_for_url("**/recommendation?knowledge_gap=main")
    settle(page)
    page.get_by_role("link", name="Library", exact=True).click()
    page.wait_for_url("**/library?knowledge_gap=main")
    settle(page)
    page.go_back()
    page.wait_for_url("**/recommendation?knowledge_gap=main")
    page.go_back()
    expect(page.locator(".adv-leader")).to_be_visible()
    assert answers_in(page) == {"knowledge_gap": ["main"]}
