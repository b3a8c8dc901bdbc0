"""From the recommendation to a PDF on disk, the map, the comparison and the rulebook, in a real browser."""

from __future__ import annotations

import json
import re
from itertools import pairwise
from pathlib import Path

import pypdfium2 as pdfium
import pytest
from playwright.sync_api import Page, expect

from tests.app.conftest import settle, visit

pytestmark = pytest.mark.browser


def test_from_an_empty_page_to_a_pdf_on_disk(page: Page, app_url: str) -> None:
    visit(page, app_url)
    page.locator(".st-key-fact_knowledge_gap").get_by_text("Mainly", exact=True).click()
    page.wait_for_url(re.compile("knowledge_gap=main"))
    settle(page)
    page.locator(".st-key-points button").click()
    page.locator(".adv-leader").wait_for()
    leader = page.locator(".adv-leader").inner_text()
    settle(page)
    page.get_by_label("Title of the assessment").fill("Wiki for the 支持 team")
    page.keyboard.press("Enter")
    page.wait_for_url(re.compile("title="))
    page.get_by_role("link", name="The whole result").click()
    expect(page.get_by_role("heading", name=leader, exact=True)).to_be_visible()
    settle(page)
    with page.expect_download() as waiting:
        page.get_by_role("button", name="PDF").click()
    document = pdfium.PdfDocument(waiting.value.path())
    text = document[0].get_textpage().get_text_range()
    assert "Wiki for the 支持 team" in text
    assert leader in text
    assert waiting.value.suggested_filename == "wiki-for-the-支持-team.pdf"


CLAIMS = {
    "title": "Claims desk",
    "knowledge_gap": "main",
    "knowledge_tokens": "15000000",
    "knowledge_change": "weekly",
    "behavior_gap": "some",
    "labelled_examples": "300",
    "queries_per_day": "2000",
    "latency_budget_ms": "5000",
}


def test_the_result_answers_a_persons_questions_in_their_order(page: Page, app_url: str) -> None:
    visit(page, app_url, "recommendation", **CLAIMS)
    expect(page).to_have_title("Result · Advisor")
    expect(page.locator(".adv-brand")).to_have_text("AdvisorClaims desk")
    expect(page.locator(".adv-lede").first).to_have_text(re.compile(r"^Start with .+\. Stop when .+\. "))
    expect(page.get_by_text(re.compile(r"then chosen \d+% of the time"))).to_be_visible()
    expect(page.locator(".adv-money tbody tr")).to_have_count(2)
    headings = page.locator("h2").all_inner_texts()
    wanted = [
        "What it costs",
        "Nothing is in the way",
        "What to do, and when to stop",
        "What would change it",
    ]
    wanted += ["What it rests on: your answers", "Share it or keep it"]
    assert [heading for heading in headings if heading in wanted] == wanted
    expect(page.locator(".st-key-limits_met summary")).to_have_text(re.compile(r"\d limits met"))
    expect(page.get_by_text(re.compile(r"days of work until it is in use")).first).to_be_visible()
    expect(page.locator(".st-key-share code")).to_contain_text("knowledge_change=weekly")


def test_what_is_missed_comes_before_what_is_met(page: Page, app_url: str) -> None:
    visit(page, app_url, "recommendation", **{**CLAIMS, "latency_budget_ms": "100"})
    expect(page.get_by_role("heading", name="What is in the way")).to_be_visible()
    expect(page.locator(".adv-stacked.adv-table:not(.adv-money) tbody tr").first).to_contain_text("Missed")
    expect(page.locator(".adv-limits li").first).to_contain_text("missed")


def test_an_answer_is_changed_where_it_is_read_and_a_change_is_tried_beside_the_result(
    page: Page, app_url: str
) -> None:
    visit(page, app_url, "recommendation", **CLAIMS)
    page.locator(".st-key-given_knowledge_change button").click()
    page.locator(".st-key-inline_knowledge_change .st-key-answer_knowledge_change_daily button").click()
    page.wait_for_url(re.compile("knowledge_change=daily"))
    settle(page)
    page.get_by_role("link", name="Try it").first.click()
    page.wait_for_url(re.compile("/compare.*with="))
    expect(page.locator(".adv-leader")).to_have_count(2)
    for heading in ("Answers that differ", "Money a month", "Reasons that differ"):
        expect(page.get_by_role("heading", name=heading)).to_be_visible()


