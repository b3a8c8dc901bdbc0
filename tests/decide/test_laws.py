"""Laws that hold for every situation, whatever the rules say."""

from __future__ import annotations

import random
from datetime import date

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from advisor.catalog import load_catalog
from advisor.decide import decide, decide_frame, fired, score
from advisor.decide.scoring import rule_table
from advisor.palette import STRATEGIES
from advisor.scenario import Situation, complete, frame_of
from tests.situations import answers

DAY = date(2026, 11, 22)
CATALOG = load_catalog()
FT, HYBRID, RAG = (STRATEGIES.index(name) for name in ("fine_tuning", "hybrid", "rag"))
UNTUNED = [STRATEGIES.index(name) for name in ("prompting", "few_shot", "rag")]


def scores_of(rows):
    return score(frame_of(rows, CATALOG), CATALOG, DAY).scores


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
    scores = scores_of([{**given_answers, "knowledge_change": option} for option in order])

    over_rag = scores[:, FT] - scores[:, RAG]
    assert (np.diff(over_rag[np.isfinite(over_rag)]) <= 1e-5).all()


@given(answers(without=("labelled_examples", "example_quality")))
@settings(max_examples=50)
def test_more_good_examples_never_move_away_from_tuning(given_answers):
    counts = (0, 5, 10, 49, 50, 99, 100, 299, 300, 999, 1000, 5000, 9999, 10000, 1e6)
    given_answers = {**given_answers, "example_quality": "reviewed"}
    scores = scores_of([{**given_answers, "labelled_examples": float(count)} for count in counts])

    for other in UNTUNED:
        lead = scores[:, FT] - scores[:, other]
        assert (np.diff(lead[np.isfinite(lead)]) >= -1e-5).all(), STRATEGIES[other]


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
def test_shares_are_shares_and_the_first_leads_them(given_answers):
    found = decide(given_answers, CATALOG, as_of=DAY)

    assert sum(found.probabilities.values()) == pytest.approx(1, abs=1e-3)
    assert found.probabilities[found.recommended] == max(found.probabilities.values())
    assert 0 <= found.robustness <= 1
    assert {found.recommended, *found.then, *(out.strategy for out in found.ruled_out)} == set(STRATEGIES)


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
def test_reasons_are_exactly_the_rules_that_fired_and_add_up_to_the_lead(given_answers):
    found = decide(given_answers, CATALOG, as_of=DAY)
    table = rule_table(CATALOG, DAY)
    order = sorted(found.scores, key=lambda name: (-found.scores[name], STRATEGIES.index(name)))
    first, second = (STRATEGIES.index(name) for name in order[:2])

    lead = sum(reason.bits_for_first for reason in found.reasons) + float(
        table.base[first] - table.base[second]
    )
    assert lead == pytest.approx(found.scores[order[0]] - found.scores[order[1]], abs=0.05)


def test_an_unanswered_questionnaire_recommends_without_reasons():
    found = decide({}, CATALOG, as_of=DAY)

    assert found.reasons == ()
    assert found.verdict == "too_close"
    assert found.next_question is not None
