"""Every format tells the same story, gives the same bytes, and keeps other people's text inert."""

from __future__ import annotations

import html
import re
from datetime import date
from html.parser import HTMLParser

import jsonschema
import pypdfium2 as pdfium
import pytest
from hypothesis import given, settings

from advisor.advice import Advice, advise
from advisor.catalog import Catalog
from advisor.errors import AdvisorError
from advisor.scenario import Situation
from advisor.share.report import FORMATS, advice_schema, read_advice, render, summary, words
from advisor.share.report.text import file_stem, tame
from tests.report.conftest import ANSWERS, HOSTILE, advice_on
from tests.situations import answers


class Page(HTMLParser):
    """What a browser would see: elements with their attributes, and the text."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.words: list[str] = []
        self.hidden = 0
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))
        self.hidden += tag in ("style", "script")

    def handle_endtag(self, tag: str) -> None:
        self.hidden -= tag in ("style", "script")

    def handle_data(self, data: str) -> None:
        if not self.hidden:
            self.words.append(data)

    @property
    def text(self) -> str:
        return " ".join(" ".join(self.words).split())


def pdf_pages(content: bytes) -> list[str]:
    return [squeezed(page.get_textpage().get_text_bounded()) for page in pdfium.PdfDocument(content)]


def pdf_text(content: bytes) -> str:
    document = pdfium.PdfDocument(content)
    pages = [page.get_textpage().get_text_range() for page in document]
    return squeezed("".join(pages).replace("\ufffe", ""))


def squeezed(text: str) -> str:
    """Leave out spaces and hyphens, since lines are broken differently in each format."""
    return re.sub(r"[\s\u00ad\-‐]+", "", text)


@pytest.mark.parametrize("fmt", FORMATS)
def test_the_same_advice_gives_the_same_bytes(fmt, advice: Advice, catalog: Catalog) -> None:
    again = Advice.model_validate(advice.model_dump(by_alias=True))
    assert render(advice, catalog, fmt) == render(again, catalog, fmt)


def test_the_order_of_answers_does_not_change_a_document(advice: Advice, catalog: Catalog) -> None:
    turned = advice.situation.model_copy(update={"answers": dict(reversed(advice.situation.answers.items()))})
    other = advice.model_copy(update={"situation": turned})
    for fmt in FORMATS:
        assert render(advice, catalog, fmt) == render(other, catalog, fmt)


def test_the_json_report_reads_back_to_the_same_advice_and_fits_its_schema(
    advice: Advice, bare: Advice, hostile: Advice, catalog: Catalog
) -> None:
    import json

    for one in (advice, bare, hostile):
        text = render(one, catalog, "json").decode()
        assert read_advice(text, place="report") == one
        jsonschema.validate(json.loads(text), advice_schema())


@settings(max_examples=12)
@given(answers())
def test_any_advice_survives_the_way_through_json(catalog: Catalog, day: date, given_answers) -> None:
    one = advise(Situation(answers=given_answers), catalog, as_of=day)
    assert read_advice(render(one, catalog, "json").decode(), place="report") == one


@pytest.mark.parametrize(
    "text",
    ["", "[]", "{", '{"format": "other"}', '{"format": "advisor-advice/1"}', '{"a": NaN}', "[" * 100_000],
)
def test_a_broken_json_report_is_refused_with_a_remedy(text: str) -> None:
    with pytest.raises(AdvisorError) as refused:
        read_advice(text, place="report.json")
    assert refused.value.place.startswith("report.json")
    assert refused.value.remedy


def test_every_reason_cost_and_step_stands_in_every_document(advice: Advice, catalog: Catalog) -> None:
    shown = {
        "html": squeezed(Page(render(advice, catalog, "html").decode()).text),
        "pdf": pdf_text(render(advice, catalog, "pdf")),
        "md": squeezed(render(advice, catalog, "md").decode().replace("\\", "")),
        "adr": squeezed(render(advice, catalog, "adr").decode().replace("\\", "")),
    }
    found = advice.recommendation
    wanted = [reason.title for reason in found.reasons] + [reason.because for reason in found.reasons]
    wanted += [reason.unless for reason in found.reasons]
    wanted += [item.says for reason in found.reasons for item in reason.evidence]
    wanted += [text for step in found.roadmap for text in (step.title, step.until)]
    wanted += [flip.question for flip in found.flips]
    wanted += [found.rulebook["sha256"][:12], str(found.as_of)]
    assert advice.cost is not None
    wanted += [part.formula for priced in advice.cost.strategies.values() for part in priced.components]
    wanted += list(advice.cost.warnings)
    for fmt, text in shown.items():
        missing = [want for want in wanted if squeezed(want) not in text]
        assert not missing, (fmt, missing[:3])


def test_a_reason_and_a_table_that_fit_on_a_page_stand_on_one(advice: Advice, catalog: Catalog) -> None:
    pages = pdf_pages(render(advice, catalog, "pdf"))
    assert advice.cost is not None
    kept = [(reason.title, reason.evidence[-1].says) for reason in advice.recommendation.reasons]
    kept += [
        (priced.components[0].formula, priced.components[-1].formula)
        for priced in advice.cost.strategies.values()
    ]
    split = [pair for pair in kept if not any(all(squeezed(text) in page for text in pair) for page in pages)]
    assert not split


def test_evidence_leads_to_a_numbered_source(advice: Advice, catalog: Catalog) -> None:
    page = Page(render(advice, catalog, "html").decode())
    targets = {attributes.get("id") for _, attributes in page.tags}
    links = [a["href"] for tag, a in page.tags if tag == "a" and (a["href"] or "").startswith("#source-")]
    assert links
    assert all(link[1:] in targets for link in links)


def test_hostile_text_is_inert_in_html(hostile: Advice, catalog: Catalog) -> None:
    page = Page(render(hostile, catalog, "html").decode())
    kinds = {tag for tag, _ in page.tags}
    assert not kinds & {"script", "img", "iframe", "object", "embed", "form", "base"}
    assert not [name for _, attributes in page.tags for name in attributes if name.startswith("on")]
    addresses = [a.get(name) for _, a in page.tags for name in ("href", "src") if a.get(name)]
    assert all(address.startswith(("#", "https://", "http://")) for address in addresses)
    assert "<script>alert(1)</script>" in page.text
    assert "{{ 7*7 }}" in page.text
    assert "evil.example" not in " ".join(addresses)


def test_an_html_report_asks_for_nothing_from_outside(advice: Advice, catalog: Catalog) -> None:
    text = render(advice, catalog, "html").decode()
    page = Page(text)
    assert not [tag for tag, _ in page.tags if tag in ("link", "script", "img")]
    assert "url(" not in text
    assert "default-src 'none'" in text


@pytest.mark.parametrize("fmt", ["md", "adr"])
def test_hostile_text_is_inert_in_markdown(fmt, hostile: Advice, catalog: Catalog) -> None:
    from markdown_it import MarkdownIt

    text = render(hostile, catalog, fmt).decode()
    page = Page(MarkdownIt("gfm-like", {"html": True, "linkify": False}).render(text))
    kinds = {tag for tag, _ in page.tags}
    assert not kinds & {"script", "img", "iframe", "form"}
    links = [attributes["href"] for tag, attributes in page.tags if tag == "a"]
    assert not [link for link in links if (link and "evil" in link) or (link or "").startswith("javascript")]
    assert "<script>alert(1)</script>" in page.text
    headings = [tag for tag, _ in page.tags if tag == "h1"]
    assert len(headings) == 1


def test_no_cell_of_a_markdown_table_starts_a_formula(catalog: Catalog, day: date) -> None:
    text = render(advice_on(catalog, day, notes="=1+1"), catalog, "md").decode()
    assert "\n=1+1" not in text
    cells = [cell.strip() for line in text.splitlines() if line.startswith("|") for cell in line.split("|")]
    assert not [cell for cell in cells if cell[:1] in {"=", "+", "@"} or re.match(r"-[^-]", cell)]


def test_hostile_text_is_only_text_in_a_pdf(hostile: Advice, catalog: Catalog) -> None:
    content = render(hostile, catalog, "pdf")
    text = pdf_text(content)
    assert squeezed("<script>alert(1)</script>") in text
    assert squeezed('#import "evil" #panic()') in text
    assert not re.search(rb"/(JavaScript|JS|Launch|OpenAction|EmbeddedFile)\b", content)


def test_reversed_and_invisible_writing_is_taken_out() -> None:
    assert tame(HOSTILE).count("\u202e") == 0
    assert tame("a\u202eb\u200bc\x00d\u2028e\U000e0041f") == "abc d ef"
    assert tame("שלום  עולם") == "שלום עולם"
    assert len(tame("x" * 10_000_000)) < 5_000


@pytest.mark.parametrize(
    ("title", "stem"),
    [
        ("../../etc/passwd", "etc-passwd"),
        ("C:\\Windows\\x", "c-windows-x"),
        ("", "recommendation"),
        ("…/…", "recommendation"),
        ("支持 😀", "支持"),
    ],
)
def test_a_file_name_never_leaves_its_folder(title: str, stem: str) -> None:
    assert file_stem(title) == stem


@pytest.mark.parametrize(
    "title",
    ["支持机器人", "روبوت الدعم", "サポート ボット", "지원 봇", "Поддержка", "😀 👩‍💻 ☃️", "नमस्ते ไทย", "שלום"],
)
def test_titles_of_every_script_are_set_and_tagged(title: str, catalog: Catalog, day: date) -> None:
    content = render(advice_on(catalog, day, title=title), catalog, "pdf")
    assert b"/StructTreeRoot" in content
    assert b"pdfuaid" in content
    assert "\N{REPLACEMENT CHARACTER}" not in pdf_text(content)[:200]


def test_a_character_without_a_glyph_is_replaced_and_never_stops_the_report(
    catalog: Catalog, day: date
) -> None:
    strange = "".join(
        chr(code) for code in (0x1F9FF, 0x16A0, 0x13000, 0x1D11E, 0x10480, 0x2A6D6, 0xFFFC, 0x1FAE8)
    )
    content = render(advice_on(catalog, day, title=f"runes {strange}"), catalog, "pdf")
    assert content.startswith(b"%PDF")


def test_a_bare_assessment_reports_in_every_format(bare: Advice, catalog: Catalog) -> None:
    for fmt in FORMATS:
        assert len(render(bare, catalog, fmt)) > 500
    assert "No question was answered" in html.unescape(render(bare, catalog, "html").decode())


def test_the_interactive_page_carries_its_charts_with_it(advice: Advice, catalog: Catalog) -> None:
    text = render(advice, catalog, "html", interactive=True).decode()
    assert "Plotly.newPlot" in text
    assert not [a for tag, a in Page(text[:20_000]).tags if tag == "script" and a.get("src")]


def test_answers_keep_where_they_came_from(catalog: Catalog, day: date) -> None:
    situation = Situation(title="Measured", answers=ANSWERS, origins={"labelled_examples": "measured"})
    text = render(advise(situation, catalog, as_of=day), catalog, "md").decode()
    assert re.search(r"How many good examples.*\| 800 examples \| measured \|", text)


def test_each_step_follows_the_name_of_its_strategy_and_numbers_go_on(catalog: Catalog, day: date) -> None:
    both = {**ANSWERS, "behavior_gap": "main", "prompting_result": "fails"}
    advice = advise(Situation(title="Support bot", answers=both), catalog, as_of=day)
    parted = summary.phases(words.way(advice.recommendation)[0])
    assert len(parted) > 1
    text = (
        render(advice, catalog, "md").decode().replace("\\", "").split("## What to do, and when to stop")[1]
    )
    number = 0
    for name, steps in parted:
        at = text.index(f"### {words.strategy(name, catalog)}")
        for step in steps:
            number += 1
            assert text.index(f"{number}. **{step.title}**") > at
    page = Page(render(advice, catalog, "html").decode())
    starts = [found["start"] for tag, found in page.tags if tag == "ol" and found.get("class") == "steps"]
    assert starts == [str(1 + sum(len(steps) for _, steps in parted[:at])) for at in range(len(parted))]
