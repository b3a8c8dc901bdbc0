"""Every scorer keeps the contract: right rows score high, wrong rows low, all within 0 to 1, in any order."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from advisor.errors import AdvisorError
from advisor.evaluate.scorers import SCORERS, Row, chosen, fitting
from advisor.evaluate.scorers.wording import numbers, words

EVERY = pytest.mark.parametrize("scorer", SCORERS.values(), ids=list(SCORERS))


@EVERY
def test_right_rows_score_high_and_wrong_rows_low(scorer):
    rows = [*scorer.right, *scorer.wrong]
    if scorer.whole:
        # A score over all rows is asked of all right rows, then of all wrong ones.
        assert np.mean(scorer.score(scorer.right, scorer.example_argument)) > 0.9
        assert np.mean(scorer.score(scorer.wrong, scorer.example_argument)) < 0.5
        return
    scores = scorer.score(rows, scorer.example_argument)

    assert min(scores[: len(scorer.right)]) > 0.9
    assert max(scores[len(scorer.right) :]) < 0.5


@EVERY
def test_the_order_of_rows_does_not_matter(scorer):
    rows = [*scorer.right, *scorer.wrong]
    scores = scorer.score(rows, scorer.example_argument)

    assert scorer.score(rows[::-1], scorer.example_argument)[::-1] == pytest.approx(scores)


@EVERY
@given(texts=st.lists(st.tuples(st.text(max_size=30), st.text(max_size=30)), min_size=1, max_size=6))
def test_any_text_gets_a_score(scorer, texts):
    scores = scorer.score([Row(answer, (reference,)) for answer, reference in texts], scorer.example_argument)

    assert len(scores) == len(texts)
    assert 0 <= np.mean(scores) <= 1
    assert scorer.whole or all(0 <= score <= 1 for score in scores)


@EVERY
def test_scorers_say_what_they_measure(scorer):
    assert scorer.measures.endswith(".")
    assert scorer.title[0].isupper()


@given(st.lists(st.tuples(st.sampled_from("abcx"), st.sampled_from("abc")), min_size=1, max_size=40))
def test_the_mean_of_the_row_scores_is_macro_f1(pairs):
    rows = [Row(given, (wanted,)) for given, wanted in pairs]
    each = []
    for label in {wanted for _, wanted in pairs}:
        hits = sum(given == wanted == label for given, wanted in pairs)
        each.append(2 * hits / (sum(g == label for g, _ in pairs) + sum(w == label for _, w in pairs)))

    assert np.mean(SCORERS["macro-f1"].score(rows, None)) == pytest.approx(np.mean(each))


def test_numbers_are_read_as_people_write_them():
    assert numbers("1,234.50 and 1.234,50 and 1'000 and 3,5 and −2 and 1,234 and 7.") == [
        1234.5, 1234.5, 1000.0, 3.5, -2.0, 1234.0, 7.0,
    ]  # fmt: skip


def test_words_of_any_script():
    assert words("Ça va? 你好 it's ＡＢＣ") == ["ça", "va", "你", "好", "it's", "abc"]


@pytest.mark.parametrize(
    ("references", "wanted"),
    [
        ([("a",), ("b",)] * 20, ["label", "macro-f1"]),
        ([('{"a": 1}',)] * 20, ["json-fields"]),
        ([(f"word{n}",) for n in range(20)], ["normalised", "contains"]),
        ([(f"a longer text with number {n} in it",) for n in range(20)], ["token-f1", "length"]),
    ],
)
def test_scorers_are_chosen_by_what_the_references_look_like(references, wanted):
    assert [one.name for one in fitting(references)[0]] == wanted


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("exat", "Did you mean 'exact'?"),
        ("exact:5", "Write exact."),
        ("number:much", "number:0.01"),
        ("json-schema:/no/such/file", "Name a schema file"),
        ("python:/no/such/file.py:score", "python:FILE.py:FUNCTION"),
        ("python:score", "python:FILE.py:FUNCTION"),
    ],
)
def test_a_scorer_that_cannot_be_has_a_remedy(text, said):
    def asked() -> None:
        one = chosen(text)
        one.scorer.score([Row("a", ("a",))], one.argument)

    with pytest.raises(AdvisorError) as told:
        asked()

    assert said in told.value.remedy


def test_a_function_of_ones_own_must_stay_between_0_and_1(tmp_path):
    file = tmp_path / "own.py"
    file.write_text(
        "def score(answer, reference):\n    return 7\n\ndef crash(answer, reference):\n    return 1 / 0\n"
    )

    for function, said in (("score", "returned 7"), ("crash", "ZeroDivisionError")):
        with pytest.raises(AdvisorError, match=said):
            SCORERS["python"].score([Row("a", ("a",))], f"{file}:{function}")
