"""The passages that a search finds, put before the question."""

from __future__ import annotations

from advisor.evaluate.bakeoff.arms.contract import ArmKind, Asking, Material, question_of, with_passages
from advisor.evaluate.bakeoff.records import Ask, Example


def look_up(material: Material) -> Asking:
    """Return what asks about a row with the passages found for its question."""
    library = material.library
    assert library is not None

    def ask(example: Example) -> Ask:
        found = library.search(question_of(example), material.options.passages)
        return Ask(with_passages(example.turns, [library.text(one) for one in found]), tuple(found))

    return ask


ARM = ArmKind(
    "retrieval", "looks passages up and puts them before the question", "rag", ("documents",), look_up
)
