"""Rate two arms blind, by keyboard: 1 the left answer, 2 the right one, 0 alike, U takes the last one back."""

from __future__ import annotations

from html import escape

import polars as pl
import streamlit as st

from advisor.doors.ui import look, signing_in
from advisor.evaluate.judging.grading import graded_preferences
from advisor.evaluate.rating.keeping import RatingFile, ratings_of
from advisor.evaluate.rating.pairing import BlindPair, Side, blind_pairs, next_pair
from advisor.evaluate.rating.standing import standing
from advisor.evaluate.results import Frames
from advisor.wording import say

SHORTCUTS: dict[Side, str] = {"left": "1", "tie": "0", "right": "2"}


def show(frames: Frames, arms: list[str], grades: pl.Series | None = None) -> None:
    """Draw the panel for two of the arms, the best two at first; a judge's grades join the ratings once there are enough."""
    if len(arms) < 2:
        look.quiet(say("rating_panel.two_arms"))
        return
    left, middle, right = st.columns(3)
    a = left.selectbox(say("rating_panel.one_arm"), arms, key="rate_a")
    b = middle.selectbox(say("rating_panel.other_arm"), [arm for arm in arms if arm != a], key="rate_b")
    rater = (
        right.text_input(say("rating_panel.your_name"), value=_name(), max_chars=60, key="rater").strip()
        or _name()
    )
    first, second = sorted((a, b))
    file = ratings_of(frames, first, second)
    _rate(frames, (first, second), file, rater)
    if grades is not None:
        _with_judge(frames, grades, (first, second), file.ratings())


def _name() -> str:
    # Several people on one server must not rate under one name.
    me = say("rating_panel.me")
    return str(st.user.get("email") or me) if signing_in.configured() else me


def _rate(frames: Frames, arms: tuple[str, str], file: RatingFile, rater: str) -> None:
    a, b = arms
    pairs, same = blind_pairs(frames, a, b)
    told = file.ratings()
    mine = told.filter(told["rater"] == rater)
    pair = next_pair(pairs, told, rater)
    rated = say("rating_panel.rated", done=len(mine), count=len(pairs))
    look.quiet(f"{rated} {say('rating_panel.same_answer', count=len(same))}" if same else rated)
    if pair is not None:
        _pair(pair, file, rater)
    st.button(
        say("rating_panel.undo"),
        key="rate_undo",
        shortcut="u",
        disabled=not len(mine),
        on_click=file.undo,
        args=(rater,),
    )
    _standing(told, arms, done=pair is None)


def _standing(told: pl.DataFrame, arms: tuple[str, str], *, done: bool) -> None:
    a, b = arms
    now = standing(told, a, b)
    # While somebody rates, who leads stays hidden: it would sway the next rating.
    if now.may_stop:
        st.success(look.plain(now.because))
    elif done:
        st.info(look.plain(now.because))
    if now.agreement is not None:
        look.quiet(
            say(
                "rating_panel.agreement",
                count=now.raters,
                value=now.agreement.value,
                low=now.agreement.low,
                high=now.agreement.high,
            )
        )
    if len(told):
        st.download_button(
            say("rating_panel.csv"),
            told.with_columns(a=pl.lit(a), b=pl.lit(b)).write_csv(),
            file_name="ratings.csv",
            key="rate_csv",
            on_click="ignore",
        )


def _with_judge(frames: Frames, grades: pl.Series, arms: tuple[str, str], told: pl.DataFrame) -> None:
    a, b = arms
    ratings = told.with_columns(a=pl.lit(a), b=pl.lit(b))
    for one in graded_preferences(frames.answers, grades, [a, b], ratings):
        # Before people have rated enough, the judge alone would sway them.
        if one.combined is not None:
            look.quiet(say("rating_panel.together", found=one.in_words()))


def _pair(pair: BlindPair, file: RatingFile, rater: str) -> None:
    with st.container(border=True, key="pair"):
        look.overline(say("rating_panel.request"))
        st.html(f'<p class="adv-said">{escape(pair.request or pair.example)}</p>')
        if pair.reference:
            with st.expander(say("rating_panel.wanted")):
                st.html(f'<p class="adv-said">{escape(pair.reference)}</p>')
        for column, name, text in zip(st.columns(2), ("left", "right"), (pair.left, pair.right), strict=True):
            with column:
                look.overline(say(f"rating_panel.side_{name}"))
                st.html(f'<p class="adv-said">{escape(text)}</p>')
        for column, (side, key) in zip(st.columns(3), SHORTCUTS.items(), strict=True):
            column.button(
                say(f"rating_panel.choose_{side}"), key=f"rate_{side}", shortcut=key, width="stretch",
                on_click=file.rate, args=(pair.example, rater, pair.choice(side)),
            )  # fmt: skip
