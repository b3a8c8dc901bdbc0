"""One contract over all arms, and what each does in particular."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from advisor.doors.cli.bakeoff_options import ArmOption
from advisor.errors import AdvisorError
from advisor.evaluate.bakeoff.arms import ARMS
from advisor.evaluate.bakeoff.arms.contract import Material
from advisor.evaluate.bakeoff.choosing import choose, read_arm
from advisor.evaluate.bakeoff.folder import open_run
from advisor.evaluate.bakeoff.library import read_library
from advisor.evaluate.bakeoff.records import BakeoffOptions, Example, Shown
from advisor.evaluate.bakeoff.rows import Rows
from advisor.evaluate.bakeoff.training import training_rows
from tests.bakeoff.conftest import Make

pytest.importorskip("bm25s")
pytest.importorskip("semantic_text_splitter")
GIVEN_TEXT = {
    "whole-text",
    "retrieval",
    "few-shot-retrieval",
    "right-passage",
    "tuned-retrieval",
    "tuned-then-retrieval",
}


@pytest.fixture
def options(asked: Make) -> BakeoffOptions:
    return asked("http://127.0.0.1:1/v1")


@pytest.fixture
def rows(options: BakeoffOptions, tmp_path: Path) -> Rows:
    return open_run(options, tmp_path / "read").rows()


@pytest.fixture
def material(options: BakeoffOptions, rows: Rows) -> Material:
    assert options.documents is not None
    return Material(rows.train, read_library(options.documents), options)


def spoken(turns: tuple[dict[str, str], ...]) -> str:
    return "\n".join(turn["content"] for turn in turns)


@pytest.mark.parametrize("name", sorted(ARMS))
def test_an_arm_keeps_instruction_and_question_and_says_the_same_each_time(
    name: str, material: Material, rows: Rows
) -> None:
    for one in rows.questions():
        ask = ARMS[name].prepare(material)(one)
        assert ask == ARMS[name].prepare(material)(one)
        assert "Answer with the code alone." in ask.turns[0]["content"]
        assert ask.turns[-1]["role"] == "user"
        assert one.turns[-1]["content"] in ask.turns[-1]["content"]


@pytest.mark.parametrize("name", sorted(ARMS))
def test_only_a_document_can_bring_a_held_out_answer_before_the_model(
    name: str, material: Material, rows: Rows
) -> None:
    ask = ARMS[name].prepare(material)
    holding = [one for one in rows.held_out if one.answer in spoken(ask(one.example).turns)]
    assert not holding or name in GIVEN_TEXT


@pytest.mark.parametrize("name", sorted(ARMS))
def test_passages_put_in_are_named(name: str, material: Material, rows: Rows) -> None:
    library = material.library
    assert library is not None
    for one in rows.questions():
        ask = ARMS[name].prepare(material)(one)
        assert all(library.text(passage) in spoken(ask.turns) for passage in ask.passages)
        assert bool(ask.passages) == (name in GIVEN_TEXT - {"whole-text"})


def test_the_right_passage_by_hand_is_the_one_that_the_row_names(material: Material, rows: Rows) -> None:
    one = rows.questions()[3]
    assert ARMS["right-passage"].prepare(material)(one).passages == (f"{one.passages[0]}.md#1",)


def test_the_nearest_examples_are_those_with_the_words_of_the_question(material: Material) -> None:
    train = (
        *material.train,
        Shown(Example("x", ({"role": "user", "content": "Which bus goes to the quay?"},)), "Bus 7"),
    )
    ask = ARMS["few-shot-nearest"].prepare(material._replace(train=train))
    told = ask(Example("y", ({"role": "user", "content": "Is there a bus at the quay?"},)))
    assert [turn["content"] for turn in told.turns[-3:-1]] == ["Which bus goes to the quay?", "Bus 7"]


def test_a_text_that_does_not_fit_is_refused(material: Material) -> None:
    small = material._replace(options=material.options.model_copy(update={"whole_text_tokens": 20}))
    with pytest.raises(AdvisorError, match="puts in 20 at most"):
        ARMS["whole-text"].prepare(small)


def test_training_rows_have_the_form_in_which_the_model_is_served(material: Material, rows: Rows) -> None:
    made = training_rows(material, "rows with passages")
    asked = ARMS["tuned-retrieval"].prepare(material)
    for row, one in zip(made, material.train, strict=True):
        assert tuple(row["messages"][:-1]) == asked(one.example).turns
        assert row["messages"][-1] == {"role": "assistant", "content": one.answer}
    assert [one["messages"][-1]["content"] for one in training_rows(material, "rows")] == [
        one.answer for one in rows.train
    ]


def test_a_passage_that_retrieval_misses_is_put_into_the_training_row(material: Material) -> None:
    lost = Shown(
        Example("x", ({"role": "user", "content": "What is the code of number 12?"},), ("page-20",)), "K20"
    )
    (row,) = training_rows(material._replace(train=(lost,)), "rows with passages")
    assert "The code of number 20 is K20." in row["messages"][0]["content"]


def test_arms_of_the_shortlist_that_cannot_run_are_left_out_with_the_reason(
    options: BakeoffOptions, rows: Rows
) -> None:
    bare = options.model_copy(update={"arms": (), "documents": None})
    choice = choose(bare, rows, ("rag", "hybrid"))
    assert [one.name for one in choice.arms] == ["prompt"]
    assert "retrieval: there are no documents" in choice.left_out
    whole = choose(options.model_copy(update={"arms": ()}), rows, ("rag", "fine_tuning"))
    assert [one.name for one in whole.arms] == ["prompt", "retrieval", "few-shot-retrieval", "right-passage"]
    assert whole.left_out == ("tuned: it has no tuned model",)


@pytest.mark.parametrize(
    ("arm", "words"),
    [
        ("retrieval", "there are no documents"),
        ("tuned", "it has no tuned model"),
        ("optimised-prompt", "a small model does not profit"),
    ],
)
def test_an_arm_that_was_named_and_cannot_run_is_refused(
    options: BakeoffOptions, rows: Rows, arm: str, words: str
) -> None:
    changes = {"documents": None, "arms": (read_arm(arm),), "model": "smollm2-135m-instruct"}
    with pytest.raises(AdvisorError, match=words):
        choose(options.model_copy(update=changes), rows, ())


def test_arms_are_read_from_words(tmp_path: Path) -> None:
    assert read_arm("tuned=ft:gpt-4o-mini:acme::1").model == "ft:gpt-4o-mini:acme::1"
    served = read_arm("tuned-retrieval=desk@http://127.0.0.1:8766/v1")
    assert (served.model, served.base_url) == ("desk", "http://127.0.0.1:8766/v1")
    (tmp_path / "answers.jsonl").write_text('{"id": 1, "answer": "x"}\n')
    assert read_arm(f"ours={tmp_path / 'answers.jsonl'}").kind == "file"
    with pytest.raises(AdvisorError, match="there is no arm 'promt'") as caught:
        read_arm("promt")
    assert "prompt" in caught.value.remedy


def test_every_arm_is_in_the_documentation() -> None:
    text = (Path(__file__).parents[2] / "docs" / "evaluation.md").read_text(encoding="utf-8")
    assert [name for name in ARMS if f"`{name}`" not in text] == []


def test_the_help_of_the_command_lists_every_kind_of_arm():
    told = " ".join(str(ArmOption.__metadata__[0].help).split("Kinds: ")[1].rstrip(".").split())
    assert set(re.sub(r" \(.*?\)", "", told).split(", ")) == set(ARMS)
