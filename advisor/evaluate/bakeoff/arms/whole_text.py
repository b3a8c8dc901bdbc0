"""All documents before the question, where they fit."""

from __future__ import annotations

from advisor.cost.tokens import count_tokens
from advisor.errors import AdvisorError
from advisor.evaluate.bakeoff.arms.contract import ArmKind, Asking, Material
from advisor.evaluate.bakeoff.records import Ask, Example, Turn


def _prepare(material: Material) -> Asking:
    assert material.library is not None
    whole = "\n\n".join(material.library.documents())
    tokens, most = count_tokens([whole])[0], material.options.whole_text_tokens
    if tokens > most:
        raise AdvisorError(
            f"the documents are {tokens:,} tokens, and whole-text puts in {most:,} at most",
            place="whole-text",
            remedy="Leave the arm out, or raise --whole-text-tokens where the model's window is larger.",
        )
    return lambda example: Ask(_with_text(example, whole))


def _with_text(example: Example, whole: str) -> tuple[Turn, ...]:
    # The text comes first and is the same for every row, so that a service can read it from its cache.
    own = [turn for turn in example.turns if turn["role"] == "system"]
    system = "\n\n".join([f"Documents:\n\n{whole}", *(turn["content"] for turn in own)])
    rest = tuple(turn for turn in example.turns if turn["role"] != "system")
    return ({"role": "system", "content": system}, *rest)


ARM = ArmKind("whole-text", "puts all documents before the question", "prompting", ("documents",), _prepare)
