"""Anyone can use it: no barrier on any page in either theme and on a phone, keyboard alone, nothing to scroll sideways."""

from __future__ import annotations

import re
from collections.abc import Iterator
from importlib.resources import files
from typing import Literal

import pytest
from playwright.sync_api import Browser, Page, expect

from advisor.doors.ui.pages import PLACES
from advisor.wording import say
from tests.app.conftest import PATIENCE_MS, settle, visit
from tests.app.test_interview import gone, question

pytestmark = pytest.mark.browser

# Streamlit's own field for files carries a role beside a label; axe calls that minor, and no page can change it.
UPLOADER = 'data-testid="stFileUploaderDropzone"'

ANSWERS = {
    "knowledge_gap": "main",
    "behavior_gap": "main",
    "labelled_examples": "800",
    "queries_per_day": "1000",
    "title": "Support bot",
}
PAGES = {
    "": {},
    "interview": ANSWERS,
    "recommendation": ANSWERS,
    "costs": ANSWERS,
    "compare": {**ANSWERS, "with": "now;knowledge_change~daily"},
    "library": {},
    "rulebook": {"find": "citations-favour-retrieval"},
    "data": {},
    "sizing": {},
    "train": ANSWERS,
    "evaluate": {},
    "diagnose": {},
}


WIDE, PHONE = {"width": 1280, "height": 1000}, {"width": 390, "height": 844}


@pytest.fixture(scope="module")
def reader(browser: Browser) -> Iterator[Page]:
    # Axe puts its script into the page; the app's own policy need not allow that.
    context = browser.new_context(viewport=WIDE, bypass_csp=True)
    context.set_default_timeout(PATIENCE_MS)
    yield context.new_page()
    context.close()


def test_every_page_of_the_navigation_is_looked_at() -> None:
    assert set(PLACES) <= set(PAGES)


@pytest.mark.parametrize("name", PAGES)
def test_no_page_has_a_barrier_or_scrolls_sideways_in_either_theme_wide_or_narrow(
    name: str, reader: Page, app_url: str
) -> None:
    reader.set_viewport_size(WIDE)
    reader.emulate_media(color_scheme="light")
    visit(reader, app_url, name if name != "interview" else "", **PAGES[name])
    expect(reader.locator("h1, h2").first).to_be_visible()
    assert not found_on(reader)
    change_theme(reader, "dark")
    assert not found_on(reader)
    reader.set_viewport_size(PHONE)
    expect(reader.locator(".st-key-menu button")).to_be_visible()
    settle(reader)
    assert not found_on(reader)
    change_theme(reader, "light")
    assert not found_on(reader)


def change_theme(page: Page, theme: Literal["light", "dark"]) -> None:
    before = background(page)
    page.emulate_media(color_scheme=theme)
    expect(page.locator(".stApp")).not_to_have_css("background-color", before)
    settle(page)


def found_on(page: Page) -> list[str]:
    """Name every barrier, and how far the page scrolls sideways if it does."""
    main = page.get_by_test_id("stMain")
    too_wide = main.evaluate("element => element.scrollWidth - element.clientWidth")
    return barriers(page) + [f"{too_wide} px wider than the screen"] * (too_wide > 0)


def background(page: Page) -> str:
    return str(page.locator(".stApp").evaluate("element => getComputedStyle(element).backgroundColor"))


def barriers(page: Page) -> list[str]:
    """Name every violation with the elements it is about."""
    # Colours that are still on their way from one theme to the other belong to neither.
    page.add_style_tag(
        content="*, *::before, *::after { transition: none !important; animation: none !important; }"
    )
    if not page.evaluate("() => 'axe' in window"):
        page.evaluate(files("axe_playwright_python").joinpath("axe.min.js").read_text(encoding="utf-8"))
    found = page.evaluate("() => axe.run(document, {resultTypes: ['violations']})")["violations"]
    return [
        f"{item['id']}: {node['target']} {node['html'][:160]} {node['failureSummary'][:200]}"
        for item in found
        for node in item["nodes"][:4]
        if (item["id"], UPLOADER in node["html"]) != ("presentation-role-conflict", True)
    ]


def test_questions_can_be_answered_with_the_keyboard_alone(page: Page, app_url: str) -> None:
    visit(page, app_url, knowledge_gap="none", behavior_gap="main")
    asked = question(page)
    reach(page, f"answer_{asked}_|pick_{asked}_")
    page.keyboard.press("Enter")
    gone(page, asked)
    assert len(re.findall("=", page.url)) == 3
    reach(page, "undo")
    page.keyboard.press("Space")
    page.wait_for_function("location.search.split('=').length == 3")


@pytest.mark.parametrize(
    "answers", [{}, {"knowledge_gap": "none", "behavior_gap": "main"}], ids=["start", "questions"]
)
def test_the_first_answer_is_within_three_tab_stops_and_the_way_to_pages_comes_after(
    page: Page, app_url: str, answers: dict[str, str]
) -> None:
    visit(page, app_url, **answers)
    page.locator(".st-key-card button, .st-key-facts button").first.wait_for()
    where = """() => Boolean(document.activeElement.closest('.st-key-facts, .st-key-answers'))"""
    stops = 0
    while not page.evaluate(where):
        page.keyboard.press("Tab")
        stops += 1
        assert stops <= 3
    page.keyboard.press("Control+Home")
    page.locator("[data-testid=stSkipToContent]").focus()
    page.keyboard.press("Enter")
    assert page.evaluate("() => document.activeElement.id") == "stMain"
    assert page.evaluate(
        "() => !!(document.querySelector('.st-key-nav').compareDocumentPosition("
        "document.querySelector('h1, h2')) & Node.DOCUMENT_POSITION_PRECEDING)"
    )


def reach(page: Page, key: str) -> None:
    """Press Tab until an element inside a container with that key has the focus, and see that it shows."""
    inside = """key => {
        const found = document.activeElement.closest('[class*="st-key-"]');
        return Boolean(found) && new RegExp('st-key-(' + key + ')').test(found.className);
    }"""
    for _ in range(60):
        page.keyboard.press("Tab")
        if page.evaluate(inside, key):
            outline = page.evaluate("() => getComputedStyle(document.activeElement).outlineStyle")
            assert outline != "none"
            return
    raise AssertionError(f"Tab never reaches {key}")


def test_a_phone_reaches_every_page_by_its_menu(browser: Browser, app_url: str) -> None:
    context = browser.new_context(viewport=PHONE, has_touch=True, is_mobile=True)
    phone = context.new_page()
    phone.set_default_timeout(PATIENCE_MS)
    visit(phone, app_url)
    phone.locator(".st-key-menu button").tap()
    for place in PLACES:
        expect(phone.get_by_role("link", name=say(f"pages.title_{place}"), exact=True).last).to_be_visible()
    phone.get_by_role("link", name="Rulebook", exact=True).last.tap()
    expect(phone).to_have_title("Rulebook · Advisor")
    context.close()
