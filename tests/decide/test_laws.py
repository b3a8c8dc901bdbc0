"""Laws that hold for every situation, whatever the rules say."""

from __future__ import annotations

import random
from datetime import date

import numpy as np
import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from advisor.advice import recommend
from advisor.catalog import load_catalog
from advisor.decide import decide, decide_frame, fired, score
from advisor.decide.limits import feasible
from advisor.decide.scoring import CORNERS, DIALS, LOOK_UP, TRAIN, flags, rule_table, weigh
from advisor.decide.verdicts import thresholds_of, verdict_of
from advisor.palette import STRATEGIES
from advisor.scenario import Situation, complete, frame_of
from tests.situations import answers

DAY = date(2026, 11, 26)
CATALOG = load_catalog()
GAINS = ("drivers", "running_cost", "privacy", "latency_budget_ms", "queries_per_day")


def scored_of(rows):
    return score(frame_of(rows, CATALOG), CATALOG, DAY)


def dials_over(rows):
    """Return rows x dials, in bits."""
    return scored_of(rows).dials


@given(answers(), answers())
@settings(max_examples=50)
def test_one_more_answer_never_turns_a_settled_rule_round(some, more):
    fewer = fired(frame_of([some], CATALOG), CATALOG, DAY).row(0)
    full = fired(frame_of([{**more, **some}], CATALOG), CATALOG, DAY).row(0)

    for before, after in zip(fewer, full, strict=True):
        assert before is None or before is after


@given(answers(), st.randoms())
@settings(max_examples=12)
def test_the_order_of_answers_does_not_matter(given_answers, shuffler: random.Random):
    shuffled = list(given_answers.items())
    shuffler.shuffle(shuffled)

    first = decide(given_answers, CATALOG, as_of=DAY)
    second = decide(dict(shuffled), CATALOG, as_of=DAY)

    assert first.probabilities == second.probabilities
    assert first.reasons == second.reasons
    assert first.next_question == second.next_question


@given(st.lists(answers(), min_size=2, max_size=6), st.randoms())
@settings(max_examples=12)
def test_the_order_of_rows_does_not_matter(rows, shuffler: random.Random):
    order = list(range(len(rows)))
    shuffler.shuffle(order)

    straight = decide_frame(frame_of(rows, CATALOG), CATALOG, as_of=DAY, samples=8)
    shuffled = decide_frame(frame_of([rows[i] for i in order], CATALOG), CATALOG, as_of=DAY, samples=8)

    assert straight[order].equals(shuffled)


@given(answers(without=("knowledge_change",)))
@settings(max_examples=50)
def test_fresher_knowledge_never_moves_towards_tuning(given_answers):
    order = CATALOG.facts["knowledge_change"].option_ids
    dials = dials_over([{**given_answers, "knowledge_change": option} for option in order])

    assert (np.diff(dials[:, TRAIN] - dials[:, LOOK_UP]) <= 1e-5).all()


@given(answers(without=("labelled_examples", "example_quality")))
@settings(max_examples=30)
def test_more_good_examples_never_move_away_from_training(given_answers):
    counts = (0, 5, 10, 49, 50, 99, 100, 299, 300, 999, 1000, 5000, 9999, 10000, 1e6)
    given_answers = {**given_answers, "example_quality": "reviewed"}
    dials = dials_over([{**given_answers, "labelled_examples": float(count)} for count in counts])

    assert (np.diff(dials[:, TRAIN]) >= -1e-5).all()


@given(answers(without=("prompting_result", "labelled_examples", *GAINS)))
@settings(max_examples=30)
def test_where_a_prompt_works_and_nothing_is_to_be_gained_examples_say_nothing_for_training(given_answers):
    works = {**given_answers, "prompting_result": "works"}
    few, many = dials_over([{**works, "labelled_examples": 200.0}, {**works, "labelled_examples": 1e6}])

    assert many[TRAIN] == pytest.approx(few[TRAIN], abs=1e-5)


