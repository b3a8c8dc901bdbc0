"""What every arm is: it prepares itself from training rows and documents, and turns a question into what is asked."""

from __future__ import annotations

from collections.abc import Callable
from typing import Literal, NamedTuple

from advisor.evaluate.bakeoff.library import Library
from advisor.evaluate.bakeoff.records import Ask, BakeoffOptions, Example, Shown, Turn

Asking = Callable[[Example], Ask]
"""From a question to what is asked; it never sees the wanted answer."""
Need = Literal["documents", "training rows", "passages named in the rows", "a model of its own"]


class Material(NamedTuple):
    """What an arm may be made from: everything but the held-out rows."""

    train: tuple[Shown, ...]
    library: Library | None
    options: BakeoffOptions
    instruction: str | None = None
    """System message that a prompt optimiser wrote; null for the rows' own."""


class ArmKind(NamedTuple):
    """One way of adapting a model."""

    id: str
    does: str
    """A phrase that completes "this arm …"."""
    strategy: Literal["prompting", "few_shot", "rag", "fine_tuning", "hybrid"] | None
    """The strategy of a recommendation that this arm tries; None for a probe or what is brought along."""
    needs: tuple[Need, ...]
    prepare: Callable[[Material], Asking]
    tuned: Literal["rows", "rows with passages"] | None = None
    """What its own model is trained on; None where the run's model answers."""


def with_shots(turns: tuple[Turn, ...], shots: tuple[tuple[Turn, ...], ...]) -> tuple[Turn, ...]:
    """Put examples, each a question with its answer, between the system message and the question."""
    system = turns[:1] if turns[0]["role"] == "system" else ()
    return (*system, *(turn for shot in shots for turn in shot), *turns[len(system) :])


def shot_of(shown: Shown) -> tuple[Turn, ...]:
    """Return a training row as turns, without its system message."""
    asked = tuple(turn for turn in shown.example.turns if turn["role"] != "system")
    return (*asked, {"role": "assistant", "content": shown.answer})


def question_of(example: Example) -> str:
    """Return the last thing that the user says."""
    return next(turn["content"] for turn in reversed(example.turns) if turn["role"] == "user")


def with_passages(turns: tuple[Turn, ...], texts: list[str]) -> tuple[Turn, ...]:
    """Put passages, the best of which is named first, before the user's last words: it comes next to the question.

    Training rows and served questions get the same form. Small models read what is near; with the best passage first,
    the packaged one copied from the last one.
    """
    at = max(place for place, turn in enumerate(turns) if turn["role"] == "user")
    shown = "\n\n".join(reversed(texts))
    asked = {"role": "user", "content": f"Passages:\n\n{shown}\n\nQuestion: {turns[at]['content']}"}
    return (*turns[:at], asked, *turns[at + 1 :])
