"""The two dials as a picture: look things up across, train upwards, and the case in it as a cloud of what is still open."""

from __future__ import annotations

from collections import Counter
from html import escape
from typing import Final

import streamlit as st

from advisor.catalog import Catalog
from advisor.decide.place import Place, Point
from advisor.share.report import words
from advisor.wording import say

# Each name is written beside the corner of its dials, outside the field: no dot can cover it.
_ABOVE: Final = ("fine_tuning", "hybrid")
_BELOW: Final = ("prompting", "rag")
_EDGE: Final = 6


def show(place: Place, catalog: Catalog) -> None:
    """Draw the picture with its reading in words."""
    st.html(picture(place, catalog))


def reading(place: Place, catalog: Catalog) -> str:
    """Describe in words which strategies the ways to answer what is open lead to."""
    if not place.cloud:
        return say("dials.nothing_open")
    leads = Counter(point.first for point in place.cloud)
    points = words.points({name: times / len(place.cloud) for name, times in leads.items()})
    told = [
        say(
            "dials.leads_in",
            strategy=words.strategy(name, catalog),
            share=points[name],
        )
        for name, _ in leads.most_common()
    ]
    return say("dials.leading", strategies=", ".join(told))


def picture(place: Place, catalog: Catalog) -> str:
    """Return the picture as HTML; its reading is below it, and no colour alone says anything."""
    dots = "".join(f'<i style="{_at(point)};--c:var(--{point.first})"></i>' for point in place.cloud)
    above, below = (_names(corners, catalog) for corners in (_ABOVE, _BELOW))
    return (
        f'<figure class="adv-dials"><div aria-hidden="true">{above}<div class="adv-field">{dots}<b style="{_at(place.here)}"></b></div>'
        f"{below}</div>"
        f'<figcaption class="adv-quiet">{escape(say("dials.caption"))} {escape(reading(place, catalog))}</figcaption></figure>'
    )


def _names(corners: tuple[str, str], catalog: Catalog) -> str:
    left, right = (escape(words.strategy(name, catalog)) for name in corners)
    return f'<p class="adv-corners"><span>{left}</span><span>{right}</span></p>'


def _at(point: Point) -> str:
    across, upwards = (round(_EDGE + share * (100 - 2 * _EDGE), 1) for share in (point.look_up, point.train))
    return f"left:{across}%;bottom:{upwards}%"
