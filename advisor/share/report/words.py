"""The sentences that the app and every report share: verdicts, answers and effects in plain words."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final

from advisor.catalog import Catalog, Fact, Source
from advisor.decide.records import (
    Flip,
    MeasureNext,
    NextQuestion,
    Reason,
    Recommendation,
    RoadmapStep,
)
from advisor.scenario import Situation, measured_on

# A space at which no line breaks.
_TIED: Final = "\N{NO-BREAK SPACE}"
VERDICTS: Final = {
    "clear": "Clear",
    "leaning": "Leaning",
    "too_close": "Too close to call",
    "too_early": "Too early to say",
}
DIALS: Final = {
    "look_up": "looking things up",
    "train": "training",
    "both": "doing both",
    "show": "showing examples",
}
EFFECTS: Final = {
    "decisively_for": "decisively for",
    "strongly_for": "strongly for",
    "for": "for",
    "slightly_for": "slightly for",
    "slightly_against": "slightly against",
    "against": "against",
    "strongly_against": "strongly against",
    "decisively_against": "decisively against",
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
    """Return the verdict in words."""
    return VERDICTS[recommendation.verdict]


def headline(recommendation: Recommendation, catalog: Catalog) -> str:
    """Return what to do in a phrase; where it is too early to name one strategy, those that are likely."""
    if recommendation.verdict == "too_early":
        return any_of(recommendation.shortlist, catalog)
    return strategy(recommendation.start_with.strategy, catalog)


def any_of(names: Sequence[str], catalog: Catalog) -> str:
    """List strategies with "or" before the last."""
    told = [strategy(name, catalog) for name in names]
    return " or ".join([", ".join(told[:-1]), told[-1]] if len(told) > 1 else told)


def outcome(recommended: str, verdict: str, catalog: Catalog) -> str:
    """Return a saved outcome in a phrase; where it was too early to name a strategy, only that."""
    word = VERDICTS.get(verdict, verdict)
    return word if verdict == "too_early" else f"{strategy(recommended, catalog)}, {word.lower()}"


def points_to(recommendation: Recommendation, catalog: Catalog) -> str:
    """Describe in a sentence what to start with and where the evidence points."""
    start, end = (
        strategy(name, catalog) for name in (recommendation.start_with.strategy, recommendation.recommended)
    )
    if recommendation.verdict == "too_early":
        return f"Too early to name one: {any_of(recommendation.shortlist, catalog)}."
    if start == end:
        return f"Start with {start}; the evidence points there."
    return f"Start with {start}. The evidence points to {end} in the end."


def strategy(name: str, catalog: Catalog) -> str:
    """Return a strategy's name as people read it."""
    text = catalog.strategies.get(name)
    return str(text.title) if text else name.replace("_", " ").capitalize()


def percent(share: float) -> str:
    """Write a share so that neither a small one reads as nothing nor a large one as certainty."""
    if 0 < share < 0.01:
        return f"<{_TIED}1{_TIED}%"
    if 0.99 < share < 1:
        return f">{_TIED}99{_TIED}%"
    return f"{share:.0%}".replace("%", f"{_TIED}%")


def chance(share: float | None) -> str:
    """Write a probability; an unknown one as that."""
    return "not known" if share is None else percent(share)


def lead(recommendation: Recommendation, catalog: Catalog) -> str:
    """Describe in a sentence how likely the recommended strategy and the next one are; while it is too early, the spread."""
    chances = recommendation.probabilities
    if recommendation.verdict == "too_early":
        return f"{spread(recommendation, catalog)}."
    first = recommendation.recommended
    name = strategy(first, catalog)
    if not recommendation.then:
        return f"{name} is the only strategy left."
    second = max(recommendation.then, key=lambda item: chances.get(item, 0.0))
    other, chance, next_chance = strategy(second, catalog), chances[first], chances[second]
    if abs(chance - next_chance) < 0.05:
        return f"{name} and {other} are nearly equal: {percent(chance)} against {percent(next_chance)}."
    return f"{name} is the right choice with a probability of {percent(chance)}; the next is {other} with {percent(next_chance)}."


def spread(recommendation: Recommendation, catalog: Catalog) -> str:
    """List the strategies of the shortlist with their probabilities."""
    chances = recommendation.probabilities
    told = [f"{strategy(name, catalog)} {percent(chances[name])}" for name in recommendation.shortlist]
    return ", ".join(told)


def way(recommendation: Recommendation) -> tuple[tuple[RoadmapStep, ...], tuple[RoadmapStep, ...]]:
    """Return the steps to take and where to turn after them; while it is too early, the first, which always comes."""
    if recommendation.verdict == "too_early":
        return recommendation.roadmap[:1], ()
    return recommendation.roadmap, recommendation.if_that_fails


def before_the_way(recommendation: Recommendation) -> str:
    """Return why the steps begin where they do, and when to stop; empty where nobody has said."""
    if recommendation.verdict == "too_early":
        return "One step comes first in any case. The rest depends on the open questions."
    start = recommendation.start_with
    return f"{start.because} {start.stop_when}".strip()


