"""What a generator that was kept apart found missing, as small cases of their own."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from advisor.data.checks.contract import good_rows
from advisor.diagnose.causes import CAUSES
from advisor.diagnose.examples import answered, changed, half_of
from advisor.diagnose.material import Material, frame_of_values
from advisor.diagnose.passages import form_of, question_of
from advisor.diagnose.records import Adapter, Facts, ServedAdapter, Suspicion, Templates
from advisor.diagnose.requests import sparse_of
from advisor.diagnose.seen import Seen

Row = dict[str, Any]
TURKMEN = [f"Bu sorag üçin jogap {at} belgili sahypada ýazylan, okap görüň." for at in range(60)]


def seen(facts: Facts | None = None, **tables: list[Row]) -> Seen:
    return Seen(
        Material(**{name: frame_of_values(some) for name, some in tables.items()}, facts=facts or Facts())
    )  # type: ignore[arg-type]


def said(name: str, material: Seen) -> Suspicion:
    return next(one for one in CAUSES if one.id == name).suspicion(material)


@pytest.mark.parametrize(
    "turn",
    ["\n\n### Question:\n{}\n### Answer:\n{}", "\n**User:** {}\n**Helper:** {}", "\n[User] {}\n[Helper] {}", "\n<user> {}\n<helper> {}"],
)  # fmt: skip
def test_an_answer_that_goes_on_with_marked_labels_has_not_learned_its_end(turn: str) -> None:
    more = turn.format("And what else?", "Tap the lamp.") * 2
    rows = answered(60, shift=40)
    made = [*rows[:40], *({**one, "completion": one["completion"] + more} for one in rows[40:])]
    assert said("end-mark-unlearned", seen(training=answered(40), production=made)).state == "likely"


def test_headings_that_come_once_are_a_document_and_no_turns() -> None:
    made = [
        {**one, "completion": f"{one['completion']}\n**Summary:** done\n**Details:** none"}
        for one in answered(60, shift=40)
    ]
    assert said("end-mark-unlearned", seen(training=answered(40), production=made)).state != "likely"


@pytest.mark.parametrize(
    ("one", "two"), [("> {}", '{{"id": 1, "text": "{}"}}'), ("| {} |", "> {}"), ("- {}", "§ {}")]
)
def test_passages_in_quotes_cells_and_json_are_forms_of_their_own(one: str, two: str) -> None:
    texts = ("The lamp pairs by its button.", "The hub is reset at its back.", "Blinds need a bridge.")

    def asked(rows: list[Row], form: str) -> list[Row]:
        listed = "\n".join(form.format(text) for text in texts)
        return [{**row, "prompt": f"{listed}\n\n{row['prompt']}"} for row in rows]

    assert form_of("\n".join(map(one.format, texts))) != form_of("\n".join(map(two.format, texts)))
    assert question_of(asked(answered(1), two)[0]["prompt"]) == answered(1)[0]["prompt"]
    training, made = asked(answered(40), one), asked(answered(40, shift=40), two)
    assert said("context-format-differs", seen(training=training, production=made)).state == "likely"
    same = asked(answered(40, shift=40), one)
    assert said("context-format-differs", seen(training=training, production=same)).state == "ruled_out"


def test_lines_of_prose_have_no_form() -> None:
    assert form_of('"Is it on?" he asked.\n(It was not.)\n¿Y ahora?\nNothing happened.') == ""


GERMAN = "Das ist bei uns so geregelt und am besten fragt man vorher im Laden nach, weil es nicht immer gleich ist."


def test_few_rows_in_a_language_that_nobody_asks_in_leak() -> None:
    rows = answered(200)
    training = [*rows[:95], *changed(rows[95:100], completion=GERMAN)]
    made = [*rows[100:170], *changed(rows[170:190], completion=GERMAN, complaint="tone")]
    found = said("minority-leaks", seen(training=training, production=made))
    assert (found.state, found.rows) == ("likely", tuple(range(96, 101)))
    asked = "Können Sie mir bitte sagen, wie das mit der Lampe geht und ob ich die App dafür brauche?"
    own = said(
        "minority-leaks",
        seen(
            training=[*rows[:95], *changed(rows[95:100], prompt=asked, completion=GERMAN)],
            production=[*rows[100:170], *changed(rows[170:190], prompt=asked, completion=GERMAN)],
        ),
    )
    assert own.state != "likely"


@pytest.mark.parametrize("name", ["refusals-learned", "not-knowing-unlearned"])
def test_a_language_whose_refusals_are_not_known_cannot_be_told(name: str) -> None:
    rows = changed(answered(60), completion="")
    spoken = [{**one, "completion": text} for one, text in zip(rows, TURKMEN, strict=True)]
    found = said(name, seen(Facts(wanted_refusals=0.1), training=spoken, production=spoken))
    assert (found.state, found.score) == ("cannot_tell", 0.0)
    assert "No phrases of declining are known" in found.evidence


def test_a_known_template_is_compared_with_the_logs_of_the_other_side() -> None:
    logged = [{**one, "rendered": f"<s>[INST] {one['prompt']} [/INST]"} for one in answered(30)]
    other = said("template-differs", seen(Facts(templates=Templates(training="chatml")), production=logged))
    assert other.state == "likely"
    same = said("template-differs", seen(Facts(templates=Templates(training="mistral")), production=logged))
    assert same.state == "cannot_tell"


def test_kinds_that_one_table_hardly_has_are_told_by_neighbours_whatever_the_sizes() -> None:
    rows = [one["messages"][1]["content"] for one in good_rows(240)]
    strange = [f"Which vaccination does my parrot number {at} need before summer?" for at in range(60)]
    training = [{"prompt": text, "completion": "Yes."} for text in rows[:160]]
    made = [{"prompt": text, "completion": "Yes."} for text in [*rows[160:], *strange]]
    found = sparse_of(given := seen(training=training, production=made), given.training, given.production)
    assert found.rows[80:].mean() > 0.9
    assert found.rows[:80].mean() < 0.1
    assert found.p < 1e-6
    healthy = seen(training=half_of(240, 0), production=half_of(240, 1))
    assert sparse_of(healthy, healthy.training, healthy.production).share < 0.1


def test_a_steep_beginning_is_no_noise_of_the_losses() -> None:
    held = 0.9 + 2 / (1 + np.arange(16)) ** 2 + 0.02 * np.arange(16)
    losses = tuple({"step": 10 * at, "held_out": float(one)} for at, one in enumerate(held))
    assert said("overfitting", seen(Facts.model_validate({"losses": losses}))).state == "likely"


def test_an_adapter_whose_name_is_not_known_is_not_called_the_trained_one() -> None:
    served = Facts(adapter=Adapter(served=(ServedAdapter(name="voice"),), merged=False))
    assert said("adapter-not-applied", seen(served)).state == "cannot_tell"
