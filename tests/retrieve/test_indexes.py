"""Indexes of every kind answer one call; what is found is ordered, scored and compared like any other arm."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from advisor.errors import AdvisorError
from advisor.evaluate.comparing import arm_scores, differences
from advisor.evaluate.retrieve import (
    IndexOptions,
    build_index,
    fit_weight,
    fused,
    holding,
    score_retrieval,
    word_for_word,
)
from advisor.evaluate.retrieve.searching import FOUND, best

pytest.importorskip("bm25s", reason="the extra retrieve is not installed")
pytest.importorskip("wordllama")

TEXTS = {
    "plans#1": "The Harbour plan has 17 seats and costs 40 crowns a month.",
    "plans#2": "The Lighthouse plan has 90 seats and a dedicated contact.",
    "terms#1": "Refunds: we pay the money back within 14 days of the return.",
    "terms#2": "退款将在十四天内支付。",
    "noise#1": "— … —",
}
PASSAGES = pl.DataFrame(
    {
        "passage_id": list(TEXTS),
        "document": [name.split("#")[0] for name in TEXTS],
        "text": list(TEXTS.values()),
    }
)
QUESTIONS = ["How many seats does the Harbour plan have?", "How do I get reimbursed?", "退款"]


@pytest.mark.parametrize("kind", ["bm25", "static", "fused"])
def test_every_kind_gives_the_same_frame_best_first(kind: str) -> None:
    index = build_index(PASSAGES, kind)
    found = index.search([*QUESTIONS, "", "zzyzx"], 3)
    assert found.schema == pl.Schema(FOUND)
    assert found.filter(pl.col("query") == 0)["passage_id"][0] == "plans#1"
    for (_,), part in found.group_by("query"):
        assert part["rank"].to_list() == list(range(1, len(part) + 1))
        assert part["score"].is_sorted(descending=True)
    assert found.equals(index.search([*QUESTIONS, "", "zzyzx"], 3))
    assert index.search([], 3).is_empty()
    assert len(index.search(QUESTIONS[:1], 100)) <= len(PASSAGES)


def test_words_find_what_shares_them_in_any_script_and_nothing_else() -> None:
    found = build_index(PASSAGES, "bm25").search([*QUESTIONS, "zzyzx", "—"], 5)
    by_query = dict(found.group_by("query").agg("passage_id").iter_rows())
    assert by_query[2] == ["terms#2"]
    assert set(by_query) <= {0, 1, 2}


def test_embeddings_find_what_is_said_in_other_words() -> None:
    found = build_index(PASSAGES, "static").search(QUESTIONS[1:2], 1)
    assert found["passage_id"].to_list() == ["terms#1"]


def test_passages_without_any_word_are_found_by_nobody() -> None:
    index = build_index(pl.DataFrame({"passage_id": ["a", "b"], "text": ["—", "…"]}), "bm25")
    assert index.search(["harbour"], 2).is_empty()


@settings(max_examples=50, deadline=None)
@given(scores=st.lists(st.sampled_from([0.0, 0.5, 1.0, -1.0]), max_size=30), k=st.integers(0, 40))
def test_the_best_are_those_of_a_stable_sort(scores: list[float], k: int) -> None:
    expected = sorted(range(len(scores)), key=lambda at: -scores[at])[:k]
    assert best(np.array(scores), k).tolist() == expected


def found_of(*rows: tuple[int, int, str, float]) -> pl.DataFrame:
    return pl.DataFrame(rows, schema=FOUND, orient="row")


def test_a_fusion_of_weight_0_or_1_is_one_of_the_two_and_in_between_adds_shares() -> None:
    words = found_of((0, 1, "a", 8.0), (0, 2, "b", 4.0))
    meaning = found_of((0, 1, "b", 0.8), (0, 2, "c", 0.4), (0, 3, "d", -0.2))
    assert fused(words, meaning, weight=0, k=5)["passage_id"].to_list() == ["a", "b"]
    assert fused(words, meaning, weight=1, k=5)["passage_id"].to_list() == ["b", "c"]
    both = fused(words, meaning, weight=0.5, k=5)
    assert both["passage_id"].to_list() == ["b", "a", "c"]
    assert both["score"].to_list() == pytest.approx([0.75, 0.5, 0.25])


def test_the_weight_is_fitted_to_the_index_that_finds_more() -> None:
    words, meaning = build_index(PASSAGES, "bm25"), build_index(PASSAGES, "static")
    asked = ["reimbursed money", "get my cash returned"]
    wanted = pl.DataFrame({"example": ["a", "b"], "passages": [["terms#1"], ["terms#1"]]})
    assert fit_weight(words, meaning, asked, wanted) > 0.3


WANTED = pl.DataFrame(
    {"example": ["a", "b", "c", "d"], "passages": [["x#1", "x#2"], ["y"], ["z#9"], None]},
    schema={"example": pl.String, "passages": pl.List(pl.String)},
)


def test_recall_and_reciprocal_rank_are_those_of_the_books() -> None:
    found = found_of((0, 1, "n#1", 3), (0, 2, "x#2", 2), (1, 1, "y#7", 1), (3, 1, "x#1", 1))
    scores = score_retrieval(found, WANTED, ks=(1, 2), arm="bm25")
    told = {(row["example"], row["metric"]): row["score"] for row in scores.iter_rows(named=True)}
    assert told == {
        ("a", "recall@1"): 0.0, ("a", "recall@2"): 0.5, ("a", "mrr@2"): 0.5,
        ("b", "recall@1"): 1.0, ("b", "recall@2"): 1.0, ("b", "mrr@2"): 1.0,
        ("c", "recall@1"): 0.0, ("c", "recall@2"): 0.0, ("c", "mrr@2"): 0.0,
    }  # fmt: skip
    assert scores.filter("failed")["example"].unique().to_list() == ["c"]


def test_retrieval_is_compared_with_the_intervals_of_every_other_arm() -> None:
    questions = [f"plan {number}" for number in range(30)]
    passages = pl.DataFrame(
        {"passage_id": [f"p#{n}" for n in range(30)], "text": [f"The plan {n} is here" for n in range(30)]}
    )
    wanted = pl.DataFrame({"example": questions, "passages": [[f"p#{n}"] for n in range(30)]})
    scores = pl.concat(
        score_retrieval(build_index(passages, kind).search(questions, 5), wanted, arm=kind)
        for kind in ("bm25", "static")
    )
    told = arm_scores(scores).filter(pl.col("metric") == "recall@1")
    assert told.filter(pl.col("arm") == "bm25")["value"].item() == 1
    assert (told["low"] <= told["value"]).all()
    assert differences(scores)["n"].unique().to_list() == [30]


def test_questions_without_any_known_passage_cannot_be_scored() -> None:
    with pytest.raises(AdvisorError, match="no question has a known passage"):
        score_retrieval(found_of(), WANTED.filter(pl.col("example") == "d"))


def test_the_passage_that_holds_an_answer_is_found_by_its_words() -> None:
    held = holding(
        PASSAGES, [["17 SEATS"], ["7 seats"], ["十四天"], [], ["!"], ["nowhere", "Within 14 days"]]
    )
    assert held.rows() == [(0, "plans#1", "plans"), (2, "terms#2", "terms"), (5, "terms#1", "terms")]


def test_a_held_out_row_is_given_away_by_four_words_that_stand_in_a_document() -> None:
    documents = pl.DataFrame(
        {"document": ["terms.md"], "place": ["wiki/terms.md"], "text": ["We pay\nwithin 14 days, always."]}
    )
    wanted = pl.DataFrame(
        {
            "example": ["long", "short", "other"],
            "references": [["pay within 14 Days."], ["14 days"], ["we never pay it back"]],
        }
    )
    assert word_for_word(documents, wanted).rows() == [("long", "terms.md", "wiki/terms.md")]


@pytest.mark.parametrize(
    ("passages", "kind", "told"),
    [
        (PASSAGES, "bm26", "Did you mean 'bm25'"),
        (PASSAGES.head(0), "bm25", "no passage"),
        (pl.concat([PASSAGES, PASSAGES]), "bm25", "occurs twice"),
    ],
)
def test_what_cannot_be_indexed_is_an_error_that_says_why(
    passages: pl.DataFrame, kind: str, told: str
) -> None:
    with pytest.raises(AdvisorError) as error:
        build_index(passages, kind)
    assert told in str(error.value)


def test_a_model_that_is_no_folder_is_not_looked_for_anywhere_else(tmp_path: Path) -> None:
    with pytest.raises(AdvisorError, match="no such folder"):
        build_index(PASSAGES, "static", IndexOptions(model="minishlab/potion-base-8M"))
    with pytest.raises(AdvisorError, match="cannot be read"):
        build_index(PASSAGES, "static", IndexOptions(model=str(tmp_path)))