def changes(recommendation: Recommendation) -> str:
    """Return the heading of the answers that would change the advice."""
    return (
        "What single answers would point to"
        if recommendation.verdict == "too_early"
        else "What would change it"
    )


def certainty(recommendation: Recommendation, catalog: Catalog) -> str:
    """Return whether more answers are worth giving."""
    name = strategy(recommendation.recommended, catalog)
    match recommendation.settled:
        case "final":
            return f"You can stop here: no open answer can change that from {name}."
        case "settled":
            return "You can stop here: no open question is likely to make the advice better."
        case _:
            following = recommendation.next_question
            if following is None:
                return "An answer to a question that was left open could still make the advice better."
            if following.gain is None:
                return f"The best next answer would remove {percent(following.settles)} of the doubt."
            if (
                recommendation.verdict == "clear"
                and following.gain > 1 - recommendation.probabilities[recommendation.recommended]
            ):
                return f"One open answer could still rule {name} out: {question(following.fact, catalog)}"
            return f"The best next answer would make the advice {worth(following)}."


def worth(asked: NextQuestion) -> str:
    """Return what an answer is worth in a phrase."""
    if asked.decides_start and round((asked.gain or 0.0) * 100) == 0:
        return "decides what to start with"
    if asked.gain is None:
        return f"removes {percent(asked.settles)} of the doubt"
    points = round(asked.gain * 100)
    return f"right {points or '< 1'} point{'s' if points > 1 else ''} more often"


def worth_measuring(item: MeasureNext) -> str:
    """Return what a measurement is worth and what it costs, as a sentence."""
    points = round(item.gain * 100)
    right = (
        f", and makes the advice right {points} point{'s' if points > 1 else ''} more often" if points else ""
    )
    hours = "an hour" if item.hours == 1 else f"{item.hours:g} hours"
    return f"Removes {percent(item.settles)} of the doubt{right}, for about {hours} of work."


def stated_and_measured(situation: Situation, catalog: Catalog) -> str:
    """Describe which answers were measured, and when, and how many people stated, as a sentence."""
    told = {name: measured_on(situation, name) for name in situation.answers}
    days = {name: f" ({found[0].on})" if found else "" for name, found in told.items()}
    measured = [name for name in situation.answers if situation.origin(name) == "measured"]
    stated = len(situation.answers) - len(measured)
    if not measured:
        said = f"all {stated}" if stated > 1 else "the only one"
        return f"No answer was measured. People stated {said}." if stated else "No answer was measured."
    named = "; ".join(f"“{question(name, catalog)}”{days[name]}" for name in measured)
    said = f"the other {stated} answers" if stated > 1 else "the other answer"
    rest = f" People stated {said}." if stated else ""
    return f"Measurements answer {named}.{rest}"


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
    """Return the question of a fact; a derived fact's name where it has none."""
    fact = catalog.facts.get(name)
    return fact.question if fact and fact.question else name.replace("_", " ")


def flip(change: Flip, catalog: Catalog) -> tuple[str, str, str]:
    """Return a flip as question, the change in words, and what is first then."""
    fact = catalog.facts.get(change.fact)
    before, after = answer(change.from_, fact), answer(change.to, fact)
    becomes = strategy(change.becomes, catalog)
    if change.from_ is None:
        return change.question, f"if the answer is “{after}”", becomes
    return change.question, f"“{after}” instead of “{before}”", becomes


def effects(effect: Mapping[Any, Any], rules_out: Sequence[str], catalog: Catalog) -> str:
    """List what a rule says about each dial, and what it rules out."""
    said = [f"{EFFECTS[word]} {DIALS[dial]}" for dial, word in effect.items()]
    return "; ".join([*said, *(f"rules out {strategy(name, catalog)}" for name in rules_out)])


def sides(reasons: Sequence[Reason]) -> tuple[list[Reason], list[Reason]]:
    """Part the reasons into those that carry the recommended strategy and those that speak against it.

    A reason that adds nothing, since a stronger one of its kind counts, is in neither.
    """
    against = [reason for reason in reasons if reason.bits_for_recommended < 0]
    silent = idle(reasons)
    return [reason for reason in reasons if reason not in against and reason not in silent], against


def idle(reasons: Sequence[Reason]) -> list[Reason]:
    """Return the reasons that hold and neither carry the recommended strategy nor speak against it."""
    return [reason for reason in reasons if not reason.bits_for_recommended and not reason.rules_out]


def why_idle(reason: Reason, titles: Mapping[str, str]) -> str:
    """Describe why a reason adds nothing; ``titles`` holds the titles of rules."""
    if not reason.counted_by:
        return "It speaks for or against the two likeliest strategies alike."
    if reason.counted_by in titles:
        return f"It makes the same point as “{titles[reason.counted_by]}”. A point counts once."
    return "Training has nothing to gain here."


def citation(source: Source) -> str:
    """Cite a source on one line, with how it was read."""
    by = f"{source.by}, " if source.by else ""
    return f"{by}{source.title} ({source.published}; {READ[source.read]}, checked {source.checked})"
