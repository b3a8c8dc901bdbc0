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
from advisor.wording import Words, say

# A space at which no line breaks.
_TIED: Final = "\N{NO-BREAK SPACE}"
VERDICTS: Final = Words(lambda name: say(f"report_words.verdict_{name}"))
DIALS: Final = Words(lambda name: say(f"report_words.dial_{name}"))
EFFECTS: Final = Words(lambda name: say(f"report_words.effect_{name}"))
SUPPORT: Final = Words(lambda name: say(f"report_words.support_{name}"))
READ: Final = Words(lambda name: say(f"report_words.read_{name}"))
ORIGINS: Final = Words(lambda name: say(f"report_words.origin_{name}"))


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
    if len(told) < 2:
        return "".join(told)
    return say("report_words.or_last", before=", ".join(told[:-1]), last=told[-1])


def outcome(recommended: str, verdict: str, catalog: Catalog) -> str:
    """Return a saved outcome in a phrase; where it was too early to name a strategy, only that."""
    word = VERDICTS.get(verdict, verdict)
    if verdict == "too_early":
        return word
    return say("report_words.outcome", strategy=strategy(recommended, catalog), verdict=word.lower())


def points_to(recommendation: Recommendation, catalog: Catalog) -> str:
    """Describe in a sentence what to start with and where the evidence points."""
    start, end = (
        strategy(name, catalog) for name in (recommendation.start_with.strategy, recommendation.recommended)
    )
    if recommendation.verdict == "too_early":
        return say("report_words.too_early", strategies=any_of(recommendation.shortlist, catalog))
    if start == end:
        return say("report_words.start_there", start=start)
    return say("report_words.start_elsewhere", start=start, end=end)


def strategy(name: str, catalog: Catalog) -> str:
    """Return a strategy's name as people read it."""
    text = catalog.strategies.get(name)
    return str(text.title) if text else name.replace("_", " ").capitalize()


def percent(share: float) -> str:
    """Write a share so that neither a small one reads as nothing nor a large one as certainty."""
    return _percent(share, round(100 * share))


def percents(shares: Mapping[str, float]) -> dict[str, str]:
    """Write shares that are read side by side, so that what is shown adds up as they do."""
    return {name: _percent(shares[name], whole) for name, whole in points(shares).items()}


def points(shares: Mapping[str, float]) -> dict[str, int]:
    """Round shares to whole per cent together: those that lose most by rounding down are rounded up."""
    whole = {name: int(100 * share) for name, share in shares.items()}
    losing = sorted(shares, key=lambda name: (whole[name] - 100 * shares[name], -shares[name]))
    up = losing[: round(100 * sum(shares.values())) - sum(whole.values())]
    return {name: whole[name] + (name in up) for name in shares}


def _percent(share: float, whole: int) -> str:
    small, large = 0 < share < 0.01, 0.99 < share < 1
    shown = f"<{_TIED}1" if small else f">{_TIED}99" if large else f"{whole}"
    return f"{shown}%"


def chance(share: float | None) -> str:
    """Write a probability; an unknown one as that."""
    return say("report_words.not_known") if share is None else percent(share)


def lead(recommendation: Recommendation, catalog: Catalog) -> str:
    """Describe in a sentence how likely the recommended strategy and the next one are; while it is too early, the spread."""
    chances = recommendation.probabilities
    if recommendation.verdict == "too_early":
        return f"{spread(recommendation, catalog)}."
    first = recommendation.recommended
    name = strategy(first, catalog)
    if not recommendation.then:
        return say("report_words.only_strategy_left", strategy=name)
    second = max(recommendation.then, key=lambda item: chances.get(item, 0.0))
    told = percents(chances)
    return say(
        "report_words.nearly_equal"
        if abs(chances[first] - chances[second]) < 0.05
        else "report_words.right_choice",
        first=name,
        second=strategy(second, catalog),
        chance=told[first],
        next_chance=told[second],
    )


def spread(recommendation: Recommendation, catalog: Catalog) -> str:
    """List the strategies of the shortlist with their probabilities."""
    told = percents(recommendation.probabilities)
    return ", ".join(f"{strategy(name, catalog)} {told[name]}" for name in recommendation.shortlist)


def way(recommendation: Recommendation) -> tuple[tuple[RoadmapStep, ...], tuple[RoadmapStep, ...]]:
    """Return the steps to take and where to turn after them; while it is too early, the first, which always comes."""
    if recommendation.verdict == "too_early":
        return recommendation.roadmap[:1], ()
    return recommendation.roadmap, recommendation.if_that_fails