@given(answers(), st.sampled_from(sorted(CATALOG.considerations)))
@settings(max_examples=40)
def test_rules_of_one_consideration_do_not_add_up(given_answers, name):
    found = decide(given_answers, CATALOG, as_of=DAY)
    own = dict(zip(rule_table(CATALOG, DAY).ids, rule_table(CATALOG, DAY).bits, strict=True))
    same = [reason for reason in found.reasons if reason.consideration == name]

    loudest = np.abs(np.array([own[reason.rule] for reason in same] or [[0.0] * len(DIALS)])).max(axis=0)
    # The strongest for and the strongest against, on each dial; never more.
    assert sum(abs(reason.bits_for_recommended) for reason in same) <= 2 * loudest.sum() + 1e-6


@given(answers(), st.text(max_size=80))
@settings(max_examples=12)
def test_the_name_of_the_task_is_never_an_input(given_answers, title):
    plain = decide(Situation(answers=given_answers), CATALOG, as_of=DAY)
    named = decide(Situation(title=title, answers=given_answers), CATALOG, as_of=DAY)

    assert named.model_copy(update={"title": ""}) == plain


@given(answers())
@settings(max_examples=12)
def test_the_same_input_gives_the_same_bytes(given_answers):
    once = decide(given_answers, CATALOG, as_of=DAY).model_dump_json()

    assert decide(given_answers, CATALOG, as_of=DAY).model_dump_json() == once


@given(answers())
@settings(max_examples=12)
def test_probabilities_add_up_and_the_recommended_corner_leads(given_answers):
    found = decide(given_answers, CATALOG, as_of=DAY)
    chances = found.probabilities
    corners = [chances["prompting"] + chances["few_shot"], *(chances[name] for name in CORNERS[1:])]

    assert sum(chances.values()) == pytest.approx(1, abs=1e-3)
    leading = found.recommended if found.recommended in CORNERS else "prompting"
    assert corners[CORNERS.index(leading)] == pytest.approx(max(corners), abs=1e-3)
    assert 0 <= found.robustness <= 1
    assert {found.recommended, *found.then, *(out.strategy for out in found.ruled_out)} == set(STRATEGIES)


@given(answers())
@settings(max_examples=12)
def test_the_shortlist_begins_with_the_recommended_and_holds_all_that_is_likely(given_answers):
    found = decide(given_answers, CATALOG, as_of=DAY)
    cut = thresholds_of(CATALOG, DAY).shortlist

    assert found.shortlist[0] == found.recommended
    likely = {name for name in ("rag", "fine_tuning", "hybrid") if found.probabilities[name] >= cut + 1e-4}
    assert likely <= set(found.shortlist)
    assert not {out.strategy for out in found.ruled_out} & set(found.shortlist)


@given(answers())
@settings(max_examples=12)
def test_neither_the_start_nor_the_way_out_is_ruled_out(given_answers):
    found = decide(given_answers, CATALOG, as_of=DAY)
    out = {item.strategy for item in found.ruled_out}

    assert found.start_with.strategy not in out
    assert not out & {step.strategy for step in found.if_that_fails}


@given(answers())
@settings(max_examples=12)
def test_questions_worth_asking_gain_something_and_the_one_that_settles_most_comes_first(given_answers):
    found = decide(given_answers, CATALOG, as_of=DAY)
    settles = [question.settles for question in found.questions]

    assert settles == sorted(settles, reverse=True)
    assert all(0.02 <= question.gain <= 1 for question in found.questions)
    assert bool(found.questions) == (found.settled == "open")


@given(st.lists(answers(), min_size=1, max_size=4))
@settings(max_examples=10)
def test_a_table_says_what_single_decisions_say(rows):
    table = decide_frame(frame_of(rows, CATALOG), CATALOG, as_of=DAY, samples=8)
    for row, given_answers in zip(table.iter_rows(named=True), rows, strict=True):
        found = decide(given_answers, CATALOG, as_of=DAY)
        assert (row["recommended"], row["verdict"]) == (found.recommended, found.verdict)
        assert (row["start_with"], row["shortlist"]) == (found.start_with.strategy, ";".join(found.shortlist))
        for name, chance in found.probabilities.items():
            assert row[f"probability_{name}"] == pytest.approx(chance, abs=1e-3)