def test_costs_answer_first_and_the_slider_says_what_another_traffic_costs(page: Page, app_url: str) -> None:
    visit(page, app_url, "costs", **CLAIMS)
    expect(page.locator(".st-key-cost_answer .adv-lede")).to_have_count(2)
    expect(page.locator(".st-key-cost_answer .adv-lede").first).to_have_text(
        re.compile(r"^At 2,000 requests a day, .+ a month")
    )
    told = page.locator(".st-key-cost_answer .adv-quiet")
    before = told.inner_text()
    page.locator(".st-key-cost_traffic :is([role=slider], input[type=range])").focus()
    page.keyboard.press("ArrowRight")
    expect(told).not_to_have_text(before)


@pytest.mark.parametrize(
    ("name", "wanted"),
    [("data", ["One row of the file", "What you get"]), ("diagnose", ["Upload your training rows and", "One production sample"])],
)  # fmt: skip
def test_a_page_without_a_file_says_which_file_comes_here_and_shows_a_row(
    page: Page, app_url: str, name: str, wanted: list[str]
) -> None:
    visit(page, app_url, name)
    for text in wanted:
        expect(page.get_by_text(text, exact=False)).to_be_visible()
    row = json.loads(page.locator("[data-testid=stCode] code").inner_text())
    assert "messages" in row or {"prompt", "answer"} <= set(row)


def test_one_data_set_serves_every_step_and_survives_a_reload(
    page: Page, app_url: str, tmp_path: Path
) -> None:
    rows = [
        {
            "messages": [
                {"role": "user", "content": f"Question {n}?"},
                {"role": "assistant", "content": f"Answer {n}."},
            ]
        }
        for n in range(60)
    ]
    file = tmp_path / "claims.jsonl"
    file.write_text("".join(json.dumps(row) + "\n" for row in [*rows, rows[0]]))
    visit(page, app_url, "data", **CLAIMS)
    page.locator("input[type=file]").first.set_input_files(file)
    expect(page.locator(".st-key-held")).to_contain_text("claims.jsonl")
    page.wait_for_url(re.compile("data="))
    page.locator(".st-key-apply_fixes button").click()
    expect(page.locator(".st-key-mended")).to_contain_text("rows kept")
    page.locator(".st-key-measured_labelled_examples button").click()
    page.wait_for_url(re.compile(r"labelled_examples=(?!300)\d+"))
    page.get_by_role("link", name="3 Train", exact=True).click()
    expect(page.locator(".st-key-held")).to_contain_text("claims-fixed.jsonl")
    expect(page.get_by_text(re.compile(r"\d+ to train on, \d+ held out"))).to_be_visible()
    page.reload()
    expect(page.locator(".st-key-held")).to_contain_text("claims-fixed.jsonl")
    settle(page)
    page.get_by_role("link", name="4 Evaluate", exact=True).click()
    page.get_by_role("radio", name="Bake-off").click()
    expect(page.locator(".st-key-own_bakeoff")).to_contain_text("claims-fixed.jsonl")
    expect(page.get_by_role("button", name="Plan", exact=True)).to_be_enabled()
    settle(page)
    page.get_by_role("link", name="5 Diagnose", exact=True).click()
    expect(page.locator(".st-key-own_diagnose")).to_contain_text("claims-fixed.jsonl")
    expect(page.get_by_text("Upload your production samples", exact=False)).to_be_visible()
    page.locator(".st-key-own_diagnose label").click()
    expect(page.get_by_text("Upload your training rows and production samples", exact=False)).to_be_visible()


def test_the_rulebook_finds_words_in_any_order_and_shows_what_fires(page: Page, app_url: str) -> None:
    visit(page, app_url, "rulebook", knowledge_gap="main", knowledge_change="weekly", find="why weekly")
    expect(page.locator("summary").first).to_be_visible()
    page.get_by_text("Applies to me", exact=True).click()
    expect(page.get_by_text("applies to you").first).to_be_visible()


def test_a_search_of_the_rulebook_without_hits_leads_to_the_list_that_has_some(
    page: Page, app_url: str
) -> None:
    visit(page, app_url, "rulebook", show="cases", find="citations-favour-retrieval")
    empty = page.locator(".st-key-nothing_found")
    expect(empty.get_by_role("heading")).to_have_text("Nothing in “Published cases” contains these words")
    empty.get_by_role("button", name="Look there").click()
    page.wait_for_url(re.compile("show=rules"))
    expect(page.locator("summary")).to_have_count(1)
    visit(page, app_url, "rulebook", find="zzzxq")
    empty.get_by_role("button", name="Show all").click()
    expect(page.locator("summary").nth(5)).to_be_visible()


