"""What the app looks like beyond Streamlit's theme: one style sheet and a few fragments of HTML."""

from __future__ import annotations

import logging
import re
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from html import escape
from pathlib import Path
from typing import Final

import streamlit as st

from advisor.catalog import Catalog
from advisor.cost.quantities import TUNED
from advisor.decide.limits import Limit
from advisor.decide.limits.situation import label_of
from advisor.decide.records import Flip, Recommendation
from advisor.errors import AdvisorError
from advisor.palette import STRATEGIES, STRATEGY_COLOURS, STRATEGY_COLOURS_DARK
from advisor.share.report import words
from advisor.wording import say

_MARKDOWN: Final = re.compile(r"([\\`*_{}\[\]()<>#+\-.!|~$:^@&])")
_LOG: Final = logging.getLogger(__name__)
_SHEET: Final = Path(__file__).with_name("look.css")


def plain(text: str) -> str:
    """Return text on one line that Streamlit's Markdown shows as it is: no markup, no directive, no formula."""
    return _MARKDOWN.sub(r"\\\1", " ".join(text.split()))


@contextmanager
def unbroken(what: str) -> Iterator[None]:
    """Show that ``what`` cannot be shown, instead of taking the rest of the page with it."""
    try:
        yield
    except AdvisorError as error:
        quiet(f"{error.problem[:1].upper()}{error.problem[1:]} ({error.place}). {error.remedy}")
    except Exception:  # noqa: BLE001 whatever is wrong with one record, the others are shown
        _LOG.exception("cannot show %s", what)
        quiet(say("look.cannot_show", what=what))


def style() -> None:
    """Add the style sheet; call once per run, before anything else is drawn."""
    colours = "".join(
        f"--{name}:light-dark({STRATEGY_COLOURS[name]},{STRATEGY_COLOURS_DARK[name]});" for name in STRATEGIES
    )
    st.html(f"<style>.stApp{{{colours}}}\n{_SHEET.read_text(encoding='utf-8')}</style>")


def colours() -> dict[str, str]:
    """Return the strategies' colours for the theme on screen, for charts drawn on the server."""
    return STRATEGY_COLOURS_DARK if dark() else STRATEGY_COLOURS


def dark() -> bool:
    """Return whether the visitor sees the dark theme."""
    theme = getattr(st.context, "theme", None)
    return getattr(theme, "type", None) == "dark"


def overline(text: str) -> None:
    """Write the small line above a heading."""
    st.html(f'<p class="adv-over">{escape(text)}</p>')


def quiet(text: str) -> None:
    """Write a sentence in the quieter colour."""
    st.html(f'<p class="adv-quiet">{escape(text)}</p>')


def text(told: str) -> str:
    """Escape a sentence for HTML."""
    return escape(told)


def brand(title: str) -> None:
    """Write the product's name and, beside it, that of the assessment."""
    named = f'<span dir="auto">{escape(title)}</span>' if title else ""
    st.html(f'<p class="adv-brand"><b>{escape(say("look.brand"))}</b>{named}</p>', width="content")


def verdict(recommendation: Recommendation) -> str:
    """Return the verdict as a small label."""
    word = words.verdict(recommendation)
    return f'<span class="adv-verdict adv-{recommendation.verdict}">{escape(word)}</span>'


def share_bars(recommendation: Recommendation, catalog: Catalog, *, order: Sequence[str] = ()) -> str:
    """Draw one bar per strategy, the recommended on top unless ``order`` says otherwise; a screen reader reads a list."""
    out = {item.strategy: item.because for item in recommendation.ruled_out}
    usual = [recommendation.recommended, *recommendation.then, *(name for name in STRATEGIES if name in out)]
    listed = dict.fromkeys(order or usual)
    told = words.percents(recommendation.probabilities)
    rows = "".join(_share(name, told[name], recommendation, catalog, gone=name in out) for name in listed)
    return f'<ul class="adv-shares" aria-label="{escape(say("look.probabilities"))}">{rows}</ul>'


def _share(name: str, told: str, recommendation: Recommendation, catalog: Catalog, *, gone: bool) -> str:
    share = recommendation.probabilities[name]
    number = say("look.ruled_out") if gone else told
    named = recommendation.verdict != "too_early" and name == recommendation.recommended
    first = " adv-first" if named else ""
    return (
        f'<li class="adv-share{first}{" adv-gone" if gone else ""}" style="--c:var(--{name})">'
        f'<span class="adv-name">{escape(words.strategy(name, catalog))}</span>'
        f'<span class="adv-number">{number}</span>'
        f'<span class="adv-bar"><i style="width:{0 if gone else share * 100:.1f}%"></i></span></li>'
    )


