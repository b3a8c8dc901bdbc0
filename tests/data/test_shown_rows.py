"""A training row is shown as it is written: it can bring no link, picture, formula or markup into the page."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st
from markdown_it import MarkdownIt

from advisor.doors.ui.data import _literal

READER = MarkdownIt("gfm-like", {"linkify": False}).enable(["table", "strikethrough"])
LIVE = re.compile(r"<(a|img|code|em|strong|h\d|del|table|script)\b")


@pytest.mark.parametrize(
    "text",
    [
        r"\[Log in\](http://evil.example)",
        r"\\[Log in\\](http://evil.example)",
        "[x](javascript:alert(1))",
        "![x](http://evil.example/p.png)",
        "<img src=x onerror=alert(1)>",
        r"\<script>alert(1)</script>",
        "`code` *em* **strong** ~~del~~ _em_",
        "# heading",
        "| a | b |\n|---|---|\n| c | d |",
        r"\`code\`",
        "&lt;b&gt;",
    ],
)
def test_markup_of_a_row_is_dead(text):
    assert not LIVE.search(READER.render(_literal(text)))


@given(st.text(alphabet=r"\[]()<>`*_~#!|&;:$ ahttp./\n", max_size=60))
def test_no_mixture_of_marks_comes_to_life(text):
    assert not LIVE.search(
        READER.render("**user** " + _literal(text)).replace("<strong>user</strong>", "", 1)
    )


@pytest.mark.parametrize(
    "text", ["http://evil.example", "www.evil.example", "WWW.evil.example", "me@evil.example"]
)
def test_an_address_is_written_so_that_no_reader_makes_a_link_of_it(text):
    assert not re.search(r"(?i)https?://|www\.|\w@\w", _literal(text))