def test_the_result_asks_in_the_words_of_the_first_screen(page: Page, app_url: str) -> None:
    visit(page, app_url)
    first = page.locator(".st-key-fact_labelled_examples label").first.inner_text().strip()
    visit(page, app_url, "recommendation", labelled_examples="3000")
    expect(page.locator(".st-key-given_labelled_examples")).to_contain_text(first)


def test_the_percentages_of_a_result_add_up(page: Page, app_url: str) -> None:
    visit(page, app_url, "recommendation", labelled_examples="3000", behavior_gap="some")
    shown = page.locator(".adv-shares").first.locator(".adv-number").all_inner_texts()
    assert all(text[0].isdigit() for text in shown), shown
    assert sum(int(text[:-1]) for text in shown) == 100


def test_a_map_of_amounts_is_readable_on_a_phone(page: Page, app_url: str) -> None:
    page.set_viewport_size({"width": 390, "height": 844})
    visit(page, app_url, "recommendation", knowledge_gap="main", x="labelled_examples", y="knowledge_tokens")
    ticks = page.locator(".js-plotly-plot .xtick text")
    expect(ticks).to_have_count(4)
    measured = ticks.evaluate_all("found => found.map(one => one.getBoundingClientRect().toJSON())")
    boxes = sorted(measured, key=lambda box: box["x"])
    assert all(box["height"] < 25 for box in boxes)
    assert all(one["x"] + one["width"] < other["x"] for one, other in pairwise(boxes))
    assert boxes[-1]["x"] + boxes[-1]["width"] <= 390
    assert page.locator(".js-plotly-plot .nsewdrag").bounding_box()["width"] > 0.6 * 390


def test_an_address_that_names_no_page_says_so(page: Page, app_url: str) -> None:
    visit(page, app_url, "nosuchpage")
    expect(page.get_by_text("There is no page “nosuchpage”")).to_be_visible()


def test_the_map_stands_over_the_two_questions_in_the_address(page: Page, app_url: str) -> None:
    visit(page, app_url, "recommendation", knowledge_gap="main", x="labelled_examples", y="behavior_gap")
    expect(page.get_by_label("Horizontal axis")).to_be_visible()
    expect(page.locator(".js-plotly-plot")).to_be_visible()
    expect(page.get_by_text(re.compile(r"leads on \d+% of the map"))).to_be_visible()


def test_a_variant_stands_beside_the_assessment(page: Page, app_url: str) -> None:
    visit(page, app_url, "compare", knowledge_gap="main", behavior_gap="none")
    page.get_by_text("Add a variant with one answer changed").click()
    page.get_by_role("button", name="Add", exact=True).click()
    expect(page.locator(".adv-leader")).to_have_count(2)
    expect(page.get_by_role("heading", name="Answers that differ")).to_be_visible()
    page.wait_for_url(re.compile("with="))
    page.reload()
    expect(page.locator(".adv-leader")).to_have_count(2)


def test_the_rulebook_leads_from_rule_to_source_and_back(page: Page, app_url: str) -> None:
    visit(page, app_url, "rulebook", knowledge_gap="main", find="citations-favour-retrieval")
    title = page.locator("summary").first.inner_text()
    links = page.locator(".adv-sources a[href*='show=sources']")
    links.first.click()
    page.wait_for_url(re.compile("show=sources"))
    settle(page)
    back = page.locator(".adv-sources a[href*='find=citations-favour-retrieval']")
    expect(back.first).to_be_visible()
    assert back.first.inner_text() in title
    assert "knowledge_gap=main" in page.url


HOSTILE = (
    '<img src=x onerror="window.hacked=1"><script>window.hacked=2</script>'
    "[x](javascript:window.hacked=3) $x^2$ :red[y] **b** \u202egnp.exe"
)


def test_a_hostile_title_is_only_text_on_every_page(page: Page, app_url: str) -> None:
    answers = {"knowledge_gap": "main", "title": HOSTILE, "with": "now;knowledge_change~daily"}
    for path in ("", "recommendation", "compare"):
        visit(page, app_url, path, **answers)
        page.locator(".adv-leader, h1").first.wait_for()
        settle(page)
        assert page.evaluate("() => window.hacked") is None
        assert page.locator("a[href^='javascript']").count() == 0
        assert page.locator(".stMain img[src='x']").count() == 0
    expect(page.locator(".adv-card-title").first).to_contain_text("<img src=x")
