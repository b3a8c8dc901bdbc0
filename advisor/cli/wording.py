"""Words for values, verdicts and effects, the same wherever text is printed."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from advisor.catalog import Catalog, Fact
from advisor.decide import Recommendation
from advisor.report import words

VERDICT_WORDS: Final = {
    "clear": "a clear lead",
    "leaning": "leaning that way",
    "too_close": "too close to call",
}


def value_text(value: Any, fact: Fact) -> str:
    """Say an answer as a person would."""
    if value is None:
        return "open"
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, float | int):
        return f"{value:,.10g} {fact.unit}".strip()
    labels = {option.id: option.label for option in fact.options}
    if isinstance(value, tuple | list):
        return ", ".join(labels.get(word, str(word)) for word in value) or "none of them"
    return labels.get(value, str(value))


def sureness(recommendation: Recommendation) -> str:
    """Say how sure a recommendation is, in a sentence."""
    if recommendation.settled == "final":
        return "No open answer can change this any more."
    share = f"{recommendation.robustness:.0%}"
    tail = " You can stop here." if recommendation.settled == "settled" else ""
    return f"It stays first in {share} of the ways to answer the open questions.{tail}"


def effect_text(effect: Mapping[Any, str], catalog: Catalog) -> str:
    """Say an effect: 'for RAG, against fine-tuning'."""
    return ", ".join(
        f"{words.EFFECTS[word]} {words.strategy(name, catalog)}" for name, word in effect.items()
    )
