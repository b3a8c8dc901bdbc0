"""The sentences that the app and every report share: verdicts, answers and effects in plain words."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final

from advisor.catalog import Catalog, Fact, Source
from advisor.decide.records import Flip, Reason, Recommendation

VERDICTS: Final = {"clear": "Clear", "leaning": "Leaning", "too_close": "Too close to call"}
EFFECTS: Final = {
    "strongly_for": "strongly for",
    "for": "for",
    "slightly_for": "slightly for",
    "slightly_against": "slightly against",
    "against": "against",
    "strongly_against": "strongly against",
    "rules_out": "rules out",
}
SUPPORT: Final = {
    "direct": "measured this",
    "indirect": "follows from it",
    "judgement": "our judgement",
    "contested": "others differ",
}
READ: Final = {
    "full": "read in full",
    "abstract": "abstract read",
    "second-hand": "second-hand",
    "memory": "from memory",
}
ORIGINS: Final = {
    "answered": "answered",
    "measured": "measured",
    "derived": "computed",
    "assumed": "assumed",
    "unknown": "open",
}


def verdict(recommendation: Recommendation) -> str:
    """Give the verdict in words; while questions are open, nobody can say that two strategies are level."""
    if recommendation.verdict == "too_close" and recommendation.settled == "open":
        return "Too early to call"
    return VERDICTS[recommendation.verdict]


def strategy(name: str, catalog: Catalog) -> str:
    """Give a strategy's name as people read it."""
    text = catalog.strategies.get(name)
    return str(text.title) if text else name.replace("_", " ").capitalize()


def percent(share: float) -> str:
    """Write a share so that neither a small one reads as nothing nor a large one as certainty."""
    if 0 < share < 0.01:
        return "< 1 %"
    if 0.99 < share < 1:
        return "> 99 %"
    return f"{share:.0%}".replace("%", " %")


def lead(recommendation: Recommendation, catalog: Catalog) -> str:
    """Say in a sentence who leads and by how much."""
    shares = recommendation.shares
    first = recommendation.try_first
    if not recommendation.then:
        return f"{strategy(first, catalog)} is the only way left."
    second = recommendation.then[0]
    name, other = strategy(first, catalog), strategy(second, catalog)
    share, times = percent(shares[first]), shares[first] / max(shares[second], 1e-4)
    if times < 1.25:
        return (
            f"{name} and {other} are all but level: {share} of the weight against {percent(shares[second])}."
        )
    factor = f"{times:.1f}" if times < 10 else f"{times:.0f}" if times < 1000 else "over a thousand"
    return f"{name} holds {share} of the weight, {factor} times as much as {other}, the next."


def certainty(recommendation: Recommendation, catalog: Catalog) -> str:
    """Say how the open questions bear on the first place."""
    name = strategy(recommendation.try_first, catalog)
    match recommendation.settled:
        case "final":
            return f"You can stop here: no open answer can take first place from {name}."
        case "settled":
            share = percent(recommendation.robustness)
            return f"You can stop here: {name} stays first in {share} of the ways to answer what is open."
        case _:
            share = percent(recommendation.robustness)
            return f"{name} stays first in {share} of the ways to answer what is still open."


def answer(value: Any, fact: Fact | None) -> str:
    """Write an answer as a person reads it; a missing one is 'open'."""
    if value is None:
        return "open"
    if isinstance(value, bool):
        return "Yes" if value else "No"
    if isinstance(value, list | tuple):
        return ", ".join(_label(word, fact) for word in value) or "none of them"
    if isinstance(value, int | float):
        number = f"{value:,.6g}" if abs(value) < 1e6 else f"{value:,.0f}"
        return f"{number} {fact.unit}".strip() if fact else number
    return _label(str(value), fact)


def _label(word: str, fact: Fact | None) -> str:
    labels = {option.id: option.label for option in fact.options} if fact else {}
    return labels.get(word, word)


def question(name: str, catalog: Catalog) -> str:
    """Give the question of a fact; a derived fact's name where it has none."""
    fact = catalog.facts.get(name)
    return fact.question if fact and fact.question else name.replace("_", " ")


def flip(change: Flip, catalog: Catalog) -> tuple[str, str, str]:
    """Give a flip as question, the change in words, and what is first then."""
    fact = catalog.facts.get(change.fact)
    before, after = answer(change.from_, fact), answer(change.to, fact)
    becomes = strategy(change.becomes, catalog)
    if change.from_ is None:
        return change.question, f"if the answer is “{after}”", becomes
    return change.question, f"“{after}” instead of “{before}”", becomes


def effects(effect: Mapping[Any, Any], catalog: Catalog) -> str:
    """List what a rule means for each strategy."""
    return "; ".join(f"{EFFECTS[word]} {strategy(name, catalog)}" for name, word in effect.items())


def sides(reasons: Sequence[Reason]) -> tuple[list[Reason], list[Reason]]:
    """Part the reasons into those that carry the first place and those that speak against it."""
    carrying = [reason for reason in reasons if reason.bits_for_first >= 0]
    return carrying, [reason for reason in reasons if reason.bits_for_first < 0]


def citation(source: Source) -> str:
    """Cite a source on one line, with how it was read."""
    by = f"{source.by}, " if source.by else ""
    return f"{by}{source.title} ({source.published}; {READ[source.read]}, checked {source.checked})"
