"""Advice to report on: one costed, one with nothing answered, one whose every text is hostile."""

from __future__ import annotations

from datetime import date

import pytest

from advisor.advice import Advice, advise
from advisor.catalog import Catalog
from advisor.scenario import Situation

ANSWERS = {
    "knowledge_gap": "main",
    "behavior_gap": "some",
    "behaviors": ("tone", "output_format"),
    "knowledge_change": "weekly",
    "needs_citations": True,
    "labelled_examples": 800.0,
    "queries_per_day": 1000.0,
    "model": "gpt-4o-mini",
}
HOSTILE = (
    "<script>alert(1)</script><img src=x onerror=alert(2)> </title> "
    "=cmd|' /C calc'!A0 @SUM(1) +1 -1 #import \"evil\" #panic() $x^2$ `rm` "
    "[link](javascript:alert(3)) ![i](https://evil.example/x.png) www.evil.example {{ 7*7 }} {% x %} "
    "| a | b | \n# heading\n\n---\n \u202eesrever\u202c \u2066hidden\u2069 \x00\x07 &lt;b&gt; \\ * _ ~"
)


def advice_on(catalog: Catalog, day: date, *, title: str = "Support bot", notes: str = "") -> Advice:
    return advise(Situation(title=title, answers=ANSWERS, notes=notes), catalog, as_of=day)


@pytest.fixture(scope="session")
def advice(catalog: Catalog, day: date) -> Advice:
    return advice_on(catalog, day)


@pytest.fixture(scope="session")
def bare(catalog: Catalog, day: date) -> Advice:
    return advise(Situation(), catalog, as_of=day)


@pytest.fixture(scope="session")
def hostile(catalog: Catalog, day: date) -> Advice:
    return advice_on(catalog, day, title=HOSTILE[:300], notes=HOSTILE)