def dock(recommendation: Recommendation, catalog: Catalog) -> None:
    """Keep the leader in sight on a narrow screen, where the panel is below the question."""
    name = escape(words.headline(recommendation, catalog))
    word = escape(words.verdict(recommendation))
    st.html(f'<div class="adv-dock" style="--c:{accent(recommendation)}"><b>{name}</b><em>{word}</em></div>')


def accent(recommendation: Recommendation) -> str:
    """Return the colour of what to start with as CSS; a neutral one while it is too early to name it."""
    named = recommendation.verdict != "too_early"
    return f"var(--{recommendation.start_with.strategy})" if named else "var(--line)"


def worth_asking(recommendation: Recommendation) -> str:
    """List the questions worth asking, each with what its answer is worth."""
    rows = "".join(
        f'<li>{escape(asked.question)} <span class="adv-what">{escape(words.worth(asked))}</span></li>'
        for asked in recommendation.questions
    )
    return f'<ul class="adv-flips">{rows}</ul>'


def tag(strategy: str, catalog: Catalog) -> str:
    """Return a strategy's name with its colour beside it."""
    name = escape(words.strategy(strategy, catalog))
    return f'<span class="adv-tag" style="--c:var(--{strategy})">{name}</span>'


def definition(pairs: Iterable[tuple[str, str]]) -> str:
    """Return terms and their texts as a list of definitions; both are plain text."""
    rows = "".join(f"<dt>{escape(term)}</dt><dd>{escape(text)}</dd>" for term, text in pairs)
    return f'<dl class="adv-terms">{rows}</dl>'


def limits_table(limits: Sequence[Limit], catalog: Catalog, *, label: str = "") -> None:
    """Draw limits as a table: state, what is needed, what there is, for which strategies."""
    heads = [say(f"look.column_{name}") for name in ("limit", "state", "needed", "available", "strategies")]
    rows = "".join(
        f'<tr class="adv-{item.state}"><th scope="row">{escape(item.what.capitalize())}</th>'
        + cells(
            heads[1:], (say(f"look.state_{item.state}"), item.needed, item.available, _for(item, catalog))
        )
        + "</tr>"
        for item in limits
    )
    st.html(table(heads, rows, label or say("look.limits"), "adv-stacked"))


def table(heads: Iterable[str], rows: str, label: str, *kinds: str) -> str:
    """Return a table in a region that scrolls by itself.

    Args:
        heads: Names of the columns as plain text; an empty one is an empty cell.
        rows: The rows of the body as HTML.
        label: What a screen reader calls the table.
        kinds: Further classes; "adv-stacked" makes each row a block on a narrow screen.
    """
    head = "".join(f'<th scope="col">{escape(text)}</th>' if text else "<td></td>" for text in heads)
    return (
        f'<div class="adv-scroll" tabindex="0" role="region" aria-label="{escape(label)}">'
        f'<table class="{" ".join(("adv-table", *kinds))}"><thead><tr>{head}</tr></thead><tbody>{rows}</tbody></table></div>'
    )


def cells(heads: Sequence[str], texts: Sequence[str]) -> str:
    """Return cells that name their column, which a narrow screen shows beside each."""
    return "".join(
        f'<td data-head="{escape(head)}">{escape(text)}</td>' for head, text in zip(heads, texts, strict=True)
    )


def _for(item: Limit, catalog: Catalog) -> str:
    names = words.any_of(item.strategies, catalog)
    tuned = item.strategies[0] in TUNED
    if not item.model:
        return names
    return say("look.on_model", strategies=names, model=label_of(item.model, catalog, tuned=tuned))


def flips(changes: Sequence[Flip], catalog: Catalog) -> str:
    """List changes of answers and what would be first then."""
    rows = ""
    for change in changes:
        asked, how, _ = words.flip(change, catalog)
        rows += f'<li>{tag(change.becomes, catalog)} <span class="adv-what">{escape(asked)} {escape(how)}</span></li>'
    return f'<ul class="adv-flips">{rows}</ul>'