@given(answers())
@settings(max_examples=12)
def test_what_is_ruled_out_is_never_recommended(given_answers):
    found = decide(given_answers, CATALOG, as_of=DAY)

    assert found.recommended not in {out.strategy for out in found.ruled_out}


@given(answers())
@settings(max_examples=10)
def test_a_flip_does_what_it_says(given_answers):
    found = decide(given_answers, CATALOG, as_of=DAY)

    for flip in found.flips:
        changed = decide({**given_answers, flip.fact: flip.to}, CATALOG, as_of=DAY)
        assert changed.recommended == flip.becomes != found.recommended


@given(answers())
@settings(max_examples=20)
def test_a_final_recommendation_survives_every_way_to_answer_the_rest(given_answers):
    found = decide(given_answers, CATALOG, as_of=DAY)
    if found.settled == "final":
        ways = complete(given_answers, CATALOG, as_of=DAY, count=400, seed=7)
        firsts = score(ways, CATALOG, DAY).first
        assert {STRATEGIES[index] for index in firsts} == {found.recommended}
        assert found.next_question is None


@given(answers())
@settings(max_examples=10)
def test_reasons_add_up_to_the_lead_of_the_recommended_corner(given_answers):
    found = decide(given_answers, CATALOG, as_of=DAY)
    scored = scored_of([given_answers])
    bits = scored.corner_bits[0]
    first, second = np.argsort(-scored.corners[0], kind="stable")[:2].tolist()
    if not np.isfinite(bits[second]):
        return
    weights = CATALOG.fitted.base
    start = {
        "prompting": 0.0,
        "rag": weights["look_up"],
        "fine_tuning": weights["train"],
        "hybrid": weights["look_up"] + weights["train"] + weights["both"],
    }
    lead = sum(reason.bits_for_recommended for reason in found.reasons)
    assert lead + start[CORNERS[first]] - start[CORNERS[second]] == pytest.approx(
        bits[first] - bits[second], abs=0.05
    )


def test_an_unanswered_questionnaire_recommends_without_reasons():
    found = decide({}, CATALOG, as_of=DAY)

    assert found.reasons == ()
    assert found.verdict == "too_early"
    assert found.next_question is not None


def test_a_verdict_is_never_clear_for_what_misses_a_limit():
    frame = complete({}, CATALOG, as_of=DAY, count=100_000, seed=3)
    scored = score(frame, CATALOG, DAY)
    possible = feasible(frame, CATALOG, DAY)
    limits = thresholds_of(CATALOG, DAY)
    answered = len(CATALOG.facts)

    chances = scored.corners.max(axis=1)
    sure = np.flatnonzero(chances >= limits.clear).tolist()
    late = possible["all_late"].fill_null(value=False).to_list()
    for row in sure:
        name = STRATEGIES[int(scored.first[row])]
        word = verdict_of(float(chances[row]), answered, limits, misses=bool(scored.misses[row]))
        if word == "clear":
            assert possible[name][row] is not False
            assert not late[row]
    assert len(sure) > 1_000


def test_what_is_left_where_limits_exclude_the_favourite_is_never_clear():
    frame = complete({}, CATALOG, as_of=DAY, count=20_000, seed=4)
    possible = feasible(frame, CATALOG, DAY)
    anything = possible.with_columns(pl.lit(value=True).alias(name) for name in STRATEGIES)
    fires = flags(frame, CATALOG, DAY)
    free = weigh(fires, anything, rule_table(CATALOG, DAY)).corners.argmax(axis=1)
    bound = weigh(fires, possible, rule_table(CATALOG, DAY))

    overruled = free != bound.corners.argmax(axis=1)
    assert overruled.sum() > 100
    assert bound.misses[overruled].all()


@given(answers())
@settings(max_examples=8, deadline=None)
def test_advice_is_never_clear_where_the_recommended_strategy_misses_a_stated_limit(given_answers):
    found = recommend(Situation(answers=given_answers), CATALOG, as_of=DAY)

    missed = [
        item for item in found.limits if item.state == "missed" and found.recommended in item.strategies
    ]
    assert not (missed and found.verdict == "clear")
