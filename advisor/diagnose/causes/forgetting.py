"""The tuned model lost general abilities of its base."""

from __future__ import annotations

import math
from collections.abc import Sequence

from advisor.diagnose.contract import Cause, Example, Found, Missing, Quiet, Seen, Verdict
from advisor.diagnose.records import Ability, Facts, Test
from advisor.diagnose.two_samples import SURE, percent
from advisor.evaluate.statistics.significance import holm

LEVEL, DROP, WORSE = 0.01, 0.05, 0.1


def look(seen: Seen) -> Verdict:
    """Test whether each ability fell, corrected for being many."""
    abilities = seen.facts.abilities
    if not abilities:
        return Missing("No general ability was measured before and after the training.")
    tested = list(zip(abilities, holm([_fell(one) for one in abilities]), strict=True))
    lost = [(one, p) for one, p in tested if p < LEVEL and one.base - one.tuned >= DROP]
    if not lost:
        return _kept(abilities)
    worst = max(one.base - one.tuned for one, _ in lost)
    said = "; ".join(
        f"{one.name} fell from {percent(one.base)} to {percent(one.tuned)}" for one, _ in lost[:4]
    )
    return Found(
        score=min(0.95, 0.8 + 0.5 * worst),
        evidence=f"General abilities were lost: {said}.",
        p=min(p for _, p in lost),
        figures={one.name: {"base": one.base, "tuned": one.tuned, "p": p} for one, p in lost},
    )


def _kept(abilities: Sequence[Ability]) -> Verdict:
    """Rule out a fall by ten points where the questions exclude it."""
    said = "; ".join(
        f"{one.name} {percent(one.base)} before, {percent(one.tuned)} after" for one in abilities[:4]
    )
    few = [one for one in abilities if one.base - one.tuned + SURE * _error(one) >= WORSE]
    if not few:
        return Quiet(f"{said}.")
    names = ", ".join(f"{one.name} ({one.questions} questions)" for one in few[:4])
    return Missing(f"{said}. Too few questions to rule out a fall by {percent(WORSE)}: {names}.")


def _fell(one: Ability) -> float:
    return 0.5 * math.erfc((one.base - one.tuned) / _error(one) / math.sqrt(2))


def _error(one: Ability) -> float:
    # Two shares; taking the questions as independent is cautious, as both models saw the same.
    middle = (one.base + one.tuned) / 2
    return math.sqrt(max(2 * middle * (1 - middle), 1e-9) / one.questions)


CAUSE = Cause(
    id="forgetting",
    title="General abilities were lost",
    means="Tuning on narrow rows overwrote what the base model could do: arithmetic, following instructions, other languages.",
    reads=("abilities",),
    looks_at="Each ability's score on the base and on the tuned model: a fall of 5 points or more, one-sided p after Holm's correction under 1%. Ruled out where the questions exclude a fall by ten points.",
    would="The base model answers some of the samples better than the tuned one.",
    remedy="Mix general rows into the training, lower rate, rank or epochs, and measure the abilities each time.",
    test=Test(
        intervention="base-against-tuned",
        how="Answer the samples with base and tuned model and compare row by row.",
    ),
    found=Example(
        shows="arithmetic 62% before, 41% after, 300 questions",
        facts=Facts(abilities=(Ability(name="arithmetic", base=0.62, tuned=0.41, questions=300),)),
    ),
    quiet=Example(
        shows="arithmetic 62% before, 60% after, 300 questions",
        facts=Facts(abilities=(Ability(name="arithmetic", base=0.62, tuned=0.60, questions=300),)),
    ),
    look=look,
)