def before_the_way(recommendation: Recommendation) -> str:
    """Return why the steps begin where they do, and when to stop; empty where nobody has said."""
    if recommendation.verdict == "too_early":
        return say("report_words.first_step_only")
    start = recommendation.start_with
    return f"{start.because} {start.stop_when}".strip()


def changes(recommendation: Recommendation) -> str:
    """Return the heading of the answers that would change the advice."""
    early = recommendation.verdict == "too_early"
    return say("report_words.point_to" if early else "report_words.would_change")


def certainty(recommendation: Recommendation, catalog: Catalog) -> str:
    """Return whether more answers are worth giving."""
    name = strategy(recommendation.recommended, catalog)
    match recommendation.settled:
        case "final":
            return say("report_words.final", strategy=name)
        case "settled":
            return say("report_words.settled")
        case _:
            following = recommendation.next_question
            if following is None:
                return say("report_words.left_open")
            if following.gain is None:
                return say("report_words.would_remove", share=percent(following.settles))
            if (
                recommendation.verdict == "clear"
                and following.gain > 1 - recommendation.probabilities[recommendation.recommended]
            ):
                asked = question(following.fact, catalog)
                return say("report_words.could_rule_out", strategy=name, question=asked)
            return say("report_words.would_make", worth=worth(following))


def worth(asked: NextQuestion) -> str:
    """Return what an answer is worth in a phrase."""
    if asked.decides_start and round((asked.gain or 0.0) * 100) == 0:
        return say("report_words.decides_start")
    if asked.gain is None:
        return say("report_words.removes_doubt", share=percent(asked.settles))
    points = round(asked.gain * 100)
    return say("report_words.right_more", points=points) if points else say("report_words.right_hardly_more")


def worth_measuring(item: MeasureNext) -> str:
    """Return what a measurement is worth and what it costs, as a sentence."""
    points = round(item.gain * 100)
    hours = say("report_words.an_hour") if item.hours == 1 else say("report_words.hours", hours=item.hours)
    share = percent(item.settles)
    if not points:
        return say("report_words.measuring_removes", share=share, hours=hours)
    return say("report_words.measuring_rights", share=share, points=points, hours=hours)


def stated_and_measured(situation: Situation, catalog: Catalog) -> str:
    """Describe which answers were measured, and when, and how many people stated, as a sentence."""
    told = {name: measured_on(situation, name) for name in situation.answers}
    days = {name: f" ({found[0].on})" if found else "" for name, found in told.items()}
    measured = [name for name in situation.answers if situation.origin(name) == "measured"]
    stated = len(situation.answers) - len(measured)
    named = "; ".join(f"“{question(name, catalog)}”{days[name]}" for name in measured)
    said = [say("report_words.measurements_answer", questions=named)] if named else []
    if stated:
        said.append(
            say("report_words.others_stated" if named else "report_words.all_stated", count=stated)
            if stated > 1
            else say("report_words.other_one_stated" if named else "report_words.only_one_stated")
        )
    return " ".join(said) or say("report_words.none_measured")


def answer(value: Any, fact: Fact | None) -> str:
    """Write an answer as a person reads it; a missing one is 'open'."""
    if value is None:
        return say("report_words.open")
    if isinstance(value, bool):
        return say("report_words.answer_yes") if value else say("report_words.answer_no")
    if isinstance(value, list | tuple):
        return ", ".join(_label(word, fact) for word in value) or say("report_words.none_of_them")
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
        return change.question, say("report_words.if_answer", after=after), becomes
    return change.question, say("report_words.instead_of", after=after, before=before), becomes


def effects(effect: Mapping[Any, Any], rules_out: Sequence[str], catalog: Catalog) -> str:
    """List what a rule says about each dial, and what it rules out."""
    said = [
        say("report_words.rule_effect", effect=EFFECTS[word], dial=DIALS[dial])
        for dial, word in effect.items()
    ]
    return "; ".join(
        [*said, *(say("report_words.rules_out", strategy=strategy(name, catalog)) for name in rules_out)]
    )


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
        return say("report_words.speaks_alike")
    if reason.counted_by in titles:
        return say("report_words.same_point", rule=titles[reason.counted_by])
    return say("report_words.nothing_to_gain")


def citation(source: Source) -> str:
    """Cite a source on one line, with how it was read."""
    told = {
        "title": source.title,
        "published": source.published,
        "read": READ[source.read],
        "checked": source.checked,
    }
    return (
        say("report_words.source_by", by=source.by, **told)
        if source.by
        else say("report_words.source", **told)
    )
