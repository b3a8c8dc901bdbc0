"""The first screen and the answers in a real browser: giving facts, answering, undoing, sharing, reloading."""

from __future__ import annotations

import json
import re
from urllib.parse import parse_qs, urlsplit

import pytest
from playwright.sync_api import Page, expect

from tests.app.conftest import settle, visit

pytestmark = pytest.mark.browser

LIVE = "What your answers suggest so far"
START = {"knowledge_gap": "main", "behavior_gap": "some"}


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


def press(page: Page, key: str, fact: str) -> None:
    """Press a key until the question is answered: the browser binds keys a moment after it has drawn."""
    for _ in range(20):
        page.keyboard.press(key)
        try:
            expect(page.locator(f".st-key-ask_{fact}")).to_have_count(0, timeout=3000)
        except AssertionError:
            continue
        break
    gone(page, fact)


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


def pill(page: Page, fact: str, label: str) -> None:
    page.locator(f".st-key-fact_{fact}").get_by_role("radio", name=label, exact=True).or_(
        page.locator(f".st-key-fact_{fact}").get_by_role("button", name=label, exact=True)
    ).or_(page.locator(f".st-key-fact_{fact}").get_by_role("checkbox", name=label, exact=True)).first.click()
    settle(page)


def type_amount(page: Page, fact: str, said: str) -> None:
    field = page.locator(f".st-key-fact_{fact} input")
    field.click()
    field.fill(said)
    page.keyboard.press("Enter")
    settle(page)


def test_a_first_visit_asks_for_what_everybody_knows_and_offers_three_cases(page: Page, app_url: str) -> None:
    visit(page, app_url)
    expect(page).to_have_title("Answers · Advisor")
    expect(page.get_by_role("heading", name="Prompt it, look it up, or train it?")).to_be_visible()
    expect(page.locator("[class*='st-key-fact_']")).to_have_count(9)
    expect(page.get_by_text("Don’t know", exact=True).first).to_be_visible()
    expect(page.locator("[class*='st-key-case_'] button")).to_have_count(3)
    expect(page.locator(".st-key-points button")).to_be_disabled()


def test_one_screen_of_facts_in_peoples_units_leads_to_where_it_points(page: Page, app_url: str) -> None:
    visit(page, app_url)
    pill(page, "knowledge_gap", "Mainly")
    type_amount(page, "knowledge_tokens", "30,000 pages")
    page.wait_for_url(re.compile("knowledge_tokens=15000000"))
    type_amount(page, "latency_budget_ms", "2 s")
    page.wait_for_url(re.compile("latency_budget_ms=2000"))
    type_amount(page, "queries_per_day", "lots")
    expect(page.get_by_text(re.compile("not a number"))).to_be_visible()
    pill(page, "knowledge_change", "Don’t know")
    page.wait_for_url(re.compile("unsure=knowledge_change"))
    expect(page.get_by_text("The published case most like yours")).to_be_visible()
    expect(page.locator(".st-key-live a[href^='http']")).to_be_visible()
    page.locator(".st-key-points button").click()
    expect(page.get_by_text(LIVE)).to_be_visible()
    expect(page.locator(".adv-share")).to_have_count(5)
    expect(page.locator(".adv-field i").first).to_be_attached()
    expect(page.locator(".adv-limits li").first).to_contain_text("required")
    expect(page.get_by_role("link", name=re.compile("Good enough"))).to_be_visible()


def test_one_question_asks_for_all_that_binds_and_one_undo_takes_it_back(page: Page, app_url: str) -> None:
    visit(page, app_url)
    pill(page, "knowledge_gap", "No")
    expect(page.locator(".st-key-fact_knowledge_tokens")).to_have_count(0)
    pill(page, "binding", "No GPU server around the clock")
    page.wait_for_url(re.compile("can_host=false"))
    assert "training_allowed" not in page.url
    pill(page, "binding", "No other restriction")
    page.wait_for_url(re.compile("training_allowed=true"))
    assert answers_in(page)["privacy"] == ["contract"]
    page.get_by_role("button", name="Undo").click()
    page.wait_for_url(re.compile("^(?!.*training_allowed).*can_host=false"))
    pill(page, "binding", "Only one vendor")
    page.locator(".st-key-start_vendor input").click()
    page.get_by_role("option", name="OpenAI", exact=True).click()
    page.wait_for_url(re.compile("bound_vendor=openai"))


