"""The passage that holds the answer, put in by hand: it tells finding apart from using."""

from __future__ import annotations

from advisor.evaluate.bakeoff.arms.contract import ArmKind, Asking, Material, with_passages
from advisor.evaluate.bakeoff.records import Ask, Example


def _prepare(material: Material) -> Asking:
    library = material.library
    assert library is not None

    def ask(example: Example) -> Ask:
        held = library.named(example.passages)
        return (
            Ask(with_passages(example.turns, [library.text(one) for one in held]), tuple(held))
            if held
            else Ask(example.turns)
        )

    return ask


ARM = ArmKind(
    "right-passage", "puts the passage that holds the answer before the question", None,
    ("documents", "passages named in the rows"), _prepare,
)  # fmt: skip
