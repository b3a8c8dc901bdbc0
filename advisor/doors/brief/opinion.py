"""A brief in, a model's own verdict out, compared with ours; a recommendation is read here and never changed."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from datetime import date
from typing import Any, Final

from advisor.catalog import Catalog
from advisor.decide import Recommendation
from advisor.doors.brief.asking import SECONDS, ask, checked_brief
from advisor.doors.brief.checking import PLACE, Unfit, check_item, read_reply
from advisor.doors.brief.endpoint import Endpoint
from advisor.doors.brief.prompt import MAX_PROPOSALS, verdict_format, verdict_messages
from advisor.doors.brief.records import Difference, Opinion, Proposal, SecondOpinion
from advisor.errors import AdvisorError
from advisor.palette import STRATEGIES
from advisor.scenario import Situation
from advisor.scenario.answers import check_value

TOLERANCE: Final = 0.02
"""How far from 1 five rounded probabilities may add up."""
_REMEDY: Final = "Ask again, or use another model; your answers and our verdict are untouched."
_SETTLED: Final = "No number of ours changes."


def ask_opinion(
    brief: str,
    catalog: Catalog,
    endpoint: Endpoint,
    *,
    seconds: float = SECONDS,
    sleep: Callable[[float], None] = time.sleep,
) -> Opinion:
    """Send ``brief``, and nothing of the answers or of our verdict, and return the model's own verdict, checked.

    Show :meth:`Endpoint.notice` first: this function sends the text.

    Raises:
        AdvisorError: The brief cannot be sent, the endpoint fails, or the verdict does not pass the checks.
    """
    text = checked_brief(brief)
    talk = verdict_messages(text, catalog)
    content = ask(talk, verdict_format(catalog), endpoint, seconds=seconds, sleep=sleep)
    probabilities, reasons = check_opinion(content, text, catalog)
    return Opinion(endpoint=endpoint.host, model=endpoint.model, probabilities=probabilities, reasons=reasons)


def check_opinion(text: str, brief: str, catalog: Catalog) -> tuple[dict[str, float], tuple[Proposal, ...]]:
    """Return the probabilities and reasons of a reply; refuse the whole reply where any part of it is not as asked."""
    found = read_reply(text)
    if not isinstance(found, dict) or set(found) != {"probabilities", "reasons"}:
        raise _refused("it is not probabilities with reasons")
    return _probabilities(found["probabilities"]), _reasons(found["reasons"], brief, catalog)


def _probabilities(found: Any) -> dict[str, float]:
    if not isinstance(found, dict) or set(found) != set(STRATEGIES):
        raise _refused("it does not hold one probability for each of the five strategies")
    # Bounds come before arithmetic: true, 1e999 and integers of a thousand digits are no probabilities.
    if any(type(found[name]) not in (int, float) or not 0 <= found[name] <= 1 for name in STRATEGIES):
        raise _refused("a probability in it is not a number from 0 to 1")
    total = sum(found.values())
    if abs(total - 1) > TOLERANCE + 1e-9:
        raise _refused(f"its probabilities add up to {total:.3g}, not to 1")
    return {name: found[name] / total for name in STRATEGIES}


def _reasons(found: Any, brief: str, catalog: Catalog) -> tuple[Proposal, ...]:
    if not isinstance(found, list) or not found:
        raise _refused("it gives no reasons")
    if len(found) > MAX_PROPOSALS:
        raise _refused(f"it gives {len(found):,} reasons")
    kept: dict[str, Proposal] = {}
    for number, item in enumerate(found, start=1):
        try:
            reason = check_item(item, brief, catalog, taken=kept)
        except Unfit as why:
            raise _refused(f"reason {number} cannot be used: {_printable(str(why))}") from None
        kept[reason.fact] = reason
    return tuple(kept[name] for name in catalog.facts if name in kept)


def _printable(text: str) -> str:
    return "".join(char if char.isprintable() else "\N{REPLACEMENT CHARACTER}" for char in text)


def _refused(problem: str) -> AdvisorError:
    return AdvisorError(problem, place=PLACE, remedy=_REMEDY)


def compare(
    opinion: Opinion, situation: Situation, recommendation: Recommendation, catalog: Catalog, *, day: date
) -> SecondOpinion:
    """Return the model's verdict beside ours on ``situation``, and the facts on which the two differ."""
    theirs = _likeliest(opinion.probabilities)
    early = recommendation.verdict == "too_early"
    ours = recommendation.shortlist if early else (recommendation.recommended,)
    agrees = _agrees(theirs, ours)
    return SecondOpinion(
        recommended=theirs,
        probabilities=opinion.probabilities,
        ours=ours,
        agrees=agrees,
        differs_on=_differences(opinion, situation, catalog),
        reasons=opinion.reasons,
        advice=_advice(theirs, ours, agrees, recommendation, catalog),
        model=opinion.model,
        endpoint=opinion.endpoint,
        day=day,
    )


def _corner(strategy: str) -> str:
    # Prompting and few-shot are one corner of the two dials: neither looks up, neither trains.
    return "prompting" if strategy == "few_shot" else strategy


def _likeliest(probabilities: Mapping[str, float]) -> str | None:
    corners = dict.fromkeys(map(_corner, STRATEGIES), 0.0)
    for name in STRATEGIES:
        corners[_corner(name)] += probabilities[name]
    best = round(max(corners.values()), 6)
    likeliest = [name for name, chance in corners.items() if round(chance, 6) == best]
    if len(likeliest) > 1:
        return None
    shown = likeliest == ["prompting"] and probabilities["few_shot"] > probabilities["prompting"]
    return "few_shot" if shown else likeliest[0]


def _agrees(theirs: str | None, ours: tuple[str, ...]) -> bool | None:
    corners = set(map(_corner, ours))
    if theirs is None:
        return None
    if _corner(theirs) not in corners:
        return False
    return True if len(corners) == 1 else None


def _differences(opinion: Opinion, situation: Situation, catalog: Catalog) -> tuple[Difference, ...]:
    found = []
    for reason in opinion.reasons:
        ours = situation.answers.get(reason.fact)
        if ours is not None:
            ours = check_value(reason.fact, catalog.facts[reason.fact], ours, reason.fact)
        if ours != reason.value:
            found.append(
                Difference(
                    fact=reason.fact,
                    question=reason.question,
                    ours=ours,
                    theirs=reason.value,
                    quote=reason.quote,
                )
            )
    return tuple(found)


def _advice(
    theirs: str | None,
    ours: tuple[str, ...],
    agrees: bool | None,
    recommendation: Recommendation,
    catalog: Catalog,
) -> str:
    told = " or ".join(catalog.strategies[name].title for name in ours)
    if theirs is None:
        return (
            f"It finds two strategies equally likely, so it neither supports nor contradicts us. {_SETTLED}"
        )
    named = catalog.strategies[theirs].title
    if agrees is None:
        return f"It names {named}; it is too early for us to choose from {told}. Answer more questions. {_SETTLED}"
    if agrees:
        return (
            f"It agrees on {told}. Where an independent reader agreed, an earlier rulebook was right in 12 of 15 "
            f"cases that it had not seen. {_SETTLED}"
        )
    gone = next((item.because for item in recommendation.ruled_out if item.strategy == theirs), None)
    tried = f"{named} cannot be had ({gone.rstrip('.')}); try {told}" if gone else f"Try {told} and {named}"
    return (
        f"It differs: measure first. {tried} on held-out inputs before you build. Where an independent reader "
        f"differed, an earlier rulebook was right in 2 of 10 cases that it had not seen. {_SETTLED}"
    )