def test_an_untouched_start_offers_nothing_to_undo(page: Page, app_url: str) -> None:
    visit(page, app_url)
    expect(page.locator(".st-key-points button")).to_be_visible()
    expect(page.get_by_role("button", name="Undo")).to_have_count(0)


def test_answering_what_is_asked_leads_to_good_enough_and_a_link_that_reproduces_it(
    page: Page, app_url: str
) -> None:
    visit(
        page,
        app_url,
        **START,
        knowledge_tokens="15000000",
        knowledge_change="weekly",
        labelled_examples="300",
    )
    for _ in range(9):
        if page.get_by_role("heading", name="Good enough").is_visible():
            break
        answer_first_option(page)
    expect(page.get_by_role("heading", name="Good enough")).to_be_visible()
    leader = page.locator(".adv-leader").inner_text()
    shares = page.locator(".adv-shares").inner_text()
    page.reload()
    settle(page)
    expect(page.locator(".adv-leader")).to_have_text(leader)
    assert page.locator(".adv-shares").inner_text() == shares


def test_the_back_button_and_undo_both_take_back_one_answer(page: Page, app_url: str) -> None:
    visit(page, app_url, knowledge_gap="main")
    first = answer_first_option(page)
    second = question(page)
    page.go_back()
    gone(page, second)
    assert question(page) == first
    page.go_forward()
    gone(page, first)
    assert question(page) == second
    page.get_by_role("button", name="Undo").click()
    gone(page, second)
    assert question(page) == first
    assert answers_in(page) == {"knowledge_gap": ["main"]}


def test_a_question_left_open_is_not_asked_again(page: Page, app_url: str) -> None:
    visit(page, app_url, knowledge_gap="main")
    asked = question(page)
    page.locator(f".st-key-card .st-key-unsure_{asked} button").click()
    gone(page, asked)
    assert question(page) != asked
    assert answers_in(page)["unsure"] == [asked]


def test_evidence_is_one_click_away_from_the_result(page: Page, app_url: str) -> None:
    visit(page, app_url, "recommendation", knowledge_gap="main", knowledge_change="daily")
    page.locator("[class*='st-key-why_'] summary").first.click()
    expect(page.get_by_text("Evidence", exact=True).first).to_be_visible()
    expect(page.locator(".adv-sources a").first).to_be_visible()


def test_any_question_can_be_jumped_to_and_its_answer_changed(page: Page, app_url: str) -> None:
    visit(page, app_url, knowledge_gap="main")
    page.locator(".st-key-index").get_by_role("radio", name=re.compile("Knowledge")).click()
    page.locator(".st-key-index").get_by_role(
        "button", name=re.compile("facts that are neither in the request")
    ).click()
    expect(page.locator(".st-key-card").get_by_role("button", name="Take back this answer")).to_be_visible()
    page.locator(".st-key-card").get_by_role("button", name=re.compile("^No")).click()
    page.wait_for_url(re.compile("knowledge_gap=none"))


def test_three_questions_say_what_doubt_they_remove_and_take_answers_in_any_order(
    page: Page, app_url: str
) -> None:
    visit(page, app_url, knowledge_gap="none", behavior_gap="main")
    expect(page.locator(".st-key-card").get_by_text(re.compile(r"removes .+% of the doubt"))).to_be_visible()
    others = page.locator(".st-key-worth details")
    expect(others).to_have_count(2)
    expect(others.nth(1).locator("summary")).to_contain_text("of the doubt")
    others.nth(1).locator("summary").click()
    wanted = re.search(
        r"worth_(\w+)", page.locator("[class*='st-key-worth_']").nth(1).get_attribute("class") or ""
    )
    assert wanted
    inside = page.locator(f".st-key-inline_{wanted[1]}")
    ways = inside.locator("[class*='st-key-answer_'] button, [class*='st-key-pick_'] button")
    ways.or_(inside.locator("[data-testid='stFormSubmitButton'] button")).first.click()
    page.wait_for_url(re.compile(wanted[1]))


def test_a_digit_on_the_keyboard_chooses_an_answer_and_zero_leaves_it_open(page: Page, app_url: str) -> None:
    visit(page, app_url, knowledge_gap="none", behavior_gap="main")
    first = question(page)
    press(page, "1", first)
    assert answers_in(page)[first]
    second = question(page)
    press(page, "0", second)
    assert answers_in(page)["unsure"] == [second]


def test_while_it_is_too_early_the_page_shows_the_shortlist_and_the_spread(page: Page, app_url: str) -> None:
    visit(page, app_url, knowledge_gap="none", behavior_gap="main")
    expect(page.locator(".adv-verdict")).to_have_text("Too early to say")
    expect(page.locator(".adv-leader")).to_have_text(re.compile(r"^.+ or .+$"))
    expect(page.locator(".adv-share")).to_have_count(5)
    expect(page.locator(".adv-share.adv-first")).to_have_count(0)
    page.get_by_role("link", name="Result", exact=True).click()
    expect(page.get_by_text("Too early to name one").first).to_be_visible()
    expect(page.locator("ol.adv-steps li")).to_have_count(1)


def test_an_amount_can_be_typed_in_words_or_with_a_suffix(page: Page, app_url: str) -> None:
    visit(page, app_url, knowledge_gap="main")
    page.locator(".st-key-index").get_by_role("radio", name=re.compile("Operation")).click()
    jump = page.locator(".st-key-jump_queries_per_day button")
    for typed, kept in (("Tens of thousands", "30000"), ("2.5k", "2500")):
        jump.click()
        field = page.locator(".st-key-card .st-key-number_queries_per_day input")
        field.fill("lots")
        page.get_by_role("button", name="Continue").click()
        expect(page.get_by_text("'lots' is not a number")).to_be_visible()
        field.fill(typed)
        page.get_by_role("button", name="Continue").click()
        page.wait_for_url(re.compile(f"queries_per_day={kept}(&|$)"))
        settle(page)


def test_a_link_from_before_a_question_was_renamed_keeps_its_answer(page: Page, app_url: str) -> None:
    visit(page, app_url, knowledge_gap="main", error_tolerance="low")
    expect(page.locator(".adv-leader")).to_be_visible()
    expect(page.get_by_text("Some parts of the address could not be used")).to_have_count(0)
    page.locator(".st-key-index").get_by_role("radio", name=re.compile("Operation, 1 answered")).click()
    expect(page.locator(".st-key-jump_error_cost button")).to_have_text(re.compile("Bad$"))


def test_an_example_fills_in_its_answers(page: Page, app_url: str) -> None:
    visit(page, app_url)
    card = page.locator("[class*='st-key-case_'] button").first
    title = card.locator("strong").inner_text()
    card.click()
    expect(page.get_by_label("Title of the assessment")).to_have_value(title)
    expect(page.locator(".st-key-similar")).to_contain_text("They chose")
    assert len(answers_in(page)) > 3


def test_an_address_with_rubbish_says_what_was_left_out(page: Page, app_url: str) -> None:
    visit(page, app_url, knowledge_gap="main", knowledge_chang="daily", labelled_examples="-5")
    expect(page.get_by_text("Some parts of the address could not be used")).to_be_visible()
    expect(page.get_by_text("Did you mean 'knowledge_change'?")).to_be_visible()
    expect(page.locator(".adv-leader")).to_be_visible()


def test_the_json_report_downloads_and_holds_the_answers(page: Page, app_url: str) -> None:
    visit(page, app_url, "recommendation", knowledge_gap="main", behavior_gap="none", title="Handbook")
    with page.expect_download() as waiting:
        page.get_by_role("button", name="JSON").click()
    report = json.loads(waiting.value.path().read_text())
    assert waiting.value.suggested_filename == "handbook.json"
    assert report["situation"]["answers"] == {"knowledge_gap": "main", "behavior_gap": "none"}
    assert report["recommendation"]["recommended"] == "rag"


def test_moving_between_pages_keeps_the_answers(page: Page, app_url: str) -> None:
    visit(page, app_url, knowledge_gap="main", behavior_gap="none")
    leader = page.locator(".adv-leader").inner_text()
    page.get_by_role("link", name="Result", exact=True).click()
    expect(page.get_by_role("heading", name=leader).first).to_be_visible()
    assert answers_in(page)["knowledge_gap"] == ["main"]
    page.get_by_role("link", name="Answers", exact=True).click()
    expect(page.locator(".adv-leader")).to_have_text(leader)
    assert answers_in(page)["knowledge_gap"] == ["main"]


def test_the_back_button_goes_back_one_page(page: Page, app_url: str) -> None:
    visit(page, app_url, knowledge_gap="main")
    page.get_by_role("link", name="Result", exact=True).click()
    page.wait_for_url("**/recommendation?knowledge_gap=main")
    settle(page)
    page.get_by_role("link", name="Library and rulebook", exact=True).click()
    page.wait_for_url("**/library?knowledge_gap=main")
    settle(page)
    page.go_back()
    page.wait_for_url("**/recommendation?knowledge_gap=main")
    page.go_back()
    expect(page.locator(".adv-leader")).to_be_visible()
    assert answers_in(page) == {"knowledge_gap": ["main"]}


def test_a_missed_limit_says_for_whom_and_stays_in_view(page: Page, app_url: str) -> None:
    tickets = {"behaviors": "taxonomy", "knowledge_gap": "none", "behavior_gap": "main"}
    figures = {"labelled_examples": "8000", "queries_per_day": "10000", "latency_budget_ms": "200"}
    visit(page, app_url, **tickets, **figures)
    expect(page.locator(".adv-limits li.adv-missed")).to_contain_text("at most 200 ms")
    expect(page.locator(".adv-limits li.adv-missed")).to_contain_text("Prompting")
    page.locator(".stMain").evaluate("element => element.scrollTo(0, 2000)")
    expect(page.locator(".adv-limits li.adv-missed")).to_be_in_viewport()


@pytest.mark.parametrize("width", [1280, 390])
def test_the_limits_are_in_view_without_scrolling_and_a_key_opens_all_of_them(
    page: Page, app_url: str, width: int
) -> None:
    page.set_viewport_size({"width": width, "height": 900})
    knowledge = {"knowledge_gap": "main", "knowledge_tokens": "15000000", "knowledge_change": "weekly"}
    bound = {"privacy": "own_machines", "can_host": "false", "training_allowed": "false"}
    visit(
        page,
        app_url,
        **knowledge,
        **bound,
        behavior_gap="main",
        latency_budget_ms="200",
        bound_vendor="openai",
    )
    listed = page.locator(".adv-limits")
    expect(listed.locator("li").first).to_contain_text("missed")
    expect(listed.locator("li").first.locator("span")).to_be_in_viewport()
    assert listed.evaluate("list => list.scrollWidth <= list.clientWidth")
    below = "() => document.querySelector('.st-key-card').getBoundingClientRect().top"
    bar = "() => document.querySelector('.st-key-nav').getBoundingClientRect().bottom"
    assert page.evaluate(below) > page.evaluate(bar)
    opener = page.locator(".adv-strip summary")
    expect(opener).to_have_text(re.compile(r"^Limits: \d missed · \d unknown · \d met$"))
    opener.focus()
    page.keyboard.press("Enter")
    for limit in listed.locator("li").all():
        expect(limit.locator("small")).to_be_in_viewport(ratio=1)
        expect(limit.locator("small")).to_contain_text(re.compile("Required: .+; available: .+"))
    assert listed.evaluate("list => list.scrollHeight <= list.clientHeight")
